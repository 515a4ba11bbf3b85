"""Layers that leave out or disturb values at random while training."""

from typing import Annotated, Any, ClassVar

from lurnet import ops, random
from lurnet.core.errors import BadValue
from lurnet.core.fields import Convert, Rate, fields
from lurnet.core.hyper import hyperparameter
from lurnet.core.types import ShapeLike
from lurnet.layers.base import Layer
from lurnet.layers.options import DataFormat
from lurnet.layers.windows import Spatial

__all__ = [
    "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout",
    "GaussianDropout",
]  # fmt: skip


def _noise_shape(_: Any, value: Any) -> Any:
    if value is None:
        return None
    if not isinstance(value, (list, tuple)):
        raise BadValue(f"must be a tuple of sizes, such as (None, 1, 3), not {value!r}.")
    return tuple(value)


NoiseShape = Annotated[Any, Convert(_noise_shape, ShapeLike | None)]


class _Random(Layer):
    """A layer that acts while training only, at a ``rate`` more than 0."""

    supports_masking = True
    passes_features = True
    runtime_hyperparameters = ("rate",)
    rate: Any
    seed: Any

    def setup(self) -> None:
        """A stream of random numbers, where they are needed."""
        super().setup()
        if self.rate > 0:
            self.seed_generator = random.SeedGenerator(self.seed)

    def call(self, inputs: Any, training: Any = False) -> Any:
        """The disturbed input while training, the input itself otherwise."""
        return self.disturb(inputs) if training and self.rate > 0 else inputs

    def disturb(self, x: Any) -> Any:
        """The input as it is seen while training."""
        raise NotImplementedError

    def _rate(self) -> Any:
        return hyperparameter(self, "rate", "float32")


@fields
class Dropout(_Random):
    """Sets values to 0 at random while training, and scales the rest by ``1 / (1 - rate)``.

    Srivastava et al., 2014, http://jmlr.org/papers/v15/srivastava14a.html

    >>> Dropout(0.5)(ops.ones(3)).tolist()
    [1.0, 1.0, 1.0]
    """

    rate: Rate  #: share of the values to set to 0
    noise_shape: NoiseShape = None  #: shape of the choice; 1 where an axis shares it
    seed: int | None = None  #: seed of the choice

    def per_sample(self, *shapes: tuple) -> bool:
        """Not with one draw for several samples, though it draws in training only."""
        return self.noise_shape is None or self.noise_shape[0] is None

    def disturb(self, x: Any) -> Any:
        """``random.dropout``."""
        shape = self._shape_of_choice(x)
        return random.dropout(x, self._rate(), noise_shape=shape, seed=self.seed_generator)

    def _shape_of_choice(self, x: Any) -> tuple | None:
        """``noise_shape`` with the input's own size in place of each None."""
        return _filled(self.noise_shape, x.shape)


def _filled(shape: tuple | None, sizes: tuple) -> tuple | None:
    if shape is None:
        return None
    if len(shape) != len(sizes):
        raise BadValue(f"`noise_shape` {shape} must have one size per axis of {tuple(sizes)}.")
    return tuple(d if s is None else s for s, d in zip(shape, sizes, strict=True))


class _SpatialDropout(Spatial, _Random):
    _after = {"name": "seed", "dtype": "name"}

    per_sample = True

    def disturb(self, x: Any) -> Any:
        """Whole channels are kept or set to 0."""
        shape = [1 if i in self._spatial_axes else d for i, d in enumerate(x.shape)]
        return random.dropout(x, self._rate(), tuple(shape), self.seed_generator)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; in Keras these layers do not take ``trainable``."""
        config = super().get_config()
        config.pop("trainable")
        return config


@fields
class SpatialDropout1D(_SpatialDropout, rank=1):
    """Sets whole channels of a sequence to 0 while training: (b, steps, c).

    >>> SpatialDropout1D(0.5)(ops.ones((1, 2, 1))).tolist()
    [[[1.0], [1.0]]]
    """

    data_format: ClassVar[str] = "channels_last"

    rate: Rate  #: share of the channels to set to 0
    seed: int | None = None  #: seed of the choice


@fields
class SpatialDropout2D(_SpatialDropout, rank=2):
    """Sets whole channels of an image to 0 while training: (b, h, w, c).

    >>> SpatialDropout2D(0.5)(ops.ones((1, 2, 2, 1))).shape
    (1, 2, 2, 1)
    """

    rate: Rate  #: share of the channels to set to 0
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
    seed: int | None = None  #: seed of the choice


@fields
class SpatialDropout3D(_SpatialDropout, rank=3):
    """Sets whole channels of a volume to 0 while training: (b, d, h, w, c).

    >>> SpatialDropout3D(0.5)(ops.ones((1, 2, 2, 2, 1))).shape
    (1, 2, 2, 2, 1)
    """

    rate: Rate  #: share of the channels to set to 0
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
    seed: int | None = None  #: seed of the choice


@fields
class AlphaDropout(_Random):
    """Dropout that keeps mean and variance of ``selu`` networks (Klambauer et al., 2017).

    Values that are left out become the negative limit of selu; then all are scaled and shifted.
    https://arxiv.org/abs/1706.02515

    >>> AlphaDropout(0.5)(ops.ones(3)).tolist()
    [1.0, 1.0, 1.0]
    """

    rate: Rate  #: share of the values to leave out
    noise_shape: NoiseShape = None  #: shape of the choice; 1 where an axis shares it
    seed: int | None = None  #: seed of the choice

    per_sample = True

    def disturb(self, x: Any) -> Any:
        """Leave out, then restore mean 0 and variance 1."""
        limit = -1.6732632423543772 * 1.0507009873554805
        shape = _filled(self.noise_shape, x.shape) or x.shape
        rate = self._rate()
        drawn = random.uniform(shape, dtype="float32", seed=self.seed_generator)
        scale = ((1 - rate) * (1 + rate * limit**2)) ** -0.5
        shift = -scale * limit * rate
        kept = ops.where(drawn >= rate, x, ops.cast(limit, x.dtype))
        return ops.cast(scale, x.dtype) * kept + ops.cast(shift, x.dtype)


@fields
class GaussianDropout(_Random):
    """Multiplies by normal numbers of mean 1 and variance ``rate / (1 - rate)`` while training.

    >>> GaussianDropout(0.5)(ops.ones(3)).tolist()
    [1.0, 1.0, 1.0]
    """

    rate: Rate  #: as in Dropout, which has the same variance
    seed: int | None = None  #: seed of the noise

    per_sample = True

    def setup(self) -> None:
        """A rate of 1 would be infinite noise."""
        super().setup()
        if self.rate == 1:
            raise BadValue("GaussianDropout: `rate` must be less than 1: noise would be infinite.")

    def disturb(self, x: Any) -> Any:
        """Multiply by noise."""
        rate = self._rate()
        spread = (rate / (1 - rate)) ** 0.5
        return x * random.normal(x.shape, 1.0, spread, dtype=x.dtype, seed=self.seed_generator)
