"""Random flips, rotations, shifts and zooms of images."""

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

from lurnet import ops
from lurnet.core.fields import Convert, Number, fields, is_number
from lurnet.layers.options import DataFormat
from lurnet.layers.preprocessing.image import (
    Bounds,
    ImageLayer,
    Signed,
    images_of,
    pair,
    whole_images,
)

__all__ = ["RandomFlip", "RandomRotation", "RandomTranslation", "RandomZoom"]

FillMode = Literal["reflect", "wrap", "constant", "nearest"]
Interpolation = Literal["nearest", "bilinear"]
FlipMode = Literal["horizontal", "vertical", "horizontal_and_vertical"]


@fields
class RandomFlip(ImageLayer):
    """Mirror each image with probability 1/2, in training.

    With "horizontal_and_vertical" an image is mirrored both ways or not at all.

    >>> RandomFlip("horizontal", seed=1)(ops.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    mode: FlipMode = "horizontal_and_vertical"  #: which axes are mirrored
    seed: int | None = None  #: seed of the random numbers
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    per_sample = whole_images

    def drawn(self, data: Any, seed: Any) -> Any:
        """Whether each image is mirrored, (batch, 1, 1, 1)."""
        flips = self.draw(data, (1, 1, 1), 0.0, 1.0, seed) <= 0.5
        return {"flips": flips, "input_shape": tuple(images_of(data).shape)}

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The images, mirrored where told."""
        flips = ops.reshape(transformation["flips"], (-1, 1, 1, 1))
        if "horizontal" in self.mode:
            images = ops.where(flips, ops.flip(images, axis=self.width_axis), images)
        if "vertical" in self.mode:
            images = ops.where(flips, ops.flip(images, axis=self.height_axis), images)
        return images


