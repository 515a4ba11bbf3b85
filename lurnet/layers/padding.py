"""Zeros around images, and borders cut off."""

from typing import Any, ClassVar

from lurnet import ops
from lurnet.core.errors import BadValue
from lurnet.core.fields import fields
from lurnet.layers.base import Layer
from lurnet.layers.input_spec import describe
from lurnet.layers.options import DataFormat, Pairs
from lurnet.layers.windows import Spatial

__all__ = [
    "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D", "Cropping1D", "Cropping2D", "Cropping3D",
]  # fmt: skip


class _Borders(Spatial, Layer):
    """A width at the start and at the end of each spatial axis."""

    def _by_axis(self, borders: Any, axes: int) -> list[tuple[int, int]]:
        """(start, end) for each axis of the input, (0, 0) where it is not spatial."""
        pairs = [borders] if self.rank == 1 else borders
        known = dict(zip(self._spatial_axes, pairs, strict=True))
        return [known.get(axis, (0, 0)) for axis in range(axes)]


@fields
class ZeroPadding(_Borders):
    """Zeros around the spatial axes."""

    padding: Pairs = 1  #: width: one int, one per axis, or (before, after) per axis
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    per_sample = True

    def call(self, inputs: Any) -> Any:
        """The padded input."""
        return ops.pad(inputs, self._by_axis(self.padding, len(inputs.shape)))


class ZeroPadding1D(ZeroPadding, rank=1):
    """Zeros before and after a sequence: (b, steps, c) to (b, steps + before + after, c).

    >>> ZeroPadding1D((1, 0))(ops.array([[[5.0]]])).tolist()
    [[[0.0], [5.0]]]
    """


class ZeroPadding2D(ZeroPadding, rank=2):
    """Zeros around images: (b, h, w, c) to (b, new h, new w, c).

    >>> ZeroPadding2D(((1, 0), (2, 2)))(ops.ones((1, 5, 5, 3))).shape
    (1, 6, 9, 3)
    """


class ZeroPadding3D(ZeroPadding, rank=3):
    """Zeros around volumes: (b, d, h, w, c) to (b, new d, new h, new w, c).

    >>> ZeroPadding3D(1)(ops.ones((1, 2, 3, 4, 1))).shape
    (1, 4, 5, 6, 1)
    """


class _Cropping(_Borders):
    cropping: Any

    per_sample = True

    def call(self, inputs: Any) -> Any:
        """The inner part of the input."""
        borders = self._by_axis(self.cropping, len(inputs.shape))
        for axis, (start, end) in enumerate(borders):
            size = inputs.shape[axis]
            if isinstance(size, int) and start + end and start + end >= size:
                raise BadValue(
                    f"{describe(self)}: cropping {start} + {end} leaves nothing of axis {axis}, "
                    f"which has size {size}."
                )
        inner = tuple(slice(start, -end if end else None) for start, end in borders)
        return inputs[inner]


@fields
class Cropping1D(_Cropping, rank=1):
    """Steps cut off at the start and the end: (b, steps, c) to (b, fewer steps, c).

    >>> Cropping1D((1, 0))(ops.array([[[1.0], [2.0]]])).tolist()
    [[[2.0]]]
    """

    data_format: ClassVar[str] = "channels_last"

    cropping: Pairs = (1, 1)  #: width: one int, or (before, after)


@fields
class Cropping2D(_Cropping, rank=2):
    """Borders cut off images: (b, h, w, c) to (b, new h, new w, c).

    >>> Cropping2D(((1, 0), (2, 2)))(ops.ones((1, 5, 5, 3))).shape
    (1, 4, 1, 3)
    """

    cropping: Pairs = ((0, 0), (0, 0))  #: width: one int, one per axis, or pairs
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting


@fields
class Cropping3D(_Cropping, rank=3):
    """Borders cut off volumes: (b, d, h, w, c) to (b, new d, new h, new w, c).

    >>> Cropping3D(1)(ops.ones((1, 3, 4, 5, 2))).shape
    (1, 1, 2, 3, 2)
    """

    cropping: Pairs = ((1, 1), (1, 1), (1, 1))  #: width: one int, one per axis, or pairs
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
