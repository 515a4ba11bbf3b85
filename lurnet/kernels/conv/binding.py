"""The library's convolutions: of one or two axes, without derivatives of their own."""

from typing import Any

import numpy as np
from jax import Array

from lurnet.kernels.common.call import SLICES, Call, check_axes, float32
from lurnet.kernels.common.windows import Geometry, Sizes

_CONV = Call("conv")
_CONV_KERNEL_GRAD = Call("conv_kernel_grad")


def has(geometry: Geometry) -> bool:
    """Whether the library has this window: over one or two axes, undilated along the last of two,
    padded by no less than nothing before the first sample."""
    rank = len(geometry.strides)
    least = min(low for low, _ in geometry.pads)
    return rank <= 2 and (rank == 1 or geometry.dilation[1] == 1) and least >= 0


def conv(x: Array, kernel: Array, geometry: Geometry, counts: Sizes) -> Array:
    """Weighted sums over `counts` windows: (n, *spatial, c), (*window, c, f) to (n, *counts, f)."""
    check_axes(x, kernel, -1, -2)
    two_axes, moves = lifted(geometry)
    shape = float32(x.shape[0], *two_axes(counts), kernel.shape[-1])
    kernel = kernel.reshape(*two_axes(kernel.shape[:-2]), *kernel.shape[-2:])
    y = _CONV(_images(x, two_axes), kernel, results=shape, moves=moves)
    return y.reshape(y.shape[0], *counts, y.shape[-1])


def conv_kernel_grad(x: Array, y: Array, geometry: Geometry, window: Sizes) -> Array:
    """The gradient of `conv` by a kernel over `window`, given that by its output, y."""
    check_axes(x, y, 0, 0)
    two_axes, moves = lifted(geometry)
    results = kernel_and_slices(x.shape[0], *two_axes(window), x.shape[-1], y.shape[-1])
    both = _images(x, two_axes), _images(y, two_axes)
    gradient = _CONV_KERNEL_GRAD(*both, results=results, moves=moves)[0]
    return gradient.reshape(*window, *gradient.shape[-2:])


def kernel_and_slices(samples: int, *shape: int) -> tuple:
    """The results of a gradient by a kernel of this shape."""
    return float32(*shape), float32(min(SLICES, samples), *shape)


def _images(x: Array, two_axes: Any) -> Array:
    return x.reshape(x.shape[0], *two_axes(x.shape[1:-1]), x.shape[-1])


def lifted(geometry: Geometry) -> tuple[Any, np.ndarray]:
    """How sizes of one axis become those of two, and the movement as conv.c reads it.

    One axis is the second of an image, where windows are read in one go; dilated, it is the first.
    """
    strides, pads, dilation = geometry
    lows = tuple(low for low, _ in pads)
    if len(strides) == 2:
        return tuple, np.array([*strides, dilation[0], *lows], np.int64)
    if dilation[0] == 1:
        return lambda sizes: (1, *sizes), np.array([1, *strides, 1, 0, *lows], np.int64)
    return lambda sizes: (*sizes, 1), np.array([*strides, 1, *dilation, *lows, 0], np.int64)
