"""Transposed convolutions: the gradients of convolutions, used to enlarge."""

from typing import Any

from lurnet import ops
from lurnet.core.fields import PositiveInt, fields
from lurnet.layers.conv import ConvLike
from lurnet.layers.options import Activation, DataFormat, Padding, PerAxis, PerAxisOrZero
from lurnet.layers.weighted import Weighted

__all__ = [
    "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "Convolution1DTranspose",
    "Convolution2DTranspose", "Convolution3DTranspose",
]  # fmt: skip


@fields
class ConvTranspose(ConvLike, Weighted):
    """Transposed convolution over ``rank`` spatial axes, whose sizes grow by the strides."""

    filters: PositiveInt  #: number of output channels
    kernel_size: PerAxis  #: window, one int or one per axis
    strides: PerAxis = 1  #: factor by which the size grows
    padding: Padding = "valid"  #: "same": the size becomes exactly ``strides`` times the input's
    output_padding: PerAxisOrZero = None  #: added to the output's size; None: by the strides
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
    dilation_rate: PerAxis = 1  #: distance between the samples of the window
    activation: Activation = None  #: applied to the output; None leaves it as it is
    use_bias: bool = True  #: whether to add a bias

    per_sample = True

    def build(self, input_shape: tuple) -> None:
        """Make the kernel (*kernel_size, filters, c) and the bias (filters,)."""
        channels = self._channels(input_shape)
        self.kernel = self.weight("kernel", (*self.kernel_size, self.filters, channels))
        self.bias = self.weight("bias", (self.filters,)) if self.use_bias else None
        self._expect(channels)

    def call(self, inputs: Any) -> Any:
        """``activation(conv_transpose(x, kernel) + bias)``."""
        y = ops.conv_transpose(
            inputs,
            self.kernel,
            strides=self.strides,
            padding=self.padding,
            output_padding=self.output_padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )
        return self._finish(y)


class Conv1DTranspose(ConvTranspose, rank=1):
    """Transposed convolution over sequences: (b, steps, c) to (b, new steps, filters).

    >>> Conv1DTranspose(2, 3, strides=2, padding="same")(ops.ones((1, 5, 4))).shape
    (1, 10, 2)
    """


class Conv2DTranspose(ConvTranspose, rank=2):
    """Transposed convolution over images: (b, h, w, c) to (b, new h, new w, filters).

    >>> Conv2DTranspose(2, 3, strides=2, padding="same")(ops.ones((1, 5, 5, 4))).shape
    (1, 10, 10, 2)
    """


@fields
class Conv3DTranspose(ConvTranspose, rank=3):
    """Transposed convolution over volumes: (b, d, h, w, c) to (b, new d, new h, new w, filters).

    >>> Conv3DTranspose(2, 2, strides=2)(ops.ones((1, 2, 3, 3, 4))).shape
    (1, 4, 6, 6, 2)
    """

    filters: PositiveInt  #: number of output channels
    kernel_size: PerAxis  #: window, one int or one per axis
    strides: PerAxis = 1  #: factor by which the size grows
    padding: Padding = "valid"  #: "same": the size becomes exactly ``strides`` times the input's
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
    output_padding: PerAxisOrZero = None  #: added to the output's size; None: by the strides


Convolution1DTranspose, Convolution2DTranspose = Conv1DTranspose, Conv2DTranspose
Convolution3DTranspose = Conv3DTranspose
