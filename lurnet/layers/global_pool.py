"""Pooling over the whole image: one value for each channel."""

from typing import Any

from lurnet import ops
from lurnet.core.fields import fields
from lurnet.layers.base import Layer
from lurnet.layers.options import DataFormat
from lurnet.layers.windows import Spatial

__all__ = [
    "GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D", "GlobalAveragePooling1D",
    "GlobalAveragePooling2D", "GlobalAveragePooling3D", "GlobalMaxPool1D", "GlobalMaxPool2D",
    "GlobalMaxPool3D", "GlobalAvgPool1D", "GlobalAvgPool2D", "GlobalAvgPool3D",
]  # fmt: skip


@fields
class GlobalPooling(Spatial, Layer):
    """One value for each channel: (b, *spatial, c) to (b, c)."""

    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
    keepdims: bool = False  #: whether the spatial axes stay, with size 1


@fields
class GlobalMaxPooling(GlobalPooling):
    """The largest value of each channel."""

    per_sample = True

    def call(self, inputs: Any) -> Any:
        """The maximum over the spatial axes."""
        return ops.max(inputs, axis=self._spatial_axes, keepdims=self.keepdims)


@fields
class GlobalAveragePooling(GlobalPooling):
    """The mean of each channel."""

    per_sample = True

    def call(self, inputs: Any) -> Any:
        """The mean over the spatial axes."""
        return ops.mean(inputs, axis=self._spatial_axes, keepdims=self.keepdims)


class GlobalMaxPooling1D(GlobalMaxPooling, rank=1):
    """The largest value of each channel of a sequence: (b, steps, c) to (b, c).

    >>> GlobalMaxPooling1D()(ops.ones((1, 5, 4))).shape
    (1, 4)
    """


class GlobalMaxPooling2D(GlobalMaxPooling, rank=2):
    """The largest value of each channel of an image: (b, h, w, c) to (b, c).

    >>> GlobalMaxPooling2D(keepdims=True)(ops.ones((1, 5, 5, 4))).shape
    (1, 1, 1, 4)
    """


class GlobalMaxPooling3D(GlobalMaxPooling, rank=3):
    """The largest value of each channel of a volume: (b, d, h, w, c) to (b, c).

    >>> GlobalMaxPooling3D()(ops.ones((1, 2, 5, 5, 4))).shape
    (1, 4)
    """


class GlobalAveragePooling1D(GlobalAveragePooling, rank=1):
    """The mean of each channel over the steps that a mask leaves in: (b, steps, c) to (b, c).

    >>> GlobalAveragePooling1D()(ops.ones((1, 5, 4))).shape
    (1, 4)
    """

    supports_masking = True
    per_sample = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """The mean over the steps; ``mask`` (b, steps) is True where a step counts."""
        if mask is None:
            return super().call(inputs)
        axis = self._spatial_axes[0]
        mask = ops.expand_dims(ops.cast(mask, inputs.dtype), 2 if axis == 1 else 1)
        total = ops.sum(inputs * mask, axis=axis, keepdims=self.keepdims)
        return total / ops.sum(mask, axis=axis, keepdims=self.keepdims)

    keeps_mask = True

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        """The steps are gone, and the mask with them."""
        return


class GlobalAveragePooling2D(GlobalAveragePooling, rank=2):
    """The mean of each channel of an image: (b, h, w, c) to (b, c).

    >>> GlobalAveragePooling2D()(ops.ones((1, 5, 5, 4))).shape
    (1, 4)
    """


class GlobalAveragePooling3D(GlobalAveragePooling, rank=3):
    """The mean of each channel of a volume: (b, d, h, w, c) to (b, c).

    >>> GlobalAveragePooling3D()(ops.ones((1, 2, 5, 5, 4))).shape
    (1, 4)
    """


GlobalMaxPool1D, GlobalMaxPool2D, GlobalMaxPool3D = (
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
)
GlobalAvgPool1D, GlobalAvgPool2D, GlobalAvgPool3D = (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
)
