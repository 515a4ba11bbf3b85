"""Figures of whole curves: counts at many thresholds."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np

from lurnet import ops
from lurnet.core.errors import BadValue
from lurnet.core.fields import Check, Convert, PositiveInt, Rate, fields, is_int
from lurnet.core.registry import deserialize
from lurnet.core.settings import epsilon
from lurnet.core.symbolic import Tensor
from lurnet.core.types import TensorLike
from lurnet.metrics.base import MetricDtype
from lurnet.metrics.confusion import Counting
from lurnet.metrics.counts import ClassId, Counts, Thresholds

__all__ = [
    "SensitivityAtSpecificity", "SpecificityAtSensitivity", "PrecisionAtRecall",
    "RecallAtPrecision", "AUC",
]  # fmt: skip

ALL = Counts._fields


def even(number: int) -> list[float]:
    """Thresholds between 0 and 1, both excluded, at equal distances."""
    return [(i + 1) / (number - 1) for i in range(number - 2)]


class AtBest(Counting):
    """Base: the best of one figure over the thresholds where another is high enough."""

    direction, bounds = "up", (0.0, 1.0)

    counted = ALL
    num_thresholds: int
    class_id: int | None
    thresholds = None

    per_sample = True

    def limits(self) -> list[float]:
        """Thresholds from 0 to 1 at equal distances; 0.5 where there is one."""
        number = self.num_thresholds
        return [0.5] if number == 1 else [0.0, *even(number), 1.0]

    def settings(self) -> dict[str, Any]:
        """Options of ``count``."""
        return {"class_id": self.class_id}

    def _rates(self) -> dict[str, Tensor]:
        tp, fp, tn, fn = (getattr(self, name).value for name in ALL)
        return {
            "sensitivity": ops.divide_no_nan(tp, tp + fn),
            "specificity": ops.divide_no_nan(tn, tn + fp),
            "precision": ops.divide_no_nan(tp, tp + fp),
            "recall": ops.divide_no_nan(tp, tp + fn),
        }

    def best(self, wanted: str, given: str, least: float) -> Tensor:
        """The greatest ``wanted`` where ``given`` is at least ``least``; 0 where it never is."""
        rates = self._rates()
        value = rates[wanted]
        return ops.max(ops.where(rates[given] >= least, value, ops.zeros_like(value)))


@fields
class SensitivityAtSpecificity(AtBest):
    """The best sensitivity, tp / (tp + fn), where the specificity is at least ``specificity``.

    >>> float(SensitivityAtSpecificity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
    0.5
    """

    specificity: Rate  #: least specificity, tn / (tn + fp)
    num_thresholds: PositiveInt = 200  #: number of thresholds tried
    class_id: ClassId = None  #: only this class counts
    name: str | None = None  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``

    per_sample = True

    def result(self) -> Tensor:
        """The best sensitivity, a scalar."""
        return self.best("sensitivity", "specificity", self.specificity)


@fields
class SpecificityAtSensitivity(AtBest):
    """The best specificity, tn / (tn + fp), where the sensitivity is at least ``sensitivity``.

    >>> round(float(SpecificityAtSensitivity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])), 3)
    0.667
    """

    sensitivity: Rate  #: least sensitivity, tp / (tp + fn)
    num_thresholds: PositiveInt = 200  #: number of thresholds tried
    class_id: ClassId = None  #: only this class counts
    name: str | None = None  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``

    per_sample = True

    def result(self) -> Tensor:
        """The best specificity, a scalar."""
        return self.best("specificity", "sensitivity", self.sensitivity)


@fields
class PrecisionAtRecall(AtBest):
    """The best precision, tp / (tp + fp), where the recall is at least ``recall``.

    >>> float(PrecisionAtRecall(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
    0.5
    """

    recall: Rate  #: least recall, tp / (tp + fn)
    num_thresholds: PositiveInt = 200  #: number of thresholds tried
    class_id: ClassId = None  #: only this class counts
    name: str | None = None  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``

    per_sample = True

    def result(self) -> Tensor:
        """The best precision, a scalar."""
        return self.best("precision", "recall", self.recall)


@fields
class RecallAtPrecision(AtBest):
    """The best recall, tp / (tp + fn), where the precision is at least ``precision``.

    >>> float(RecallAtPrecision(0.8)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]))
    0.5
    """

    precision: Rate  #: least precision, tp / (tp + fp)
    num_thresholds: PositiveInt = 200  #: number of thresholds tried
    class_id: ClassId = None  #: only this class counts
    name: str | None = None  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``

    per_sample = True

    def result(self) -> Tensor:
        """The best recall, a scalar."""
        return self.best("recall", "precision", self.precision)


Weights = Annotated[Any, Convert(lambda _, value: deserialize(value), TensorLike)]
Several = Annotated[int, Check("an integer above 1", lambda v: is_int(v) and v > 1)]


@fields
class AUC(Counting):
    """Area under the curve of hit rate against false alarms, or of precision against recall.

    >>> float(AUC(num_thresholds=3)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]))
    0.75
    """

    direction, bounds = "up", (0.0, 1.0)

    counted = ALL

    num_thresholds: Several = 200  #: number of points of the curve
    curve: Literal["ROC", "PR", "PRGAIN"] = "ROC"  #: which curve; PRGAIN: Flach & Kull, 2015
    summation_method: Literal["interpolation", "minoring", "majoring"] = (
        "interpolation"  #: height between two points; PR: Davis & Goadrich, 2006
    )
    name: str | None = None  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``
    thresholds: Thresholds = None  #: the thresholds between 0 and 1, in place of equal distances
    multi_label: bool = False  #: whether to average the areas of the labels, the last axis
    num_labels: int | None = None  #: number of labels, None: from the first batch
    label_weights: Weights = None  #: weights of the labels
    from_logits: bool = False  #: whether the predictions are to go through a sigmoid

    per_sample = True

    def setup(self) -> None:
        """Make the counts, where the number of labels is known."""
        if self.thresholds is not None:
            self.thresholds = sorted(float(t) for t in self.thresholds)
            self.num_thresholds = len(self.thresholds) + 2
        if self.label_weights is not None:
            self.label_weights = np.asarray(self.label_weights, "float32").tolist()
        self._built = False
        if self.multi_label and self.num_labels is None:
            self.counted = ()  # type: ignore[misc]
        else:
            self._built = True
        super().setup()
        self.counted = ALL  # type: ignore[misc]

    def shape(self) -> tuple[int, ...]:
        """Shape of each count."""
        thresholds = (self.num_thresholds,)
        return (*thresholds, self._labels) if self.multi_label else thresholds

    @property
    def _labels(self) -> int:
        return self.num_labels or self._seen_labels

    def build(self, y_true_shape: Sequence[int], y_pred_shape: Sequence[int]) -> None:
        """Make the counts for this number of labels."""
        if self._built:
            return
        if len(y_pred_shape) != 2:
            raise BadValue(
                "AUC with multi_label=True needs predictions of shape (batch, labels), not "
                f"{tuple(y_pred_shape)}."
            )
        self._seen_labels = y_pred_shape[-1]
        for name in ALL:
            setattr(self, name, self.add_variable(self.shape(), name=name))
        self._built = True

    def limits(self) -> list[float]:
        """The thresholds, with one below 0 and one above 1."""
        inner = even(self.num_thresholds) if self.thresholds is None else self.thresholds
        return [-epsilon(), *inner, 1.0 + epsilon()]

    def settings(self) -> dict[str, Any]:
        """Options of ``count``."""
        weights = None if self.multi_label else self.label_weights
        return {"multi_label": self.multi_label, "label_weights": weights}

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Any = None) -> None:
        """Add the batch to the counts."""
        y_true, y_pred = self._tensor(y_true), self._tensor(y_pred)
        self.build(y_true.shape, y_pred.shape)
        if self.from_logits:
            y_pred = ops.sigmoid(y_pred)
        super().update_state(y_true, y_pred, sample_weight)

    def result(self) -> Tensor:
        """The area, a scalar; the mean of the labels' areas with ``multi_label``."""
        counts = Counts(*(getattr(self, name).value for name in ALL))
        if self.curve == "PR" and self.summation_method == "interpolation":
            areas = _area_under_pr(counts)
        else:
            areas = _area(*_curve(self.curve, counts), self.summation_method)
        if not self.multi_label:
            return areas
        if self.label_weights is None:
            return ops.mean(areas)
        weights = ops.convert_to_tensor(self.label_weights, dtype=self.dtype)
        return ops.divide_no_nan(ops.sum(areas * weights), ops.sum(weights))

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; thresholds only where they were given."""
        config = {k: getattr(self, k) for k in type(self).__fields__}
        if self.thresholds is None:
            del config["thresholds"]
        return config


def _curve(kind: str, counts: Counts) -> tuple[Tensor, Tensor]:
    """Points of the curve, x and y, from the lowest threshold to the highest."""
    tp, fp, tn, fn = counts
    recall = ops.divide_no_nan(tp, tp + fn)
    if kind == "ROC":
        return ops.divide_no_nan(fp, fp + tn), recall
    if kind == "PR":
        return recall, ops.divide_no_nan(tp, tp + fp)
    odds = ops.divide_no_nan(tp + fn, fp + tn)
    return 1.0 - odds * ops.divide_no_nan(fn, tp), 1.0 - odds * ops.divide_no_nan(fp, tp)


def _area(x: Tensor, y: Tensor, method: str) -> Tensor:
    """Sum of width times height; x falls as the threshold rises."""
    before, after = y[:-1], y[1:]
    if method == "interpolation":
        height = (before + after) / 2.0
    else:
        height = ops.minimum(before, after) if method == "minoring" else ops.maximum(before, after)
    return ops.sum((x[:-1] - x[1:]) * height, axis=0)


def _area_under_pr(counts: Counts) -> Tensor:
    """Area under precision against recall, where between two points tp is linear in tp + fp.

    With tp = slope * p + intercept, the precision tp / p integrates to a logarithm.
    """
    tp, fp, _, fn = counts
    p = tp + fp
    step = tp[:-1] - tp[1:]
    slope = ops.divide_no_nan(step, p[:-1] - p[1:])
    intercept = tp[1:] - slope * p[1:]
    both = ops.logical_and(p[:-1] > 0, p[1:] > 0)
    ratio = ops.where(both, ops.divide_no_nan(p[:-1], p[1:]), ops.ones_like(step))
    area = slope * (step + intercept * ops.log(ratio))
    return ops.sum(ops.divide_no_nan(area, tp[1:] + fn[1:]), axis=0)
