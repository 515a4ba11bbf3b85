"""Several random changes of images, chosen anew for each batch."""

from typing import Any

from lurnet import ops, random
from lurnet.core.fields import Number, PositiveInt, fields
from lurnet.layers.options import DataFormat
from lurnet.layers.preprocessing.color import RandomColorDegeneration
from lurnet.layers.preprocessing.geometry import Interpolation, RandomRotation, RandomTranslation
from lurnet.layers.preprocessing.histogram import Equalization
from lurnet.layers.preprocessing.image import ImageLayer, Range, Unit, whole_images
from lurnet.layers.preprocessing.light import RandomBrightness, RandomContrast
from lurnet.layers.preprocessing.tone import (
    AutoContrast,
    RandomPosterization,
    RandomSharpness,
    Solarization,
)
from lurnet.layers.preprocessing.warp import RandomShear

__all__ = ["RandAugment", "AugMix"]

#: The changes by the attributes that hold them: the class, the names of its arguments that take
#: the strength, and which common options it has.
PLACES, TONES = ("interpolation", "seed"), ("value_range", "seed")
CHANGES: dict[str, tuple[type[ImageLayer], tuple, tuple]] = {
    "random_shear": (RandomShear, ("x_factor", "y_factor"), PLACES),
    "random_translation": (RandomTranslation, ("height_factor", "width_factor"), PLACES),
    "random_rotation": (RandomRotation, ("factor",), PLACES),
    "random_brightness": (RandomBrightness, ("factor",), TONES),
    "random_color_degeneration": (RandomColorDegeneration, ("factor",), TONES),
    "random_contrast": (RandomContrast, ("factor",), TONES),
    "random_sharpness": (RandomSharpness, ("factor",), TONES),
    "random_posterization": (RandomPosterization, (), TONES),
    "solarization": (Solarization, ("addition_factor", "threshold_factor"), TONES),
    "auto_contrast": (AutoContrast, (), ("value_range",)),
    "equalization": (Equalization, (), ("value_range",)),
}
NOT_COLORS = (0, 1, 2, 7, 8, 9, 10)


class Policy(ImageLayer):
    """Base of the layers that choose among the changes above."""

    factor: tuple[float, float]

    def setup(self) -> None:
        """Make the layers that are chosen from, each with this layer's strength."""
        super().setup()
        for name in self.names:
            kind, strengths, common = CHANGES[name]
            options: dict[str, Any] = {k: getattr(self, k) for k in common} | dict.fromkeys(
                strengths, self.factor
            )
            if kind is RandomPosterization:
                options["factor"] = max(1, int(8 * self.factor[1]))
            options |= {"data_format": self.data_format, "dtype": self.dtype_policy}
            setattr(self, name, kind(**options))

    @property
    def names(self) -> list[str]:
        """The attributes of the layers that are chosen from."""
        return list(CHANGES)

    def strengths(self, data: Any, seed: Any) -> dict[str, Any]:
        """The random numbers of all the layers."""
        seed = self.generator if seed is None else seed
        return {name: getattr(self, name).drawn(data, seed) for name in self.names}

    def changed(self, images: Any, index: Any, strengths: dict[str, Any], masks: bool) -> Any:
        """The images after the change of this number; the number behind the last means none."""
        method = "transform_segmentation_masks" if masks else "transform_images"

        def change(name: str) -> Any:
            run = getattr(getattr(self, name), method)
            return lambda x: ops.cast(run(x, strengths[name]), x.dtype)

        return ops.switch(index, [*map(change, self.names), lambda x: x], images)


