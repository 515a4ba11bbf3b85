"""Enlarging by whole factors."""

from typing import Any, ClassVar, Literal

from lurnet import ops
from lurnet.core.fields import PositiveInt, fields
from lurnet.layers.base import Layer
from lurnet.layers.options import DataFormat, PerAxis
from lurnet.layers.windows import Spatial

__all__ = ["UpSampling1D", "UpSampling2D", "UpSampling3D"]

Interpolation = Literal["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"]


def _repeat(x: Any, factors: tuple[int, ...], axes: tuple[int, ...]) -> Any:
    for factor, axis in zip(factors, axes, strict=True):
        x = ops.repeat(x, factor, axis=axis)
    return x


@fields
class UpSampling1D(Spatial, Layer, rank=1):
    """Each step, ``size`` times: (b, steps, c) to (b, steps * size, c).

    >>> UpSampling1D(2)(ops.array([[[1.0], [2.0]]])).tolist()
    [[[1.0], [1.0], [2.0], [2.0]]]
    """

    data_format: ClassVar[str] = "channels_last"

    size: PositiveInt = 2  #: how often each step comes

    per_sample = True

    def call(self, inputs: Any) -> Any:
        """The repeated steps."""
        return ops.repeat(inputs, self.size, axis=1)


@fields
class UpSampling2D(Spatial, Layer, rank=2):
    """Images enlarged by whole factors: (b, h, w, c) to (b, h * size[0], w * size[1], c).

    >>> UpSampling2D((1, 2))(ops.array([[[[1.0], [2.0]]]])).reshape(-1).tolist()
    [1.0, 1.0, 2.0, 2.0]
    """

    size: PerAxis = 2  #: factors for height and width, or one for both
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
    interpolation: Interpolation = "nearest"  #: how the values between are found

    per_sample = True

    def call(self, inputs: Any) -> Any:
        """The enlarged images."""
        if self.interpolation == "nearest":
            return _repeat(inputs, self.size, self._spatial_axes)
        size = tuple(
            inputs.shape[a] * f for a, f in zip(self._spatial_axes, self.size, strict=True)
        )
        return ops.image.resize(
            inputs, size, interpolation=self.interpolation, data_format=self.data_format
        )


@fields
class UpSampling3D(Spatial, Layer, rank=3):
    """Volumes enlarged by whole factors, each value repeated: (b, d, h, w, c).

    >>> UpSampling3D(2)(ops.ones((1, 2, 2, 2, 1))).shape
    (1, 4, 4, 4, 1)
    """

    size: PerAxis = 2  #: factors for depth, height and width, or one for all
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    per_sample = True

    def call(self, inputs: Any) -> Any:
        """The enlarged volumes."""
        return _repeat(inputs, self.size, self._spatial_axes)
