"""How the kernels of some layers lay in old files, and the way to today's layout."""

import itertools
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from lurnet.layers.legacy.local import connections, input_sizes
from lurnet.saving.migrations.versions import Writer

Arrays = list[np.ndarray]


class Layout(NamedTuple):
    """One kind of layer."""

    convert: Callable[[Any, Arrays, Writer], Arrays]
    #: How many arrays a file may hold for so many variables.
    arrays: dict[int, int] = {}
    #: Whether arrays of the right shapes may still need turning.
    turns: Callable[[Any, Writer], bool] = lambda layer, writer: False
    #: Whether stored arrays may be larger than the layer's.
    expands: bool = False


def layout_of(layer: Any) -> Layout:
    """A layer's layout, by its class or those above it."""
    for cls in type(layer).__mro__:
        if cls.__name__ in _LAYOUTS and cls.__module__.startswith("lurnet."):
            return _LAYOUTS[cls.__name__]
    return _PLAIN


# --- convolutions

#: Where Keras 1 with the channels first wrote (filters, channels, *spatial).
_FIRST = {4: (2, 3, 1, 0), 5: (2, 3, 4, 1, 0)}


def _convolution(layer: Any, arrays: Arrays, writer: Writer) -> Arrays:
    kernel, *rest = arrays
    wanted = layer.weights[0].shape
    if writer.is_keras_1:
        kernel = _of_keras_1(kernel, wanted, layer.data_format == "channels_first")
    if writer.flips:
        kernel = _flipped(kernel)
    return [kernel, *rest]


def _of_keras_1(kernel: np.ndarray, wanted: tuple, channels_first: bool) -> np.ndarray:
    if len(wanted) == 3 and kernel.ndim == 4:  # one spatial axis, stored with a second of size 1
        as_filters_first = kernel.shape[:1] + kernel.shape[2:] == (wanted[2], wanted[0], 1)
        plain = kernel.shape == (wanted[0], 1, *wanted[1:])
        kernel = kernel if plain or not as_filters_first else kernel.transpose(2, 3, 1, 0)
        return kernel[:, 0]
    turned = kernel.transpose(_FIRST[kernel.ndim]) if kernel.ndim in _FIRST else kernel
    if turned.shape == wanted and (channels_first or kernel.shape != wanted):
        return turned
    return kernel


def _transposed(layer: Any, arrays: Arrays, writer: Writer) -> Arrays:
    """A transposed convolution; Keras 1 had its channels and filters the other way round."""
    kernel, *rest = arrays
    if writer.is_keras_1:
        first = layer.data_format == "channels_first"
        kernel = kernel.transpose((2, 3, 0, 1) if first else (0, 1, 3, 2))
    return [_flipped(kernel) if writer.flips else kernel, *rest]


def _separable(layer: Any, arrays: Arrays, writer: Writer) -> Arrays:
    if not writer.is_keras_1 or layer.data_format != "channels_first":
        return arrays
    return [a.transpose(_FIRST[4]) if a.ndim == 4 else a for a in arrays]


def _flipped(kernel: np.ndarray) -> np.ndarray:
    """Theano's convolution runs over its kernel backwards along all spatial axes."""
    return np.flip(kernel, tuple(range(kernel.ndim - 2)))


def _flips(layer: Any, writer: Writer) -> bool:
    return writer.flips or writer.is_keras_1


# --- recurrent layers

#: Keras 1 wrote the kernel, the state's kernel and the bias of each gate; LSTMs i, c, f, o.
_LSTM_GATES, _GRU_GATES = (0, 2, 1, 3), (0, 1, 2)


def _joined(arrays: Arrays, gates: tuple[int, ...]) -> Arrays:
    """One kernel, state's kernel and bias out of those of each gate."""
    return [np.concatenate([arrays[3 * g + k] for g in gates], axis=-1) for k in range(3)]


def _lstm(layer: Any, arrays: Arrays, writer: Writer) -> Arrays:
    if len(arrays) == 12:
        return _joined(arrays, _LSTM_GATES)
    units = arrays[1].shape[0]
    if len(arrays) == 3 and arrays[2].shape == (8 * units,):
        return [*_from_cudnn(arrays, 4), arrays[2].reshape(2, -1).sum(0)]
    return arrays


