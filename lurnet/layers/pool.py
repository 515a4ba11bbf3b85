"""Pooling: the largest or the mean value of each window, or of the whole image."""

from typing import Any

from lurnet import ops
from lurnet.core.fields import fields
from lurnet.kernels import fusion
from lurnet.layers.base import Layer
from lurnet.layers.options import DataFormat, Padding, PerAxis
from lurnet.layers.windows import Spatial

__all__ = [
    "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "AveragePooling1D", "AveragePooling2D",
    "AveragePooling3D", "MaxPool1D", "MaxPool2D", "MaxPool3D", "AvgPool1D", "AvgPool2D",
    "AvgPool3D",
]  # fmt: skip


@fields
class Pooling(Spatial, Layer):
    """One value for each window of each channel."""

    _after = {"name": "data_format"}

    pool_size: PerAxis  #: window, one int or one per axis
    strides: PerAxis = None  #: step of the window; None is ``pool_size``
    padding: Padding = "valid"  #: "same" pads so that stride 1 keeps the size
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    per_sample = True
    passes_features = True

    def setup(self) -> None:
        """The windows lie side by side unless told otherwise."""
        super().setup()
        self.strides = self.strides or self.pool_size

    def call(self, inputs: Any) -> Any:
        """The pooled input."""
        if self.padding == "valid":
            self._check_fits(inputs.shape, self.pool_size)
        return self.pool(inputs, self.pool_size, self.strides, self.padding, self.data_format)

    @staticmethod
    def pool(x: Any, size: tuple, strides: tuple, padding: str, data_format: str) -> Any:
        """The op that reduces each window."""
        raise NotImplementedError


@fields
class MaxPooling(Pooling):
    """The largest value of each window."""

    pool_size: PerAxis = 2  #: window, one int or one per axis

    per_sample = True

    @staticmethod
    def pool(x: Any, size: tuple, strides: tuple, padding: str, data_format: str) -> Any:
        """``ops.max_pool``."""
        return fusion.pool_first(x, lambda y: ops.max_pool(y, size, strides, padding, data_format))


@fields
class AveragePooling(Pooling):
    """The mean of each window; what lies in the padding does not count."""

    per_sample = True

    @staticmethod
    def pool(x: Any, size: tuple, strides: tuple, padding: str, data_format: str) -> Any:
        """``ops.average_pool``."""
        return ops.average_pool(x, size, strides, padding, data_format)


class MaxPooling1D(MaxPooling, rank=1):
    """The largest value of each window of a sequence: (b, steps, c) to (b, new steps, c).

    >>> MaxPooling1D(2)(ops.ones((1, 5, 4))).shape
    (1, 2, 4)
    """

    conv_pool = "max_pool"


class MaxPooling2D(MaxPooling, rank=2):
    """The largest value of each window of an image: (b, h, w, c) to (b, new h, new w, c).

    >>> MaxPooling2D()(ops.ones((1, 6, 6, 4))).shape
    (1, 3, 3, 4)
    """

    conv_pool = "max_pool"


class MaxPooling3D(MaxPooling, rank=3):
    """The largest value of each window of a volume: (b, d, h, w, c) to (b, new d, h, w, c).

    >>> MaxPooling3D((1, 2, 2))(ops.ones((1, 3, 4, 4, 2))).shape
    (1, 3, 2, 2, 2)
    """


class AveragePooling1D(AveragePooling, rank=1):
    """The mean of each window of a sequence: (b, steps, c) to (b, new steps, c).

    >>> AveragePooling1D(2)(ops.ones((1, 5, 4))).shape
    (1, 2, 4)
    """


class AveragePooling2D(AveragePooling, rank=2):
    """The mean of each window of an image: (b, h, w, c) to (b, new h, new w, c).

    >>> AveragePooling2D(2)(ops.ones((1, 6, 6, 4))).shape
    (1, 3, 3, 4)
    """


class AveragePooling3D(AveragePooling, rank=3):
    """The mean of each window of a volume: (b, d, h, w, c) to (b, new d, new h, new w, c).

    >>> AveragePooling3D(2)(ops.ones((1, 4, 4, 4, 2))).shape
    (1, 2, 2, 2, 2)
    """


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
