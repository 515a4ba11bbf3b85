"""Average-pooling: on CPU with its own gradient, as XLA's is slow."""

from functools import reduce

import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from lurnet.kernels.common.choice import own_forms
from lurnet.kernels.common.derived import derived
from lurnet.kernels.common.windows import (
    Padding,
    Pads,
    Sizes,
    channels_last,
    counted,
    explicit,
    padded,
    restored,
    slices,
)
from lurnet.kernels.max_pool.op import reduce_window, unpool_slices


def average_pool(
    x: Array,
    window: Sizes,
    strides: Sizes,
    padding: Padding = "valid",
    data_format: str = "channels_last",
) -> Array:
    """Mean of each window, padding not counted: (b, *spatial, c) to (b, *count, c).

    >>> average_pool(jnp.arange(3.0).reshape(1, 3, 1), (2,), (2,), "same").ravel().tolist()
    [0.5, 2.0]
    """
    x = channels_last(jnp.asarray(x), data_format)
    pads = explicit(padding, x.shape[1:-1], window, strides)
    number = counted(x.shape[1:-1], pads, window, strides)
    samples = _samples(x.shape[1:-1], window, strides, pads)
    if own_forms(x.dtype, x.size, *number):
        x = padded(x, pads)
        y = _total(x, x.shape[1:-1], tuple(window), tuple(strides))
    else:
        y = reduce_window(x, lax.add, 0, window, strides, pads)
    y = y / samples.astype(y.dtype)
    return restored(y, data_format)


def _samples(sizes: Sizes, window: Sizes, strides: Sizes, pads: Pads) -> np.ndarray:
    """How many samples that are not padding lie in each window: (*count, 1)."""
    number = counted(sizes, pads, window, strides)
    total = np.ones((1,) * (len(sizes) + 1))
    for axis, (size, extent, stride, (low, _)) in enumerate(
        zip(sizes, window, strides, pads, strict=True)
    ):
        first = np.arange(number[axis]) * stride - low
        inside = np.minimum(first + extent, size) - np.maximum(first, 0)
        total = total * np.expand_dims(inside, [i for i in range(len(sizes) + 1) if i != axis])
    return total


@derived(1, 2, 3)
def _total(x: Array, sizes: Sizes, window: Sizes, strides: Sizes) -> Array:
    return reduce(jnp.add, slices(x, window, strides))


def _total_backward(
    sizes: Sizes, window: Sizes, strides: Sizes, _: tuple, y: Array
) -> tuple[Array]:
    return (unpool_slices(y, sizes, window, strides),)


_total.define_linear(1, _total_backward)