def _gru(layer: Any, arrays: Arrays, writer: Writer) -> Arrays:
    if len(arrays) == 9:
        return _joined(arrays, _GRU_GATES)
    units = arrays[1].shape[0]
    if len(arrays) == 3 and arrays[2].shape == (6 * units,):
        return [*_from_cudnn(arrays, 3), arrays[2].reshape(2, -1)]
    return arrays


def _from_cudnn(arrays: Arrays, gates: int) -> Arrays:
    """cuDNN's kernels: each gate's part is transposed."""
    kernels = np.split(arrays[0], gates, axis=1)
    states = np.split(arrays[1], gates, axis=1)
    turned = [k.T.reshape(k.shape, order="F") for k in kernels]
    return [np.concatenate(turned, axis=1), np.concatenate([s.T for s in states], axis=1)]


def _conv_lstm(layer: Any, arrays: Arrays, writer: Writer) -> Arrays:
    if len(arrays) == 12:
        if layer.data_format == "channels_first":
            arrays = [a.transpose(_FIRST[4]) if a.ndim == 4 else a for a in arrays]
        arrays = _joined(arrays, _LSTM_GATES)
    if writer.flips:
        arrays = [_flipped(a) if a.ndim > 2 else a for a in arrays]
    return arrays


# --- locally connected layers: tf.keras could keep them as matrices over all places


def _local(layer: Any, arrays: Arrays, writer: Writer) -> Arrays:
    return [_windowed(layer, arrays[0]), *arrays[1:]]


def _windowed(layer: Any, kernel: np.ndarray) -> np.ndarray:
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


def _from_dense(layer: Any, kernel: np.ndarray) -> np.ndarray:
    rank, first = layer.rank, layer.data_format == "channels_first"
    if first:  # (c, *input, filters, *output)
        kernel = np.moveaxis(np.moveaxis(kernel, 0, rank), rank + 1, -1)
    sizes, channels = kernel.shape[:rank], kernel.shape[rank]
    kernel = kernel.reshape(*sizes, channels, -1, layer.filters)
    made = _empty(layer, channels)
    for place, offset, position in connections(layer):
        made[place, offset] = kernel[(*position, slice(None), place)]
    return _flat(layer, made)


def _from_values(layer: Any, kernel: np.ndarray) -> np.ndarray:
    first = layer.data_format == "channels_first"
    channels = layer.kernel.shape[1] // math.prod(layer.kernel_size)
    sizes, places = input_sizes(layer), layer.kernel.shape[0]
    spots = math.prod(sizes)
    order = []
    for place, offset, position in connections(layer):
        at = int(np.ravel_multi_index(position, sizes))
        for c, f in itertools.product(range(channels), range(layer.filters)):
            source = c * spots + at if first else at * channels + c
            target = f * places + place if first else place * layer.filters + f
            order.append((target, source, place, offset, c, f))
    made = _empty(layer, channels)
    for value, (_, _, place, offset, c, f) in zip(kernel, sorted(order), strict=True):
        made[place, offset, c, f] = value
    return _flat(layer, made)


def _empty(layer: Any, channels: int) -> np.ndarray:
    shape = (layer.kernel.shape[0], math.prod(layer.kernel_size), channels, layer.filters)
    return np.zeros(shape, "float32")


def _flat(layer: Any, made: np.ndarray) -> np.ndarray:
    made = made.swapaxes(1, 2) if layer.data_format == "channels_first" else made
    return made.reshape(layer.kernel.shape)


_PLAIN = Layout(lambda layer, arrays, writer: arrays)
_CONVOLUTION = Layout(_convolution, turns=_flips)
_TRANSPOSED = Layout(_transposed, turns=_flips)
_SEPARABLE = Layout(_separable, turns=_flips)
_LSTM, _GRU = Layout(_lstm, {3: 12}), Layout(_gru, {3: 9})
_LAYOUTS = {
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv3D"), _CONVOLUTION),
    **dict.fromkeys(("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"), _TRANSPOSED),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), _SEPARABLE),
    **{"LSTM": _LSTM, "LSTMCell": _LSTM, "GRU": _GRU, "GRUCell": _GRU},
    "ConvLSTM2D": Layout(_conv_lstm, {3: 12}, _flips),
    "LocallyConnected": Layout(_local, expands=True),
}
