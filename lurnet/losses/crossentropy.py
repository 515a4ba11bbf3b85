"""Cross-entropies: labels are classes, predictions probabilities or logits."""

import warnings
from typing import Annotated

from lurnet import ops
from lurnet.core.fields import Check, Rate, fields, is_number
from lurnet.core.masking import set_mask
from lurnet.core.symbolic import Tensor
from lurnet.core.traits import states
from lurnet.kernels.loss_rows.op import RowLoss, loss_rows_in_c
from lurnet.losses.base import ComputeDtype as Dtype
from lurnet.losses.base import FunctionLoss, LossFunctionWrapper, Reduction
from lurnet.losses.shapes import along_last, as_tensors

__all__ = [
    "binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy",
    "categorical_generalized_cross_entropy", "BinaryCrossentropy", "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy", "CategoricalGeneralizedCrossEntropy",
]  # fmt: skip


def smooth_binary(y_true: Tensor, smoothing: float) -> Tensor:
    """Labels 0 and 1 moved towards 0.5."""
    return y_true * (1.0 - smoothing) + 0.5 * smoothing if smoothing else y_true


def smooth_classes(y_true: Tensor, smoothing: float, axis: int) -> Tensor:
    """One-hot labels moved towards equal shares of all classes."""
    if not smoothing:
        return y_true
    return y_true * (1.0 - smoothing) + smoothing / y_true.shape[axis]


