"""Means and variances, and tensors scaled by them."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from lurnet.core import settings
from lurnet.core.errors import BadValue
from lurnet.core.symbolic import Tensor, op
from lurnet.ops.arithmetic import as_float
from lurnet.ops.kinds import axes

__all__ = [
    "moments", "batch_normalization", "layer_normalization", "rms_normalization", "normalize",
]  # fmt: skip


@op
def moments(
    x: Tensor, axes: int | Sequence[int], keepdims: bool = False, synchronized: bool = False
) -> tuple[Tensor, Tensor]:
    """Mean and variance over some axes, in float32 for narrower floats.

    ``synchronized`` is kept for compatibility: one program sees the whole batch.

    >>> moments([1.0, 3.0], 0)
    (Array(2., dtype=float32), Array(1., dtype=float32))
    """
    x = as_float(x)
    narrow = x.dtype in (jnp.float16, jnp.bfloat16)
    wide = x.astype("float32") if narrow else x
    over = (axes,) if isinstance(axes, int) else tuple(axes)
    mean = jnp.mean(wide, over, keepdims=True)
    variance = jnp.maximum(jnp.mean(jnp.square(wide), over, keepdims=True) - jnp.square(mean), 0)
    if narrow:
        top = jnp.finfo(x.dtype).max
        mean, variance = (jnp.clip(v, -top, top).astype(x.dtype) for v in (mean, variance))
    return (mean, variance) if keepdims else (jnp.squeeze(mean, over), jnp.squeeze(variance, over))


@op
def batch_normalization(
    x: Tensor,
    mean: Tensor,
    variance: Tensor,
    axis: int,
    offset: Tensor = None,
    scale: Tensor = None,
    epsilon: float = 1e-3,
) -> Tensor:
    """(x - mean) / sqrt(variance + epsilon) * scale + offset, all vectors along one axis.

    >>> batch_normalization([[1.0], [3.0]], [2.0], [1.0], -1, epsilon=0.0).tolist()
    [[-1.0], [1.0]]
    """
    x = as_float(x)
    shape = [1] * x.ndim
    shape[axis] = -1
    factor = lax.rsqrt(as_float(variance) + epsilon)
    if scale is not None:
        factor = factor * scale
    shift = -jnp.asarray(mean) * factor
    if offset is not None:
        shift = shift + offset
    factor, shift = (jnp.reshape(v, shape).astype(x.dtype) for v in (factor, shift))
    return x * factor + shift


@op
def layer_normalization(
    x: Tensor,
    gamma: Tensor = None,
    beta: Tensor = None,
    axis: int | Sequence[int] = -1,
    epsilon: float | None = None,
    **kwargs: Any,
) -> Tensor:
    """(x - mean) / sqrt(variance + epsilon) * gamma + beta, mean and variance over some axes.

    With ``rms_scaling=True``, x / sqrt(variance + epsilon) * gamma. Ba et al., 2016
    (https://arxiv.org/abs/1607.06450).

    >>> layer_normalization([[1.0, 3.0]], epsilon=0.0).tolist()
    [[-1.0, 1.0]]
    """
    rms_scaling = kwargs.pop("rms_scaling", False)
    if kwargs:
        raise BadValue(f"layer_normalization() has no settings {sorted(kwargs)}.")
    x = as_float(x)
    over = sorted(a % x.ndim for a in ((axis,) if isinstance(axis, int) else axis))
    wide = x.astype(jnp.promote_types(x.dtype, "float32"))
    variance = jnp.var(wide, over, keepdims=True)
    factor = lax.rsqrt(variance + _epsilon(epsilon))
    if gamma is not None:
        factor = factor * _along(gamma, x, over)
    if rms_scaling:
        return (wide * factor).astype(x.dtype)
    out = (wide - jnp.mean(wide, over, keepdims=True)) * factor
    return (out if beta is None else out + _along(beta, x, over)).astype(x.dtype)


def _epsilon(value: float | None) -> float:
    return settings.epsilon() if value is None else value


def _along(weight: Tensor, x: Tensor, over: Sequence[int]) -> Tensor:
    """A weight with the axes ``over`` of ``x``, and size 1 in the others."""
    weight = jnp.asarray(weight)
    shape = [size if i in over else 1 for i, size in enumerate(x.shape)]
    return weight.reshape(shape) if weight.ndim and weight.ndim != x.ndim else weight


@op
def rms_normalization(
    x: Tensor, scale: Tensor = None, axis: int | Sequence[int] = -1, epsilon: float | None = None
) -> Tensor:
    """x / sqrt(mean(x²) + epsilon) * scale, the mean over some axes.

    Zhang and Sennrich, 2019 (https://arxiv.org/abs/1910.07467).

    >>> rms_normalization([[1.0, 1.0]], epsilon=0.0).tolist()
    [[1.0, 1.0]]
    """
    x = as_float(x)
    over = sorted(a % x.ndim for a in ((axis,) if isinstance(axis, int) else axis))
    wide = x.astype(jnp.promote_types(x.dtype, "float32"))
    mean = jnp.mean(jnp.square(wide), over, keepdims=True)
    out = wide * lax.rsqrt(mean + _epsilon(epsilon))
    return (out if scale is None else out * _along(scale, x, over)).astype(x.dtype)


@op
def normalize(
    x: Tensor, axis: int | Sequence[int] | None = -1, order: int = 2, epsilon: float | None = None
) -> Tensor:
    """x divided by its length along an axis, sum(abs(x)**order)**(1 / order), or by ``epsilon``.

    >>> print(normalize([3.0, 4.0]))
    [0.6 0.8]
    """
    if not isinstance(order, int) or order < 1:
        raise BadValue(f"`order` must be an int from 1 on, but it is {order!r}.")
    x, least = as_float(x), _epsilon(epsilon)
    if order == 2:  # one root less, and a derivative at zero
        squares = jnp.sum(jnp.square(x), axes(axis), keepdims=True)
        return x * lax.rsqrt(jnp.maximum(squares, jnp.asarray(least**2, x.dtype)))
    length = jnp.sum(jnp.abs(x) ** order, axes(axis), keepdims=True) ** (1 / order)
    return x / jnp.maximum(length, least)
