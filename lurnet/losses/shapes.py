"""Making the shapes of labels, predictions and weights fit."""

from typing import Any

from lurnet import ops
from lurnet.core.symbolic import Tensor


def along_last(axis: int = -1, ignore_class: int | None = None, **_: Any) -> bool:
    """A fact: per sample where a row lies along the last axis, and all rows count."""
    return axis == -1 and ignore_class is None


def same_rank(a: Tensor, b: Tensor, expand: bool = True) -> tuple[Tensor, Tensor]:
    """Both arrays with the same number of axes, where they differ by a last axis of size 1.

    The axis is dropped, or, where the other array has one axis only, added to it (``expand``).

    >>> [x.shape for x in same_rank(ops.ones((4,)), ops.ones((4, 1)))]
    [(4, 1), (4, 1)]
    """
    if len(a.shape) == len(b.shape) + 1:
        b, a = same_rank(b, a, expand)
    elif len(b.shape) == len(a.shape) + 1 and b.shape[-1] == 1:
        if len(a.shape) == 1 and expand:
            a = ops.expand_dims(a, -1)
        else:
            b = ops.squeeze(b, -1)
    return a, b


def weights_for(values: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Values and weights of the same rank; weights with the first axes only get the others.

    >>> [x.shape for x in weights_for(ops.ones((2, 3)), ops.ones((2,)))]
    [(2, 3), (2, 1)]
    """
    values, weight = same_rank(values, weight)
    missing = len(values.shape) - len(weight.shape)
    if missing > 0 and weight.shape:
        weight = ops.reshape(weight, (*weight.shape, *(1,) * missing))
    return values, weight


def as_tensors(y_true: Tensor, y_pred: Tensor) -> tuple[Tensor, Tensor]:
    """Labels and predictions as arrays of the predictions' dtype."""
    y_pred = ops.convert_to_tensor(y_pred)
    return ops.convert_to_tensor(y_true, dtype=y_pred.dtype), y_pred


def aligned(y_true: Tensor, y_pred: Tensor) -> tuple[Tensor, Tensor]:
    """Labels and predictions as arrays of the same dtype and rank."""
    return same_rank(*as_tensors(y_true, y_pred))
