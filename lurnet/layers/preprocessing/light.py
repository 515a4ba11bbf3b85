"""Random changes of the brightness and contrast of images."""

from typing import Any

from lurnet import ops
from lurnet.core.fields import fields
from lurnet.layers.preprocessing.image import ImageLayer, Range, Signed, Sorted, Unit, whole_images

__all__ = ["RandomContrast", "RandomBrightness"]


@fields
class RandomContrast(ImageLayer):
    """Move each image's values away from their mean by a random factor, in training.

    ``(x - mean) c + mean`` with c in [1 - lower, 1 + upper), cut to ``value_range``; the mean is
    that of each image and channel.

    >>> RandomContrast(0.2, value_range=(0, 1), seed=1)(ops.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    factor: Unit  #: (lower, upper); a number f is (0, f)
    value_range: Range = (0, 255)  #: smallest and largest value of the images
    seed: int | None = None  #: seed of the random numbers

    moves_pixels = False
    per_sample = whole_images

    def drawn(self, data: Any, seed: Any) -> Any:
        """The factors, (batch, 1, 1, 1)."""
        low, high = 1.0 - self.factor[0], 1.0 + self.factor[1]
        return {"contrast_factor": self.draw(data, (1, 1, 1), low, high, seed)}

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The images with more or less contrast."""
        mean = ops.mean(images, axis=(self.height_axis, self.width_axis), keepdims=True)
        factor = ops.cast(transformation["contrast_factor"], images.dtype)
        return ops.clip((images - mean) * factor + mean, *self.value_range)


@fields
class RandomBrightness(ImageLayer):
    """Add a random number to each image, in training, and cut to ``value_range``.

    >>> RandomBrightness(0.2, value_range=(0, 1), seed=1)(ops.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    factor: Signed  #: bounds, of the whole range; f is (-f, f)
    value_range: Sorted = (0, 255)  #: smallest and largest value of the images
    seed: int | None = None  #: seed of the random numbers

    moves_pixels = False
    per_sample = whole_images

    def drawn(self, data: Any, seed: Any) -> Any:
        """What is added, (batch, 1, 1, 1)."""
        low, high = self.value_range
        delta = self.draw(data, (1, 1, 1), *self.factor, seed=seed)
        return {"rgb_delta": delta * (high - low)}

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The brighter or darker images."""
        delta = ops.cast(transformation["rgb_delta"], images.dtype)
        return ops.clip(images + delta, *self.value_range)
