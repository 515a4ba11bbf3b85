"""Losses of real-valued predictions: one value per row, the mean over the last axis."""

import math

from lurnet import ops
from lurnet.core.fields import Number, fields
from lurnet.core.settings import epsilon
from lurnet.core.symbolic import Tensor
from lurnet.core.traits import states
from lurnet.kernels.loss_rows.op import RowLoss, loss_rows_in_c
from lurnet.losses.base import FunctionLoss
from lurnet.losses.shapes import aligned, along_last, as_tensors

__all__ = [
    "mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error", "cosine_similarity", "huber", "log_cosh", "poisson",
    "kl_divergence", "MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError",
    "MeanSquaredLogarithmicError", "CosineSimilarity", "Huber", "LogCosh", "Poisson",
    "KLDivergence",
]  # fmt: skip


@states(per_sample=True, aligns=True, label_kind="values")
def mean_squared_error(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """``mean((y_true - y_pred) ** 2)`` over the last axis.

    >>> mean_squared_error([[0.0, 0.0]], [[1.0, 3.0]]).tolist()
    [5.0]
    """
    y_true, y_pred = aligned(y_true, y_pred)
    found = loss_rows_in_c(y_true, y_pred, RowLoss.MSE)
    return ops.mean(ops.square(y_true - y_pred), axis=-1) if found is None else found


@states(per_sample=True, aligns=True, label_kind="values")
def mean_absolute_error(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """``mean(|y_true - y_pred|)`` over the last axis.

    >>> mean_absolute_error([[0.0, 0.0]], [[1.0, 3.0]]).tolist()
    [2.0]
    """
    y_true, y_pred = aligned(y_true, y_pred)
    found = loss_rows_in_c(y_true, y_pred, RowLoss.MAE)
    return ops.mean(ops.absolute(y_true - y_pred), axis=-1) if found is None else found


@states(per_sample=True, aligns=True)
def mean_absolute_percentage_error(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """``100 mean(|y_true - y_pred| / |y_true|)`` over the last axis.

    >>> mean_absolute_percentage_error([[1.0, 2.0]], [[2.0, 3.0]]).tolist()
    [75.0]
    """
    y_true, y_pred = aligned(y_true, y_pred)
    size = ops.maximum(ops.absolute(y_true), epsilon())
    return 100.0 * ops.mean(ops.absolute((y_true - y_pred) / size), axis=-1)


@states(per_sample=True, aligns=True)
def mean_squared_logarithmic_error(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """``mean((log(1 + y_true) - log(1 + y_pred)) ** 2)`` over the last axis; negatives count as 0.

    >>> mean_squared_logarithmic_error([[0.0]], [[math.e - 1]]).round(4).tolist()
    [1.0]
    """
    y_true, y_pred = aligned(y_true, y_pred)
    logs = [ops.log(ops.maximum(y, epsilon()) + 1.0) for y in (y_true, y_pred)]
    return ops.mean(ops.square(logs[0] - logs[1]), axis=-1)


@states(per_sample=along_last, aligns=True)
def cosine_similarity(y_true: Tensor, y_pred: Tensor, axis: int = -1) -> Tensor:
    """Minus the cosine of the angle between labels and predictions: -1 is the best.

    >>> cosine_similarity([[1.0, 0.0]], [[2.0, 0.0]]).tolist()
    [-1.0]
    """
    y_true, y_pred = aligned(y_true, y_pred)
    return -ops.sum(ops.normalize(y_true, axis=axis) * ops.normalize(y_pred, axis=axis), axis=axis)


@states(per_sample=True, aligns=True)
def huber(y_true: Tensor, y_pred: Tensor, delta: float = 1.0) -> Tensor:
    """Half the squared error, but linear beyond an error of ``delta`` (Huber, 1964).

    >>> huber([[0.0, 0.0]], [[1.0, 3.0]]).tolist()
    [1.5]
    """
    y_true, y_pred = aligned(y_true, y_pred)
    error = ops.absolute(y_true - y_pred)
    values = ops.where(error <= delta, 0.5 * ops.square(error), delta * error - 0.5 * delta * delta)
    return ops.mean(values, axis=-1)


@states(per_sample=True, aligns=True)
def log_cosh(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """``mean(log(cosh(y_pred - y_true)))`` over the last axis: quadratic near 0, then linear.

    >>> log_cosh([[0.0]], [[0.0]]).tolist()
    [0.0]
    """
    y_true, y_pred = aligned(y_true, y_pred)
    error = y_pred - y_true
    return ops.mean(error + ops.softplus(-2.0 * error) - math.log(2.0), axis=-1)


@states(per_sample=True)
def poisson(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """``mean(y_pred - y_true log(y_pred))`` over the last axis: counts and their expected value.

    >>> poisson([[1.0]], [[1.0]]).tolist()
    [0.9999998807907104]
    """
    y_true, y_pred = as_tensors(y_true, y_pred)
    return ops.mean(y_pred - y_true * ops.log(y_pred + epsilon()), axis=-1)


@states(per_sample=True)
def kl_divergence(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """``sum(y_true log(y_true / y_pred))`` over the last axis (Kullback & Leibler, 1951).

    >>> kl_divergence([[0.5, 0.5]], [[0.5, 0.5]]).tolist()
    [0.0]
    """
    y_true, y_pred = (ops.clip(y, epsilon(), 1.0) for y in as_tensors(y_true, y_pred))
    return ops.sum(y_true * ops.log(y_true / y_pred), axis=-1)


@fields
class MeanSquaredError(FunctionLoss):
    """Mean of ``(y_true - y_pred) ** 2``.

    >>> float(MeanSquaredError()([[0.0, 0.0]], [[1.0, 3.0]]))
    5.0
    """

    fn = staticmethod(mean_squared_error)
    name = "mean_squared_error"


@fields
class MeanAbsoluteError(FunctionLoss):
    """Mean of ``|y_true - y_pred|``.

    >>> float(MeanAbsoluteError()([[0.0, 0.0]], [[1.0, 3.0]]))
    2.0
    """

    fn = staticmethod(mean_absolute_error)
    name = "mean_absolute_error"


@fields
class MeanAbsolutePercentageError(FunctionLoss):
    """Mean of ``100 |y_true - y_pred| / |y_true|``.

    >>> float(MeanAbsolutePercentageError()([[1.0, 2.0]], [[2.0, 3.0]]))
    75.0
    """

    fn = staticmethod(mean_absolute_percentage_error)
    name = "mean_absolute_percentage_error"


@fields
class MeanSquaredLogarithmicError(FunctionLoss):
    """Mean of ``(log(1 + y_true) - log(1 + y_pred)) ** 2``; negatives count as 0.

    >>> round(float(MeanSquaredLogarithmicError()([[0.0]], [[math.e - 1]])), 4)
    1.0
    """

    fn = staticmethod(mean_squared_logarithmic_error)
    name = "mean_squared_logarithmic_error"


@fields
class CosineSimilarity(FunctionLoss):
    """Minus the cosine of the angle between labels and predictions: -1 is the best.

    >>> float(CosineSimilarity()([[1.0, 0.0]], [[2.0, 0.0]]))
    -1.0
    """

    fn = staticmethod(cosine_similarity)
    unwritten = ("dtype", "axis")

    axis: int = -1  #: axis that makes up a vector
    name = "cosine_similarity"


@fields
class Huber(FunctionLoss):
    """Half the squared error, but linear beyond an error of ``delta`` (Huber, 1964).

    >>> float(Huber()([[0.0, 0.0]], [[1.0, 3.0]]))
    1.5
    """

    fn = staticmethod(huber)
    unwritten = ("dtype", "delta")

    delta: Number = 1.0  #: error from which on the loss is linear
    name = "huber_loss"


@fields
class LogCosh(FunctionLoss):
    """Mean of ``log(cosh(y_pred - y_true))``.

    >>> float(LogCosh()([[0.0]], [[0.0]]))
    0.0
    """

    fn = staticmethod(log_cosh)
    name = "log_cosh"


@fields
class Poisson(FunctionLoss):
    """Mean of ``y_pred - y_true log(y_pred)``.

    >>> round(float(Poisson()([[1.0]], [[1.0]])), 5)
    1.0
    """

    fn = staticmethod(poisson)
    name = "poisson"


@fields
class KLDivergence(FunctionLoss):
    """Sum over the classes of ``y_true log(y_true / y_pred)``.

    >>> float(KLDivergence()([[0.5, 0.5]], [[0.5, 0.5]]))
    0.0
    """

    fn = staticmethod(kl_divergence)
    name = "kl_divergence"
