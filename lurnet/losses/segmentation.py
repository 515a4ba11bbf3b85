"""Losses of overlap, for segmentation."""

from collections.abc import Sequence
from typing import Any

from lurnet import ops
from lurnet.core.fields import Number, fields
from lurnet.core.settings import epsilon
from lurnet.core.symbolic import Tensor
from lurnet.losses.base import ComputeDtype, LossFunctionWrapper, Reduction
from lurnet.losses.shapes import as_tensors

__all__ = ["dice", "tversky", "Dice", "Tversky"]


def _axes(axis: Any) -> Any:
    return tuple(axis) if isinstance(axis, list) else axis


def dice(y_true: Tensor, y_pred: Tensor, axis: Any = None) -> Tensor:
    """``1 - 2 sum(y_true y_pred) / (sum(y_true) + sum(y_pred))`` (Dice, 1945).

    Args:
        y_true: labels, from 0 to 1.
        y_pred: predictions, from 0 to 1.
        axis: axes of the sums, None: all, which leaves one value.

    >>> round(float(dice([[1.0, 0.0]], [[1.0, 1.0]])), 4)
    0.3333
    """
    y_true, y_pred = as_tensors(y_true, y_pred)
    axis = _axes(axis)
    overlap = ops.sum(y_true * y_pred, axis=axis)
    size = ops.sum(y_true, axis=axis) + ops.sum(y_pred, axis=axis)
    return 1.0 - 2.0 * overlap / (size + epsilon())


def tversky(
    y_true: Tensor, y_pred: Tensor, alpha: float = 0.5, beta: float = 0.5, axis: Any = None
) -> Tensor:
    """``1 - tp / (tp + alpha fn + beta fp)`` (Salehi et al., 2017).

    Args:
        y_true: labels, from 0 to 1.
        y_pred: predictions, from 0 to 1.
        alpha: weight of the false negatives.
        beta: weight of the false positives; both 0.5 is the Dice loss.
        axis: axes of the sums, None: all, which leaves one value.

    >>> round(float(tversky([[1.0, 0.0]], [[1.0, 1.0]])), 4)
    0.3333
    """
    y_true, y_pred = as_tensors(y_true, y_pred)
    axis = _axes(axis)
    hits = ops.sum(y_true * y_pred, axis=axis)
    false_positives = ops.sum((1.0 - y_true) * y_pred, axis=axis)
    false_negatives = ops.sum(y_true * (1.0 - y_pred), axis=axis)
    return 1.0 - hits / (hits + alpha * false_negatives + beta * false_positives + epsilon())


@fields
class Dice(LossFunctionWrapper):
    """``1 - 2 sum(y_true y_pred) / (sum(y_true) + sum(y_pred))`` (Dice, 1945).

    >>> round(float(Dice()([[1.0, 0.0]], [[1.0, 1.0]])), 4)
    0.3333
    """

    fn = staticmethod(dice)

    reduction: Reduction = "sum_over_batch_size"  #: how the values become one; see ``Loss``
    name: str | None = "dice"  #: name
    axis: int | Sequence[int] | None = None  #: axes of the sums, None: all
    dtype: ComputeDtype = None  #: dtype of the computation, None: ``floatx()``


@fields
class Tversky(LossFunctionWrapper):
    """``1 - tp / (tp + alpha fn + beta fp)`` (Salehi et al., 2017).

    >>> round(float(Tversky()([[1.0, 0.0]], [[1.0, 1.0]])), 4)
    0.3333
    """

    fn = staticmethod(tversky)

    alpha: Number = 0.5  #: weight of the false negatives
    beta: Number = 0.5  #: weight of the false positives
    reduction: Reduction = "sum_over_batch_size"  #: how the values become one; see ``Loss``
    name: str | None = "tversky"  #: name
    axis: int | Sequence[int] | None = None  #: axes of the sums, None: all
    dtype: ComputeDtype = None  #: dtype of the computation, None: ``floatx()``
