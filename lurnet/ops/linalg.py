"""Linear algebra: the matrices stand in the last two axes."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from lurnet.core.errors import BadValue
from lurnet.core.symbolic import Tensor, op
from lurnet.ops.arithmetic import as_float
from lurnet.ops.kinds import Axis, axes

__all__ = [
    "cholesky", "cholesky_inverse", "det", "slogdet", "logdet", "eig", "eigh", "inv", "pinv",
    "lu_factor", "qr", "svd", "solve", "solve_triangular", "lstsq", "matrix_rank", "norm", "jvp",
]  # fmt: skip


@op
def cholesky(x: Tensor, upper: bool = False) -> Tensor:
    """The triangular L with L Lᵀ = x, for a symmetric positive x; ``upper``: U with Uᵀ U = x.

    >>> cholesky([[4.0, 0.0], [0.0, 9.0]]).tolist()
    [[2.0, 0.0], [0.0, 3.0]]
    """
    return jnp.linalg.cholesky(x, upper=upper)


@op
def cholesky_inverse(x: Tensor, upper: bool = False) -> Tensor:
    """The inverse of L Lᵀ (``upper``: of Uᵀ U), from the triangle L.

    >>> cholesky_inverse([[2.0, 0.0], [0.0, 4.0]]).tolist()
    [[0.25, 0.0], [0.0, 0.0625]]
    """
    x = jnp.asarray(x)
    unit = jnp.eye(x.shape[-1], dtype=x.dtype)
    inverse = jax.scipy.linalg.solve_triangular(x, unit, lower=not upper)
    turned = jnp.swapaxes(inverse, -1, -2)
    return inverse @ turned if upper else turned @ inverse


@op
def det(x: Tensor) -> Tensor:
    """Determinant.

    >>> float(det([[2.0, 0.0], [0.0, 3.0]]))
    6.0
    """
    return jnp.linalg.det(x)


@op
def slogdet(x: Tensor) -> tuple[Tensor, Tensor]:
    """Sign of the determinant, and logarithm of its size.

    >>> slogdet([[1.0, 0.0], [0.0, -1.0]])
    (Array(-1., dtype=float32), Array(0., dtype=float32))
    """
    sign, logarithm = jnp.linalg.slogdet(x)
    return sign, logarithm


@op
def logdet(x: Tensor) -> Tensor:
    """Logarithm of the determinant of a symmetric positive matrix.

    >>> float(logdet([[1.0, 0.0], [0.0, 1.0]]))
    0.0
    """
    return jnp.linalg.slogdet(x)[1]


@op
def eig(x: Tensor) -> tuple[Tensor, Tensor]:
    """Eigenvalues and, in columns, eigenvectors; complex. Only on the CPU.

    >>> eig([[2.0, 0.0], [0.0, 3.0]])[0].tolist()
    [(2+0j), (3+0j)]
    """
    values, vectors = jnp.linalg.eig(x)
    return values, vectors


@op
def eigh(x: Tensor) -> tuple[Tensor, Tensor]:
    """Eigenvalues, rising, and eigenvectors of a symmetric matrix.

    >>> eigh([[3.0, 0.0], [0.0, 2.0]])[0].tolist()
    [2.0, 3.0]
    """
    values, vectors = jnp.linalg.eigh(x)
    return values, vectors


@op
def inv(x: Tensor) -> Tensor:
    """Inverse matrix.

    >>> inv([[2.0, 0.0], [0.0, 4.0]]).tolist()
    [[0.5, 0.0], [0.0, 0.25]]
    """
    return jnp.linalg.inv(x)


@op
def pinv(x: Tensor, rcond: float | None = None) -> Tensor:
    """Pseudo-inverse; singular values below ``rcond`` times the largest count as 0.

    >>> pinv([[2.0, 0.0], [0.0, 4.0]]).tolist()
    [[0.5, 0.0], [0.0, 0.25]]
    """
    return jnp.linalg.pinv(x, rcond)


@op
def lu_factor(x: Tensor) -> tuple[Tensor, Tensor]:
    """L and U packed into one matrix, and the pivots: x with rows exchanged is L U.

    >>> lu_factor([[1.0, 2.0], [3.0, 4.0]])[1].tolist()
    [1, 1]
    """
    return jax.scipy.linalg.lu_factor(x)


@op
def qr(x: Tensor, mode: str = "reduced") -> tuple[Tensor, Tensor]:
    """Q with orthonormal columns and R upper triangular, Q R = x; ``mode``: or "complete".

    >>> [part.shape for part in qr([[1.0], [2.0]])]
    [(2, 1), (1, 1)]
    """
    if mode not in ("reduced", "complete"):
        raise BadValue(f"`mode` must be 'reduced' or 'complete', but it is {mode!r}.")
    q, r = jnp.linalg.qr(x, mode)
    return q, r


@op
def svd(x: Tensor, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """U, the singular values s (falling) and Vᵀ with U diag(s) Vᵀ = x; or s alone.

    >>> svd([[3.0, 0.0], [0.0, 4.0]], compute_uv=False).tolist()
    [4.0, 3.0]
    """
    if not compute_uv:
        return jnp.linalg.svd(x, full_matrices, False)
    u, s, vh = jnp.linalg.svd(x, full_matrices)
    return u, s, vh


@op
def solve(a: Tensor, b: Tensor) -> Tensor:
    """The x with a x = b.

    >>> solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 8.0]).tolist()
    [1.0, 2.0]
    """
    return jnp.linalg.solve(a, b)


@op
def solve_triangular(a: Tensor, b: Tensor, lower: bool = False) -> Tensor:
    """The x with a x = b, for a triangular a.

    >>> solve_triangular([[2.0, 0.0], [0.0, 4.0]], [2.0, 8.0]).tolist()
    [1.0, 2.0]
    """
    a, b = jnp.asarray(a), jnp.asarray(b)
    if b.ndim == a.ndim - 1:
        return jax.scipy.linalg.solve_triangular(a, b[..., None], lower=lower)[..., 0]
    return jax.scipy.linalg.solve_triangular(a, b, lower=lower)


@op
def lstsq(a: Tensor, b: Tensor, rcond: float | None = None) -> Tensor:
    """The x that makes |a x - b|² smallest.

    >>> print(lstsq([[1.0], [1.0]], [1.0, 3.0]).round(3))
    [2.]
    """
    return jnp.linalg.lstsq(a, b, rcond)[0]


@op
def matrix_rank(x: Tensor, tol: float | None = None) -> Tensor:
    """Number of singular values above ``tol`` (None: rounding of the dtype).

    >>> int(matrix_rank([[1.0, 0.0], [0.0, 0.0]]))
    1
    """
    return jnp.linalg.matrix_rank(x, tol)


@op
def norm(x: Tensor, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Length of vectors (one axis) or size of matrices (two axes).

    ``ord`` None is the root of the sum of squares; else 1, 2, inf, ... as in ``numpy.linalg.norm``,
    for matrices also "fro" and "nuc".

    >>> float(norm([3.0, 4.0]))
    5.0
    """
    return jnp.linalg.norm(as_float(x), ord, axes(axis), keepdims)


def jvp(fun: Callable[..., Any], primals: Any, tangents: Any, has_aux: bool = False) -> Any:
    """``fun`` at ``primals``, and its derivative in the direction of ``tangents``.

    >>> jvp(lambda x: x * x, (3.0,), (1.0,))
    (Array(9., dtype=float32, weak_type=True), Array(6., dtype=float32, weak_type=True))
    """
    return jax.jvp(fun, tuple(primals), tuple(tangents), has_aux)
