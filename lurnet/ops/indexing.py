"""Elements picked out by position or by condition, and put in by position."""

import builtins
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from lurnet.core.errors import BadValue, did_you_mean
from lurnet.core.symbolic import Tensor, Tensors, op


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
def segment_sum(
    data: Tensor, segment_ids: Tensor, num_segments: int | None = None, sorted: bool = False
) -> Tensor:
    """Sums of the rows with the same segment number.

    Inside compiled code ``num_segments`` must be given; ``sorted`` promises rising numbers.

    >>> segment_sum([1, 2, 3], [0, 0, 1]).tolist()
    [3, 3]
    """
    return jax.ops.segment_sum(jnp.asarray(data), jnp.asarray(segment_ids), num_segments, sorted)


@op
def segment_prod(
    data: Tensor, segment_ids: Tensor, num_segments: int | None = None, sorted: bool = False
) -> Tensor:
    """Products of the rows with the same segment number; see ``segment_sum``.

    >>> segment_prod([1, 2, 3], [0, 0, 1]).tolist()
    [2, 3]
    """
    return jax.ops.segment_prod(jnp.asarray(data), jnp.asarray(segment_ids), num_segments, sorted)


@op
def segment_max(
    data: Tensor, segment_ids: Tensor, num_segments: int | None = None, sorted: bool = False
) -> Tensor:
    """The largest of the rows with the same segment number; see ``segment_sum``.

    >>> segment_max([1, 2, 3], [0, 0, 1]).tolist()
    [2, 3]
    """
    return jax.ops.segment_max(jnp.asarray(data), jnp.asarray(segment_ids), num_segments, sorted)


@op
def segment_min(
    data: Tensor, segment_ids: Tensor, num_segments: int | None = None, sorted: bool = False
) -> Tensor:
    """The smallest of the rows with the same segment number; see ``segment_sum``.

    >>> segment_min([1, 2, 3], [0, 0, 1]).tolist()
    [1, 3]
    """
    return jax.ops.segment_min(jnp.asarray(data), jnp.asarray(segment_ids), num_segments, sorted)
