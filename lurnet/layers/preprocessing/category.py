"""Categories as numbers: encoded whole numbers, and numbers put into bins."""

from typing import Annotated, Any, Literal

import numpy as np

from lurnet import ops
from lurnet.core.errors import BadState, BadValue
from lurnet.core.fields import Convert, Number, PositiveInt, fields
from lurnet.core.types import TensorLike
from lurnet.layers.base import Layer
from lurnet.layers.input_spec import describe
from lurnet.layers.options import MaybePositive
from lurnet.layers.per_sample import of_vectors

__all__ = ["CategoryEncoding", "Discretization"]

Mode = Literal["int", "one_hot", "multi_hot", "count"]


def encode(x: Any, mode: str, depth: int, dtype: str, weights: Any = None) -> Any:
    """Whole numbers below ``depth`` as vectors of that size.

    "one_hot" gives one vector per number; "multi_hot" (which occur) and "count" (how often) one
    per sample; "int" leaves them.
    """
    if mode == "int":
        return ops.cast(x, dtype)
    x = ops.reshape(x, (1,)) if len(x.shape) == 0 else x
    if mode == "one_hot":
        x = ops.squeeze(x, -1) if len(x.shape) > 1 and x.shape[-1] == 1 else x
        return ops.one_hot(x, depth, dtype=dtype)
    hot = ops.one_hot(x, depth, dtype=dtype)
    if weights is not None:
        hot = hot * ops.cast(weights, dtype)[..., None]
    axis = 1 if len(x.shape) > 1 else 0
    return ops.max(hot, axis=axis) if mode == "multi_hot" else ops.sum(hot, axis=axis)


def encodes_samples(layer: Any, *shapes: tuple) -> bool:
    """A fact: a batch of single numbers is one sample to the modes that count what occurs."""
    return layer.output_mode in ("int", "one_hot") or of_vectors(layer, *shapes)


def _no_sparse(_: Any, value: Any) -> bool:
    if value:
        raise BadValue("must be False: there are no sparse tensors here.")
    return False


Vector = Annotated[
    Literal["one_hot", "multi_hot", "count"],
    Convert(lambda owner, mode: "multi_hot" if mode == "binary" else mode),
]
Dense = Annotated[bool, Convert(_no_sparse)]


@fields
class CategoryEncoding(Layer):
    """Whole numbers as one-hot vectors, multi-hot vectors or counts.

    >>> CategoryEncoding(3)(np.array([[0, 2], [1, 1]])).tolist()
    [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """

    num_tokens: PositiveInt  #: how many different numbers there are: 0, 1, ..., num_tokens - 1
    output_mode: Vector = "multi_hot"  #: one vector per number, or what occurs, or how often
    sparse: Dense = False  #: only False

    per_sample = encodes_samples

    def call(self, inputs: Any, count_weights: Any = None) -> Any:
        """The vectors; ``count_weights`` weighs what "count" counts."""
        if count_weights is not None and self.output_mode != "count":
            raise BadValue(f"{describe(self)}: `count_weights` go with output_mode='count' only.")
        inputs = ops.convert_to_tensor(inputs)
        mode, dtype = self.output_mode, self.compute_dtype
        return encode(ops.cast(inputs, "int32"), mode, self.num_tokens, dtype, count_weights)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        config = super().get_config()
        config.pop("sparse")
        return config


def _numbers(_: Any, value: Any) -> list[float] | None:
    return None if value is None else [float(v) for v in np.asarray(value).ravel()]


@fields
class Discretization(Layer):
    """Numbers as the index of the bin that they fall into.

    Bin i holds the numbers from boundary i - 1 up to, but without, boundary i. Give the
    boundaries, or ``num_bins`` and call ``adapt(data)``: then all bins get equally many numbers.

    >>> Discretization([0.0, 1.0])(np.array([-1.0, 0.0, 0.5, 7.0])).tolist()
    [0, 1, 1, 2]
    """

    bin_boundaries: Annotated[Any, Convert(_numbers, TensorLike | None)] = (
        None  #: boundaries, rising
    )
    num_bins: MaybePositive = None  #: number of bins, for ``adapt``
    epsilon: Number = 0.01  #: share of the data that ``adapt`` does not tell apart
    output_mode: Mode = "int"  #: the index itself, or a vector as CategoryEncoding makes it
    sparse: Dense = False  #: only False

    per_sample = encodes_samples
    _after = {"dtype": "sparse", "name": "dtype"}

    def setup(self) -> None:
        """Boundaries or a number of bins; a config of an adapted layer has both."""
        super().setup()
        if self.num_bins is None and self.bin_boundaries is None:
            raise BadValue(f"{describe(self)} needs `bin_boundaries` or `num_bins`.")

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Choose boundaries so that each bin holds equally many of the numbers in ``data``."""
        if self.num_bins is None:
            raise BadState(f"{describe(self)} was given its boundaries, so it cannot adapt.")
        batches = [data] if hasattr(data, "shape") else list(data)[:steps]
        summary = np.zeros((2, 0))
        for batch in batches:
            found = _summary(np.asarray(batch, "float32").ravel(), self.epsilon)
            merged = np.concatenate([found, summary], axis=1)
            summary = _compressed(merged[:, np.argsort(merged[0])], self.epsilon)
        self.bin_boundaries = _compressed(summary, 1 / self.num_bins)[0, :-1].tolist()

    def call(self, inputs: Any) -> Any:
        """The bins' indices."""
        if self.bin_boundaries is None:
            raise BadState(f"{describe(self)} has no boundaries yet: call adapt(data) first.")
        index = ops.digitize(inputs, np.asarray(self.bin_boundaries, "float32"))
        dtype = "int32" if self.output_mode == "int" else self.compute_dtype
        return encode(index, self.output_mode, len(self.bin_boundaries) + 1, dtype)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        config = super().get_config()
        config.pop("trainable")
        return config | {"dtype": self.dtype}


def _summary(values: np.ndarray, epsilon: float) -> np.ndarray:
    """Every so manyth of the sorted values, and the number that each stands for, (2, n)."""
    step = max(len(values) * epsilon, 1)
    chosen = np.sort(values)[int(step - 1) :: int(step)]
    return np.stack([chosen, np.full(len(chosen), step)])


def _compressed(summary: np.ndarray, epsilon: float) -> np.ndarray:
    """A summary with about 1 / epsilon values, read off the cumulative weights."""
    if summary.shape[1] * epsilon < 1:
        return summary
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    weights = summary[1].cumsum()
    values = np.interp(shares, weights / weights[-1], summary[0])
    return np.stack([values, np.diff(np.interp(shares, weights / weights[-1], weights), prepend=0)])
