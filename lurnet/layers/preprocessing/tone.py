"""Changes of the tones of images: fewer, turned round, stretched, sharper or softer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from lurnet import ops, random
from lurnet.core.errors import BadValue
from lurnet.core.fields import Convert, fields, is_int
from lurnet.core.types import Int
from lurnet.layers.options import DataFormat
from lurnet.layers.preprocessing.image import (
    BYTES,
    ImageLayer,
    Range,
    Sorted,
    Unit,
    factor,
    images_of,
    per_image,
    rescaled,
    whole_images,
)

if TYPE_CHECKING:
    Bits = Any
else:
    Bits = factor(1, 8)

__all__ = [
    "RandomPosterization", "RandomInvert", "Solarization", "AutoContrast", "RandomSharpness",
    "RandomGaussianBlur",
]  # fmt: skip


class ToneLayer(ImageLayer):
    """Base of the layers that change tones; masks stay as they are."""

    moves_pixels = False


@fields
class RandomPosterization(ToneLayer):
    """Leave each image a random number of bits per value, in training.

    >>> RandomPosterization(1)(ops.convert_to_tensor([[[100.0, 200.0]]])).tolist()
    [[[0.0, 128.0]]]
    """

    factor: Bits  #: bits that stay, 1 to 8; f is (1, f)
    value_range: Sorted = (0, 255)  #: smallest and largest value of the images
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
    seed: int | None = None  #: seed of the random numbers

    per_sample = whole_images

    def drawn(self, data: Any, seed: Any) -> Any:
        """How many bits are lost, (batch,); the upper bound itself is not drawn."""
        low, high = (int(f) for f in self.factor)
        bits = ops.floor(self.draw(data, (), float(low), float(max(high, low + 1)), seed))
        return {"shift_factor": 8 - ops.cast(bits, "int32")}

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The images with fewer tones."""
        lost = per_image(transformation["shift_factor"], "int32")
        whole = ops.cast(rescaled(images, self.value_range, BYTES), "int32")
        kept = ops.left_shift(ops.right_shift(whole, lost), lost)
        return rescaled(ops.cast(kept, images.dtype), BYTES, self.value_range)


@fields
class RandomInvert(ToneLayer):
    """Make negatives of images, each with a probability, in training.

    >>> RandomInvert((1.0, 1.0))(ops.convert_to_tensor([[[100.0, 200.0]]])).tolist()
    [[[155.0, 55.0]]]
    """

    factor: Unit = 1.0  #: bounds of the probability; f: (0, f)
    value_range: Range = (0, 255)  #: smallest and largest value of the images
    seed: int | None = None  #: seed of the random numbers
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    per_sample = whole_images

    def drawn(self, data: Any, seed: Any) -> Any:
        """Whether each image is inverted, (batch,)."""
        return {"apply_inversion": self.chance(data, self.factor, seed)}

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The images, negatives where told."""
        chosen = per_image(transformation["apply_inversion"], "bool")
        return ops.where(chosen, self.value_range[1] - images, images)


@fields
class Solarization(ToneLayer):
    """Add a random number to each image, then make negatives of what is above a random threshold.

    In training. Both are shares of the range of values.

    >>> layer = Solarization(threshold_factor=(0.5, 0.5))
    >>> layer(ops.convert_to_tensor([[[100.0, 200.0]]])).tolist()
    [[[100.0, 55.0]]]
    """

    addition_factor: Unit = 0.0  #: bounds of what is added, from 0 to 1; f is (0, f)
    threshold_factor: Unit = 0.0  #: bounds of the threshold, from 0 to 1; f is (0, f)
    value_range: Sorted = (0, 255)  #: smallest and largest value of the images
    seed: int | None = None  #: seed of the random numbers

    per_sample = whole_images

    def drawn(self, data: Any, seed: Any) -> Any:
        """What is added and the thresholds, of values from 0 to 255, (batch, 1, 1, 1)."""
        shares = {"additions": self.addition_factor, "thresholds": self.threshold_factor}
        return {
            name: self.draw(data, (1, 1, 1), 255.0 * low, 255.0 * high, seed)
            for name, (low, high) in shares.items()
        }

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The solarized images."""
        added = ops.cast(transformation["additions"], images.dtype)
        images = ops.clip(rescaled(images, self.value_range, BYTES) + added, *BYTES)
        dark = images < ops.cast(transformation["thresholds"], images.dtype)
        return rescaled(ops.where(dark, images, 255 - images), BYTES, self.value_range)


