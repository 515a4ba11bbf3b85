"""Counting hits and misses of binary predictions at one or many thresholds."""

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

import numpy as np

from lurnet import ops
from lurnet.core.errors import BadValue
from lurnet.core.fields import Check, is_int, is_number
from lurnet.core.symbolic import Tensor
from lurnet.losses.shapes import same_rank

#: Below every prediction: the threshold, and the value of predictions left out, with ``top_k``.
LOWEST = -1e10
#: From this number of thresholds on, predictions are put into bins and not compared with each.
MANY = 16


def _are_thresholds(value: Any) -> bool:
    return all(is_number(v) and 0 <= v <= 1 for v in _listed(value))


def _listed(value: Any) -> list:
    return list(value) if isinstance(value, (list, tuple, np.ndarray)) else [value]


Thresholds = Annotated[
    Any,
    Check("a number from 0 to 1, or a list of them", _are_thresholds, float | Sequence[float]),
]
TopK = Annotated[Any, Check("a positive integer", lambda v: is_int(v) and v > 0, int)]
ClassId = Annotated[Any, Check("an integer >= 0", lambda v: is_int(v) and v >= 0, int)]


def threshold_list(value: Any, default: float = 0.5) -> list[float]:
    """The thresholds as a list; None is the default."""
    return [default] if value is None else [float(v) for v in _listed(value)]


class Counts(NamedTuple):
    """True and false positives and negatives, each of shape (thresholds,) or (thresholds, labels).

    A prediction above the threshold is positive.
    """

    true_positives: Tensor
    false_positives: Tensor
    true_negatives: Tensor
    false_negatives: Tensor


def count(
    y_true: Tensor,
    y_pred: Tensor,
    thresholds: Sequence[float],
    sample_weight: Any = None,
    *,
    top_k: int | None = None,
    class_id: int | None = None,
    multi_label: bool = False,
    label_weights: Any = None,
) -> Counts:
    """Weighted counts at each threshold.

    Args:
        y_true: labels, 0 or 1 (any positive number is 1).
        y_pred: predictions of the same shape.
        thresholds: the thresholds.
        sample_weight: weights that broadcast to the labels, or have only their first axes.
        top_k: only the ``k`` greatest predictions of each row can be positive.
        class_id: only this entry of the last axis counts.
        multi_label: whether to count each entry of the last axis apart.
        label_weights: weights of the entries of the last axis.
    """
    y_true, y_pred = same_rank(y_true, y_pred)
    if tuple(y_true.shape) != tuple(y_pred.shape):
        raise BadValue(
            f"Labels and predictions must have the same shape, not {tuple(y_true.shape)} and "
            f"{tuple(y_pred.shape)}. Class numbers must be made one-hot first."
        )
    if top_k is not None:
        y_pred = _only_top(y_pred, top_k)
    if class_id is not None:
        y_true, y_pred = y_true[..., class_id], y_pred[..., class_id]
    weight = _weight(y_pred, sample_weight, label_weights)
    positive = ops.cast(y_true > 0, y_pred.dtype)
    shape = (-1, y_pred.shape[-1]) if multi_label else (-1,)
    y_pred, hits, misses = (
        ops.reshape(x, shape) for x in (y_pred, positive * weight, (1.0 - positive) * weight)
    )
    above = _binned if len(thresholds) >= MANY and not multi_label else _compared
    tp, fp = above(y_pred, thresholds, hits), above(y_pred, thresholds, misses)
    return Counts(tp, fp, ops.sum(misses, axis=0) - fp, ops.sum(hits, axis=0) - tp)


def _only_top(y_pred: Tensor, k: int) -> Tensor:
    """Predictions below the ``k`` greatest of their row made the lowest."""
    ids = ops.top_k(y_pred, k)[1]
    kept = ops.sum(ops.one_hot(ids, y_pred.shape[-1], dtype=y_pred.dtype), axis=-2)
    return y_pred * kept + LOWEST * (1.0 - kept)


def _weight(y_pred: Tensor, sample_weight: Any, label_weights: Any) -> Tensor:
    """One weight per prediction."""
    weight = ops.ones_like(y_pred)
    if sample_weight is not None:
        sample_weight = ops.convert_to_tensor(sample_weight, dtype=y_pred.dtype)
        _, sample_weight = same_rank(y_pred, sample_weight, expand=False)
        missing = len(y_pred.shape) - len(sample_weight.shape)
        weight = weight * ops.reshape(sample_weight, tuple(sample_weight.shape) + (1,) * missing)
    if label_weights is not None:
        weight = weight * ops.convert_to_tensor(label_weights, dtype=y_pred.dtype)
    return weight


def _compared(y_pred: Tensor, thresholds: Sequence[float], weight: Tensor) -> Tensor:
    """The weight of the predictions above each threshold, by comparing each with each."""
    limits = np.reshape(np.asarray(thresholds, "float32"), (-1,) + (1,) * len(y_pred.shape))
    above = y_pred[None] > ops.convert_to_tensor(limits, dtype=y_pred.dtype)
    return ops.sum(ops.where(above, weight[None], ops.zeros_like(weight)[None]), axis=1)


def _binned(y_pred: Tensor, thresholds: Sequence[float], weight: Tensor) -> Tensor:
    """The same for many thresholds: a histogram between them, summed from the top."""
    limits = np.asarray(thresholds, "float32")
    order = np.argsort(limits, kind="stable")
    sorted_limits = ops.convert_to_tensor(limits[order], dtype=y_pred.dtype)
    below = ops.searchsorted(sorted_limits, y_pred, side="left")  # thresholds that are exceeded
    bins = ops.segment_sum(weight, below, num_segments=len(limits) + 1)
    above = ops.flip(ops.cumsum(ops.flip(bins)))[1:]
    return ops.take(above, np.argsort(order, kind="stable"), axis=0)
