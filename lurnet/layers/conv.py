"""Convolutions over 1, 2 and 3 spatial axes."""

from typing import Any

from lurnet import ops
from lurnet.activations import RISING, biased
from lurnet.core.errors import BadValue
from lurnet.core.fields import PositiveInt, fields
from lurnet.kernels import fusion
from lurnet.layers.input_spec import describe
from lurnet.layers.options import Activation, DataFormat, Padding, PaddingOrCausal, PerAxis
from lurnet.layers.weighted import Weighted
from lurnet.layers.windows import Spatial

__all__ = ["Conv1D", "Conv2D", "Conv3D", "Convolution1D", "Convolution2D", "Convolution3D"]


class ConvLike(Spatial):
    """What convolutions, transposed and depthwise ones share: their checks, bias, activation."""

    starts_unit = True  # a compilation unit begins here

    def setup(self) -> None:
        """Check options against each other."""
        super().setup()
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise BadValue(
                f"{describe(self)}: `strides` and `dilation_rate` cannot both be more than 1, but "
                f"they are {self.strides} and {self.dilation_rate}."
            )

    def _finish(self, y: Any) -> Any:
        """Add the bias and apply the activation, both after a max-pooling if one follows."""
        return fusion.epilogue(y, self._with_bias, self.activation in RISING, own=True)

    def _with_bias(self, y: Any) -> Any:
        if self.bias is None or self.data_format == "channels_last":
            return biased(y, self.bias, self.activation)
        return self.activation(y + ops.reshape(self.bias, (1, -1, *(1,) * self.rank)))

    def _channels(self, input_shape: tuple) -> int:
        channels = input_shape[self._channel_axis]
        if channels is None:
            raise BadValue(
                f"{describe(self)} needs to know the number of channels, axis "
                f"{self._channel_axis} of the input, but the shape is {input_shape}."
            )
        return channels


@fields
class Conv(ConvLike, Weighted):
    """Convolution over ``rank`` spatial axes: (b, *spatial, c) to (b, *new spatial, filters)."""

    filters: PositiveInt  #: number of output channels
    kernel_size: PerAxis  #: window, one int or one per axis
    strides: PerAxis = 1  #: step of the window
    padding: Padding = "valid"  #: "same" pads so that stride 1 keeps the size
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
    dilation_rate: PerAxis = 1  #: distance between the samples of the window
    groups: PositiveInt = 1  #: the channels are split into groups, convolved apart
    activation: Activation = None  #: applied to the output; None leaves it as it is
    use_bias: bool = True  #: whether to add a bias

    per_sample = True

    def setup(self) -> None:
        """Check that the filters can be split into groups."""
        super().setup()
        if self.filters % self.groups:
            raise BadValue(
                f"{describe(self)}: `filters` ({self.filters}) must be divisible by `groups` "
                f"({self.groups})."
            )

    def build(self, input_shape: tuple) -> None:
        """Make the kernel (*kernel_size, c / groups, filters) and the bias (filters,)."""
        channels = self._channels(input_shape)
        if channels % self.groups:
            raise BadValue(
                f"{describe(self)}: the input's {channels} channels cannot be split into "
                f"{self.groups} groups of equal size."
            )
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        self.kernel = self.weight("kernel", shape)
        self.bias = self.weight("bias", (self.filters,)) if self.use_bias else None
        self._expect(channels)

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        """The convolution itself, without bias and activation; a subclass may put in its own."""
        padding = self.padding
        if padding == "causal":
            inputs, padding = ops.pad(inputs, self._causal_pads()), "valid"
        if padding == "valid":
            self._check_fits(inputs.shape, self.kernel_size, self.dilation_rate)
        return ops.conv(
            inputs,
            kernel,
            strides=self.strides,
            padding=padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )

    def call(self, inputs: Any) -> Any:
        """``activation(convolution_op(x, kernel) + bias)``."""
        return self._finish(self.convolution_op(inputs, self.kernel))

    def _causal_pads(self) -> list[tuple[int, int]]:
        before = (self.kernel_size[0] - 1) * self.dilation_rate[0]
        axis = self._spatial_axes[0]
        return [(before, 0) if i == axis else (0, 0) for i in range(3)]


@fields
class Conv1D(Conv, rank=1):
    """Convolution over sequences: (b, steps, c) to (b, new steps, filters).

    >>> Conv1D(2, 3, padding="causal")(ops.ones((1, 5, 4))).shape
    (1, 5, 2)
    """

    _own_fields_first = False
    conv_pool = "conv"

    padding: PaddingOrCausal = "valid"  #: "causal": no step sees a later one


class Conv2D(Conv, rank=2):
    """Convolution over images: (b, height, width, c) to (b, new height, new width, filters).

    >>> Conv2D(2, 3, strides=2)(ops.ones((1, 7, 7, 4))).shape
    (1, 3, 3, 2)
    """

    conv_pool = "conv"
    outgrows_cache = True


class Conv3D(Conv, rank=3):
    """Convolution over volumes: (b, d, h, w, c) to (b, new d, new h, new w, filters).

    >>> Conv3D(2, (1, 3, 3))(ops.ones((1, 4, 5, 5, 1))).shape
    (1, 4, 3, 3, 2)
    """

    outgrows_cache = True


Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
