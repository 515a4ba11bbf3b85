"""The same elements in another shape or order."""

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax.export import is_symbolic_dim

from lurnet.core.symbolic import Tensor, op
from lurnet.core.variable import is_abstract
from lurnet.ops.kinds import Axis, DType, Shape, axes, given

__all__ = [
    "reshape", "ravel", "transpose", "swapaxes", "moveaxis", "expand_dims", "squeeze",
    "broadcast_to", "repeat", "tile", "flip", "fliplr", "flipud", "roll", "rot90", "pad", "diag",
    "diagflat", "diagonal", "tril", "triu", "copy", "view", "size", "ndim",
]  # fmt: skip


@op
def reshape(x: Tensor, newshape: Shape) -> Tensor:
    """The elements, row by row, in a new shape; one size may be -1 or None, "what is left".

    >>> reshape([[1, 2], [3, 4]], (4,)).tolist()
    [1, 2, 3, 4]
    """
    sizes = (newshape,) if isinstance(newshape, int) else newshape
    sizes, x = tuple(-1 if size is None else size for size in sizes), jnp.asarray(x)
    if is_abstract() and is_symbolic_dim(x.size):
        return _of_unknown_size(x, sizes)
    return jnp.reshape(x, sizes)


def _is_rest(size: Any) -> bool:
    return isinstance(size, int) and size == -1


def _of_unknown_size(x: Any, sizes: tuple) -> Any:
    """What ``reshape`` gives of so many elements as it takes; of its numbers nothing is known."""
    count = math.prod(size for size in sizes if not _is_rest(size))
    rest = x.size // count if count else 0
    return jnp.zeros([rest if _is_rest(size) else size for size in sizes], x.dtype)


@op
def ravel(x: Tensor) -> Tensor:
    """The elements, row by row, in one vector.

    >>> ravel([[1, 2], [3, 4]]).tolist()
    [1, 2, 3, 4]
    """
    return jnp.ravel(x)


@op
def transpose(x: Tensor, axes: Sequence[int] | None = None) -> Tensor:
    """The axes in a new order; None reverses them.

    >>> transpose([[1, 2], [3, 4]]).tolist()
    [[1, 3], [2, 4]]
    """
    return jnp.transpose(x, axes)


@op
def swapaxes(x: Tensor, axis1: int, axis2: int) -> Tensor:
    """Two axes exchanged.

    >>> swapaxes([[1, 2], [3, 4]], 0, 1).tolist()
    [[1, 3], [2, 4]]
    """
    return jnp.swapaxes(x, axis1, axis2)


