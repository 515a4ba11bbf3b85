"""Depthwise convolution, each channel by itself: on CPU a sum of elementwise products.

One training step of 3x3, 56x56x64, batch 8, takes 29 ms so, and 1700 by XLA (see `choice`).
"""

from collections.abc import Sequence

import jax.numpy as jnp
from jax import Array

from lurnet.kernels.common.choice import own_forms
from lurnet.kernels.common.derived import derived
from lurnet.kernels.common.windows import (
    Geometry,
    Sizes,
    channels_last,
    counted,
    explicit,
    padded,
    restored,
    spans,
    taps,
)
from lurnet.kernels.conv.correlation import surrounded, unpadded, xla_conv


def depthwise(
    x: Array,
    kernel: Array,
    strides: tuple[int, ...],
    padding: str | Sequence[tuple[int, int]],
    dilation: tuple[int, ...],
    data_format: str = "channels_last",
) -> Array:
    """Sums over windows of each channel: (b, *spatial, c) to (b, *count, c * multiplier).

    `kernel` is (*window, c, multiplier).

    >>> depthwise(jnp.ones((1, 4, 3)), jnp.ones((2, 3, 2)), (1,), "valid", (1,)).shape
    (1, 3, 6)
    """
    dtype = jnp.result_type(x, kernel)
    x, kernel = channels_last(jnp.asarray(x, dtype), data_format), jnp.asarray(kernel, dtype)
    covered = spans(kernel.shape[:-2], dilation)
    pads = explicit(padding, x.shape[1:-1], covered, strides)
    geometry = Geometry(tuple(strides), pads, tuple(dilation))
    if own_forms(dtype, x.size, kernel.size, *counted(x.shape[1:-1], pads, covered, strides)):
        y = depthwise_last(x, kernel, geometry)
    else:
        merged = kernel.reshape(*kernel.shape[:-2], 1, -1)
        y = xla_conv(x, merged, geometry, groups=x.shape[-1])
    return restored(y, data_format)


def depthwise_last(x: Array, kernel: Array, geometry: Geometry) -> Array:
    """`depthwise` of channels-last x."""
    multiplier = kernel.shape[-1]
    if multiplier > 1:
        x = jnp.repeat(x, multiplier, -1)
    return _depthwise(x, kernel.reshape(*kernel.shape[:-2], -1), geometry)


@derived(2)
def _depthwise(x: Array, kernel: Array, geometry: Geometry) -> Array:
    return _summed(x, kernel, geometry)


def _backward(geometry: Geometry, saved: tuple[Array, Array], y: Array) -> tuple[Array, Array]:
    x, kernel = saved
    window = kernel.shape[:-1]
    field = surrounded(y, window, geometry, x.shape[1:-1])
    by_input = _summed(field, jnp.flip(kernel, range(len(window))), unpadded(geometry))
    over = tuple(range(y.ndim - 1))
    by_kernel = [(tap * y).sum(over) for tap in _taps(x, window, geometry)]
    return by_input, jnp.stack(by_kernel).reshape(kernel.shape)


_depthwise.define_linear(2, _backward)


def _summed(x: Array, kernel: Array, geometry: Geometry) -> Array:
    """Sum over each window of x times kernel (*window, c); half precision is added in float32."""
    weights = kernel.reshape(-1, kernel.shape[-1])
    wide = jnp.promote_types(x.dtype, jnp.float32)
    products = [
        tap.astype(wide) * weight.astype(wide)
        for tap, weight in zip(_taps(x, kernel.shape[:-1], geometry), weights, strict=True)
    ]
    return sum(products).astype(x.dtype)


def _taps(x: Array, window: Sizes, geometry: Geometry) -> list[Array]:
    strides, pads, dilation = geometry
    number = counted(x.shape[1:-1], pads, spans(window, dilation), strides)
    return taps(padded(x, pads), window, strides, dilation, number)
