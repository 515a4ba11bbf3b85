"""Several tensors made one, and one made several."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from lurnet.core.symbolic import Tensor, Tensors, op

__all__ = [
    "concatenate", "stack", "hstack", "vstack", "dstack", "append", "split", "array_split",
    "hsplit", "vsplit", "dsplit", "meshgrid",
]  # fmt: skip


def _arrays(xs: Tensors) -> list[Tensor]:
    return [jnp.asarray(x) for x in xs]


@op
def concatenate(xs: Tensors, axis: int = 0) -> Tensor:
    """Tensors one after the other along an axis; their other axes must be equal.

    >>> concatenate([[1, 2], [3]]).tolist()
    [1, 2, 3]
    """
    return jnp.concatenate(_arrays(xs), axis)


@op
def stack(x: Tensors, axis: int = 0) -> Tensor:
    """Tensors of one shape side by side along a new axis.

    >>> stack([[1, 2], [3, 4]], axis=1).tolist()
    [[1, 3], [2, 4]]
    """
    return jnp.stack(_arrays(x), axis)


@op
def hstack(xs: Tensors) -> Tensor:
    """Tensors joined along the second axis, vectors along the first.

    >>> hstack([[1, 2], [3, 4]]).tolist()
    [1, 2, 3, 4]
    """
    return jnp.hstack(_arrays(xs))


@op
def vstack(xs: Tensors) -> Tensor:
    """Tensors joined along the first axis, vectors as rows.

    >>> vstack([[1, 2], [3, 4]]).tolist()
    [[1, 2], [3, 4]]
    """
    return jnp.vstack(_arrays(xs))


@op
def dstack(xs: Tensors) -> Tensor:
    """Tensors joined along the third axis, after axes of size 1 where they have fewer.

    >>> dstack([[1, 2], [3, 4]]).tolist()
    [[[1, 3], [2, 4]]]
    """
    return jnp.dstack(_arrays(xs))


@op
def append(x1: Tensor, x2: Tensor, axis: int | None = None) -> Tensor:
    """x2 after x1 along an axis, or both flattened.

    >>> append([1, 2], [[3, 4]]).tolist()
    [1, 2, 3, 4]
    """
    return jnp.append(x1, x2, axis)


@op
def split(x: Tensor, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Tensor]:
    """A list of pieces along an axis: so many equal ones, or cut at the given places.

    >>> split([1, 2, 3, 4], [1, 3])
    [Array([1], dtype=int32), Array([2, 3], dtype=int32), Array([4], dtype=int32)]
    """
    return list(jnp.split(jnp.asarray(x), _cuts(indices_or_sections), axis))


@op
def array_split(x: Tensor, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Tensor]:
    """A list of so many nearly equal pieces along an axis, the first ones longer by one.

    >>> array_split([1, 2, 3], 2)
    [Array([1, 2], dtype=int32), Array([3], dtype=int32)]
    """
    return list(jnp.array_split(jnp.asarray(x), _cuts(indices_or_sections), axis))


def _cuts(value: int | Sequence[int]) -> Any:  # jax does not declare the tuple it takes
    return tuple(int(v) for v in value) if not isinstance(value, int) else value


@op
def hsplit(x: Tensor, indices_or_sections: int | Sequence[int]) -> list[Tensor]:
    """A list of pieces along the second axis, or the first of a vector.

    >>> [piece.tolist() for piece in hsplit([[1, 2], [3, 4]], 2)]
    [[[1], [3]], [[2], [4]]]
    """
    return list(jnp.hsplit(jnp.asarray(x), _cuts(indices_or_sections)))


@op
def vsplit(x: Tensor, indices_or_sections: int | Sequence[int]) -> list[Tensor]:
    """A list of pieces along the first axis.

    >>> [piece.tolist() for piece in vsplit([[1, 2], [3, 4]], 2)]
    [[[1, 2]], [[3, 4]]]
    """
    return list(jnp.vsplit(jnp.asarray(x), _cuts(indices_or_sections)))


@op
def dsplit(x: Tensor, indices_or_sections: int | Sequence[int]) -> list[Tensor]:
    """A list of pieces along the third axis.

    >>> [piece.shape for piece in dsplit([[[1, 2], [3, 4]]], 2)]
    [(1, 2, 1), (1, 2, 1)]
    """
    return list(jnp.dsplit(jnp.asarray(x), _cuts(indices_or_sections)))


@op
def meshgrid(*x: Tensor, indexing: str = "xy") -> list[Tensor]:
    """One grid of coordinates per vector.

    >>> [grid.tolist() for grid in meshgrid([1, 2], [3, 4])]
    [[[1, 2], [1, 2]], [[3, 3], [4, 4]]]
    """
    return list(jnp.meshgrid(*_arrays(x), indexing=indexing))
