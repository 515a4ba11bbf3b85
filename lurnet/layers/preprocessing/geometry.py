"""Random flips, rotations, shifts and zooms of images."""

import math
from typing import Annotated, Any, Literal

from lurnet import ops
from lurnet.core.fields import Convert, Number, fields, is_number
from lurnet.layers.options import DataFormat
from lurnet.layers.preprocessing.affine import FillMode, Interpolation, resample
from lurnet.layers.preprocessing.image import ImageLayer, factor, images_of, pair

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

    def get_random_transformation(self, data: Any, training: Any = True, seed: Any = None) -> Any:
        """Whether each image is mirrored, (batch, 1, 1, 1)."""
        if not training:
            return None
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


class AffineLayer(ImageLayer):
    """Base of the layers that resample images on a moved grid."""

    fill_mode: str
    fill_value: float
    interpolation: str

    def matrices(self, transformation: Any, height: int, width: int) -> Any:
        """The maps from output to input pixels, (batch, 8)."""
        raise NotImplementedError

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The images on the moved grid."""
        return self._resampled(images, transformation, self.interpolation)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any, training: Any = True
    ) -> Any:
        """The masks on the moved grid; each pixel takes the nearest label."""
        if not training:
            return segmentation_masks
        return self._resampled(segmentation_masks, transformation, "nearest")

    def _resampled(self, images: Any, transformation: Any, interpolation: str) -> Any:
        first = self.data_format == "channels_first"
        images = ops.transpose(images, (0, 2, 3, 1)) if first else images
        matrices = self.matrices(transformation, *images.shape[1:3])
        images = resample(images, matrices, interpolation, self.fill_mode, self.fill_value)
        return ops.transpose(images, (0, 3, 1, 2)) if first else images


def _rows(*columns: Any) -> Any:
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

    factor: factor(-1, 1)  # type: ignore[valid-type]  #: bounds of the angle in turns; f is (-f, f)
    fill_mode: FillMode = "reflect"  #: what stands beyond the edges
    interpolation: Interpolation = "bilinear"  #: how values between pixels are found
    seed: int | None = None  #: seed of the random numbers
    fill_value: Number = 0.0  #: value beyond the edges with fill_mode="constant"
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    def get_random_transformation(self, data: Any, training: Any = True, seed: Any = None) -> Any:
        """The angles in degrees (batch,) and their matrices (batch, 8)."""
        if not training:
            return None
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
    return _rows(cos, -sin, x - x * cos + y * sin, sin, cos, y - x * sin - y * cos, 0, 0)


def _share(low: float) -> Any:
    """A field with one number or two, each in [low, 1]; kept as it is given."""

    def convert(_: Any, value: Any) -> Any:
        if value is not None:
            pair(value, low, 1)
        return value

    return Annotated[Any, Convert(convert)]


@fields
class RandomTranslation(AffineLayer):
    """Shift each image by a random share of its size, in training.

    Positive shifts go down and to the right.

    >>> RandomTranslation(0.1, 0.2, seed=1)(ops.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    height_factor: _share(-1)  # type: ignore[valid-type]  #: bounds of the shift, of the height
    width_factor: _share(-1)  # type: ignore[valid-type]  #: bounds of the shift, of the width
    fill_mode: FillMode = "reflect"  #: what stands beyond the edges
    interpolation: Interpolation = "bilinear"  #: how values between pixels are found
    seed: int | None = None  #: seed of the random numbers
    fill_value: Number = 0.0  #: value beyond the edges with fill_mode="constant"
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    def get_random_transformation(self, data: Any, training: Any = True, seed: Any = None) -> Any:
        """The shifts in pixels, (batch, 2): to the right and down."""
        if not training:
            return None
        height, width = self.size_of(images_of(data))
        down = self.draw(data, (1,), *pair(self.height_factor, -1, 1), seed) * height
        right = self.draw(data, (1,), *pair(self.width_factor, -1, 1), seed) * width
        shifts = ops.cast(ops.concatenate([right, down], axis=1), "float32")
        return {"translations": shifts, "input_shape": tuple(images_of(data).shape)}

    def matrices(self, transformation: Any, height: int, width: int) -> Any:
        """The matrices of the shifts."""
        right, down = (transformation["translations"][:, i] for i in range(2))
        return _rows(1, 0, -right, 0, 1, -down, 0, 0)


@fields
class RandomZoom(AffineLayer):
    """Stretch or shrink each image about its middle by a random share, in training.

    Positive factors zoom out (the image gets smaller), negative ones in.

    >>> RandomZoom(0.1, seed=1)(ops.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    height_factor: _share(-0.999999)  # type: ignore[valid-type]  #: bounds of the change in height
    width_factor: _share(-0.999999) = None  # type: ignore[valid-type]  #: in width; None: the same
    fill_mode: FillMode = "reflect"  #: what stands beyond the edges
    interpolation: Interpolation = "bilinear"  #: how values between pixels are found
    seed: int | None = None  #: seed of the random numbers
    fill_value: Number = 0.0  #: value beyond the edges with fill_mode="constant"
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    def get_random_transformation(self, data: Any, training: Any = True, seed: Any = None) -> Any:
        """How many input pixels one output pixel spans, (batch, 1), in height and width."""
        if not training:
            return None
        low, high = pair(self.height_factor, -1, 1)
        rows = columns = self.draw(data, (1,), 1 + low, 1 + high, seed)
        if self.width_factor is not None:
            low, high = pair(self.width_factor, -1, 1)
            columns = self.draw(data, (1,), 1 + low, 1 + high, seed)
        shape = tuple(images_of(data).shape)
        return {"height_zoom": rows, "width_zoom": columns, "input_shape": shape}

    def matrices(self, transformation: Any, height: int, width: int) -> Any:
        """The matrices of the zooms about the middle pixel."""
        rows = ops.cast(transformation["height_zoom"][:, 0], "float32")
        columns = ops.cast(transformation["width_zoom"][:, 0], "float32")
        x, y = (width - 1) / 2 * (1 - columns), (height - 1) / 2 * (1 - rows)
        return _rows(columns, 0, x, 0, rows, y, 0, 0)
