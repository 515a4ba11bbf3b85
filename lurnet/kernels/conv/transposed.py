"""Transposed convolution, which is the gradient of a convolution by its input."""

import jax.numpy as jnp
from jax import Array

from lurnet.kernels.common.choice import own_forms
from lurnet.kernels.common.derived import derived
from lurnet.kernels.common.windows import Geometry, Sizes, channels_last, restored, spans
from lurnet.kernels.conv.correlation import (
    correlate,
    flip_kernel,
    input_grad,
    kernel_grad,
    surrounded,
    unpadded,
    xla_conv,
)


def conv_transpose(
    x: Array,
    kernel: Array,
    strides: Sizes,
    padding: str,
    output_padding: Sizes | None = None,
    dilation: Sizes | None = None,
    data_format: str = "channels_last",
) -> Array:
    """Spread each sample over a window: (b, *spatial, c) to (b, *larger, filters).

    `kernel` is (*window, filters, c). Of n samples under a window that spans s, an axis gets
    ``(n - 1) * stride + s`` outputs, or ``n * stride`` if more, for "valid", ``n * stride`` for
    "same".
    With `output_padding` p: ``(n - 1) * stride + s + p``, for "same" less ``2 * (s // 2)``.

    >>> y = conv_transpose(jnp.ones((1, 2, 1)), jnp.ones((3, 1, 1)), (2,), "valid")
    >>> y.ravel().tolist()
    [1.0, 1.0, 2.0, 1.0, 1.0]
    """
    dtype = jnp.result_type(x, kernel)
    x, kernel = channels_last(jnp.asarray(x, dtype), data_format), jnp.asarray(kernel, dtype)
    dilation = tuple(dilation or (1,) * len(strides))
    covered = spans(kernel.shape[:-2], dilation)
    extra = output_padding or (None,) * len(strides)
    extents = [
        _extent(*axis, padding) for axis in zip(x.shape[1:-1], covered, strides, extra, strict=True)
    ]
    sizes = tuple(size for size, _ in extents)
    geometry = Geometry(tuple(strides), tuple((low, 0) for _, low in extents), dilation)
    if own_forms(dtype, x.size, kernel.size, *sizes):
        y = _transposed(x, kernel, geometry, sizes)
    else:
        field = surrounded(x, kernel.shape[:-2], geometry, sizes)
        y = xla_conv(field, flip_kernel(kernel), unpadded(geometry))
    return restored(y, data_format)


def _extent(size: int, span: int, stride: int, extra: int | None, padding: str) -> tuple[int, int]:
    """How many outputs there are along an axis, and how many are cut off before the first."""
    whole = (size - 1) * stride + span
    if padding == "valid":
        return (max(whole, size * stride) if extra is None else whole + extra), 0
    outputs = size * stride if extra is None else whole + extra - 2 * (span // 2)
    return outputs, max((whole - outputs) // 2, 0)


@derived(2, 3)
def _transposed(x: Array, kernel: Array, geometry: Geometry, sizes: Sizes) -> Array:
    return input_grad(x, kernel, geometry, sizes)


def _backward(
    geometry: Geometry, sizes: Sizes, saved: tuple[Array, Array], y: Array
) -> tuple[Array, Array]:
    """The convolution whose gradient the transposed one is, padded up to the last window."""
    x, kernel = saved
    strides, pads, dilation = geometry
    covered = spans(kernel.shape[:-2], dilation)
    around = tuple(
        (low, (number - 1) * stride + span - low - size)
        for (low, _), number, stride, span, size in zip(
            pads, x.shape[1:-1], strides, covered, sizes, strict=True
        )
    )
    convolution = Geometry(strides, around, dilation)
    return correlate(y, kernel, convolution), kernel_grad(y, x, kernel, convolution)


_transposed.define_linear(2, _backward)
