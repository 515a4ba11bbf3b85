"""Convolutions and pooling over images of any rank, (b, *spatial, c) or (b, c, *spatial).

``strides``, ``dilation_rate`` and ``pool_size`` are an int or one per spatial axis; ``padding`` is
"valid" or "same"; ``data_format`` None is the global setting.
"""

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp

from lurnet.core.errors import BadValue
from lurnet.core.settings import standardize_data_format
from lurnet.core.symbolic import Tensor, op
from lurnet.kernels.average_pool import op as average_pooling
from lurnet.kernels.conv import op as convolutions
from lurnet.kernels.conv import transposed
from lurnet.kernels.depthwise import op as depthwise
from lurnet.kernels.max_pool import op as max_pooling
from lurnet.ops.kinds import per_axis

__all__ = [
    "conv", "depthwise_conv", "separable_conv", "conv_transpose", "max_pool", "average_pool",
    "adaptive_average_pool", "adaptive_max_pool",
]  # fmt: skip

Sizes = int | Sequence[int]


def _same_dtype(inputs: Tensor, *kernels: Tensor) -> list[Tensor]:
    dtype = jnp.result_type(inputs, *kernels)
    return [jnp.asarray(x).astype(dtype) for x in (inputs, *kernels)]


def _padding(padding: str) -> str:
    name = padding.lower() if isinstance(padding, str) else padding
    if name not in ("valid", "same"):
        raise BadValue(f"`padding` must be 'valid' or 'same', but it is {padding!r}.")
    return name


@op
def conv(
    inputs: Tensor,
    kernel: Tensor,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Tensor:
    """Cross-correlation of images with a kernel (*window, c // groups, filters).

    The number of groups is the images' channels divided by the kernel's.

    >>> conv([[[1.0], [2.0], [3.0]]], [[[1.0]], [[1.0]]]).tolist()
    [[[3.0], [5.0]]]
    """
    inputs, kernel = _same_dtype(inputs, kernel)
    rank, data_format = kernel.ndim - 2, standardize_data_format(data_format)
    channels = inputs.shape[-1 if data_format == "channels_last" else 1]
    taken = kernel.shape[-2]
    groups = channels // taken if taken else 1
    if not groups or groups * taken != channels:
        raise BadValue(
            f"The images have {channels} channels ({data_format}, shape {inputs.shape}), which is "
            f"no multiple of the kernel's {taken} (shape {kernel.shape})."
        )
    return convolutions.conv(
        inputs,
        kernel,
        per_axis(strides, rank),
        _padding(padding),
        per_axis(dilation_rate, rank),
        groups,
        data_format,
    )


@op
def depthwise_conv(
    inputs: Tensor,
    kernel: Tensor,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Tensor:
    """Each channel by itself with its own filters, kernel (*window, c, filters per channel).

    >>> depthwise_conv([[[1.0, 5.0], [2.0, 6.0]]], [[[1.0], [2.0]]]).tolist()
    [[[1.0, 10.0], [2.0, 12.0]]]
    """
    inputs, kernel = _same_dtype(inputs, kernel)
    rank = kernel.ndim - 2
    return depthwise.depthwise(
        inputs,
        kernel,
        per_axis(strides, rank),
        _padding(padding),
        per_axis(dilation_rate, rank),
        standardize_data_format(data_format),
    )


@op
def separable_conv(
    inputs: Tensor,
    depthwise_kernel: Tensor,
    pointwise_kernel: Tensor,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Tensor:
    """``depthwise_conv``, then a mix of the channels, kernel (1, ..., c * multiplier, filters).

    >>> separable_conv([[[1.0, 5.0]]], [[[1.0], [2.0]]], [[[1.0], [1.0]]]).tolist()
    [[[11.0]]]
    """
    mid = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(mid, pointwise_kernel, 1, "valid", data_format)


@op
def conv_transpose(
    inputs: Tensor,
    kernel: Tensor,
    strides: Sizes = 1,
    padding: str = "valid",
    output_padding: Sizes | None = None,
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Tensor:
    """The derivative of a convolution as a layer: each input spreads a kernel over the output.

    The kernel is (*window, filters, c); ``output_padding`` adds rows at the end.

    >>> conv_transpose([[[1.0], [2.0]]], [[[1.0]], [[10.0]]], strides=2).tolist()
    [[[1.0], [10.0], [2.0], [20.0]]]
    """
    inputs, kernel = _same_dtype(inputs, kernel)
    rank = kernel.ndim - 2
    return transposed.conv_transpose(
        inputs,
        kernel,
        per_axis(strides, rank),
        _padding(padding),
        None if output_padding is None else per_axis(output_padding, rank),
        per_axis(dilation_rate, rank),
        standardize_data_format(data_format),
    )


@op
def max_pool(
    inputs: Tensor,
    pool_size: Sizes,
    strides: Sizes | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """The largest element of each window; strides None are the window's size.

    >>> max_pool([[[1.0], [3.0], [2.0], [0.0]]], 2).tolist()
    [[[3.0], [2.0]]]
    """
    settings = _pool(inputs, pool_size, strides, padding, data_format)
    return max_pooling.max_pool(jnp.asarray(inputs), *settings)


@op
def average_pool(
    inputs: Tensor,
    pool_size: Sizes,
    strides: Sizes | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """The mean of each window, padding not counted; strides None are the window's size.

    >>> average_pool([[[1.0], [3.0], [2.0], [0.0]]], 2).tolist()
    [[[2.0], [1.0]]]
    """
    settings = _pool(inputs, pool_size, strides, padding, data_format)
    return average_pooling.average_pool(jnp.asarray(inputs), *settings)


def _pool(
    inputs: Tensor, pool_size: Sizes, strides: Sizes | None, padding: str, data_format: str | None
) -> tuple:
    window = per_axis(pool_size, jnp.ndim(inputs) - 2)
    steps = window if strides is None else per_axis(strides, len(window))
    return window, steps, _padding(padding), standardize_data_format(data_format)


@op
def adaptive_average_pool(
    inputs: Tensor, output_size: Sizes, data_format: str | None = None
) -> Tensor:
    """Means of windows that cut each spatial axis into ``output_size`` parts.

    Part i of m of an axis of n goes from floor(i n / m) to ceil((i + 1) n / m).

    >>> adaptive_average_pool([[[1.0], [3.0], [2.0], [0.0]]], 2).tolist()
    [[[2.0], [1.0]]]
    """
    return _adaptive(jnp.mean, inputs, output_size, data_format)


@op
def adaptive_max_pool(inputs: Tensor, output_size: Sizes, data_format: str | None = None) -> Tensor:
    """The largest elements of windows that cut each spatial axis into ``output_size`` parts.

    >>> adaptive_max_pool([[[1.0], [3.0], [2.0], [0.0]]], 2).tolist()
    [[[3.0], [2.0]]]
    """
    return _adaptive(jnp.max, inputs, output_size, data_format)


def _adaptive(
    reduce: Callable[..., Any], inputs: Tensor, output_size: Sizes, data_format: str | None
) -> Tensor:
    x = jnp.asarray(inputs)
    first = 1 if standardize_data_format(data_format) == "channels_last" else 2
    for axis, parts in enumerate(per_axis(output_size, x.ndim - 2), first):
        size = x.shape[axis]
        ends = [(i * size // parts, -(-(i + 1) * size // parts)) for i in range(parts)]
        rows = jnp.moveaxis(x, axis, 0)
        x = jnp.moveaxis(jnp.stack([reduce(rows[a:b], 0) for a, b in ends]), 0, axis)
    return x
