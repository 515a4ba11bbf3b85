"""Pooling to a given size, whatever the size of the input."""

from typing import Any

from lurnet import ops
from lurnet.core.fields import fields
from lurnet.layers.base import Layer
from lurnet.layers.options import DataFormat, PerAxis
from lurnet.layers.windows import Spatial

__all__ = [
    "AdaptiveAveragePooling1D", "AdaptiveAveragePooling2D", "AdaptiveAveragePooling3D",
    "AdaptiveMaxPooling1D", "AdaptiveMaxPooling2D", "AdaptiveMaxPooling3D",
]  # fmt: skip


@fields
class AdaptivePooling(Spatial, Layer):
    """One value for each of ``output_size`` parts of every spatial axis.

    Part i of m of an axis of n goes from floor(i n / m) to ceil((i + 1) n / m).
    """

    output_size: PerAxis  #: number of parts, one int or one per axis
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting


class AdaptiveAveragePooling(AdaptivePooling):
    """The mean of each part."""

    per_sample = True

    def call(self, inputs: Any) -> Any:
        """``ops.adaptive_average_pool``."""
        return ops.adaptive_average_pool(inputs, self.output_size, self.data_format)


class AdaptiveMaxPooling(AdaptivePooling):
    """The largest value of each part."""

    per_sample = True

    def call(self, inputs: Any) -> Any:
        """``ops.adaptive_max_pool``."""
        return ops.adaptive_max_pool(inputs, self.output_size, self.data_format)


class AdaptiveAveragePooling1D(AdaptiveAveragePooling, rank=1):
    """The means of ``output_size`` parts of a sequence: (b, steps, c) to (b, parts, c).

    >>> AdaptiveAveragePooling1D(2)(ops.ones((1, 5, 4))).shape
    (1, 2, 4)
    """


class AdaptiveAveragePooling2D(AdaptiveAveragePooling, rank=2):
    """The means of ``output_size`` parts of an image: (b, h, w, c) to (b, rows, columns, c).

    >>> AdaptiveAveragePooling2D((2, 3))(ops.ones((1, 5, 5, 4))).shape
    (1, 2, 3, 4)
    """


class AdaptiveAveragePooling3D(AdaptiveAveragePooling, rank=3):
    """The means of ``output_size`` parts of a volume: (b, d, h, w, c) to (b, *parts, c).

    >>> AdaptiveAveragePooling3D(2)(ops.ones((1, 5, 5, 5, 4))).shape
    (1, 2, 2, 2, 4)
    """


class AdaptiveMaxPooling1D(AdaptiveMaxPooling, rank=1):
    """The largest values of ``output_size`` parts of a sequence: (b, steps, c) to (b, parts, c).

    >>> AdaptiveMaxPooling1D(2)(ops.ones((1, 5, 4))).shape
    (1, 2, 4)
    """


class AdaptiveMaxPooling2D(AdaptiveMaxPooling, rank=2):
    """The largest values of ``output_size`` parts of an image: (b, h, w, c) to (b, *parts, c).

    >>> AdaptiveMaxPooling2D((2, 3))(ops.ones((1, 5, 5, 4))).shape
    (1, 2, 3, 4)
    """


class AdaptiveMaxPooling3D(AdaptiveMaxPooling, rank=3):
    """The largest values of ``output_size`` parts of a volume: (b, d, h, w, c) to (b, *parts, c).

    >>> AdaptiveMaxPooling3D(2)(ops.ones((1, 5, 5, 5, 4))).shape
    (1, 2, 2, 2, 4)
    """
