"""Mathematics that NumPy has no function for: error functions, distances, the k largest."""

import jax.numpy as jnp
from jax import lax

from lurnet.core.symbolic import Tensor, op
from lurnet.ops.arithmetic import as_float
from lurnet.ops.kinds import Axis, axes

__all__ = ["rsqrt", "erf", "erfc", "erfinv", "logsumexp", "cdist", "top_k", "in_top_k"]


@op
def rsqrt(x: Tensor) -> Tensor:
    """1 / sqrt(x), elementwise.

    >>> rsqrt([4.0, 0.25]).tolist()
    [0.5, 2.0]
    """
    return lax.rsqrt(jnp.asarray(x))


@op
def erf(x: Tensor) -> Tensor:
    """Error function, 2/√π ∫₀ˣ exp(-t²) dt.

    >>> print(erf([0.0, 1.0]))
    [0.         0.84270084]
    """
    return lax.erf(as_float(x))


@op
def erfc(x: Tensor) -> Tensor:
    """1 - erf(x), exact for large x.

    >>> print(erfc([0.0, 1.0]))
    [1.         0.15729924]
    """
    return lax.erfc(as_float(x))


@op
def erfinv(x: Tensor) -> Tensor:
    """The number whose error function is x.

    >>> print(erfinv([0.0, 0.5]))
    [0.         0.47693628]
    """
    return lax.erf_inv(as_float(x))


@op
def logsumexp(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """log(sum(exp(x))) over some axes, without overflow.

    >>> print(logsumexp([1000.0, 1000.0]))
    1000.6932
    """
    x = as_float(x)
    top = lax.stop_gradient(jnp.max(x, axes(axis), keepdims=True))
    top = jnp.where(jnp.isfinite(top), top, 0)
    out = jnp.log(jnp.sum(jnp.exp(x - top), axes(axis), keepdims=True)) + top
    return out if keepdims else jnp.squeeze(out, axes(axis))


@op
def cdist(x: Tensor, y: Tensor) -> Tensor:
    """Euclidean distances of rows of x and rows of y, (..., n, d), (..., m, d) -> (..., n, m).

    >>> cdist([[0.0, 0.0]], [[3.0, 4.0]]).tolist()
    [[5.0]]
    """
    x, y = jnp.asarray(x), jnp.asarray(y)
    return jnp.linalg.norm(x[..., :, None, :] - y[..., None, :, :], axis=-1)


@op
def top_k(x: Tensor, k: int, sorted: bool = True) -> tuple[Tensor, Tensor]:
    """The ``k`` largest elements along the last axis, and their positions.

    >>> top_k([1, 3, 2], 2)
    (Array([3, 2], dtype=int32), Array([1, 2], dtype=int32))
    """
    values, indices = lax.top_k(jnp.asarray(x), k)
    return values, indices


@op
def in_top_k(targets: Tensor, predictions: Tensor, k: int) -> Tensor:
    """Whether each row's target class is among its ``k`` best: fewer than k others are better.

    A prediction that is not finite is never among them.

    >>> in_top_k([0, 1], [[0.1, 0.7, 0.2], [0.1, 0.7, 0.2]], k=2).tolist()
    [False, True]
    """
    predictions = jnp.asarray(predictions)
    own = jnp.take_along_axis(predictions, jnp.asarray(targets)[..., None], -1)
    better = jnp.sum(predictions > own, -1)
    return (better < k) & jnp.isfinite(own[..., 0])
