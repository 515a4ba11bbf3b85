"""Kernels of locally connected layers: tf.keras could keep them as matrices over all places."""

import itertools
from typing import Any

import numpy as np


def windowed(layer: Any, kernel: np.ndarray) -> np.ndarray:
    """The kernel (places, window * c, filters) out of any of the three forms.

    ``implementation=1`` keeps that; 2 a dense array over all input and output places; 3 the values
    of the connections alone, by output place and then by input place.
    """
    wanted = layer.kernel.shape
    if kernel.shape == wanted:
        return kernel
    if kernel.ndim == 1:
        return _from_values(layer, kernel)
    return _from_dense(layer, kernel)


def _connections(layer: Any) -> list[tuple[int, int, tuple[int, ...]]]:
    """For each place and offset in the window that meets the input: (place, offset, position)."""
    found = []
    places = itertools.product(*map(range, layer._places))
    for p, place in enumerate(places):
        for o, offset in enumerate(itertools.product(*map(range, layer.kernel_size))):
            position = tuple(
                i * step + j - before
                for i, step, j, (before, _) in zip(
                    place, layer.strides, offset, layer._pads, strict=True
                )
            )
            sizes = layer._sizes
            if all(0 <= x < size for x, size in zip(position, sizes, strict=True)):
                found.append((p, o, position))
    return found


def _from_dense(layer: Any, kernel: np.ndarray) -> np.ndarray:
    rank, first = layer.rank, layer.data_format == "channels_first"
    if first:  # (c, *input, filters, *output)
        kernel = np.moveaxis(np.moveaxis(kernel, 0, rank), rank + 1, -1)
    sizes, channels = kernel.shape[:rank], kernel.shape[rank]
    kernel = kernel.reshape(*sizes, channels, -1, layer.filters)
    made = _empty(layer, channels)
    for place, offset, position in _connections(layer):
        made[place, offset] = kernel[(*position, slice(None), place)]
    return _flat(layer, made)


def _from_values(layer: Any, kernel: np.ndarray) -> np.ndarray:
    first = layer.data_format == "channels_first"
    channels = layer.kernel.shape[1] // int(np.prod(layer.kernel_size))
    order = []
    for place, offset, position in _connections(layer):
        at = int(np.ravel_multi_index(position, layer._sizes))
        spots, places = int(np.prod(layer._sizes)), int(np.prod(layer._places))
        for c, f in itertools.product(range(channels), range(layer.filters)):
            source = c * spots + at if first else at * channels + c
            target = f * places + place if first else place * layer.filters + f
            order.append((target, source, place, offset, c, f))
    made = _empty(layer, channels)
    for value, (_, _, place, offset, c, f) in zip(kernel, sorted(order), strict=True):
        made[place, offset, c, f] = value
    return _flat(layer, made)


def _empty(layer: Any, channels: int) -> np.ndarray:
    shape = (layer.kernel.shape[0], int(np.prod(layer.kernel_size)), channels, layer.filters)
    return np.zeros(shape, "float32")


def _flat(layer: Any, made: np.ndarray) -> np.ndarray:
    made = made.swapaxes(1, 2) if layer.data_format == "channels_first" else made
    return made.reshape(layer.kernel.shape)
