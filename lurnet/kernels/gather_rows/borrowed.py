"""NumPy arrays that a compiled program reads where they lie, row by row, without a copy of all."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from lurnet.core import tree
from lurnet.kernels.common.choice import kernels
from lurnet.kernels.gather_rows.op import gather_rows


@jax.tree_util.register_pytree_node_class
class Borrowed:
    """An array of the host's by its address, which is all that a program is given.

    Keep the object until the program has run: it holds the array.

    Args:
        address: the array's, as two halves, and its number of rows: (3,) uint32.
        shape: the array's; a program takes any number of rows, so that the first is None.
        dtype: the array's.
        number: tells the arrays of a program apart: equal numbers, the same array.
        array: the array; None while a program is traced.
    """

    def __init__(
        self,
        address: Any,
        shape: tuple[int | None, ...],
        dtype: Any,
        number: int,
        array: np.ndarray | None = None,
    ) -> None:
        self.address, self.shape, self.dtype, self.number = address, shape, dtype, number
        self.array = array

    def tree_flatten(self) -> tuple[tuple, tuple]:
        """What JAX traces, and what a program is compiled for."""
        return (self.address,), (self.shape, self.dtype, self.number)

    @classmethod
    def tree_unflatten(cls, facts: tuple, children: tuple) -> "Borrowed":
        """The reverse."""
        return cls(*children, *facts)

    def rows(self, index: Array) -> Array:
        """The rows of these numbers, (n,) int32: (n, *shape[1:]); the last for larger numbers."""
        return gather_rows(self.address, index, self.shape[1:], self.dtype)


def borrow(arrays: Any) -> Any:
    """Nested NumPy arrays as ``Borrowed``; None if there is one whose rows no program can read."""
    known: dict[int, int] = {}

    def one(x: Any) -> Any:
        if x is None:
            return None
        high, low = divmod(x.ctypes.data, 2**32)
        address = np.array([low, high, len(x)], "uint32")
        return Borrowed(
            address, (None, *x.shape[1:]), x.dtype, known.setdefault(id(x), len(known)), x
        )

    readable = kernels() > 0 and all(map(_readable, tree.leaves(arrays)))
    return tree.map_structure(one, arrays) if readable else None


def _readable(x: Any) -> bool:
    if x is None:
        return True
    plain = isinstance(x, np.ndarray) and x.dtype.isnative and x.dtype.kind in "biuf"
    return plain and x.ndim > 0 and x.flags.c_contiguous and x.dtype.itemsize <= 4


def is_borrowed(x: Any) -> bool:
    """Whether a leaf of the data is borrowed."""
    return isinstance(x, Borrowed)


def each_once(fn: Callable[..., Any], data: Any) -> Any:
    """``fn`` of every array in nested data; one that stands there twice is computed once."""
    made: dict[int, Any] = {}

    def one(x: Any) -> Any:
        if not is_borrowed(x):
            return fn(x)
        if x.number not in made:
            made[x.number] = fn(x)
        return made[x.number]

    return jax.tree.map(one, data, is_leaf=is_borrowed)


def row_numbers(start: Any, size: int) -> Array:
    """The numbers of ``size`` rows that stand one after another."""
    return start + jnp.arange(size, dtype=jnp.int32)
