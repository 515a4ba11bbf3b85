"""Depthwise convolutions: each channel is convolved by itself."""

from typing import Any

from lurnet import ops
from lurnet.core.fields import PositiveInt, fields
from lurnet.layers.conv import ConvLike
from lurnet.layers.options import (
    Activation,
    Constraint,
    DataFormat,
    Initializer,
    Padding,
    PerAxis,
    Regularizer,
)
from lurnet.layers.weighted import Parametric

__all__ = ["DepthwiseConv1D", "DepthwiseConv2D"]


@fields
class DepthwiseConv(ConvLike, Parametric):
    """Convolution of each channel by itself: (b, *spatial, c) to (b, *new spatial, c * m)."""

    kernel_size: PerAxis  #: window, one int or one per axis
    strides: PerAxis = 1  #: step of the window
    padding: Padding = "valid"  #: "same" pads so that stride 1 keeps the size
    depth_multiplier: PositiveInt = 1  #: m, output channels for each input channel
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
    dilation_rate: PerAxis = 1  #: distance between the samples of the window
    activation: Activation = None  #: applied to the output; None leaves it as it is
    use_bias: bool = True  #: whether to add a bias
    depthwise_initializer: Initializer = "glorot_uniform"  #: first value of the kernel
    bias_initializer: Initializer = "zeros"  #: first value of the bias
    depthwise_regularizer: Regularizer = None  #: penalty on the kernel
    bias_regularizer: Regularizer = None  #: penalty on the bias
    activity_regularizer: Regularizer = None  #: penalty on the output
    depthwise_constraint: Constraint = None  #: projection of the kernel after each update
    bias_constraint: Constraint = None  #: projection of the bias after each update

    per_sample = True

    def build(self, input_shape: tuple) -> None:
        """Make the kernel (*kernel_size, c, m) and the bias (c * m,)."""
        channels, m = self._channels(input_shape), self.depth_multiplier
        self.kernel = self.weight("kernel", (*self.kernel_size, channels, m), like="depthwise")
        self.bias = self.weight("bias", (channels * m,)) if self.use_bias else None
        self._expect(channels)

    def call(self, inputs: Any) -> Any:
        """``activation(depthwise_conv(x, kernel) + bias)``."""
        if self.padding == "valid":
            self._check_fits(inputs.shape, self.kernel_size, self.dilation_rate)
        y = ops.depthwise_conv(
            inputs,
            self.kernel,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )
        return self._finish(y)


class DepthwiseConv1D(DepthwiseConv, rank=1):
    """Depthwise convolution over sequences: (b, steps, c) to (b, new steps, c * m).

    >>> DepthwiseConv1D(3, depth_multiplier=2)(ops.ones((1, 5, 4))).shape
    (1, 3, 8)
    """


class DepthwiseConv2D(DepthwiseConv, rank=2):
    """Depthwise convolution over images: (b, h, w, c) to (b, new h, new w, c * m).

    >>> DepthwiseConv2D(3)(ops.ones((1, 5, 5, 4))).shape
    (1, 3, 3, 4)
    """

    outgrows_cache = True
