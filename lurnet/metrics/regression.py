"""Metrics of real-valued predictions."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from lurnet import ops
from lurnet.core.errors import BadState, BadValue
from lurnet.core.fields import Check, fields, is_int
from lurnet.core.symbolic import Tensor
from lurnet.core.traits import states
from lurnet.losses import regression as losses
from lurnet.losses.shapes import along_last, same_rank
from lurnet.metrics.base import Metric, MetricDtype
from lurnet.metrics.mean import FunctionMetric, MeanMetricWrapper, Running

__all__ = [
    "MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError",
    "MeanSquaredLogarithmicError", "LogCoshError", "RootMeanSquaredError", "CosineSimilarity",
    "R2Score",
]  # fmt: skip


@fields
class MeanSquaredError(FunctionMetric):
    """Mean of ``(y_true - y_pred) ** 2``.

    >>> float(MeanSquaredError()([[0.0, 0.0]], [[1.0, 3.0]]))
    5.0
    """

    direction = "down"

    fn = staticmethod(losses.mean_squared_error)
    name = "mean_squared_error"


@fields
class MeanAbsoluteError(FunctionMetric):
    """Mean of ``|y_true - y_pred|``.

    >>> float(MeanAbsoluteError()([[0.0, 0.0]], [[1.0, 3.0]]))
    2.0
    """

    direction = "down"

    fn = staticmethod(losses.mean_absolute_error)
    name = "mean_absolute_error"


@fields
class MeanAbsolutePercentageError(FunctionMetric):
    """Mean of ``100 |y_true - y_pred| / |y_true|``.

    >>> float(MeanAbsolutePercentageError()([[1.0, 2.0]], [[2.0, 3.0]]))
    75.0
    """

    direction = "down"

    fn = staticmethod(losses.mean_absolute_percentage_error)
    name = "mean_absolute_percentage_error"


@fields
class MeanSquaredLogarithmicError(FunctionMetric):
    """Mean of ``(log(1 + y_true) - log(1 + y_pred)) ** 2``; negatives count as 0.

    >>> float(MeanSquaredLogarithmicError()([[1.0]], [[1.0]]))
    0.0
    """

    direction = "down"

    fn = staticmethod(losses.mean_squared_logarithmic_error)
    name = "mean_squared_logarithmic_error"


@fields
class LogCoshError(FunctionMetric):
    """Mean of ``log(cosh(y_pred - y_true))``.

    >>> float(LogCoshError()([[0.0]], [[0.0]]))
    0.0
    """

    direction = "down"

    fn = staticmethod(losses.log_cosh)
    name = "logcosh"


@fields
class RootMeanSquaredError(Running):
    """Square root of the mean of ``(y_true - y_pred) ** 2``.

    >>> float(RootMeanSquaredError()([[0.0, 0.0]], [[1.0, 7.0]]))
    5.0
    """

    direction = "down"

    name: str | None = "root_mean_squared_error"  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``

    per_sample = True

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Any = None) -> None:
        """Add the squared errors, times their weights."""
        y_true, y_pred = same_rank(self._tensor(y_true), self._tensor(y_pred))
        super().update_state(ops.square(y_pred - y_true), sample_weight)

    def result(self) -> Tensor:
        """The root of the mean, a scalar."""
        return ops.sqrt(super().result())


@states(per_sample=along_last, aligns=True)
def cosine(y_true: Tensor, y_pred: Tensor, axis: int = -1) -> Tensor:
    """The cosine of the angle between labels and predictions: 1 is the best.

    >>> cosine([[1.0, 0.0]], [[2.0, 0.0]]).tolist()
    [1.0]
    """
    return -losses.cosine_similarity(y_true, y_pred, axis=axis)


@fields
class CosineSimilarity(MeanMetricWrapper):
    """Mean cosine of the angle between labels and predictions: 1 is the best.

    >>> float(CosineSimilarity()([[1.0, 0.0]], [[2.0, 0.0]]))
    1.0
    """

    direction = "up"

    fn = staticmethod(cosine)
    unwritten = ("axis",)

    name: str | None = "cosine_similarity"  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``
    axis: int = -1  #: axis that makes up a vector


Regressors = Annotated[int, Check("an integer >= 0", lambda v: is_int(v) and v >= 0)]


@fields
class R2Score(Metric):
    """``1 - sum((y_true - y_pred) ** 2) / sum((y_true - mean) ** 2)``: the share explained.

    Labels and predictions have shape (batch, outputs).

    >>> float(R2Score()([[1.0], [2.0], [3.0]], [[1.0], [2.0], [3.0]]))
    1.0
    """

    direction = "up"

    class_aggregation: Literal["uniform_average", "variance_weighted_average", None] = (
        "uniform_average"  #: how the outputs' figures become one; None keeps them apart
    )
    num_regressors: Regressors = 0  #: number of inputs, to adjust for; 0: do not
    name: str | None = "r2_score"  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``

    per_sample = True

    def setup(self) -> None:
        """The variables wait for the number of outputs."""
        super().setup()
        self.num_samples = self.add_variable((), name="num_samples")
        self._built = False

    def build(self, y_true_shape: Sequence[int], y_pred_shape: Sequence[int]) -> None:
        """Make one set of sums per output."""
        if self._built:
            return
        if len(y_true_shape) != 2 or len(y_pred_shape) != 2 or y_pred_shape[-1] is None:
            raise BadValue(
                f"{type(self).__name__} needs labels and predictions of shape (batch, outputs), "
                f"not {tuple(y_true_shape)} and {tuple(y_pred_shape)}."
            )
        shape = (y_pred_shape[-1],)
        self.squared_sum = self.add_variable(shape, name="squared_sum")
        self.sum = self.add_variable(shape, name="sum")
        self.total_mse = self.add_variable(shape, name="residual")
        self.count = self.add_variable(shape, name="count")
        self._built = True

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Any = None) -> None:
        """Add the batch to the sums."""
        y_true, y_pred = self._tensor(y_true), self._tensor(y_pred)
        y_true, y_pred = same_rank(y_true, y_pred)
        self.build(y_true.shape, y_pred.shape)
        weight = self._tensor(1.0 if sample_weight is None else sample_weight)
        if len(weight.shape) == 1:
            weight = weight[:, None]
        weight = ops.broadcast_to(weight, y_true.shape)
        self.sum.assign_add(ops.sum(weight * y_true, axis=0))
        self.squared_sum.assign_add(ops.sum(weight * ops.square(y_true), axis=0))
        self.total_mse.assign_add(ops.sum(weight * ops.square(y_true - y_pred), axis=0))
        self.count.assign_add(ops.sum(weight, axis=0))
        self.num_samples.assign_add(y_true.size)  # every output of a row counts, as in Keras

    def result(self) -> Tensor:
        """The figure: a scalar, or one per output where none are to be aggregated."""
        if not self._built:
            raise BadState(f"{type(self).__name__} has seen no batch: call update_state() first.")
        mean = self.sum.value / self.count.value
        total = self.squared_sum.value - self.sum.value * mean
        raw = 1.0 - self.total_mse.value / total
        raw = ops.where(ops.isinf(raw), ops.zeros_like(raw), raw)  # nothing to be explained
        if self.class_aggregation == "uniform_average":
            raw = ops.mean(raw)
        elif self.class_aggregation == "variance_weighted_average":
            raw = ops.divide_no_nan(ops.sum(raw * total), ops.sum(total))
        return self._adjusted(raw) if self.num_regressors else raw

    def _adjusted(self, score: Tensor) -> Tensor:
        """The score with a price for each regressor; as it is where there are too few samples."""
        samples = self.num_samples.value
        free = samples - self.num_regressors - 1.0
        adjusted = 1.0 - (1.0 - score) * (samples - 1.0) / ops.where(free > 0, free, 1.0)
        return ops.where(free > 0, adjusted, score)
