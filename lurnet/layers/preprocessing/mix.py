"""Random parts of images erased, or exchanged and blended between the images of a batch."""

from collections.abc import Sequence
from typing import Any

from lurnet import ops, random
from lurnet.core.errors import BadValue
from lurnet.core.fields import Number, fields, is_number
from lurnet.layers.options import DataFormat
from lurnet.layers.preprocessing.image import (
    ImageLayer,
    Range,
    Unit,
    images_of,
    per_image,
    whole_images,
)

__all__ = ["RandomErasing", "CutMix", "MixUp"]


class BoxLayer(ImageLayer):
    """Base of the layers that draw a box in each image."""

    def box(self, images: Any, down: Any, across: Any, seed: Any) -> tuple[Any, Any]:
        """Random boxes of these shares (batch,) of the height and the width.

        Returns a mask of the images' shape, and the boxes' shares of the area, (batch,).
        """
        height, width = self.size_of(images)
        batch = len(images.shape) == 4
        rows, tall = self._span(images, height, down, seed)
        columns, wide = self._span(images, width, across, seed)
        inside = rows[:, :, None] & columns[:, None, :]
        inside = ops.expand_dims(inside, -1 if self.data_format == "channels_last" else 1)
        shape = images.shape if batch else (1, *images.shape)
        return ops.broadcast_to(inside, shape), tall * wide / (height * width)

    def _span(self, images: Any, size: int, share: Any, seed: Any) -> tuple[Any, Any]:
        """Which places of an axis lie in a random part of it, (batch, size), and its length."""
        length = share * size
        start = self.draw(images, (), 0.0, 1.0, seed) * (size - length)
        places = ops.arange(size, dtype="float32")
        after = places >= start[:, None]
        return after & (places < (start + length)[:, None]), length


@fields
class RandomErasing(BoxLayer):
    """Cover a random box of each image with noise or a value, with a probability, in training.

    Zhong et al., 2020 (https://arxiv.org/abs/1708.04896).

    >>> RandomErasing(fill_value=0.0, seed=1)(ops.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    factor: Unit = 1.0  #: bounds of the probability; f: (0, f)
    scale: Unit = (0.02, 0.33)  #: bounds of the box's area
    fill_value: float | Sequence[float] | None = (
        None  #: a number, or one per channel; None: normal noise
    )
    value_range: Range = (0, 255)  #: smallest and largest value of the images
    seed: int | None = None  #: seed of the random numbers
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    moves_pixels = False
    per_sample = whole_images

    def setup(self) -> None:
        """The filling is a number or one per channel."""
        super().setup()
        value = self.fill_value
        if isinstance(value, (list, tuple)) and all(map(is_number, value)):
            return
        if value is not None and not is_number(value):
            raise BadValue(
                f"RandomErasing: `fill_value` must be None, a number, or one per channel, not "
                f"{value!r}."
            )

    def drawn(self, data: Any, seed: Any) -> Any:
        """Which images lose a box, the boxes' masks, and what is put there."""
        images = images_of(data)
        down, across = (ops.sqrt(self.draw(images, (), *self.scale, seed=seed)) for _ in range(2))
        masks, _ = self.box(images, down, across, seed)
        return {
            "apply_erasing": self.chance(images, self.factor, seed),
            "batch_masks": masks,
            "fill_value": ops.clip(self._filling(masks.shape, seed), *self.value_range),
        }

    def _filling(self, shape: tuple, seed: Any) -> Any:
        if self.fill_value is None:
            stream = self.generator if seed is None else seed
            return random.normal(shape, seed=stream) * self.value_range[1]
        value = ops.convert_to_tensor(self.fill_value, "float32")
        if len(value.shape) and self.data_format == "channels_first":
            value = ops.reshape(value, (-1, 1, 1))
        return ops.broadcast_to(value, shape)

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The images, erased where told."""
        chosen = per_image(transformation["apply_erasing"], "bool")
        filling = ops.cast(transformation["fill_value"], images.dtype)
        return ops.where(chosen & transformation["batch_masks"], filling, images)


@fields
class CutMix(BoxLayer):
    """Put a random box of another image of the batch into each one, in training.

    Labels, as vectors, are blended by the boxes' areas. A single image stays. Yun et al., 2019
    (https://arxiv.org/abs/1905.04899).

    >>> out = CutMix(seed=1)({"images": ops.ones((2, 4, 4, 3)), "labels": ops.eye(2)})
    >>> out["labels"].shape
    (2, 2)
    """

    factor: Unit = 1.0  #: bounds of Beta's parameter; f: (0, f)
    seed: int | None = None  #: seed of the random numbers
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    per_sample = whole_images

    def drawn(self, data: Any, seed: Any) -> Any:
        """Where each image's box comes from, the boxes' masks, and the share that stays."""
        images = images_of(data)
        if len(images.shape) == 3:
            return None
        stream = self.generator if seed is None else seed
        alpha = random.uniform((), *self.factor, seed=stream) + 1e-6
        side = ops.sqrt(1 - random.beta((images.shape[0],), alpha, alpha, seed=stream))
        masks, area = self.box(images, side, side, seed)
        order = random.shuffle(ops.arange(images.shape[0]), seed=stream)
        share = ops.reshape(1 - area, (-1, 1, 1, 1))
        return {"permutation_order": order, "batch_masks": masks, "mix_weight": share}

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The images with the others' boxes."""
        if transformation is None:
            return images
        others = ops.take(images, transformation["permutation_order"], axis=0)
        mask = transformation["batch_masks"]
        if mask.shape != images.shape:  # of segmentation masks: the box alone
            mask = ops.any(mask, axis=self.channel_axis, keepdims=True)
        return ops.where(mask, others, images)

    def transform_labels(self, labels: Any, transformation: Any, training: Any = True) -> Any:
        """The labels, blended as the images are."""
        if not training or transformation is None:
            return labels
        return blended(labels, transformation)


@fields
class MixUp(ImageLayer):
    """Blend each image with another one of the batch by a random share, in training.

    Labels, as vectors, are blended likewise. Zhang et al., 2018 (https://arxiv.org/abs/1710.09412).

    >>> out = MixUp(seed=1)({"images": ops.ones((2, 4, 4, 3)), "labels": ops.eye(2)})
    >>> out["labels"].sum().round().tolist()
    2.0
    """

    alpha: Number = 0.2  #: both parameters of the share's Beta distribution
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
    seed: int | None = None  #: seed of the random numbers

    per_sample = whole_images

    def drawn(self, data: Any, seed: Any) -> Any:
        """The share of each image itself (batch,), and which other one it is blended with."""
        images = images_of(data)
        batch = images.shape[0] if len(images.shape) == 4 else 1
        stream = self.generator if seed is None else seed
        share = random.beta((batch,), self.alpha, self.alpha, seed=stream)
        order = random.shuffle(ops.arange(batch), seed=stream)
        return {"mix_weight": share, "permutation_order": order}

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The blended images."""
        return blended(images, transformation)

    def transform_labels(self, labels: Any, transformation: Any, training: Any = True) -> Any:
        """The blended labels."""
        return blended(labels, transformation) if training else labels


def blended(x: Any, transformation: Any) -> Any:
    """What belongs to each image, blended with what belongs to its partner."""
    x = ops.convert_to_tensor(x)
    share = ops.reshape(transformation["mix_weight"], (-1, *[1] * (len(x.shape) - 1)))
    others = ops.take(x, transformation["permutation_order"], axis=0)
    return share * x + (1 - share) * others
