"""What layers over images have in common: random numbers once, then a pure transform."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from lurnet import ops, random
from lurnet.core.errors import BadValue
from lurnet.core.fields import Check, Convert, fields, is_number
from lurnet.core.seeds import SeedGenerator
from lurnet.core.types import Real
from lurnet.layers.base import Layer
from lurnet.layers.input_spec import describe
from lurnet.layers.options import DataFormat
from lurnet.layers.per_sample import has_axes

Bounds = Real | Sequence[Real]  #: a number f, (-f, f), or two numbers


def pair(value: Any, low: float, high: float, floor: float | None = None) -> tuple[float, float]:
    """Bounds from a number f, (-f, f), or from two numbers; each must lie in [low, high].

    ``floor`` cuts the lower bound that a single number gives.
    """
    given = (value,) if is_number(value) else value
    if not isinstance(given, (tuple, list)) or len(given) not in (1, 2):
        raise BadValue(f"must be a number or two of them, not {value!r}.")
    if not all(is_number(v) and low <= v <= high for v in given):
        raise BadValue(f"must lie between {low:g} and {high:g}, but it is {value!r}.")
    if len(given) == 2:
        return min(given), max(given)
    size = abs(given[0])
    return (-size if floor is None else max(-size, floor), size)


whole_images = has_axes(4)  #: one image, with 3 axes, has its rows on the first


def factor(low: float, high: float) -> Any:
    """The annotation of a field with the bounds of a random number."""
    return Annotated[Any, Convert(lambda owner, value: pair(value, low, high, low), Bounds)]


if TYPE_CHECKING:
    Unit = Any
    Signed = Any
else:
    Unit = factor(0, 1)
    Signed = factor(-1, 1)


@fields
class ImageLayer(Layer):
    """Base of the layers that change images; they act in training only, unless said otherwise.

    A subclass defines ``drawn(data, seed)``, the random numbers for each image, and
    ``transformed(images, numbers)``, a pure function. The input is a batch of images (4 axes), one
    image (3 axes), or a dict with "images", "labels" and "segmentation_masks".
    """

    if not TYPE_CHECKING:  # a checker is to see it where a subclass puts it
        data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    _own_fields_first = True
    moves_pixels: ClassVar[bool] = True  # and therefore those of segmentation masks too
    draws = False  # it makes training data

    def setup(self) -> None:
        """Make the stream of random numbers."""
        super().setup()
        if "seed" in type(self).__fields__:
            self.generator = SeedGenerator(self.seed)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run on images, or on a dict of them and what belongs to them; ``inputs`` names both."""
        if "inputs" in kwargs:
            args = (kwargs.pop("inputs"), *args)
        return super().__call__(*args, **kwargs)

    @property
    def channel_axis(self) -> int:
        """The axis of the colours."""
        return -1 if self.data_format == "channels_last" else -3

    @property
    def height_axis(self) -> int:
        """The axis of the rows."""
        return -3 if self.data_format == "channels_last" else -2

    @property
    def width_axis(self) -> int:
        """The axis of the columns."""
        return self.height_axis + 1

    def size_of(self, images: Any) -> tuple[int, int]:
        """Height and width."""
        return images.shape[self.height_axis], images.shape[self.width_axis]

    def draw(self, data: Any, shape: tuple, low: float, high: float, seed: Any = None) -> Any:
        """Random numbers in [low, high), of a shape for each image."""
        images = images_of(data)
        batch = images.shape[0] if len(images.shape) == 4 else 1
        generator = self.generator if seed is None else seed
        return random.uniform((batch, *shape), minval=low, maxval=high, seed=generator)

    def chance(self, data: Any, bounds: tuple[float, float], seed: Any = None) -> Any:
        """True or False for each image, with a probability drawn from between two bounds."""
        return self.draw(data, (), 0.0, 1.0, seed) < self.draw(data, (), *bounds, seed=seed)

    def get_random_transformation(self, data: Any, training: Any = True, seed: Any = None) -> Any:
        """The random numbers for one batch; None outside of training."""
        return self.drawn(data, seed) if training else None

    def drawn(self, data: Any, seed: Any) -> Any:
        """The random numbers for one batch, from the layer's own stream if ``seed`` is None."""
        return None

    def transform_images(self, images: Any, transformation: Any, training: Any = True) -> Any:
        """The changed images; a pure function."""
        images = ops.cast(images, self.compute_dtype)
        return self.transformed(images, transformation) if training else images

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The change itself, of images (batch, ...) in the compute dtype."""
        raise NotImplementedError

    def transform_labels(self, labels: Any, transformation: Any, training: Any = True) -> Any:
        """The labels: they stay."""
        return labels

    def transform_bounding_boxes(
        self, bounding_boxes: dict, transformation: Any, training: Any = True
    ) -> dict:
        """The boxes: they stay where the pixels do."""
        if training and self.moves_pixels:
            raise BadValue(
                f'{describe(self)} moves pixels, and cannot move "bounding_boxes" with them: '
                "leave them out, or use a layer that changes colours only."
            )
        return bounding_boxes

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any, training: Any = True
    ) -> Any:
        """The masks, with their pixels moved as those of the images."""
        if not (training and self.moves_pixels):
            return segmentation_masks
        return self.transformed(segmentation_masks, transformation)

    def call(self, data: Any, training: Any = True) -> Any:
        """Shapes: (batch, height, width, channels) or without batch, in the layer's layout."""
        known = {"images", "labels", "segmentation_masks", "bounding_boxes"}
        if isinstance(data, dict) and set(data) - known:
            raise BadValue(f"{describe(self)} takes {sorted(known)}, but it got {sorted(data)}.")
        several = self._is_batched(images_of(data))
        options = {
            "transformation": self.get_random_transformation(data, training=training),
            "training": training,
        }
        if not isinstance(data, dict):
            change = self.transform_images if several else self.transform_single_image
            return change(data, **options)
        names = _PLURAL if several else _SINGLE
        return {k: getattr(self, f"transform_{names[k]}")(v, **options) for k, v in data.items()}

    def _is_batched(self, images: Any) -> bool:
        if len(images.shape) not in (3, 4):
            raise BadValue(
                f"{describe(self)} expects images with 4 axes (a batch) or 3 (one image), but it "
                f"got shape {tuple(images.shape)}."
            )
        return len(images.shape) == 4

    def transform_single_image(self, image: Any, transformation: Any, training: Any = True) -> Any:
        """One changed image."""
        out = self.transform_images(image[None], transformation=transformation, training=training)
        return out[0]

    def transform_single_label(self, label: Any, transformation: Any, training: Any = True) -> Any:
        """The label of one image."""
        label = ops.expand_dims(label, 0)
        out = self.transform_labels(label, transformation=transformation, training=training)
        return ops.squeeze(out, 0)

    def transform_single_bounding_box(
        self, bounding_box: dict, transformation: Any, training: Any = True
    ) -> dict:
        """The boxes of one image."""
        boxes = {k: ops.expand_dims(v, 0) for k, v in bounding_box.items()}
        out = self.transform_bounding_boxes(boxes, transformation=transformation, training=training)
        return {k: ops.squeeze(v, 0) for k, v in out.items()}

    def transform_single_segmentation_mask(
        self, segmentation_mask: Any, transformation: Any, training: Any = True
    ) -> Any:
        """The mask of one image."""
        out = self.transform_segmentation_masks(
            segmentation_mask[None], transformation=transformation, training=training
        )
        return out[0]


