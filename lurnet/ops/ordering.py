"""Sorting, the positions of extremes, and searching."""

from typing import Any

import jax.numpy as jnp

from lurnet.core.errors import BadValue
from lurnet.core.symbolic import Tensor, op

__all__ = [
    "sort", "argsort", "argpartition", "argmax", "argmin", "nanargmax", "nanargmin", "searchsorted",
    "unique",
]  # fmt: skip


@op
def sort(x: Tensor, axis: int | None = -1) -> Tensor:
    """The elements in rising order along an axis.

    >>> sort([3, 1, 2]).tolist()
    [1, 2, 3]
    """
    return jnp.sort(x, axis)


@op
def argsort(x: Tensor, axis: int | None = -1) -> Tensor:
    """The positions that would sort the elements along an axis; equal ones keep their order.

    >>> argsort([3, 1, 2]).tolist()
    [1, 2, 0]
    """
    x = jnp.asarray(x)
    return jnp.argsort(x, axis if x.ndim else None)


@op
def argpartition(x: Tensor, kth: int, axis: int = -1) -> Tensor:
    """Positions with those of the ``kth + 1`` smallest elements first.

    >>> argpartition([3, 1, 2], 0).tolist()
    [1, 0, 2]
    """
    return jnp.argpartition(x, kth, axis)


@op
def argmax(x: Tensor, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Position of the largest element along an axis, the first of several.

    >>> int(argmax([1, 3, 2]))
    1
    """
    return jnp.argmax(x, axis=axis, keepdims=keepdims)


@op
def argmin(x: Tensor, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Position of the smallest element along an axis, the first of several.

    >>> int(argmin([2, 1, 3]))
    1
    """
    return jnp.argmin(x, axis=axis, keepdims=keepdims)


@op
def nanargmax(x: Tensor, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Position of the largest element, NaN left out; -1 if there is no other.

    >>> int(nanargmax([1.0, float("nan"), 3.0]))
    2
    """
    return jnp.nanargmax(x, axis=axis, keepdims=keepdims)


@op
def nanargmin(x: Tensor, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Position of the smallest element, NaN left out; -1 if there is no other.

    >>> int(nanargmin([2.0, float("nan"), 3.0]))
    0
    """
    return jnp.nanargmin(x, axis=axis, keepdims=keepdims)


@op
def searchsorted(sorted_sequence: Tensor, values: Tensor, side: str = "left") -> Tensor:
    """Where values would be inserted into a sorted vector so that it stays sorted.

    ``side`` is "left" (before equal elements) or "right" (after them).

    >>> searchsorted([1, 3, 5], [3, 4]).tolist()
    [1, 2]
    """
    sorted_sequence = jnp.asarray(sorted_sequence)
    if sorted_sequence.ndim != 1:
        raise BadValue(
            "searchsorted() searches one sorted vector, but `sorted_sequence` has shape "
            f"{sorted_sequence.shape}: search its rows with ops.vectorized_map."
        )
    return jnp.searchsorted(sorted_sequence, values, side)


@op
def unique(
    x: Tensor,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """The different elements in rising order, and on request where and how often they stand.

    Inside compiled code ``size`` must say how many to return; free places get ``fill_value``.

    >>> unique([2, 1, 2], return_counts=True)
    (Array([1, 2], dtype=int32), Array([1, 2], dtype=int32))
    """
    return jnp.unique(
        x, return_index, return_inverse, return_counts, axis, size=size, fill_value=fill_value
    )
