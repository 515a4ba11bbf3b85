"""Blocks and elements taken out and put in by position, inside compiled code too."""

from typing import Any

import jax.numpy as jnp
from jax import lax

from lurnet.core.errors import BadValue, did_you_mean
from lurnet.core.symbolic import Tensor, op

__all__ = ["slice", "slice_update", "scatter", "scatter_update", "unstack"]


@op
def slice(inputs: Tensor, start_indices: Tensor, shape: Any) -> Tensor:
    """A block of a shape that starts at a position; moved back inside where it would stick out.

    >>> slice([[1, 2, 3], [4, 5, 6]], (0, 1), (2, 2)).tolist()
    [[2, 3], [5, 6]]
    """
    return lax.dynamic_slice(jnp.asarray(inputs), _starts(start_indices), tuple(shape))


def _starts(indices: Tensor) -> list[Tensor]:
    return list(jnp.asarray(indices, "int32"))


@op
def slice_update(inputs: Tensor, start_indices: Tensor, updates: Tensor) -> Tensor:
    """The tensor with a block, at a position, replaced.

    >>> slice_update([1, 2, 3], (1,), [9, 9]).tolist()
    [1, 9, 9]
    """
    inputs = jnp.asarray(inputs)
    updates = jnp.asarray(updates, inputs.dtype)
    return lax.dynamic_update_slice(inputs, updates, _starts(start_indices))


@op
def scatter(indices: Tensor, values: Tensor, shape: Any) -> Tensor:
    """Zeros with values added at some positions; the last axis of ``indices`` is a position.

    >>> scatter([[0], [2], [2]], [1, 2, 3], (4,)).tolist()
    [1, 0, 5, 0]
    """
    values = jnp.asarray(values)
    return jnp.zeros(tuple(shape), values.dtype).at[_places(indices)].add(values)


def _places(indices: Tensor) -> tuple[Tensor, ...]:
    return tuple(jnp.moveaxis(jnp.asarray(indices), -1, 0))


REDUCTIONS = {None: "set", "add": "add", "max": "max", "min": "min", "mul": "mul"}


@op
def scatter_update(
    inputs: Tensor, indices: Tensor, updates: Tensor, reduction: str | None = None
) -> Tensor:
    """The tensor with elements replaced at some positions, or combined with the old ones.

    ``reduction`` is None (replace), "add", "max", "min" or "mul".

    >>> scatter_update([1, 2, 3], [[0], [2]], [7, 8]).tolist()
    [7, 2, 8]
    """
    if reduction not in REDUCTIONS:
        raise BadValue(
            f"`reduction` must be None, 'add', 'max', 'min' or 'mul', but it is {reduction!r}."
            + did_you_mean(reduction, [r for r in REDUCTIONS if r])
        )
    inputs = jnp.asarray(inputs)
    at = inputs.at[_places(indices)]
    return getattr(at, REDUCTIONS[reduction])(jnp.asarray(updates, inputs.dtype))


@op
def unstack(x: Tensor, num: int | None = None, axis: int = 0) -> list[Tensor]:
    """A list of the slices along an axis; ``num``, their number, is known from the shape.

    >>> [piece.tolist() for piece in unstack([[1, 2], [3, 4]])]
    [[1, 2], [3, 4]]
    """
    x = jnp.moveaxis(jnp.asarray(x), axis, 0)
    return [x[i] for i in range(x.shape[0] if num is None else num)]