_PLURAL = {k: k for k in ("images", "labels", "segmentation_masks", "bounding_boxes")}
_SINGLE = {
    "images": "single_image",
    "labels": "single_label",
    "segmentation_masks": "single_segmentation_mask",
    "bounding_boxes": "single_bounding_box",
}


def is_range(value: Any) -> bool:
    """Whether a value is two numbers."""
    return isinstance(value, (list, tuple)) and len(value) == 2 and all(map(is_number, value))


Range = Annotated[
    Any, Check("two numbers, the smallest and the largest value", is_range, Sequence[float])
]
Sorted = Annotated[Range, Convert(lambda owner, value: sorted(value), Sequence[float])]
BYTES = (0, 255)


def rescaled(images: Any, old: Any, new: Any) -> Any:
    """Values of the range ``old`` put into the range ``new``."""
    if tuple(old) == tuple(new):
        return images
    return (images - old[0]) / (old[1] - old[0]) * (new[1] - new[0]) + new[0]


def per_image(numbers: Any, dtype: str) -> Any:
    """One number for each image, (batch, 1, 1, 1)."""
    return ops.reshape(ops.cast(numbers, dtype), (-1, 1, 1, 1))


def images_of(data: Any) -> Any:
    """The images, alone or in a dict."""
    return data["images"] if isinstance(data, dict) else data
