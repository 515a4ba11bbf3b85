"""Images cut or resized to a given size."""

from typing import Any, Literal

from lurnet import ops
from lurnet.core.dtypes import is_float
from lurnet.core.errors import BadValue
from lurnet.core.fields import Number, PositiveInt, fields
from lurnet.core.seeds import make_default_seed
from lurnet.layers.options import DataFormat
from lurnet.layers.preprocessing.image import ImageLayer, images_of, whole_images

__all__ = ["CenterCrop", "RandomCrop", "Resizing"]

Method = Literal["bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"]


class SizedLayer(ImageLayer):
    """Base of the layers that give images of ``height`` x ``width``."""

    height: int
    width: int

    def cut(self, images: Any, top: Any, left: Any) -> Any:
        """The part of this size that starts at a pixel."""
        for axis, first, size in (
            (self.height_axis, top, self.height),
            (self.width_axis, left, self.width),
        ):
            images = ops.take(images, first + ops.arange(size), axis=axis)
        return images

    def fitted(self, images: Any) -> Any:
        """The largest middle part of the right proportions, resized."""
        return ops.image.resize(
            images,
            (self.height, self.width),
            crop_to_aspect_ratio=True,
            data_format=self.data_format,
        )


@fields
class CenterCrop(SizedLayer):
    """Cut the middle of images, in training and afterwards; too small ones are resized.

    >>> CenterCrop(2, 2)(ops.ones((1, 4, 6, 3))).shape
    (1, 2, 2, 3)
    """

    height: PositiveInt  #: height of the output
    width: PositiveInt  #: width of the output
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    per_sample = whole_images

    def transform_images(
        self, images: Any, transformation: Any = None, training: Any = True
    ) -> Any:
        """The middle of each image."""
        images = ops.cast(images, self.compute_dtype)
        height, width = self.size_of(images)
        if height < self.height or width < self.width:
            return self.fitted(images)
        return self.cut(images, (height - self.height) // 2, (width - self.width) // 2)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: Any = True
    ) -> Any:
        """The middle of each mask."""
        return self.transform_images(segmentation_masks)


@fields
class RandomCrop(SizedLayer):
    """Cut a random part of images, the same for a whole batch, in training.

    Images that are not larger are resized. Outside of training images stay as they are.

    >>> RandomCrop(2, 2, seed=1)(ops.ones((1, 4, 6, 3))).shape
    (1, 2, 2, 3)
    """

    height: PositiveInt  #: height of the output
    width: PositiveInt  #: width of the output
    seed: int | None = None  #: seed of the random numbers
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    _after = {"name": "data_format"}

    per_sample = whole_images

    def setup(self) -> None:
        """A layer without a seed draws one, which its config then holds."""
        if self.seed is None:
            self.seed = make_default_seed()
        super().setup()

    def get_random_transformation(self, data: Any, training: Any = True, seed: Any = None) -> Any:
        """The first row and column of the part; None where the images are to be resized."""
        height, width = self.size_of(images_of(data))
        if not training or height <= self.height or width <= self.width:
            return None
        spans = (height - self.height + 1, width - self.width + 1)
        return tuple(
            ops.cast(self.draw(data, (), 0.0, float(span), seed)[0], "int32") for span in spans
        )

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The part."""
        if transformation is None:
            return self.fitted(images)
        return self.cut(images, *transformation)


@fields
class Resizing(SizedLayer):
    """Resize images, in training and afterwards; whole-number images stay whole numbers.

    >>> Resizing(2, 3)(ops.ones((1, 4, 6, 3))).shape
    (1, 2, 3, 3)
    """

    height: PositiveInt  #: height of the output
    width: PositiveInt  #: width of the output
    interpolation: Method = "bilinear"  #: how values between pixels are found
    crop_to_aspect_ratio: bool = False  #: whether to keep proportions by cutting
    pad_to_aspect_ratio: bool = False  #: whether to keep proportions by filling up
    fill_mode: Literal["constant"] = "constant"  #: how the filling is made
    fill_value: Number = 0.0  #: value of the filling
    antialias: bool = False  #: whether to smooth before making smaller
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    per_sample = whole_images

    def setup(self) -> None:
        """Proportions are kept in one way."""
        super().setup()
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            raise BadValue(
                "Resizing: only one of `crop_to_aspect_ratio` and `pad_to_aspect_ratio` can be "
                "True."
            )

    def transform_images(
        self, images: Any, transformation: Any = None, training: Any = True
    ) -> Any:
        """The images in the new size."""
        return self._resized(images, self.interpolation)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: Any = True
    ) -> Any:
        """The masks in the new size; each pixel takes the nearest label."""
        return self._resized(segmentation_masks, "nearest")

    def _resized(self, images: Any, interpolation: str) -> Any:
        whole = not is_float(images.dtype)
        out = ops.image.resize(
            ops.cast(images, self.compute_dtype) if whole else images,
            (self.height, self.width),
            interpolation=interpolation,
            antialias=self.antialias,
            crop_to_aspect_ratio=self.crop_to_aspect_ratio,
            pad_to_aspect_ratio=self.pad_to_aspect_ratio,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
            data_format=self.data_format,
        )
        return ops.cast(ops.round(out), images.dtype) if whole else out
