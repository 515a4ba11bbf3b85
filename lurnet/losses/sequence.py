"""Losses of sequences."""

from lurnet import ops
from lurnet.core.errors import BadValue
from lurnet.core.fields import fields
from lurnet.core.symbolic import Tensor
from lurnet.losses.base import FunctionLoss

__all__ = ["ctc", "CTC"]


def ctc(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Connectionist temporal classification (Graves et al., 2006): labels without their times.

    Args:
        y_true: class numbers (batch, labels), padded with 0, the blank.
        y_pred: logits (batch, steps, classes).

    Returns one value per sample.

    >>> ctc([[1]], [[[0.0, 0.0]]]).round(4).tolist()
    [0.6930999755859375]
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) != 2 or len(y_pred.shape) != 3:
        raise BadValue(
            "ctc needs labels of shape (batch, labels) and logits of shape (batch, steps, "
            f"classes), not {tuple(y_true.shape)} and {tuple(y_pred.shape)}."
        )
    labels = ops.cast(y_true, "int32")
    count = ops.sum(ops.cast(ops.not_equal(labels, 0), "int32"), axis=1)
    steps = ops.full((y_pred.shape[0],), y_pred.shape[1], dtype="int32")
    return ops.ctc_loss(labels, y_pred, count, steps, mask_index=0)


@fields
class CTC(FunctionLoss):
    """Connectionist temporal classification (Graves et al., 2006).

    Labels are class numbers padded with 0, the blank; predictions are logits.

    >>> round(float(CTC()([[1]], [[[0.0, 0.0]]])), 4)
    0.6931
    """

    fn = staticmethod(ctc)
    name = "ctc"
