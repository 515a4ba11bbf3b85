"""Max-pooling: on CPU with own gradients, as XLA's are slow.

Where several samples of a window are largest, the gradient goes to the first of them, the last axis
running fastest, as XLA's does.
"""

import math
from collections.abc import Callable
from functools import reduce
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from lurnet.kernels import fusion
from lurnet.kernels.common.choice import in_c, own_forms
from lurnet.kernels.common.derived import derived
from lurnet.kernels.common.windows import (
    Padding,
    Pads,
    Sizes,
    channels_last,
    counted,
    explicit,
    offsets,
    padded,
    restored,
    slices,
)
from lurnet.kernels.conv_pool.op import conv_pool, pays
from lurnet.kernels.costs import costs
from lurnet.kernels.max_pool.in_c import MOST_TAPS, Window, max_pool_in_c


def max_pool(
    x: Array,
    window: Sizes,
    strides: Sizes,
    padding: Padding = "valid",
    data_format: str = "channels_last",
) -> Array:
    """Largest value of each window: (b, *spatial, c) to (b, *count, c), or channels first.

    >>> max_pool(jnp.arange(4.0).reshape(1, 4, 1), (2,), (2,)).ravel().tolist()
    [1.0, 3.0]
    """
    x = channels_last(jnp.asarray(x), data_format)
    pads = explicit(padding, x.shape[1:-1], window, strides)
    number = counted(x.shape[1:-1], pads, window, strides)
    if in_c(x.dtype, x.size, *number) and _has_c(window, pads):
        lows = tuple(low for low, _ in pads)
        y = _in_c(x, Window(tuple(window), tuple(strides), lows, number))
    elif own_forms(x.dtype, x.size, *number) and math.prod(window) <= costs().pool_slices:
        y = _max_of_slices(padded(x, pads, -jnp.inf), tuple(window), tuple(strides))
    else:
        y = reduce_window(x, lax.max, _lowest(x.dtype), window, strides, pads)
    return restored(y, data_format)


def _has_c(window: Sizes, pads: Pads) -> bool:
    """Whether the library pools over this window, of which a part must always be inside."""
    inside = all(max(pad) < size for pad, size in zip(pads, window, strict=True))
    return inside and len(window) <= 2 and math.prod(window) <= MOST_TAPS


def _in_c(x: Array, window: Window) -> Array:
    before = fusion.conv_before(x)
    if before is not None and pays(x.shape, before.kernel):
        return conv_pool(*before, window)
    return max_pool_in_c(x, window, x.shape[1:-1])


def reduce_window(
    x: Array, step: Callable[..., Any], start: float, window: Sizes, strides: Sizes, pads: Pads
) -> Array:
    """XLA's own pooling, channels last."""
    first = np.array(start, x.dtype)
    around = ((0, 0), *pads, (0, 0))
    return lax.reduce_window(x, first, step, (1, *window, 1), (1, *strides, 1), around)


def _lowest(dtype: jnp.dtype) -> float:
    return -np.inf if jnp.issubdtype(dtype, jnp.floating) else jnp.iinfo(dtype).min


@derived(1, 2)
def _max_of_slices(x: Array, window: Sizes, strides: Sizes) -> Array:
    """Where no gradient is asked for, XLA's own: faster, mostly where a convolution comes first."""
    unpadded = ((0, 0),) * len(window)
    return reduce_window(x, lax.max, _lowest(x.dtype), window, strides, unpadded)


def _max_forward(x: Array, window: Sizes, strides: Sizes) -> tuple[Array, Array]:
    return reduce(jnp.maximum, slices(x, window, strides)), x


def _max_backward(window: Sizes, strides: Sizes, x: Array, y: Array) -> tuple[Array]:
    argmax = _argmax_of_slices(slices(x, window, strides))
    return (unpool_slices(y, x.shape[1:-1], window, strides, argmax),)


def _max_tangent(window: Sizes, strides: Sizes, x: Array, moved: Array) -> Array:
    argmax = _argmax_of_slices(slices(x, window, strides))
    found = [jnp.where(argmax == i, t, 0) for i, t in enumerate(slices(moved, window, strides))]
    return reduce(jnp.add, found)


_max_of_slices.define(_max_forward, _max_tangent, _max_backward)


def _argmax_of_slices(slices: list[Array]) -> Array:
    """Which slice holds the largest value, the first of equal ones; neighbours are compared."""
    found = [(tap, np.int8(index)) for index, tap in enumerate(slices)]
    while len(found) > 1:
        pairs = zip(found[::2], found[1::2], strict=False)
        rest = found[len(found) // 2 * 2 :]
        better = [(jnp.maximum(a, b), jnp.where(a >= b, i, j)) for (a, i), (b, j) in pairs]
        found = [*better, *rest]
    return jnp.broadcast_to(found[0][1], slices[0].shape)


def unpool_slices(
    y: Array, sizes: Sizes, window: Sizes, strides: Sizes, argmax: Array | None = None
) -> Array:
    """`y` given back to the sample at `argmax` in its window, or to all: an array of `sizes`."""
    if window == strides:
        return _unpool_tiles(y, sizes, window, argmax)
    parts = []
    for index, offset in enumerate(offsets(window)):
        part = y if argmax is None else jnp.where(argmax == index, y, 0)
        around = tuple(
            (first, size - first - (number - 1) * stride - 1)
            for first, size, number, stride in zip(
                offset, sizes, y.shape[1:-1], strides, strict=True
            )
        )
        parts.append(padded(part, around, gaps=tuple(stride - 1 for stride in strides)))
    return reduce(jnp.add, parts)


def _unpool_tiles(y: Array, sizes: Sizes, window: Sizes, argmax: Array | None) -> Array:
    """`unpool_slices` for windows that do not overlap: one broadcast, no sum."""
    rank = len(window)
    inner = tuple(range(2, 2 * rank + 2, 2))
    split = [size for pair in zip(y.shape[1:-1], window, strict=True) for size in pair]
    tiles = jnp.expand_dims(y, inner)
    if argmax is not None:
        index = np.arange(np.prod(window), dtype=np.int8).reshape(window)
        index = np.expand_dims(index, (0, *range(1, 2 * rank, 2), 2 * rank + 1))
        tiles = jnp.where(jnp.expand_dims(argmax, inner) == index, tiles, 0)
    tiles = jnp.broadcast_to(tiles, (y.shape[0], *split, y.shape[-1]))
    covered = [number * size for number, size in zip(y.shape[1:-1], window, strict=True)]
    left = tuple((0, size - used) for size, used in zip(sizes, covered, strict=True))
    whole = tiles.reshape(y.shape[0], *covered, y.shape[-1])
    # Computed first and padded then: a padded select is computed sample by sample.
    return padded(lax.optimization_barrier(whole), left) if any(map(any, left)) else whole
