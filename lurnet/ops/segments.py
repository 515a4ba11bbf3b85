"""Rows gathered into segments, by the number of each row's segment."""

import jax
import jax.numpy as jnp

from lurnet.core.symbolic import Tensor, op

__all__ = ["segment_sum", "segment_prod", "segment_max", "segment_min"]


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