@op
def moveaxis(x: Tensor, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """Some axes moved to new places, the others in their order.

    >>> moveaxis([[[1, 2]]], 0, -1).shape
    (1, 2, 1)
    """
    return jnp.moveaxis(x, axes(source), axes(destination))


@op
def expand_dims(x: Tensor, axis: int | Sequence[int]) -> Tensor:
    """New axes of size 1 at the given places.

    >>> expand_dims([1, 2], 0).tolist()
    [[1, 2]]
    """
    return jnp.expand_dims(x, axes(axis))


@op
def squeeze(x: Tensor, axis: Axis = None) -> Tensor:
    """Axes of size 1 taken away: the given ones, or all.

    >>> squeeze([[1, 2]]).tolist()
    [1, 2]
    """
    return jnp.squeeze(x, axes(axis))


@op
def broadcast_to(x: Tensor, shape: Sequence[int]) -> Tensor:
    """The tensor repeated to a shape with which it can be broadcast.

    >>> broadcast_to([1, 2], (2, 2)).tolist()
    [[1, 2], [1, 2]]
    """
    return jnp.broadcast_to(x, tuple(shape))


@op
def repeat(x: Tensor, repeats: int | Sequence[int], axis: int | None = None) -> Tensor:
    """Each element, or slice along an axis, several times in a row.

    >>> repeat([1, 2], 2).tolist()
    [1, 1, 2, 2]
    """
    counts = jnp.asarray(repeats) if isinstance(repeats, Sequence) else repeats
    return jnp.repeat(x, counts, axis)


@op
def tile(x: Tensor, repeats: int | Sequence[int]) -> Tensor:
    """The whole tensor several times along each axis.

    >>> tile([1, 2], 2).tolist()
    [1, 2, 1, 2]
    """
    return jnp.tile(x, repeats)


@op
def flip(x: Tensor, axis: Axis = None) -> Tensor:
    """The elements in reverse order along some axes.

    >>> flip([1, 2, 3]).tolist()
    [3, 2, 1]
    """
    return jnp.flip(x, axes(axis))


@op
def fliplr(x: Tensor) -> Tensor:
    """The elements in reverse order along the second axis.

    >>> fliplr([[1, 2], [3, 4]]).tolist()
    [[2, 1], [4, 3]]
    """
    return jnp.fliplr(x)


@op
def flipud(x: Tensor) -> Tensor:
    """The elements in reverse order along the first axis.

    >>> flipud([[1, 2], [3, 4]]).tolist()
    [[3, 4], [1, 2]]
    """
    return jnp.flipud(x)


@op
def roll(x: Tensor, shift: int | Sequence[int], axis: Axis = None) -> Tensor:
    """The elements moved along some axes; those that fall off the end come in at the front.

    >>> roll([1, 2, 3], 1).tolist()
    [3, 1, 2]
    """
    return jnp.roll(x, axes(shift), axes(axis))


@op
def rot90(array: Tensor, k: int = 1, axes: Sequence[int] = (0, 1)) -> Tensor:
    """Turned ``k`` times by 90 degrees in the plane of two axes, from the first to the second.

    >>> rot90([[1, 2], [3, 4]]).tolist()
    [[2, 4], [1, 3]]
    """
    first, second = axes
    return jnp.rot90(array, k, (first, second))


@op
def pad(
    x: Tensor,
    pad_width: int | Sequence,
    mode: str = "constant",
    constant_values: float | None = None,
) -> Tensor:
    """More elements around the tensor.

    ``pad_width`` is a number, ``(before, after)``, or one such pair per axis. ``mode`` is
    "constant" (with ``constant_values``, or 0), "reflect", "symmetric", "edge", "wrap" or another
    of ``numpy.pad``.

    >>> pad([1, 2], (1, 2)).tolist()
    [0, 1, 2, 0, 0]
    """
    if mode == "constant":
        value = 0 if constant_values is None else constant_values
        return jnp.pad(x, pad_width, mode, constant_values=value)
    return jnp.pad(x, pad_width, mode)


@op
def diag(x: Tensor, k: int = 0) -> Tensor:
    """The ``k``-th diagonal of a matrix, or a matrix with a vector on that diagonal.

    >>> diag([1, 2]).tolist()
    [[1, 0], [0, 2]]
    """
    return jnp.diag(x, k)


@op
def diagflat(x: Tensor, k: int = 0) -> Tensor:
    """A matrix with all elements of ``x`` on its ``k``-th diagonal.

    >>> diagflat([[1, 2]]).tolist()
    [[1, 0], [0, 2]]
    """
    return jnp.diagflat(x, k)


@op
def diagonal(x: Tensor, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """A diagonal of the matrices that two axes span.

    >>> diagonal([[1, 2], [3, 4]]).tolist()
    [1, 4]
    """
    return jnp.diagonal(x, offset, axis1, axis2)


@op
def tril(x: Tensor, k: int = 0) -> Tensor:
    """The lower triangle of matrices, up to the ``k``-th diagonal; 0 elsewhere.

    >>> tril([[1, 2], [3, 4]]).tolist()
    [[1, 0], [3, 4]]
    """
    return jnp.tril(jnp.asarray(x), k)


@op
def triu(x: Tensor, k: int = 0) -> Tensor:
    """The upper triangle of matrices, from the ``k``-th diagonal on; 0 elsewhere.

    >>> triu([[1, 2], [3, 4]]).tolist()
    [[1, 2], [0, 4]]
    """
    return jnp.triu(jnp.asarray(x), k)


@op
def copy(x: Tensor) -> Tensor:
    """The same elements in memory of their own.

    >>> copy([1, 2]).tolist()
    [1, 2]
    """
    return jnp.copy(x)


@op
def view(x: Tensor, dtype: DType = None) -> Tensor:
    """The same bytes read as another dtype; the last axis grows or shrinks with the item size.

    >>> print(view([1.0], "int32"))
    [1065353216]
    """
    return jnp.asarray(x).view(given(dtype))


@op
def size(x: Tensor) -> Any:
    """Number of elements.

    >>> size([[1, 2], [3, 4]])
    4
    """
    return jnp.size(x)


@op
def ndim(x: Tensor) -> Any:
    """Number of axes.

    >>> ndim([[1, 2], [3, 4]])
    2
    """
    return jnp.ndim(x)
