"""Convolution: XLA's own, or on CPU a form that trains faster."""

from collections.abc import Sequence
from functools import partial

import jax
import jax.numpy as jnp
from jax import Array, lax

from lurnet.kernels import fusion
from lurnet.kernels.common.choice import own_forms
from lurnet.kernels.common.derived import derived
from lurnet.kernels.common.windows import Geometry, channels_last, explicit, restored, spans
from lurnet.kernels.conv.correlation import (
    correlate,
    counts,
    input_grad,
    kernel_grad,
    suits_c,
    xla_conv,
)
from lurnet.kernels.costs import costs
from lurnet.kernels.depthwise.op import depthwise_last


def conv(
    x: Array,
    kernel: Array,
    strides: tuple[int, ...],
    padding: str | Sequence[tuple[int, int]],
    dilation: tuple[int, ...],
    groups: int = 1,
    data_format: str = "channels_last",
) -> Array:
    """Weighted sums over windows: (b, *spatial, c) to (b, *count, filters), or channels first.

    `kernel` is (*window, c // groups, filters); `strides` and `dilation` hold one number for each
    of 1 to 3 spatial axes; `padding` is "valid", "same", or (low, high) for each axis.

    >>> conv(jnp.ones((1, 4, 1)), jnp.ones((2, 1, 1)), (1,), "valid", (1,)).shape
    (1, 3, 1)
    """
    dtype = jnp.result_type(x, kernel)
    x, kernel = channels_last(jnp.asarray(x, dtype), data_format), jnp.asarray(kernel, dtype)
    covered = spans(kernel.shape[:-2], dilation)
    pads = explicit(padding, x.shape[1:-1], covered, strides)
    geometry = Geometry(tuple(strides), pads, tuple(dilation))
    if own_forms(dtype, x.size, kernel.size, *counts(x, kernel, geometry)):
        y = _grouped(x, kernel, geometry, groups)
    else:
        y = xla_conv(x, kernel, geometry, groups)
    return restored(y, data_format)


def _grouped(x: Array, kernel: Array, geometry: Geometry, groups: int) -> Array:
    if groups == 1:
        return conv_last(x, kernel, geometry)
    if kernel.shape[-2] == 1:
        own = kernel.reshape(*kernel.shape[:-2], groups, -1)
        return depthwise_last(x, own, geometry)
    if groups <= costs().conv_single_groups:
        parts = zip(jnp.split(x, groups, -1), jnp.split(kernel, groups, -1), strict=True)
        return jnp.concatenate([conv_last(*part, geometry) for part in parts], -1)
    x = x.reshape(*x.shape[:-1], groups, -1)
    kernel = kernel.reshape(*kernel.shape[:-1], groups, -1)
    each = jax.vmap(partial(conv_last, geometry=geometry), in_axes=(-2, -2), out_axes=-2)
    y = each(x, kernel)
    return y.reshape(*y.shape[:-2], -1)


def conv_last(x: Array, kernel: Array, geometry: Geometry) -> Array:
    """A convolution of channels-last x by one group, with gradients of its own."""
    if suits_c(x, kernel, geometry):
        y = correlate(x, kernel, geometry)
        if x.ndim == 4:
            fusion.note_conv(y, x, kernel, geometry)
        return y
    return _conv(x, kernel, geometry)


@derived(2)
def _conv(x: Array, kernel: Array, geometry: Geometry) -> Array:
    return _only_forward(geometry)(x, kernel)


# Without the barriers each tap of the window computes the pooling before it again, and the output's
# gradient is computed twice. Step of conv 32-32, ms without | with: batch 32 1.97 | 1.94, busy
# machine 3.60 | 2.97; batch 128 8.9 | 8.4. A tenth less to compile.


def _forward(x: Array, kernel: Array, geometry: Geometry) -> Array:
    x = lax.optimization_barrier(x)
    return correlate(x, kernel, geometry)


def _backward(geometry: Geometry, saved: tuple[Array, Array], y: Array) -> tuple[Array, Array]:
    (x, kernel), y = saved, lax.optimization_barrier(y)
    return input_grad(y, kernel, geometry, x.shape[1:-1]), kernel_grad(x, y, kernel, geometry)


_conv.define_linear(2, _backward, _forward)


def _only_forward(geometry: Geometry) -> jax.custom_batching.custom_vmap:
    """The convolution where no gradient is asked for: XLA's, except for a batch of kernels.

    Without a gradient XLA wins at every size measured (14x14x32 -> 64, b 128: 10 ms by
    XLA, 20 by columns), but over a batch of kernels it would become a grouped convolution, its
    slowest form.
    """

    @jax.custom_batching.custom_vmap
    def run(x: Array, kernel: Array) -> Array:
        return xla_conv(x, kernel, geometry)

    @run.def_vmap
    def batched(size: int, batched: list[bool], x: Array, kernel: Array) -> tuple[Array, bool]:
        form = correlate if batched[1] else xla_conv
        axes = tuple(0 if mapped else None for mapped in batched)
        return jax.vmap(partial(form, geometry=geometry), axes, axis_size=size)(x, kernel), True

    return run
