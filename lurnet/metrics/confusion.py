"""Hits and misses of binary predictions, precision and recall."""

from typing import Any, ClassVar

from lurnet import ops
from lurnet.core.fields import fields
from lurnet.core.symbolic import Tensor
from lurnet.metrics.base import Metric, MetricDtype
from lurnet.metrics.counts import LOWEST, ClassId, Thresholds, TopK, count, threshold_list

__all__ = [
    "TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives", "Precision", "Recall",
]  # fmt: skip


class Counting(Metric):
    """Base of the metrics made of counts; ``counted`` are the fields of ``Counts`` they keep."""

    counted: ClassVar[tuple[str, ...]]
    thresholds: Any

    per_sample = True

    def limits(self) -> list[float]:
        """The thresholds of the counts."""
        return threshold_list(self.thresholds)

    def settings(self) -> dict[str, Any]:
        """Options of ``count``."""
        return {}

    def setup(self) -> None:
        """Make one variable per count."""
        super().setup()
        for name in self.counted:
            setattr(self, name, self.add_variable(self.shape(), name=name))

    def shape(self) -> tuple[int, ...]:
        """Shape of each count."""
        return (len(self.limits()),)

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Any = None) -> None:
        """Add the batch to the counts."""
        y_true, y_pred = self._tensor(y_true), self._tensor(y_pred)
        counts = count(y_true, y_pred, self.limits(), sample_weight, **self.settings())
        for name in self.counted:
            getattr(self, name).assign_add(getattr(counts, name))


def squeezed(values: Tensor) -> Tensor:
    """One number where there is one threshold, else one per threshold."""
    return values[0] if values.shape[0] == 1 else values


@fields
class OneCount(Counting):
    """Base of the metrics that are one count."""

    thresholds: Thresholds = None  #: a prediction above is positive; one or a list, None: 0.5
    name: str | None = None  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``

    per_sample = True

    def setup(self) -> None:
        """Make the count."""
        Metric.setup(self)
        self.accumulator = self.add_variable(self.shape(), name="accumulator")

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Any = None) -> None:
        """Add the batch to the count."""
        counts = count(self._tensor(y_true), self._tensor(y_pred), self.limits(), sample_weight)
        self.accumulator.assign_add(getattr(counts, self.counted[0]))

    def result(self) -> Tensor:
        """The count: a scalar, or one per threshold."""
        return squeezed(self.accumulator.value)


@fields
class TruePositives(OneCount):
    """The (weighted) number of predictions above the threshold whose label is 1.

    >>> float(TruePositives()([0, 1, 1, 1], [1, 0, 1, 1]))
    2.0
    """

    counted = ("true_positives",)


@fields
class TrueNegatives(OneCount):
    """The (weighted) number of predictions not above the threshold whose label is 0.

    >>> float(TrueNegatives()([0, 1, 0, 0], [1, 1, 0, 0]))
    2.0
    """

    counted = ("true_negatives",)


@fields
class FalsePositives(OneCount):
    """The (weighted) number of predictions above the threshold whose label is 0.

    >>> float(FalsePositives()([0, 1, 0, 0], [0, 0, 1, 1]))
    2.0
    """

    counted = ("false_positives",)


@fields
class FalseNegatives(OneCount):
    """The (weighted) number of predictions not above the threshold whose label is 1.

    >>> float(FalseNegatives()([0, 1, 1, 1], [0, 1, 0, 0]))
    2.0
    """

    counted = ("false_negatives",)


@fields
class Share(Counting):
    """Base of precision and recall: a share of the true positives."""

    direction, bounds = "up", (0.0, 1.0)

    thresholds: Thresholds = None  #: a prediction above is positive; one or a list, None: 0.5
    top_k: TopK = None  #: only the k greatest predictions of a row can be positive
    class_id: ClassId = None  #: only this class counts
    name: str | None = None  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``

    per_sample = True

    def limits(self) -> list[float]:
        """The thresholds; with ``top_k`` and none given, every one of the k is positive."""
        return threshold_list(self.thresholds, 0.5 if self.top_k is None else LOWEST)

    def settings(self) -> dict[str, Any]:
        """Options of ``count``."""
        return {"top_k": self.top_k, "class_id": self.class_id}

    def result(self) -> Tensor:
        """The share: a scalar, or one per threshold."""
        hits, others = (getattr(self, name).value for name in self.counted)
        return squeezed(ops.divide_no_nan(hits, hits + others))


@fields
class Precision(Share):
    """Which share of the positive predictions is right: tp / (tp + fp).

    >>> float(Precision()([0, 1, 1, 1], [1, 0, 1, 0]))
    0.5
    """

    counted = ("true_positives", "false_positives")


@fields
class Recall(Share):
    """Which share of the positive labels is found: tp / (tp + fn).

    >>> float(Recall()([0, 1, 1, 0], [1, 0, 1, 0]))
    0.5
    """

    counted = ("true_positives", "false_negatives")