class Warp(ImageLayer):
    """Base of the layers that read images at other places."""

    interpolation: str

    def warped(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """The images read at the places that the random numbers tell."""
        raise NotImplementedError

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The warped images."""
        return self.warped(images, transformation, self.interpolation)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any, training: Any = True
    ) -> Any:
        """The warped masks; each pixel takes the nearest label."""
        if not training:
            return segmentation_masks
        return self.warped(segmentation_masks, transformation, "nearest")


class AffineLayer(Warp):
    """Base of the layers whose images are read on a turned, sheared, stretched or moved grid."""

    fill_mode: str
    fill_value: float

    def matrices(self, transformation: Any, height: int, width: int) -> Any:
        """The maps from output to input pixels, (batch, 8)."""
        raise NotImplementedError

    def warped(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """The images on the moved grid."""
        matrices = self.matrices(transformation, *self.size_of(images))
        images = ops.convert_to_tensor(images)
        fill = (self.fill_mode, self.fill_value, self.data_format)
        moved = ops.image.affine_transform(images, matrices, interpolation, *fill)
        return ops.cast(moved, images.dtype)


def rows(*columns: Any) -> Any:
    """Eight columns, each of shape (batch,) or a number, as matrices (batch, 8)."""
    like = next(c for c in columns if not is_number(c))
    like = ops.cast(like, "float32")
    return ops.stack([ops.zeros_like(like) + c for c in columns], axis=-1)


@fields
class RandomRotation(AffineLayer):
    """Turn each image about its middle by a random angle, in training.

    >>> RandomRotation(0.1, seed=1)(ops.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    factor: Signed  #: bounds of the angle in turns; f is (-f, f)
    fill_mode: FillMode = "reflect"  #: what stands beyond the edges
    interpolation: Interpolation = "bilinear"  #: how values between pixels are found
    seed: int | None = None  #: seed of the random numbers
    fill_value: Number = 0.0  #: value beyond the edges with fill_mode="constant"
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    per_sample = whole_images

    def drawn(self, data: Any, seed: Any) -> Any:
        """The angles in degrees (batch,) and their matrices (batch, 8)."""
        height, width = self.size_of(images_of(data))
        angle = self.draw(data, (), self.factor[0] * 360.0, self.factor[1] * 360.0, seed)
        return {
            "angle": angle,
            "rotation_matrix": _rotation(angle, height, width),
            "image_height": height,
            "image_width": width,
            "batch_size": angle.shape[0],
        }

    def matrices(self, transformation: Any, height: int, width: int) -> Any:
        """The rotation matrices."""
        return ops.reshape(transformation["rotation_matrix"], (-1, 8))


def _rotation(degrees: Any, height: int, width: int) -> Any:
    """Matrices of turns about the middle pixel."""
    angle = ops.cast(degrees, "float32") * (math.pi / 180)
    cos, sin = ops.cos(angle), ops.sin(angle)
    x, y = (width - 1) / 2, (height - 1) / 2
    return rows(cos, -sin, x - x * cos + y * sin, sin, cos, y - x * sin - y * cos, 0, 0)


def _share(low: float) -> Any:
    """A field with one number or two, each in [low, 1]; kept as it is given."""

    def convert(_: Any, value: Any) -> Any:
        if value is not None:
            pair(value, low, 1)
        return value

    return Annotated[Any, Convert(convert, Bounds | None)]


if TYPE_CHECKING:
    Shift = Any
    Stretch = Any
else:
    Shift, Stretch = _share(-1), _share(-0.999999)


@fields
class RandomTranslation(AffineLayer):
    """Shift each image by a random share of its size, in training.

    Positive shifts go down and to the right.

    >>> RandomTranslation(0.1, 0.2, seed=1)(ops.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    height_factor: Shift  #: bounds of the shift, of the height
    width_factor: Shift  #: bounds of the shift, of the width
    fill_mode: FillMode = "reflect"  #: what stands beyond the edges
    interpolation: Interpolation = "bilinear"  #: how values between pixels are found
    seed: int | None = None  #: seed of the random numbers
    fill_value: Number = 0.0  #: value beyond the edges with fill_mode="constant"
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    per_sample = whole_images

    def drawn(self, data: Any, seed: Any) -> Any:
        """The shifts in pixels, (batch, 2): to the right and down."""
        height, width = self.size_of(images_of(data))
        down = self.draw(data, (1,), *pair(self.height_factor, -1, 1), seed) * height
        right = self.draw(data, (1,), *pair(self.width_factor, -1, 1), seed) * width
        shifts = ops.cast(ops.concatenate([right, down], axis=1), "float32")
        return {"translations": shifts, "input_shape": tuple(images_of(data).shape)}

    def matrices(self, transformation: Any, height: int, width: int) -> Any:
        """The matrices of the shifts."""
        right, down = (transformation["translations"][:, i] for i in range(2))
        return rows(1, 0, -right, 0, 1, -down, 0, 0)


@fields
class RandomZoom(AffineLayer):
    """Stretch or shrink each image about its middle by a random share, in training.

    Positive factors zoom out (the image gets smaller), negative ones in.

    >>> RandomZoom(0.1, seed=1)(ops.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    height_factor: Stretch  #: bounds of the change in height
    width_factor: Stretch = None  #: in width; None: the same
    fill_mode: FillMode = "reflect"  #: what stands beyond the edges
    interpolation: Interpolation = "bilinear"  #: how values between pixels are found
    seed: int | None = None  #: seed of the random numbers
    fill_value: Number = 0.0  #: value beyond the edges with fill_mode="constant"
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    per_sample = whole_images

    def drawn(self, data: Any, seed: Any) -> Any:
        """How many input pixels one output pixel spans, (batch, 1), in height and width."""
        low, high = pair(self.height_factor, -1, 1)
        down = across = self.draw(data, (1,), 1 + low, 1 + high, seed)
        if self.width_factor is not None:
            low, high = pair(self.width_factor, -1, 1)
            across = self.draw(data, (1,), 1 + low, 1 + high, seed)
        shape = tuple(images_of(data).shape)
        return {"height_zoom": down, "width_zoom": across, "input_shape": shape}

    def matrices(self, transformation: Any, height: int, width: int) -> Any:
        """The matrices of the zooms about the middle pixel."""
        down = ops.cast(transformation["height_zoom"][:, 0], "float32")
        across = ops.cast(transformation["width_zoom"][:, 0], "float32")
        x, y = (width - 1) / 2 * (1 - across), (height - 1) / 2 * (1 - down)
        return rows(across, 0, x, 0, down, y, 0, 0)