@fields
class RandAugment(Policy):
    """Change images in ``num_ops`` ways, chosen at random for each batch, in training.

    Cubuk et al., 2020 (https://arxiv.org/abs/1909.13719).

    >>> RandAugment(seed=1)(ops.ones((2, 8, 8, 3))).shape
    (2, 8, 8, 3)
    """

    value_range: Range = (0, 255)  #: smallest and largest value of the images
    num_ops: PositiveInt = 2  #: how many changes are made, one after the other
    factor: Unit = 0.5  #: bounds of the strength; f is (0, f)
    interpolation: Interpolation = "bilinear"  #: how values between pixels are found
    seed: int | None = None  #: seed of the random numbers
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    per_sample = whole_images

    def drawn(self, data: Any, seed: Any) -> Any:
        """The numbers of the changes, and the random numbers of each."""
        stream = self.generator if seed is None else seed
        chosen = random.randint((self.num_ops,), 0, len(CHANGES), seed=stream)
        return {"layer_idxes": chosen, "transforms": self.strengths(data, seed)}

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The images after all changes."""
        return self._all(images, transformation, masks=False)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any, training: Any = True
    ) -> Any:
        """The masks, moved as the images are."""
        if not training:
            return segmentation_masks
        return self._all(segmentation_masks, transformation, masks=True)

    def _all(self, images: Any, transformation: Any, masks: bool) -> Any:
        for i in range(self.num_ops):
            chosen = transformation["layer_idxes"][i]
            images = self.changed(images, chosen, transformation["transforms"], masks)
        return images


@fields
class AugMix(Policy):
    """Blend images with several chains of random changes of themselves, in training.

    Each batch draws anew which changes a chain makes, and, for each chain, how strong they are.
    Hendrycks et al., 2020 (https://arxiv.org/abs/1912.02781).

    >>> AugMix(num_chains=1, seed=1)(ops.ones((2, 8, 8, 3))).shape
    (2, 8, 8, 3)
    """

    value_range: Range = (0, 255)  #: smallest and largest value of the images
    num_chains: PositiveInt = 3  #: number of chains
    chain_depth: PositiveInt = 3  #: largest number of changes in a chain
    factor: Unit = 0.3  #: bounds of the strength; f is (0, f)
    alpha: Number = 1.0  #: parameter of the distributions that the shares are drawn from
    all_ops: bool = True  #: whether brightness, colours, contrast and sharpness change too
    interpolation: Interpolation = "bilinear"  #: how values between pixels are found
    seed: int | None = None  #: seed of the random numbers
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    per_sample = whole_images

    @property
    def names(self) -> list[str]:
        """The attributes of the layers that are chosen from."""
        return list(CHANGES) if self.all_ops else [list(CHANGES)[i] for i in NOT_COLORS]

    def drawn(self, data: Any, seed: Any) -> Any:
        """The shares of the chains and of the images themselves, and each chain's changes."""
        stream = self.generator if seed is None else seed
        weights = random.gamma((self.num_chains,), self.alpha, seed=stream)
        chosen = (self.num_chains, self.chain_depth)
        return {
            "chain_mixing_weights": weights / ops.sum(weights),
            "weight_sample": random.beta((), self.alpha, self.alpha, seed=stream),
            "layer_idxes": random.randint(chosen, 0, len(self.names) + 1, seed=stream),
            "transforms": [self.strengths(data, seed) for _ in range(self.num_chains)],
        }

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The blended images, cut to the range of values."""
        return ops.clip(self._mixed(images, transformation, masks=False), *self.value_range)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any, training: Any = True
    ) -> Any:
        """The masks, blended as the images are."""
        if not training:
            return segmentation_masks
        return self._mixed(segmentation_masks, transformation, masks=True)

    def _mixed(self, images: Any, transformation: Any, masks: bool) -> Any:
        total = ops.zeros_like(images)
        for i, strengths in enumerate(transformation["transforms"]):
            chain = images
            for j in range(self.chain_depth):
                index = transformation["layer_idxes"][i][j]
                chain = self.changed(chain, index, strengths, masks)
            total = total + chain * transformation["chain_mixing_weights"][i]
        share = transformation["weight_sample"]
        return ops.cast(share * images + (1 - share) * total, images.dtype)