@fields
class AutoContrast(ToneLayer):
    """Stretch each channel of each image to the whole range, in training and afterwards.

    >>> AutoContrast()(ops.convert_to_tensor([[[10.0], [20.0], [30.0]]])).tolist()
    [[[0.0], [127.5], [255.0]]]
    """

    value_range: Sorted = (0, 255)  #: smallest and largest value of the images

    per_sample = whole_images

    def transform_images(
        self, images: Any, transformation: Any = None, training: Any = True
    ) -> Any:
        """The images with full contrast; a channel of a single value stays."""
        images = ops.cast(images, self.compute_dtype)
        axes = (self.height_axis, self.width_axis)
        low, high = (f(images, axis=axes, keepdims=True) for f in (ops.min, ops.max))
        flat = high == low
        bottom, top = self.value_range
        stretched = (images - low) * ((top - bottom) / ops.where(flat, 1.0, high - low)) + bottom
        return ops.where(flat, images, ops.clip(stretched, bottom, top))


@fields
class RandomSharpness(ToneLayer):
    """Blend each image with a smoothed one by a random share, in training.

    A factor of 0 gives the smoothed image, 0.5 the image itself, 1 a sharper one.

    >>> RandomSharpness(1.0, seed=1)(ops.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    factor: Unit  #: bounds of the share; f is (0, f)
    value_range: Sorted = (0, 255)  #: smallest and largest value of the images
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
    seed: int | None = None  #: seed of the random numbers

    per_sample = whole_images

    def drawn(self, data: Any, seed: Any) -> Any:
        """The shares, (batch,)."""
        return {"factor": self.draw(data, (), *self.factor, seed=seed)}

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The sharper or softer images; around them are zeros."""
        share = per_image(transformation["factor"], images.dtype) * 2
        kernel = np.full((3, 3, images.shape[self.channel_axis], 1), 1 / 13)
        kernel[1, 1] = 5 / 13
        kernel = ops.cast(kernel, images.dtype)
        smooth = ops.depthwise_conv(images, kernel, 1, "same", self.data_format)
        return ops.clip(images + (1 - share) * (smooth - images), *self.value_range)


def _odd(_: Any, value: Any) -> tuple[int, int]:
    given = tuple(value) if isinstance(value, (list, tuple)) else (value, value)
    if len(given) != 2 or not all(is_int(v) and v % 2 for v in given):
        raise BadValue(f"must be an odd number or two of them, not {value!r}.")
    return given


@fields
class RandomGaussianBlur(ToneLayer):
    """Blur images under a Gaussian bell of random width, each with a probability, in training.

    >>> RandomGaussianBlur(kernel_size=5, seed=1)(ops.ones((2, 8, 8, 3))).shape
    (2, 8, 8, 3)
    """

    factor: Unit = 1.0  #: bounds of the probability; f: (0, f)
    kernel_size: Annotated[Any, Convert(_odd, Int | Sequence[Int])] = (
        3  #: window, one odd number or (x, y)
    )
    sigma: Unit = 1.0  #: bounds of the bell's width in pixels
    value_range: Range = (0, 255)  #: smallest and largest value of the images
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
    seed: int | None = None  #: seed of the random numbers

    per_sample = whole_images

    def drawn(self, data: Any, seed: Any) -> Any:
        """Whether each image is blurred (batch,), and the widths along x and y for all."""
        chosen = self.chance(images_of(data), self.factor, seed)
        stream = self.generator if seed is None else seed
        widths = random.uniform((2,), *self.sigma, seed=stream) + 1e-6
        return {"should_apply_blur": chosen, "blur_factor": widths}

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The images, blurred where told."""
        chosen = per_image(transformation["should_apply_blur"], "bool")
        widths = transformation["blur_factor"]
        blurred = ops.image.gaussian_blur(
            images, self.kernel_size, (widths[0], widths[1]), self.data_format
        )
        blurred = ops.cast(blurred, images.dtype)
        return ops.clip(ops.where(chosen, blurred, images), *self.value_range)
