"""Numbers scaled: by a constant, or by the mean and variance of data."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, ClassVar

import numpy as np

from lurnet import ops
from lurnet.core.errors import BadState, BadType, BadValue
from lurnet.core.fields import Convert, fields
from lurnet.core.registry import deserialize
from lurnet.core.settings import epsilon, image_data_format
from lurnet.core.types import TensorLike
from lurnet.layers.base import Layer
from lurnet.layers.input_spec import describe
from lurnet.layers.per_sample import beside_axis

__all__ = ["Rescaling", "Normalization"]

Values = Annotated[Any, Convert(lambda owner, value: deserialize(value), TensorLike)]


@fields
class Rescaling(Layer):
    """``x * scale + offset``, of any shape.

    >>> Rescaling(1 / 255)(ops.convert_to_tensor([0.0, 255.0])).tolist()
    [0.0, 1.0]
    """

    scale: Values  #: factor, one or one per channel
    offset: Values = 0.0  #: added afterwards

    supports_masking = True

    def per_sample(self, shape: tuple) -> bool:
        """Whether the constants have no axis that lies along the batch."""
        ranks = [np.ndim(v) for v in (self.scale, self.offset)]
        if ranks[0] and image_data_format() == "channels_first":
            ranks[0] = max(3, ranks[0])
        return max(ranks) < len(shape)

    def call(self, inputs: Any) -> Any:
        """The scaled input, in the compute dtype."""
        scale, offset = (ops.cast(v, self.compute_dtype) for v in (self.scale, self.offset))
        if len(scale.shape) > 0 and image_data_format() == "channels_first":
            scale = ops.reshape(scale, (*scale.shape, *[1] * (3 - len(scale.shape))))
        return ops.cast(inputs, self.compute_dtype) * scale + offset


def _axes(_: Any, axis: Any) -> tuple[int, ...]:
    if axis is None:
        return ()
    return (axis,) if isinstance(axis, int) else tuple(axis)


def _numbers(_: Any, value: Any) -> Any:
    return None if value is None else np.asarray(deserialize(value)).tolist()


@fields
class Normalization(Layer):
    """``(x - mean) / sqrt(variance)``, with the mean and variance of data that it has seen.

    Give them as arguments, or call ``adapt(data)`` once before training.

    >>> layer = Normalization()
    >>> layer.adapt(np.array([[0.0, 10.0], [2.0, 30.0]]))
    >>> layer(np.array([[1.0, 40.0]], "float32")).tolist()
    [[0.0, 2.0]]
    """

    axis: Annotated[Any, Convert(_axes)] = -1  #: axes that have statistics of their own; None: none
    mean: Annotated[Any, Convert(_numbers, TensorLike | None)] = (
        None  #: mean, one or one per place on the axes
    )
    variance: Annotated[Any, Convert(_numbers, TensorLike | None)] = None  #: variance, likewise
    invert: bool = False  #: whether to undo it: ``x * sqrt(variance) + mean``

    supports_masking = True
    input_mean: ClassVar[Any]
    input_variance: ClassVar[Any]
    per_sample = beside_axis

    def setup(self) -> None:
        """Mean and variance come together."""
        super().setup()
        self._input_shape: tuple | None = None
        if (self.input_mean is None) != (self.input_variance is None):
            raise BadValue(f"{describe(self)} needs both `mean` and `variance`, or none of them.")
        if self.input_mean is None:
            return
        mean, variance = np.shape(self.input_mean), np.shape(self.input_variance)
        if mean != variance:
            raise BadValue(
                f"{describe(self)}: `mean` has shape {mean}, but `variance` has shape {variance}; "
                "they must be the same."
            )
        if len(mean) > len(self.axis):
            raise BadValue(
                f"{describe(self)}: `mean` has {len(mean)} axes, but `axis` names {len(self.axis)}."
            )

    def build(self, input_shape: tuple) -> None:
        """Make the weights mean, variance and count, unless the values were given."""
        rank = len(input_shape)
        if any(not -rank <= a < rank for a in self.axis):
            raise BadValue(f"{describe(self)}: `axis` {self.axis} is not in shape {input_shape}.")
        self._input_shape = tuple(input_shape)
        self._kept = sorted(a % rank for a in self.axis)
        kept = tuple(input_shape[a] for a in self._kept)
        if None in kept:
            raise BadValue(
                f"{describe(self)} needs the sizes of the axes {self.axis}, but it got "
                f"{input_shape}."
            )
        self._broadcast = [input_shape[a] if a in self._kept else 1 for a in range(rank)]
        if self.input_mean is None:
            options: dict[str, Any] = {"trainable": False}
            self.adapt_mean = self.add_weight(kept, "zeros", name="mean", **options)
            self.adapt_variance = self.add_weight(kept, "ones", name="variance", **options)
            self.count = self.add_weight((), "zeros", "int32", name="count", **options)

    def adapt(self, data: Any) -> None:
        """Take mean and variance from data: an array, or an iterable of batches."""
        total, mean, variance = 0, np.zeros(()), np.zeros(())
        for batch in _batches(data):
            if not self.built:
                self.build(batch.shape)
            self._check_sizes(batch.shape)
            axes = tuple(a for a in range(batch.ndim) if a not in self._kept)
            size = int(np.prod([batch.shape[a] for a in axes]))
            total += size
            new = mean + (batch.mean(axes) - mean) * (size / total)
            spread = (variance + (mean - new) ** 2) * (1 - size / total)
            variance = spread + (batch.var(axes) + (batch.mean(axes) - new) ** 2) * (size / total)
            mean = new
        if not total:
            raise BadValue(f"{describe(self)}: adapt() got no data.")
        if self.input_mean is not None:
            raise BadState(f"{describe(self)} was given its mean, so it cannot adapt.")
        self.adapt_mean.assign(mean)
        self.adapt_variance.assign(variance)

    def _check_sizes(self, shape: tuple) -> None:
        known = self._input_shape or ()
        if len(shape) != len(known) or any(shape[a] != known[a] for a in self._kept):
            raise BadValue(
                f"{describe(self)} was built for inputs of shape {known}, but adapt() got data "
                f"of shape {shape}."
            )

    def finalize_state(self) -> None:
        """Nothing remains to be done: the statistics are read at each call."""

    def call(self, inputs: Any) -> Any:
        """The normalised input."""
        inputs = ops.cast(inputs, self.compute_dtype)
        mean, variance = (self._spread(kind) for kind in ("mean", "variance"))
        deviation = ops.maximum(ops.sqrt(variance), epsilon())
        return inputs * deviation + mean if self.invert else (inputs - mean) / deviation

    def _spread(self, kind: str) -> Any:
        """Mean or variance with the rank of the input."""
        given = getattr(self, f"input_{kind}")
        if given is None:
            value = ops.convert_to_tensor(getattr(self, f"adapt_{kind}"))
            return ops.reshape(value, self._broadcast)
        value = np.asarray(given, "float32")
        shape = [1] * len(self._broadcast)
        for i, size in enumerate(reversed(value.shape)):
            shape[self._kept[-1 - i]] = size
        return ops.cast(value.reshape(shape), self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments: what was learnt from data lies in the weights."""
        return super().get_config() | {"mean": self.input_mean, "variance": self.input_variance}


def _statistic(kind: str) -> property:
    """What is subtracted or divided by, once the layer is built; before, the argument given."""
    return property(
        lambda self: self._spread(kind) if self.built else getattr(self, f"input_{kind}"),
        lambda self, value: setattr(self, f"input_{kind}", value),
    )


# Fields that are more than an attribute: they get their property once the fields are known.
Normalization.mean, Normalization.variance = _statistic("mean"), _statistic("variance")


def _batches(data: Any) -> Iterator[np.ndarray]:
    """The batches of a data set as float64 arrays; of (inputs, targets) only the inputs."""
    if hasattr(data, "shape"):
        data = [data]
    if not isinstance(data, Iterable):
        raise BadType(f"adapt() takes an array or an iterable of batches, not {data!r}.")
    for batch in data:
        yield np.asarray(batch[0] if isinstance(batch, (tuple, list)) else batch, "float64")
