"""Locally connected layers of Keras 1 and 2: convolutions with a kernel for each place."""

import itertools
from typing import Any

from lurnet import ops
from lurnet.core.errors import BadValue
from lurnet.core.fields import PositiveInt, fields
from lurnet.layers.input_spec import describe
from lurnet.layers.options import Activation, DataFormat, Padding, PerAxis
from lurnet.layers.weighted import Weighted
from lurnet.layers.windows import Spatial


@fields
class LocallyConnected(Spatial, Weighted):
    """What the layers over 1 and 2 spatial axes share."""

    filters: PositiveInt  #: number of output channels
    kernel_size: PerAxis  #: window, one int or one per axis
    strides: PerAxis = 1  #: step of the window
    padding: Padding = "valid"  #: "same" pads so that stride 1 keeps the size
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
    activation: Activation = None  #: applied to the output; None leaves it as it is
    use_bias: bool = True  #: whether to add a bias, one for each place

    per_sample = True

    def build(self, input_shape: tuple) -> None:
        """Make the kernel (places, window * c, filters) and the bias (*places, filters)."""
        sizes = [input_shape[a] for a in self._spatial_axes]
        if None in sizes or input_shape[self._channel_axis] is None:
            raise BadValue(
                f"{describe(self)} has a kernel for each place, so all sizes must be known, but "
                f"the input's shape is {input_shape}. Give them in keras.Input(shape=...)."
            )
        if self.padding == "valid":
            self._check_fits(input_shape, self.kernel_size)
        self._sizes = sizes
        self._pads, self._places = self._layout(sizes)
        channels, places, window = input_shape[self._channel_axis], 1, 1
        for n, k in zip(self._places, self.kernel_size, strict=True):
            places, window = places * n, window * k
        self.kernel = self.weight("kernel", (places, window * channels, self.filters))
        bias = (*self._places, self.filters)
        self.bias = self.weight("bias", bias) if self.use_bias else None
        self._expect(channels)

    def _layout(self, sizes: list[int]) -> tuple[list, list]:
        """Padding (before, after) and the number of places along each axis.

        With "same" the window's middle lies on the place, whatever the stride.
        """
        pads, places = [], []
        for size, k, step in zip(sizes, self.kernel_size, self.strides, strict=True):
            count = -(-size // step) if self.padding == "same" else (size - k) // step + 1
            before = k // 2 if self.padding == "same" else 0
            pads.append((before, max((count - 1) * step + k - before - size, 0)))
            places.append(count)
        return pads, places

    def call(self, inputs: Any) -> Any:
        """``activation(window @ kernel[place] + bias[place])`` at each place."""
        first = self._channel_axis == 1
        y = ops.einsum("bpw,pwf->bpf", self._windows(inputs, first), self.kernel)
        y = ops.reshape(y, (-1, *self._places, self.filters))
        if self.bias is not None:
            y = y + self.bias
        return self.activation(ops.moveaxis(y, -1, 1) if first else y)

    def _windows(self, x: Any, first: bool) -> Any:
        """All windows, flat: (b, places, window * c), or c first inside where it is in ``x``."""
        x = ops.moveaxis(x, 1, -1) if first else x
        x = ops.pad(x, [(0, 0), *self._pads, (0, 0)])
        for i, (n, k, step) in enumerate(zip(self._places, self.kernel_size, self.strides)):  # noqa: B905
            index = [p * step + j for p in range(n) for j in range(k)]
            x = ops.take(x, ops.array(index, dtype="int32"), axis=2 * i + 1)
            shape = x.shape
            x = ops.reshape(x, (-1, *shape[1 : 2 * i + 1], n, k, *shape[2 * i + 2 :]))
        r = self.rank
        places, offsets = [2 * i + 1 for i in range(r)], [2 * i + 2 for i in range(r)]
        inner = [2 * r + 1, *offsets] if first else [*offsets, 2 * r + 1]
        places_total = self.kernel.shape[0]
        return ops.reshape(ops.transpose(x, (0, *places, *inner)), (-1, places_total, self._flat))

    @property
    def _flat(self) -> int:
        return self.kernel.shape[1]


def connections(layer: LocallyConnected) -> list[tuple[int, int, tuple[int, ...]]]:
    """(place, offset, position) for each place, and offset in its window, that meets the input."""
    found = []
    for p, place in enumerate(itertools.product(*map(range, layer._places))):
        for o, offset in enumerate(itertools.product(*map(range, layer.kernel_size))):
            axes = zip(place, layer.strides, offset, layer._pads, strict=True)
            position = tuple(i * step + j - before for i, step, j, (before, _) in axes)
            if all(0 <= x < n for x, n in zip(position, layer._sizes, strict=True)):
                found.append((p, o, position))
    return found


def input_sizes(layer: LocallyConnected) -> list[int]:
    """The sizes of the inputs that a layer was built for, without batch and channels."""
    return layer._sizes


class LocallyConnected1D(LocallyConnected, rank=1):
    """Over sequences: (b, steps, c) to (b, new steps, filters).

    >>> LocallyConnected1D(2, 3)(ops.ones((1, 5, 4))).shape
    (1, 3, 2)
    """


class LocallyConnected2D(LocallyConnected, rank=2):
    """Over images: (b, height, width, c) to (b, new height, new width, filters).

    >>> LocallyConnected2D(2, 3)(ops.ones((1, 5, 5, 4))).shape
    (1, 3, 3, 2)
    """
