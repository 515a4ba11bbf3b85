"""Separable convolutions: a depthwise convolution, then one that mixes the channels."""

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

__all__ = ["SeparableConv1D", "SeparableConv2D", "SeparableConvolution1D", "SeparableConvolution2D"]


@fields
class SeparableConv(ConvLike, Parametric):
    """A convolution of each channel by itself, then a 1 x 1 convolution (Chollet, 2017).

    Shapes: (b, *spatial, c) to (b, *new spatial, filters). https://arxiv.org/abs/1610.02357
    """

    filters: PositiveInt  #: number of output channels
    kernel_size: PerAxis  #: window, one int or one per axis
    strides: PerAxis = 1  #: step of the window
    padding: Padding = "valid"  #: "same" pads so that stride 1 keeps the size
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
    dilation_rate: PerAxis = 1  #: distance between the samples of the window
    depth_multiplier: PositiveInt = 1  #: m, channels in between for each input channel
    activation: Activation = None  #: applied to the output; None leaves it as it is
    use_bias: bool = True  #: whether to add a bias
    depthwise_initializer: Initializer = "glorot_uniform"  #: first value of the depthwise kernel
    pointwise_initializer: Initializer = "glorot_uniform"  #: first value of the 1 x 1 kernel
    bias_initializer: Initializer = "zeros"  #: first value of the bias
    depthwise_regularizer: Regularizer = None  #: penalty on the depthwise kernel
    pointwise_regularizer: Regularizer = None  #: penalty on the 1 x 1 kernel
    bias_regularizer: Regularizer = None  #: penalty on the bias
    activity_regularizer: Regularizer = None  #: penalty on the output
    depthwise_constraint: Constraint = None  #: projection of the depthwise kernel
    pointwise_constraint: Constraint = None  #: projection of the 1 x 1 kernel
    bias_constraint: Constraint = None  #: projection of the bias after each update

    per_sample = True

    def build(self, input_shape: tuple) -> None:
        """Make the kernels (*kernel_size, c, m) and (1, ..., c * m, filters), and the bias."""
        channels, m = self._channels(input_shape), self.depth_multiplier
        deep = (*self.kernel_size, channels, m)
        flat = (*(1,) * self.rank, channels * m, self.filters)
        self.depthwise_kernel = self.weight("depthwise_kernel", deep, like="depthwise")
        self.pointwise_kernel = self.weight("pointwise_kernel", flat, like="pointwise")
        self.bias = self.weight("bias", (self.filters,)) if self.use_bias else None
        self._expect(channels)

    def call(self, inputs: Any) -> Any:
        """``activation(separable_conv(x, kernels) + bias)``."""
        if self.padding == "valid":
            self._check_fits(inputs.shape, self.kernel_size, self.dilation_rate)
        y = ops.separable_conv(
            inputs,
            self.depthwise_kernel,
            self.pointwise_kernel,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )
        return self._finish(y)


class SeparableConv1D(SeparableConv, rank=1):
    """Separable convolution over sequences: (b, steps, c) to (b, new steps, filters).

    >>> SeparableConv1D(2, 3)(ops.ones((1, 5, 4))).shape
    (1, 3, 2)
    """


class SeparableConv2D(SeparableConv, rank=2):
    """Separable convolution over images: (b, h, w, c) to (b, new h, new w, filters).

    >>> SeparableConv2D(2, 3)(ops.ones((1, 5, 5, 4))).shape
    (1, 3, 3, 2)
    """

    outgrows_cache = True


SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D