@states(per_sample=along_last, label_kind="shares")
def binary_crossentropy(
    y_true: Tensor,
    y_pred: Tensor,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """Cross-entropy of labels 0 or 1: the mean over ``axis``.

    Args:
        y_true: labels, 0 or 1, or probabilities.
        y_pred: probabilities; with ``from_logits``, their logits.
        from_logits: whether ``y_pred`` is to go through a sigmoid.
        label_smoothing: how far the labels are moved towards 0.5, from 0 to 1.
        axis: axis of the mean.

    >>> binary_crossentropy([[1.0]], [[0.0]], from_logits=True).round(4).tolist()
    [0.6930999755859375]
    """
    y_true, y_pred = as_tensors(y_true, y_pred)
    y_true = smooth_binary(y_true, label_smoothing)
    if axis in (-1, len(y_pred.shape) - 1):
        kind = RowLoss.BINARY_CE_LOGITS if from_logits else RowLoss.BINARY_CE
        if (found := loss_rows_in_c(y_true, y_pred, kind)) is not None:
            return found
    values = ops.binary_crossentropy(y_true, y_pred, from_logits=from_logits)
    return ops.mean(values, axis=axis)


@states(per_sample=along_last, label_kind="one-hot")
def categorical_crossentropy(
    y_true: Tensor,
    y_pred: Tensor,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """``-sum(y_true log(y_pred))`` over the classes; labels one-hot.

    Args:
        y_true: one-hot labels, or probabilities.
        y_pred: probabilities; with ``from_logits``, their logits.
        from_logits: whether ``y_pred`` is to go through a softmax.
        label_smoothing: how far the labels are moved towards equal shares, from 0 to 1.
        axis: axis of the classes.

    >>> categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(4).tolist()
    [0.6930999755859375]
    """
    y_true, y_pred = as_tensors(y_true, y_pred)
    if y_pred.shape[-1] == 1:
        warnings.warn(
            f"categorical_crossentropy got predictions of shape {tuple(y_pred.shape)}: with one "
            "class the loss is always 0. Use 'binary_crossentropy' with one output.",
            SyntaxWarning,
            stacklevel=2,
        )
    y_true = smooth_classes(y_true, label_smoothing, axis)
    return ops.categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)


@states(per_sample=along_last, label_kind="classes")
def sparse_categorical_crossentropy(
    y_true: Tensor,
    y_pred: Tensor,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> Tensor:
    """``-log(y_pred[y_true])``; labels are class numbers.

    Args:
        y_true: class numbers, of shape (...) or (..., 1).
        y_pred: probabilities (..., classes); with ``from_logits``, their logits.
        from_logits: whether ``y_pred`` is to go through a softmax.
        ignore_class: label of positions that do not count: their loss is 0 and masked.
        axis: axis of the classes.

    >>> sparse_categorical_crossentropy([1], [[0.5, 0.5]]).round(4).tolist()
    [0.6930999755859375]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.convert_to_tensor(y_true)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, -1)
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(
            y_true, y_pred, from_logits=from_logits, axis=axis
        )
    valid = ops.not_equal(y_true, ops.cast(ignore_class, y_true.dtype))
    y_true = y_true * ops.cast(valid, y_true.dtype)
    values = ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)
    values = ops.where(valid, values, ops.zeros_like(values))
    set_mask(values, valid)
    return values


@states(per_sample=True)
def categorical_generalized_cross_entropy(y_true: Tensor, y_pred: Tensor, q: float) -> Tensor:
    """``(1 - p ** q) / q`` with p the probability of the right class (Zhang & Sabuncu, 2018).

    Args:
        y_true: class numbers.
        y_pred: probabilities (..., classes).
        q: from cross-entropy (towards 0) to mean absolute error (towards 1), robust to noise.

    >>> categorical_generalized_cross_entropy([1], [[0.75, 0.25]], 0.5).tolist()
    [1.0]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    classes = ops.cast(y_true, "int32")
    chosen = ops.one_hot(classes, y_pred.shape[-1], dtype=y_pred.dtype)
    p = ops.sum(chosen * y_pred, axis=-1)
    return (1.0 - ops.power(p, q)) / q


@fields
class BinaryCrossentropy(FunctionLoss):
    """Cross-entropy of labels 0 or 1.

    >>> round(float(BinaryCrossentropy(from_logits=True)([[1.0]], [[0.0]])), 4)
    0.6931
    """

    fn = staticmethod(binary_crossentropy)

    from_logits: bool = False  #: whether the predictions are to go through a sigmoid
    label_smoothing: Rate = 0.0  #: how far the labels are moved towards 0.5
    axis: int = -1  #: axis of the mean
    name = "binary_crossentropy"


@fields
class CategoricalCrossentropy(FunctionLoss):
    """``-sum(y_true log(y_pred))`` over the classes; labels one-hot.

    >>> round(float(CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
    0.6931
    """

    fn = staticmethod(categorical_crossentropy)

    from_logits: bool = False  #: whether the predictions are to go through a softmax
    label_smoothing: Rate = 0.0  #: how far the labels are moved towards equal shares
    axis: int = -1  #: axis of the classes
    name = "categorical_crossentropy"


@fields
class SparseCategoricalCrossentropy(LossFunctionWrapper):
    """``-log(y_pred[y_true])``; labels are class numbers.

    >>> round(float(SparseCategoricalCrossentropy()([1], [[0.5, 0.5]])), 4)
    0.6931
    """

    fn = staticmethod(sparse_categorical_crossentropy)
    unwritten = ("dtype", "axis")

    from_logits: bool = False  #: whether the predictions are to go through a softmax
    ignore_class: int | None = None  #: label of positions that do not count
    reduction: Reduction = "sum_over_batch_size"  #: how the values become one; see ``Loss``
    axis: int = -1  #: axis of the classes
    name: str | None = "sparse_categorical_crossentropy"  #: name
    dtype: Dtype = None  #: dtype of the computation, None: ``floatx()``


NoiseRate = Annotated[
    float, Check("a number between 0 and 1, both excluded", lambda v: is_number(v) and 0 < v < 1)
]


@fields
class CategoricalGeneralizedCrossEntropy(FunctionLoss):
    """``(1 - p ** q) / q`` with p the probability of the right class (Zhang & Sabuncu, 2018).

    Labels are class numbers; robust to wrong labels.

    >>> float(CategoricalGeneralizedCrossEntropy()([1], [[0.75, 0.25]]))
    1.0
    """

    fn = staticmethod(categorical_generalized_cross_entropy)

    q: NoiseRate = 0.5  #: from cross-entropy (towards 0) to mean absolute error (towards 1)
    name = "categorical_generalized_cross_entropy"
