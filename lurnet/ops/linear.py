"""Products of tensors."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from lurnet.core.errors import BadValue
from lurnet.core.symbolic import Tensor, op
from lurnet.kernels.matmul.op import matmul as product

__all__ = [
    "matmul", "dot", "inner", "outer", "vdot", "kron", "cross", "tensordot", "einsum", "trace",
]  # fmt: skip


@op
def matmul(x1: Tensor, x2: Tensor) -> Tensor:
    """Matrix product over the last two axes, the others broadcast; int8 is summed as int32.

    >>> matmul([[1, 2], [3, 4]], [1, 1]).tolist()
    [3, 7]
    """
    x1, x2 = jnp.asarray(x1), jnp.asarray(x2)
    if x1.ndim >= 2 and x2.ndim == 2 and x1.dtype == x2.dtype == "float32":
        return product(x1, x2)
    small = x1.dtype == x2.dtype == "int8"
    return jnp.matmul(x1, x2, preferred_element_type="int32" if small else None)


@op
def dot(x1: Tensor, x2: Tensor) -> Tensor:
    """Sum of products over the last axis of x1 and the last but one of x2.

    >>> int(dot([1, 2], [3, 4]))
    11
    """
    return jnp.dot(x1, x2)


@op
def inner(x1: Tensor, x2: Tensor) -> Tensor:
    """Sum of products over the last axes of both.

    >>> int(inner([1, 2], [3, 4]))
    11
    """
    return jnp.inner(x1, x2)


@op
def outer(x1: Tensor, x2: Tensor) -> Tensor:
    """All products of an element of x1 with one of x2, as a matrix.

    >>> outer([1, 2], [3, 4]).tolist()
    [[3, 4], [6, 8]]
    """
    return jnp.outer(x1, x2)


@op
def vdot(x1: Tensor, x2: Tensor) -> Tensor:
    """Sum of products of the flattened tensors, the first conjugated.

    >>> int(vdot([[1, 2]], [[3, 4]]))
    11
    """
    return jnp.vdot(x1, x2)


@op
def kron(x1: Tensor, x2: Tensor) -> Tensor:
    """Kronecker product: each element of x1 times the whole of x2.

    >>> kron([1, 2], [1, 10]).tolist()
    [1, 10, 2, 20]
    """
    return jnp.kron(x1, x2)


@op
def cross(
    x1: Tensor,
    x2: Tensor,
    axisa: int = -1,
    axisb: int = -1,
    axisc: int = -1,
    axis: int | None = None,
) -> Tensor:
    """Cross product of vectors of 3 components (or of 2, whose result is a number).

    >>> cross([1, 0, 0], [0, 1, 0]).tolist()
    [0, 0, 1]
    """
    x1, x2 = jnp.asarray(x1), jnp.asarray(x2)
    sizes = x1.shape[axisa if axis is None else axis], x2.shape[axisb if axis is None else axis]
    if any(size not in (2, 3) for size in sizes):
        raise BadValue(f"cross() takes vectors of 2 or 3 components, but they have {sizes}.")
    return jnp.cross(x1, x2, axisa, axisb, axisc, axis)


@op
def tensordot(x1: Tensor, x2: Tensor, axes: int | Sequence = 2) -> Tensor:
    """Sum of products over the last ``axes`` of x1 and the first of x2, or over listed ones.

    >>> tensordot([[1, 2], [3, 4]], [1, 1], axes=1).tolist()
    [3, 7]
    """
    return jnp.tensordot(x1, x2, axes)


@op
def einsum(subscripts: str, *operands: Tensor, **kwargs: Any) -> Tensor:
    """Sums of products by Einstein's notation: a letter per axis, those not in the result summed.

    >>> einsum("ij,j->i", [[1, 2], [3, 4]], [1, 1]).tolist()
    [3, 7]
    """
    arrays = [jnp.asarray(x) for x in operands]
    if arrays and all(x.dtype == "int8" for x in arrays):
        kwargs.setdefault("preferred_element_type", "int32")
    return jnp.einsum(subscripts, *arrays, **kwargs)


@op
def trace(x: Tensor, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """Sum of a diagonal of the matrices that two axes span.

    >>> int(trace([[1, 2], [3, 4]]))
    5
    """
    return jnp.trace(x, offset, axis1, axis2)
