"""Focal losses: cross-entropies in which well-predicted samples count less (Lin et al., 2018)."""

from lurnet import ops
from lurnet.core.fields import Number, Rate, fields
from lurnet.core.settings import epsilon
from lurnet.core.symbolic import Tensor
from lurnet.core.traits import states
from lurnet.losses.base import FunctionLoss
from lurnet.losses.crossentropy import smooth_binary, smooth_classes
from lurnet.losses.shapes import along_last, as_tensors

__all__ = [
    "binary_focal_crossentropy", "categorical_focal_crossentropy", "BinaryFocalCrossentropy",
    "CategoricalFocalCrossentropy",
]  # fmt: skip


@states(per_sample=along_last)
def binary_focal_crossentropy(
    y_true: Tensor,
    y_pred: Tensor,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """``-(1 - p) ** gamma log(p)`` with p the probability of the right label: mean over ``axis``.

    Args:
        y_true: labels, 0 or 1.
        y_pred: probabilities; with ``from_logits``, their logits.
        apply_class_balancing: whether label 1 is weighted by ``alpha``, label 0 by ``1 - alpha``.
        alpha: weight of label 1.
        gamma: how much less the well-predicted samples count; 0 is the cross-entropy.
        from_logits: whether ``y_pred`` is to go through a sigmoid.
        label_smoothing: how far the labels are moved towards 0.5, from 0 to 1.
        axis: axis of the mean.

    >>> binary_focal_crossentropy([[1.0]], [[0.5]]).round(4).tolist()
    [0.17329999804496765]
    """
    y_true, y_pred = as_tensors(y_true, y_pred)
    y_true = smooth_binary(y_true, label_smoothing)
    if from_logits:
        y_pred = ops.sigmoid(y_pred)
    right = y_true * y_pred + (1.0 - y_true) * (1.0 - y_pred)
    values = ops.power(1.0 - right, gamma) * ops.binary_crossentropy(y_true, y_pred)
    if apply_class_balancing:
        values = values * (y_true * alpha + (1.0 - y_true) * (1.0 - alpha))
    return ops.mean(values, axis=axis)


@states(per_sample=along_last, label_kind="one-hot")
def categorical_focal_crossentropy(
    y_true: Tensor,
    y_pred: Tensor,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """``-alpha sum(y_true (1 - y_pred) ** gamma log(y_pred))`` over the classes; labels one-hot.

    Args:
        y_true: one-hot labels.
        y_pred: probabilities; with ``from_logits``, their logits.
        alpha: weight, one number or one per class.
        gamma: how much less the well-predicted samples count; 0 is the cross-entropy.
        from_logits: whether ``y_pred`` is to go through a softmax.
        label_smoothing: how far the labels are moved towards equal shares, from 0 to 1.
        axis: axis of the classes.

    >>> categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(4).tolist()
    [0.043299999088048935]
    """
    y_true, y_pred = as_tensors(y_true, y_pred)
    y_true = smooth_classes(y_true, label_smoothing, axis)
    if from_logits:
        y_pred = ops.softmax(y_pred, axis=axis)
    p = y_pred / ops.sum(y_pred, axis=axis, keepdims=True)
    p = ops.clip(p, epsilon(), 1.0 - epsilon())
    weight = ops.power(1.0 - p, gamma) * ops.convert_to_tensor(alpha, dtype=p.dtype)
    return ops.sum(weight * -y_true * ops.log(p), axis=axis)


@fields
class BinaryFocalCrossentropy(FunctionLoss):
    """``-(1 - p) ** gamma log(p)`` with p the probability of the right label, 0 or 1.

    >>> round(float(BinaryFocalCrossentropy()([[1.0]], [[0.5]])), 4)
    0.1733
    """

    fn = staticmethod(binary_focal_crossentropy)

    apply_class_balancing: bool = False  #: whether to weight the labels by alpha and 1 - alpha
    alpha: Number = 0.25  #: weight of label 1
    gamma: Number = 2.0  #: how much less the well-predicted samples count
    from_logits: bool = False  #: whether the predictions are to go through a sigmoid
    label_smoothing: Rate = 0.0  #: how far the labels are moved towards 0.5
    axis: int = -1  #: axis of the mean
    name = "binary_focal_crossentropy"


@fields
class CategoricalFocalCrossentropy(FunctionLoss):
    """``-alpha sum(y_true (1 - y_pred) ** gamma log(y_pred))``; labels one-hot.

    >>> round(float(CategoricalFocalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
    0.0433
    """

    fn = staticmethod(categorical_focal_crossentropy)

    alpha: float | list[float] = 0.25  #: weight, one number or one per class
    gamma: Number = 2.0  #: how much less the well-predicted samples count
    from_logits: bool = False  #: whether the predictions are to go through a softmax
    label_smoothing: Rate = 0.0  #: how far the labels are moved towards equal shares
    axis: int = -1  #: axis of the classes
    name = "categorical_focal_crossentropy"
