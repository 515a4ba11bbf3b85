"""Losses of embeddings: which samples should lie near each other."""

from typing import Any

from lurnet import ops
from lurnet.core.fields import Number, fields
from lurnet.core.masking import set_mask
from lurnet.core.symbolic import Tensor
from lurnet.losses.base import FunctionLoss

__all__ = ["circle", "Circle"]


def circle(
    y_true: Tensor,
    y_pred: Tensor,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> Tensor:
    """Circle loss (Sun et al., 2020): pairs count by how far they are from where they should be.

    Args:
        y_true: class numbers (batch,).
        y_pred: embeddings (batch, d), of length 1.
        ref_labels: class numbers to compare with, None: the batch's own.
        ref_embeddings: embeddings to compare with, None: the batch's own.
        remove_diagonal: whether to leave out the pairs of a sample with itself.
        gamma: scale of the similarities.
        margin: slack of the optimum; 0.4 asks for cosines above 0.6 and below 0.4.

    >>> circle([0, 0, 1], [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], gamma=1).round(3).tolist()
    [0.5460000038146973, 0.5460000038146973, 0.0]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    labels = ops.reshape(ops.cast(y_true, "int32"), (-1, 1))
    reference = y_pred if ref_embeddings is None else ops.convert_to_tensor(ref_embeddings)
    others = labels if ref_labels is None else ops.reshape(ops.cast(ref_labels, "int32"), (-1, 1))
    # Embeddings of length 1 have no larger one; of others Keras too takes no more than that.
    cosine = ops.minimum(ops.matmul(y_pred, ops.transpose(reference)), 1.0)
    same = ops.equal(labels, ops.transpose(others))
    different = ops.logical_not(same)
    if remove_diagonal:
        itself = ops.eye(same.shape[0], same.shape[1], dtype="bool")
        same = ops.logical_and(same, ops.logical_not(itself))
    attract = ops.relu(1.0 + margin - cosine) * (1.0 - margin - cosine)
    repel = ops.relu(cosine + margin) * (cosine - margin)
    values = ops.softplus(_soft_max(gamma * attract, same) + _soft_max(gamma * repel, different))
    paired = ops.logical_and(ops.any(same, axis=1), ops.any(different, axis=1))
    values = ops.where(paired, values, ops.zeros_like(values))
    set_mask(values, paired)  # a sample without both kinds of pair is no part of the mean
    return values


def _soft_max(x: Tensor, chosen: Tensor) -> Tensor:
    """``log(sum(exp(x)))`` over the chosen entries of each row."""
    return ops.logsumexp(ops.where(chosen, x, ops.full_like(x, -1e9)), axis=1)


@fields
class Circle(FunctionLoss):
    """Circle loss (Sun et al., 2020); labels are class numbers, predictions embeddings of length 1.

    >>> round(float(Circle(gamma=1)([0, 1], [[1.0, 0.0], [0.0, 1.0]])), 3)
    0.0
    """

    fn = staticmethod(circle)

    gamma: Number = 80.0  #: scale of the similarities
    margin: Number = 0.4  #: slack of the optimum
    remove_diagonal: bool = True  #: whether to leave out the pairs of a sample with itself
    name = "circle"
