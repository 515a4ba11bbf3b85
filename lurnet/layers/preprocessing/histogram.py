"""Images whose tones are spread evenly, as a whole or tile by tile."""

from typing import Any

from lurnet import ops
from lurnet.core.fields import Number, PositiveInt, fields
from lurnet.layers.options import DataFormat
from lurnet.layers.preprocessing.image import BYTES, Range, Sorted, rescaled, whole_images
from lurnet.layers.preprocessing.tone import ToneLayer

__all__ = ["Equalization", "ContrastLimitedAdaptiveHistogramEqualization"]


def histogram(places: Any, size: int) -> Any:
    """How often each of 0, 1, ..., size - 1 occurs."""
    places = ops.reshape(places, (-1,))
    return ops.segment_sum(ops.ones(places.shape, "float32"), places, num_segments=size)


@fields
class Equalization(ToneLayer):
    """Spread the tones of each channel evenly over the range, in training.

    A tone becomes the share of the pixels that are darker, those of the whole batch together.

    >>> Equalization()(ops.convert_to_tensor([[[10.0], [10.0], [30.0]]])).tolist()
    [[[0.0], [0.0], [255.0]]]
    """

    value_range: Sorted = (0, 255)  #: smallest and largest value of the images
    bins: PositiveInt = 256  #: number of tones that are told apart
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The equalized images."""
        values = rescaled(images, self.value_range, BYTES)
        channels = ops.split(values, values.shape[self.channel_axis], axis=self.channel_axis)
        even = ops.concatenate([self._even(c) for c in channels], axis=self.channel_axis)
        return ops.cast(rescaled(even, BYTES, self.value_range), images.dtype)

    def _even(self, channel: Any) -> Any:
        wide = ops.cast(channel, "float32")
        places = ops.cast(ops.clip(wide / 255 * (self.bins - 1), 0, self.bins - 1), "int32")
        counts = histogram(places, self.bins)
        darker = ops.cumsum(counts)
        first = ops.take(darker, ops.argmax(darker > 0))
        table = ops.clip(
            ops.round((darker - first) * 255 / ops.maximum(darker[-1] - first, 1)), 0, 255
        )
        single = ops.count_nonzero(counts) <= 1
        return ops.where(single, channel, ops.cast(ops.take(table, places), channel.dtype))


@fields
class ContrastLimitedAdaptiveHistogramEqualization(ToneLayer):
    """Spread the tones evenly within each tile of an image, in training and afterwards.

    No tone of a tile counts more than ``clip_limit`` times its even share; what is above goes to
    all tones. Between the tiles' middles the results are interpolated. Zuiderveld, 1994, in
    Graphics Gems IV.

    >>> ContrastLimitedAdaptiveHistogramEqualization()(ops.ones((1, 16, 16, 1))).shape
    (1, 16, 16, 1)
    """

    value_range: Range = (0, 255)  #: smallest and largest value of the images
    clip_limit: Number = 4.0  #: limit of a tone's count; 0: none
    tile_grid_size: Range = (8, 8)  #: number of tiles, (down, across)
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    per_sample = whole_images

    def transform_images(
        self, images: Any, transformation: Any = None, training: Any = True
    ) -> Any:
        """The images with even tones, in the dtype that they came in."""
        values = rescaled(ops.cast(images, "float32"), self.value_range, BYTES)
        first = self.data_format == "channels_first"
        values = self._even(ops.transpose(values, (0, 2, 3, 1)) if first else values)
        values = ops.transpose(values, (0, 3, 1, 2)) if first else values
        return ops.cast(rescaled(values, BYTES, self.value_range), images.dtype)

    def _even(self, values: Any) -> Any:
        """Values from 0 to 255, (batch, height, width, channels)."""
        batch, height, width, channels = values.shape
        down, across = self.tile_grid_size
        tall, wide = -(-height // down), -(-width // across)
        fill = [(0, 0), (0, tall * down - height), (0, wide * across - width), (0, 0)]
        values = ops.pad(values, fill, mode="symmetric")
        tones = ops.cast(ops.clip(values, 0, 255), "int32")
        tables = self._tables(tones, (batch, down, tall, across, wide, channels))
        top, bottom, right_of = _neighbours(tall * down, tall, down)
        left, right, below = _neighbours(wide * across, wide, across)
        place = ops.reshape(ops.arange(batch), (-1, 1, 1, 1)) * down * across * channels
        place = place + ops.arange(channels)

        def read(row: Any, column: Any) -> Any:
            tile = (row[:, None, None] * across + column[None, :, None]) * channels
            return ops.take(tables, (place + tile) * 256 + tones)

        share, over = below[:, None], right_of[:, None, None]
        upper = read(top, left) * (1 - share) + read(top, right) * share
        lower = read(bottom, left) * (1 - share) + read(bottom, right) * share
        return (upper * (1 - over) + lower * over)[:, :height, :width, :]

    def _tables(self, tones: Any, parts: tuple[int, ...]) -> Any:
        """The new value of each tone in each tile, flat: (batch, down, across, channels, 256)."""
        batch, down, tall, across, wide, channels = parts
        tiles = ops.transpose(ops.reshape(tones, parts), (0, 1, 3, 5, 2, 4))
        count = batch * down * across * channels
        tiles = ops.reshape(tiles, (count, tall * wide)) + ops.arange(count)[:, None] * 256
        counts = ops.reshape(histogram(tiles, count * 256), (count, 256))
        if self.clip_limit > 0:
            kept = ops.minimum(counts, self.clip_limit * tall * wide / 256)
            counts = kept + ops.sum(counts - kept, axis=-1, keepdims=True) / 256
        darker = ops.cumsum(counts, axis=-1)
        first = darker[:, :1]
        rest = tall * wide - first
        table = (darker - first) * 255 / ops.where(rest == 0, 1.0, rest)
        return ops.reshape(ops.clip(table, 0, 255), (-1,))


def _neighbours(size: int, tile: int, tiles: int) -> tuple[Any, Any, Any]:
    """For each pixel of an axis the tiles before and after it, and the share of the second."""
    place = (ops.arange(size, dtype="float32") - tile / 2) / tile
    before = ops.floor(place)
    first = ops.cast(ops.clip(before, 0, tiles - 1), "int32")
    second = ops.cast(ops.clip(before + 1, 0, tiles - 1), "int32")
    return first, second, place - before
