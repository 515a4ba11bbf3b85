"""Calls of the library on JAX arrays: float32, on a CPU, without derivatives of their own."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from lurnet.kernels.common.loading import relies_on_call

SLICES = 8  #: in how many slices a sum is taken, whatever the number of threads
WORTH_SLICES = 2**16  #: numbers from which it is, as several threads may share it then

Sizes = tuple[int, ...]


class Call:
    """One of the library's calls, by name: the results on arrays, without derivatives.

    Under `vmap` it runs for one sample after another.
    """

    def __init__(self, name: str) -> None:
        self.target = relies_on_call(name)

    def __call__(
        self, *arrays: Array, results: Any, same: dict[int, int] | None = None, **attributes: Any
    ) -> Any:
        """The results. `same`: arrays that a result may be written over, by number."""
        function = jax.ffi.ffi_call(
            self.target, results, vmap_method="sequential", input_output_aliases=same
        )
        return function(*arrays, **attributes)


def float32(*shape: int) -> jax.ShapeDtypeStruct:
    """A result of this shape."""
    return jax.ShapeDtypeStruct(shape, jnp.float32)


def integers(*numbers: int) -> np.ndarray:
    """An attribute of whole numbers."""
    return np.array(numbers, np.int64)


def slices_of(count: int) -> int:
    """In how many slices so many numbers are summed."""
    return SLICES if count >= WORTH_SLICES else 1


def check_axes(left: Array, right: Array, left_axis: int, right_axis: int) -> None:
    """Sizes that are summed over must agree, since the library trusts the numbers it is given.

    Raises:
        TypeError: where they differ, or an array is not float32.
    """
    sizes = left.shape[left_axis], right.shape[right_axis]
    if sizes[0] != sizes[1] or left.dtype != jnp.float32 or right.dtype != jnp.float32:
        raise TypeError(
            f"{left.dtype}{left.shape} and {right.dtype}{right.shape} do not go together: axis "
            f"{left_axis} of the one and axis {right_axis} of the other must have one size, and "
            "both must be float32."
        )
