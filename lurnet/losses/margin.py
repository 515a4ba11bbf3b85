"""Margin losses: labels are -1 and 1 (0 and 1 are read as such)."""

from lurnet import ops
from lurnet.core.fields import fields
from lurnet.core.symbolic import Tensor
from lurnet.core.traits import states
from lurnet.losses.base import FunctionLoss
from lurnet.losses.shapes import as_tensors

__all__ = [
    "hinge", "squared_hinge", "categorical_hinge", "Hinge", "SquaredHinge", "CategoricalHinge",
]  # fmt: skip


def _signs(y_true: Tensor) -> Tensor:
    """Labels as -1 and 1: those that are all 0 or 1 are converted."""
    binary = ops.all(ops.logical_or(ops.equal(y_true, 0), ops.equal(y_true, 1)))
    return ops.where(binary, 2.0 * y_true - 1.0, y_true)


@states(per_sample=True)
def hinge(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """``mean(max(1 - y_true y_pred, 0))`` over the last axis; labels -1 and 1, or 0 and 1.

    >>> hinge([[-1.0, 1.0]], [[0.5, 0.5]]).tolist()
    [1.0]
    """
    y_true, y_pred = as_tensors(y_true, y_pred)
    return ops.mean(ops.maximum(1.0 - _signs(y_true) * y_pred, 0.0), axis=-1)


@states(per_sample=True)
def squared_hinge(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """``mean(max(1 - y_true y_pred, 0) ** 2)`` over the last axis.

    >>> squared_hinge([[-1.0, 1.0]], [[0.5, 0.5]]).tolist()
    [1.25]
    """
    y_true, y_pred = as_tensors(y_true, y_pred)
    return ops.mean(ops.square(ops.maximum(1.0 - _signs(y_true) * y_pred, 0.0)), axis=-1)


@states(per_sample=True)
def categorical_hinge(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """``max(1 + best wrong class - right class, 0)``; labels one-hot.

    >>> categorical_hinge([[0.0, 1.0]], [[0.25, 0.75]]).tolist()
    [0.5]
    """
    y_true, y_pred = as_tensors(y_true, y_pred)
    right = ops.sum(y_true * y_pred, axis=-1)
    wrong = ops.max((1.0 - y_true) * y_pred, axis=-1)
    return ops.maximum(wrong - right + 1.0, 0.0)


@fields
class Hinge(FunctionLoss):
    """Mean of ``max(1 - y_true y_pred, 0)``; labels -1 and 1, or 0 and 1.

    >>> float(Hinge()([[-1.0, 1.0]], [[0.5, 0.5]]))
    1.0
    """

    fn = staticmethod(hinge)
    name = "hinge"


@fields
class SquaredHinge(FunctionLoss):
    """Mean of ``max(1 - y_true y_pred, 0) ** 2``; labels -1 and 1, or 0 and 1.

    >>> float(SquaredHinge()([[-1.0, 1.0]], [[0.5, 0.5]]))
    1.25
    """

    fn = staticmethod(squared_hinge)
    name = "squared_hinge"


@fields
class CategoricalHinge(FunctionLoss):
    """Mean of ``max(1 + best wrong class - right class, 0)``; labels one-hot.

    >>> float(CategoricalHinge()([[0.0, 1.0]], [[0.25, 0.75]]))
    0.5
    """

    fn = staticmethod(categorical_hinge)
    name = "categorical_hinge"
