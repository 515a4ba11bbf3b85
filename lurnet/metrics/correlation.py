"""Correlations of labels and predictions."""

from lurnet import ops
from lurnet.core.fields import fields
from lurnet.core.settings import epsilon
from lurnet.core.symbolic import Tensor
from lurnet.losses.shapes import aligned
from lurnet.metrics.base import MetricDtype
from lurnet.metrics.mean import MeanMetricWrapper

__all__ = [
    "pearson_correlation", "concordance_correlation", "PearsonCorrelation",
    "ConcordanceCorrelation",
]  # fmt: skip


def pearson_correlation(y_true: Tensor, y_pred: Tensor, axis: int = -1) -> Tensor:
    """Covariance over the product of the standard deviations, along ``axis``.

    >>> pearson_correlation([[0.0, 1.0]], [[1.0, 3.0]]).round(3).tolist()
    [1.0]
    """
    y_true, y_pred = aligned(y_true, y_pred)
    a = y_true - ops.mean(y_true, axis=axis, keepdims=True)
    b = y_pred - ops.mean(y_pred, axis=axis, keepdims=True)
    covariance = ops.mean(a * b, axis=axis)
    spread = ops.mean(ops.square(a), axis=axis) * ops.mean(ops.square(b), axis=axis)
    return covariance / ops.sqrt(spread)


def concordance_correlation(y_true: Tensor, y_pred: Tensor, axis: int = -1) -> Tensor:
    """Correlation that also asks for equal means and spreads, along ``axis`` (Lin, 1989).

    >>> concordance_correlation([[0.0, 1.0]], [[0.0, 1.0]]).round(3).tolist()
    [1.0]
    """
    y_true, y_pred = aligned(y_true, y_pred)
    mean_true = ops.mean(y_true, axis=axis, keepdims=True)
    mean_pred = ops.mean(y_pred, axis=axis, keepdims=True)
    spread = ops.var(y_true, axis=axis) + ops.var(y_pred, axis=axis)
    covariance = ops.mean((y_true - mean_true) * (y_pred - mean_pred), axis=axis)
    apart = ops.mean(ops.square(mean_true - mean_pred), axis=axis)
    return 2.0 * covariance / (spread + apart + epsilon())


@fields
class PearsonCorrelation(MeanMetricWrapper):
    """Covariance over the product of the standard deviations.

    >>> round(float(PearsonCorrelation()([[0.0, 1.0]], [[1.0, 3.0]])), 3)
    1.0
    """

    direction = "up"

    fn = staticmethod(pearson_correlation)

    name: str | None = "pearson_correlation"  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``
    axis: int = -1  #: axis of the correlated values


@fields
class ConcordanceCorrelation(MeanMetricWrapper):
    """Correlation that also asks for equal means and spreads (Lin, 1989).

    >>> round(float(ConcordanceCorrelation()([[0.0, 1.0]], [[0.0, 1.0]])), 3)
    1.0
    """

    direction = "up"

    fn = staticmethod(concordance_correlation)

    name: str | None = "concordance_correlation"  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``
    axis: int = -1  #: axis of the correlated values
