"""Elements picked out by position or by condition, and put in by position."""

import builtins
from typing import Any

import jax.numpy as jnp

from lurnet.core.errors import BadValue
from lurnet.core.symbolic import Tensor, Tensors, op

__all__ = ["get_item", "take", "take_along_axis", "where", "select", "nonzero", "unravel_index"]


@op
def get_item(x: Tensor, key: Any) -> Tensor:
    """x[key].

    >>> int(get_item([1, 2, 3], 1))
    2
    """
    if isinstance(key, list) and any(
        k is None or k is ... or isinstance(k, builtins.slice) for k in key
    ):
        key = tuple(key)  # a model file holds it as a list
    return jnp.asarray(x)[key]


@op
def take(x: Tensor, indices: Tensor, axis: int | None = None) -> Tensor:
    """The slices along an axis at some positions, or elements of the flattened tensor.

    Negative positions count from the end; floats outside the range give NaN.

    >>> take([10, 20, 30], [2, 0]).tolist()
    [30, 10]
    """
    return jnp.take(jnp.asarray(x), jnp.asarray(indices), axis)


@op
def take_along_axis(x: Tensor, indices: Tensor, axis: int | None = None) -> Tensor:
    """Elements along an axis at positions that differ from row to row.

    >>> take_along_axis([[10, 20], [30, 40]], [[1], [0]], axis=1).tolist()
    [[20], [30]]
    """
    return jnp.take_along_axis(jnp.asarray(x), jnp.asarray(indices), axis)


@op
def where(condition: Tensor, x1: Tensor = None, x2: Tensor = None) -> Any:
    """x1 where the condition is true and x2 elsewhere; with the condition alone, ``nonzero``.

    >>> where([True, False], [1, 2], 0).tolist()
    [1, 0]
    """
    if (x1 is None) != (x2 is None):
        raise BadValue("where() needs both `x1` and `x2`, or neither of them.")
    if x1 is None:
        return jnp.nonzero(jnp.asarray(condition))
    return jnp.where(jnp.asarray(condition), x1, x2)


@op
def select(condlist: Tensors, choicelist: Tensors, default: Tensor = 0) -> Tensor:
    """Each element from the first choice whose condition is true there, else ``default``.

    >>> select([[True, False], [True, True]], [[1, 2], [3, 4]]).tolist()
    [1, 4]
    """
    conditions = [jnp.asarray(c) for c in condlist]
    return jnp.select(conditions, [jnp.asarray(c) for c in choicelist], default)


@op
def nonzero(x: Tensor) -> tuple[Tensor, ...]:
    """Positions of the elements that are not zero, one vector per axis.

    >>> nonzero([0, 3, 0, 4])
    (Array([1, 3], dtype=int32),)
    """
    return jnp.nonzero(x)


@op
def unravel_index(indices: Tensor, shape: Any) -> tuple[Tensor, ...]:
    """Positions in the flattened tensor as positions along each axis.

    >>> unravel_index([3, 4], (2, 3))
    (Array([1, 1], dtype=int32), Array([0, 1], dtype=int32))
    """
    return jnp.unravel_index(jnp.asarray(indices), shape)
