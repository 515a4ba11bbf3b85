"""Windows as columns, channels as pixels, axes by name."""

import itertools
import math
from collections.abc import Iterator

import jax.numpy as jnp

from lurnet.core.errors import BadValue
from lurnet.core.settings import standardize_data_format
from lurnet.core.symbolic import Tensor, op
from lurnet.ops.convolution import Sizes
from lurnet.ops.kinds import per_axis

__all__ = ["unfold", "fold", "depth_to_space", "space_to_depth"]


def _taps(window: tuple, dilation: tuple, strides: tuple, counts: list) -> Iterator[tuple]:
    """For each place in a window, the slices of rows and columns where all windows have it."""
    for place in itertools.product(*map(range, window)):
        starts = [t * d for t, d in zip(place, dilation, strict=True)]
        rows, columns = (
            slice(s, s + (n - 1) * step + 1, step)
            for s, n, step in zip(starts, counts, strides, strict=True)
        )
        yield (..., rows, columns)


def _counts(sizes: tuple, window: tuple, dilation: tuple, padding: tuple, stride: tuple) -> list:
    axes = zip(sizes, window, dilation, padding, stride, strict=True)
    return [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, d, p, s in axes]


@op
def unfold(
    x: Tensor, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1
) -> Tensor:
    """Windows of (b, c, h, w) as columns, (b, c * window, number of windows).

    >>> unfold(jnp.ones((1, 2, 4, 4)), 2).shape
    (1, 8, 9)
    """
    x = jnp.asarray(x)
    settings = [per_axis(v, 2) for v in (kernel_size, dilation, padding, stride)]
    window, dilation, padding, stride = settings
    counts = _counts(x.shape[2:], *settings)
    x = jnp.pad(x, ((0, 0), (0, 0), *((p, p) for p in padding)))
    taps = [x[tap] for tap in _taps(window, dilation, stride, counts)]
    return jnp.stack(taps, 2).reshape(x.shape[0], x.shape[1] * len(taps), math.prod(counts))


@op
def fold(
    x: Tensor,
    output_size: Sizes,
    kernel_size: Sizes,
    dilation: Sizes = 1,
    padding: Sizes = 0,
    stride: Sizes = 1,
) -> Tensor:
    """Columns of ``unfold`` put back and added where they overlap, (b, c, *output_size).

    >>> fold(jnp.ones((1, 4, 9)), 4, 2)[0, 0].tolist()
    [[1.0, 2.0, 2.0, 1.0], [2.0, 4.0, 4.0, 2.0], [2.0, 4.0, 4.0, 2.0], [1.0, 2.0, 2.0, 1.0]]
    """
    x, sizes = jnp.asarray(x), per_axis(output_size, 2)
    settings = [per_axis(v, 2) for v in (kernel_size, dilation, padding, stride)]
    window, dilation, padding, stride = settings
    counts = _counts(sizes, *settings)
    taps = math.prod(window)
    columns = x.reshape(x.shape[0], x.shape[1] // taps, taps, *counts)
    wide = [n + 2 * p for n, p in zip(sizes, padding, strict=True)]
    out = jnp.zeros((x.shape[0], x.shape[1] // taps, *wide), x.dtype)
    for i, tap in enumerate(_taps(window, dilation, stride, counts)):
        out = out.at[tap].add(columns[:, :, i])
    (top, left), (height, width) = padding, sizes
    return out[:, :, top : top + height, left : left + width]


@op
def depth_to_space(x: Tensor, block_size: int, data_format: str = "channels_last") -> Tensor:
    """Channels spread over blocks of pixels, (b, h, w, c) -> (b, h * n, w * n, c / n²).

    >>> depth_to_space(jnp.ones((1, 2, 2, 8)), 2).shape
    (1, 4, 4, 2)
    """
    n, x = block_size, jnp.asarray(x)
    last = standardize_data_format(data_format) == "channels_last"
    batch, height, width, channels = x.shape if last else (x.shape[0], *x.shape[2:], x.shape[1])
    if channels % n**2:
        raise BadValue(f"{channels} channels cannot be spread over blocks of {n} x {n} pixels.")
    deep = channels // n**2
    if last:
        x = x.reshape(batch, height, width, n, n, deep).transpose(0, 1, 3, 2, 4, 5)
        return x.reshape(batch, height * n, width * n, deep)
    x = x.reshape(batch, deep, n, n, height, width).transpose(0, 1, 4, 2, 5, 3)
    return x.reshape(batch, deep, height * n, width * n)


@op
def space_to_depth(x: Tensor, block_size: int, data_format: str = "channels_last") -> Tensor:
    """Blocks of pixels gathered into channels, the inverse of ``depth_to_space``.

    >>> space_to_depth(jnp.ones((1, 4, 4, 2)), 2).shape
    (1, 2, 2, 8)
    """
    n, x = block_size, jnp.asarray(x)
    last = standardize_data_format(data_format) == "channels_last"
    batch, height, width, channels = x.shape if last else (x.shape[0], *x.shape[2:], x.shape[1])
    if height % n or width % n:
        raise BadValue(f"{height} x {width} pixels do not divide into blocks of {n} x {n}.")
    high, wide = height // n, width // n
    if last:
        x = x.reshape(batch, high, n, wide, n, channels).transpose(0, 1, 3, 2, 4, 5)
        return x.reshape(batch, high, wide, channels * n**2)
    x = x.reshape(batch, channels, high, n, wide, n).transpose(0, 1, 3, 5, 2, 4)
    return x.reshape(batch, channels * n**2, high, wide)
