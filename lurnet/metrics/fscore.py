"""F scores: precision and recall in one figure."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from lurnet import ops
from lurnet.core.errors import BadState, BadValue
from lurnet.core.fields import Check, fields, is_number
from lurnet.core.settings import epsilon
from lurnet.core.symbolic import Tensor
from lurnet.metrics.base import Metric, MetricDtype

__all__ = ["FBetaScore", "F1Score"]

_SUMS = ("true_positives", "false_positives", "false_negatives", "intermediate_weights")
Average = Literal["micro", "macro", "weighted", None]
Above = Annotated[Any, Check("a number above 0", lambda v: is_number(v) and v > 0, float)]
Limit = Annotated[
    Any,
    Check("a number above 0 and up to 1, or None", lambda v: is_number(v) and 0 < v <= 1, float),
]


class FScore(Metric):
    """Base: ``(1 + beta^2) precision recall / (beta^2 precision + recall)`` per class."""

    direction, bounds = "up", (0.0, 1.0)

    average: Any
    beta: Any = 1.0
    threshold: Any

    per_sample = True

    def setup(self) -> None:
        """The variables wait for the number of classes."""
        super().setup()
        self._built = False

    def build(self, y_true_shape: Sequence[int], y_pred_shape: Sequence[int]) -> None:
        """Make one set of counts per class, or one for all with "micro"."""
        if self._built:
            return
        if len(y_true_shape) != 2 or len(y_pred_shape) != 2 or y_pred_shape[-1] is None:
            hint = ""
            if len(y_true_shape) == 1 and y_pred_shape[-1] == 1:
                hint = " Give the labels as a column: y[:, None]."
            elif len(y_true_shape) == 1:
                hint = f" Make class numbers one-hot: to_categorical(y, {y_pred_shape[-1]})."
            raise BadValue(
                f"{type(self).__name__} needs labels and predictions of shape (batch, classes), "
                f"not {tuple(y_true_shape)} and {tuple(y_pred_shape)}.{hint}"
            )
        shape = () if self.average == "micro" else (y_pred_shape[-1],)
        for name in _SUMS:
            setattr(self, name, self.add_variable(shape, name=name))
        self._built = True

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Any = None) -> None:
        """Add the batch to the counts."""
        y_true, y_pred = self._tensor(y_true), self._tensor(y_pred)
        self.build(y_true.shape, y_pred.shape)
        said, label = ops.cast(self._positive(y_pred), y_true.dtype), ops.cast(y_true, "bool")
        label = ops.cast(label, said.dtype)
        weight = self._tensor(1.0 if sample_weight is None else sample_weight)
        if len(weight.shape) == 1:
            weight = weight[:, None]
        axis = None if self.average == "micro" else 0
        amounts = (said * label, said * (1.0 - label), (1.0 - said) * label, label)
        for name, amount in zip(_SUMS, amounts, strict=True):
            getattr(self, name).assign_add(ops.sum(amount * weight, axis=axis))

    def _positive(self, y_pred: Tensor) -> Tensor:
        """Predictions above the threshold; without one, the greatest of each row, unless 0."""
        if self.threshold is not None:
            return y_pred > self.threshold
        greatest = ops.max(y_pred, axis=-1, keepdims=True)
        return ops.logical_and(y_pred >= greatest, ops.absolute(y_pred) > 1e-9)

    def result(self) -> Tensor:
        """The figure: a scalar, or one per class where none are to be averaged."""
        if not self._built:
            raise BadState(f"{type(self).__name__} has seen no batch: call update_state() first.")
        tp, fp, fn, support = (getattr(self, name).value for name in _SUMS)
        precision = ops.divide_no_nan(tp, tp + fp)
        recall = ops.divide_no_nan(tp, tp + fn)
        square = self.beta**2
        score = (1 + square) * precision * recall / (square * precision + recall + epsilon())
        if self.average == "weighted":
            return ops.sum(score * ops.divide_no_nan(support, ops.sum(support)))
        return ops.mean(score) if self.average == "macro" else score


@fields
class FBetaScore(FScore):
    """``(1 + beta^2) precision recall / (beta^2 precision + recall)``; labels one-hot.

    >>> round(float(FBetaScore("macro", 2.0)([[1, 0], [0, 1]], [[0.8, 0.2], [0.1, 0.9]])), 3)
    1.0
    """

    average: Average = None  #: "micro", "macro" or "weighted"; None: one figure per class
    beta: Above = 1.0  #: how much more recall counts than precision
    threshold: Limit = None  #: a prediction above is positive; None: the greatest of its row
    name: str | None = "fbeta_score"  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``

    per_sample = True


@fields
class F1Score(FScore):
    """``2 precision recall / (precision + recall)``; labels one-hot.

    >>> round(float(F1Score("macro")([[1, 0], [0, 1]], [[0.8, 0.2], [0.1, 0.9]])), 3)
    1.0
    """

    average: Average = None  #: "micro", "macro" or "weighted"; None: one figure per class
    threshold: Limit = None  #: a prediction above is positive; None: the greatest of its row
    name: str | None = "f1_score"  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``

    per_sample = True
