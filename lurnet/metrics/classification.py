"""Metrics that are the mean of a classification loss."""

from lurnet.core.fields import Rate, fields
from lurnet.losses import crossentropy, margin, regression
from lurnet.metrics.base import MetricDtype
from lurnet.metrics.mean import FunctionMetric, MeanMetricWrapper

__all__ = [
    "BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy",
    "KLDivergence", "Poisson", "Hinge", "SquaredHinge", "CategoricalHinge",
]  # fmt: skip


@fields
class BinaryCrossentropy(MeanMetricWrapper):
    """Mean cross-entropy of labels 0 or 1.

    >>> round(float(BinaryCrossentropy(from_logits=True)([[1.0]], [[0.0]])), 4)
    0.6931
    """

    direction = "down"

    fn = staticmethod(crossentropy.binary_crossentropy)

    name: str | None = "binary_crossentropy"  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``
    from_logits: bool = False  #: whether the predictions are to go through a sigmoid
    label_smoothing: Rate = 0  #: how far the labels are moved towards 0.5


@fields
class CategoricalCrossentropy(MeanMetricWrapper):
    """Mean of ``-sum(y_true log(y_pred))`` over the classes; labels one-hot.

    >>> round(float(CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
    0.6931
    """

    direction = "down"

    fn = staticmethod(crossentropy.categorical_crossentropy)

    name: str | None = "categorical_crossentropy"  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``
    from_logits: bool = False  #: whether the predictions are to go through a softmax
    label_smoothing: Rate = 0  #: how far the labels are moved towards equal shares
    axis: int = -1  #: axis of the classes


@fields
class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """Mean of ``-log(y_pred[y_true])``; labels are class numbers.

    >>> round(float(SparseCategoricalCrossentropy()([1], [[0.5, 0.5]])), 4)
    0.6931
    """

    direction = "down"

    fn = staticmethod(crossentropy.sparse_categorical_crossentropy)

    name: str | None = "sparse_categorical_crossentropy"  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``
    from_logits: bool = False  #: whether the predictions are to go through a softmax
    ignore_class: int | None = None  #: label of positions whose loss is 0
    axis: int = -1  #: axis of the classes


@fields
class KLDivergence(FunctionMetric):
    """Mean of ``sum(y_true log(y_true / y_pred))`` over the classes.

    >>> float(KLDivergence()([[0.5, 0.5]], [[0.5, 0.5]]))
    0.0
    """

    direction = "down"

    fn = staticmethod(regression.kl_divergence)
    name = "kl_divergence"


@fields
class Poisson(FunctionMetric):
    """Mean of ``y_pred - y_true log(y_pred)``.

    >>> round(float(Poisson()([[1.0]], [[1.0]])), 5)
    1.0
    """

    direction = "down"

    fn = staticmethod(regression.poisson)
    name = "poisson"


@fields
class Hinge(FunctionMetric):
    """Mean of ``max(1 - y_true y_pred, 0)``; labels -1 and 1, or 0 and 1.

    >>> float(Hinge()([[-1.0, 1.0]], [[0.5, 0.5]]))
    1.0
    """

    direction = "down"

    fn = staticmethod(margin.hinge)
    name = "hinge"


@fields
class SquaredHinge(FunctionMetric):
    """Mean of ``max(1 - y_true y_pred, 0) ** 2``; labels -1 and 1, or 0 and 1.

    >>> float(SquaredHinge()([[-1.0, 1.0]], [[0.5, 0.5]]))
    1.25
    """

    direction = "down"

    fn = staticmethod(margin.squared_hinge)
    name = "squared_hinge"


@fields
class CategoricalHinge(FunctionMetric):
    """Mean of ``max(1 + best wrong class - right class, 0)``; labels one-hot.

    >>> float(CategoricalHinge()([[0.0, 1.0]], [[0.25, 0.75]]))
    0.5
    """

    direction = "down"

    fn = staticmethod(margin.categorical_hinge)
    name = "categorical_hinge"
