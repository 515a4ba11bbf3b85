"""Random changes of the colours of images."""

from typing import Any

from lurnet import ops
from lurnet.core.fields import Rate, fields
from lurnet.core.settings import epsilon
from lurnet.layers.options import DataFormat
from lurnet.layers.preprocessing.image import (
    Bounds,
    ImageLayer,
    Range,
    Signed,
    Sorted,
    Unit,
    per_image,
    rescaled,
    whole_images,
)
from lurnet.layers.preprocessing.light import RandomBrightness, RandomContrast

__all__ = [
    "RandomGrayscale", "RandomHue", "RandomSaturation", "RandomColorDegeneration",
    "RandomColorJitter",
]  # fmt: skip

UNIT = (0, 1)


class ColorLayer(ImageLayer):
    """Base of the layers that change colours; masks stay as they are."""

    moves_pixels = False

    def with_channel(self, images: Any, index: int, change: Any) -> Any:
        """The images with ``change(channel)`` in the place of one of their three channels."""
        channels = list(ops.split(images, 3, axis=self.channel_axis))
        channels[index] = change(channels[index])
        return ops.concatenate(channels, axis=self.channel_axis)

    def in_hsv(self, images: Any, index: int, change: Any) -> Any:
        """The images with hue (0), saturation (1) or value (2) changed."""
        images = ops.image.rgb_to_hsv(images, data_format=self.data_format)
        changed = self.with_channel(images, index, change)
        return ops.image.hsv_to_rgb(changed, data_format=self.data_format)


@fields
class RandomGrayscale(ColorLayer):
    """Take the colours out of each image with a probability, in training; three channels remain.

    >>> RandomGrayscale(1.0)(ops.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    factor: Rate = 0.5  #: probability that an image loses its colours
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
    seed: int | None = None  #: seed of the random numbers

    per_sample = whole_images

    def drawn(self, data: Any, seed: Any) -> Any:
        """Whether each image loses its colours, (batch, 1, 1, 1)."""
        return self.draw(data, (1, 1, 1), 0.0, 1.0, seed) < self.factor

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The images, grey where told."""
        gray = ops.image.rgb_to_grayscale(images, data_format=self.data_format)
        return ops.where(transformation, gray, images)


@fields
class RandomHue(ColorLayer):
    """Turn the hue of each image by a random angle, in training.

    A factor of 1 is half a turn, in either direction.

    >>> RandomHue(0.2, seed=1)(ops.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    factor: Unit  #: bounds of the angle in half turns; f: (0, f)
    value_range: Range = (0, 255)  #: smallest and largest value of the images
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
    seed: int | None = None  #: seed of the random numbers

    per_sample = whole_images

    def drawn(self, data: Any, seed: Any) -> Any:
        """The angles in turns, (batch,)."""
        sign = ops.where(self.draw(data, (), 0.0, 1.0, seed) > 0.5, -1.0, 1.0)
        return {"factor": sign * self.draw(data, (), *self.factor, seed=seed) * 0.5}

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The images with their hue turned."""
        turn = per_image(transformation["factor"], images.dtype)

        def turned(hue: Any) -> Any:
            hue = hue + turn
            hue = ops.where(hue > 1.0, hue - 1.0, hue)
            return ops.where(hue < 0.0, hue + 1.0, hue)

        images = self.in_hsv(rescaled(images, self.value_range, UNIT), 0, turned)
        return rescaled(ops.clip(images, 0, 1), UNIT, self.value_range)


@fields
class RandomSaturation(ColorLayer):
    """Multiply the saturation of each image by a random number, in training.

    With f between the bounds it is f / (1 - f): 0 gives grey, 0.5 the image itself, 1 full colours.

    >>> RandomSaturation((0.4, 0.6), seed=1)(ops.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    factor: Signed  #: bounds of f; one number f is (-f, f)
    value_range: Sorted = (0, 255)  #: bounds of the new saturation
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
    seed: int | None = None  #: seed of the random numbers

    per_sample = whole_images

    def drawn(self, data: Any, seed: Any) -> Any:
        """What the saturation is multiplied by, (batch,)."""
        share = self.draw(data, (), *self.factor, seed=seed)
        return {"factor": share / (1 - share + epsilon())}

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The images with more or less colour."""
        scale = per_image(transformation["factor"], images.dtype)
        return self.in_hsv(images, 1, lambda s: ops.clip(s * scale, *self.value_range))


@fields
class RandomColorDegeneration(ColorLayer):
    """Blend each image with its grey form by a random share, in training.

    >>> RandomColorDegeneration(0.5, seed=1)(ops.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    factor: Signed  #: bounds of grey's share; f is (-f, f)
    value_range: Sorted = (0, 255)  #: smallest and largest value of the images
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
    seed: int | None = None  #: seed of the random numbers

    per_sample = whole_images

    def drawn(self, data: Any, seed: Any) -> Any:
        """The shares, (batch, 1, 1, 1)."""
        return {"factor": self.draw(data, (1, 1, 1), *self.factor, seed=seed)}

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The paler images."""
        share = ops.cast(transformation["factor"], images.dtype)
        gray = ops.image.rgb_to_grayscale(images, data_format=self.data_format)
        return ops.clip(images + share * (gray - images), *self.value_range)


PARTS = {
    "brightness": RandomBrightness,
    "contrast": RandomContrast,
    "saturation": RandomSaturation,
    "hue": RandomHue,
}


@fields
class RandomColorJitter(ColorLayer):
    """Change brightness, contrast, saturation and hue of each image at random, in training.

    The four are those of RandomBrightness, RandomContrast, RandomSaturation and RandomHue, in this
    order; None leaves one out.

    >>> RandomColorJitter(hue_factor=0.2, contrast_factor=0.1)(ops.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    value_range: Range = (0, 255)  #: smallest and largest value of the images
    brightness_factor: Bounds | None = None  #: RandomBrightness' `factor`
    contrast_factor: Bounds | None = None  #: RandomContrast's `factor`
    saturation_factor: Bounds | None = None  #: RandomSaturation's `factor`
    hue_factor: Bounds | None = None  #: RandomHue's `factor`
    seed: int | None = None  #: seed of the random numbers
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    per_sample = whole_images

    def setup(self) -> None:
        """Make the layers of the parts that are wanted."""
        super().setup()
        options: dict[str, Any] = {"value_range": self.value_range, "seed": self.seed}
        options |= {"data_format": self.data_format, "dtype": self.dtype_policy}
        for part, kind in PARTS.items():
            bounds = getattr(self, f"{part}_factor")
            made = None if bounds is None else kind(bounds, **options)
            setattr(self, f"random_{part}", made)

    def drawn(self, data: Any, seed: Any) -> Any:
        """The random numbers of each part by its name."""
        seed = self.generator if seed is None else seed
        layers = {part: getattr(self, f"random_{part}") for part in PARTS}
        return {part: layer.drawn(data, seed) for part, layer in layers.items() if layer}

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The images, changed part by part."""
        for part, numbers in transformation.items():
            images = getattr(self, f"random_{part}").transformed(images, numbers)
        return images
