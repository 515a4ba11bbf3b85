"""The hard sigmoid of Keras 1 and 2, which is steeper than that of Keras 3."""

from lurnet import activations, ops
from lurnet.core.symbolic import Tensor, op


@op
def keras2_hard_sigmoid(x: Tensor) -> Tensor:
    """``clip(0.2 x + 0.5, 0, 1)``, the gates of recurrent layers in old files.

    Keras 3 calls ``clip(x / 6 + 0.5, 0, 1)`` by the old name.

    >>> keras2_hard_sigmoid([-3.0, 0.0, 2.5]).tolist()
    [0.0, 0.5, 1.0]
    """
    return ops.clip(ops.add(ops.multiply(x, 0.2), 0.5), 0.0, 1.0)


activations.registry.add("keras2_hard_sigmoid", keras2_hard_sigmoid)
