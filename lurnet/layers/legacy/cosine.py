"""The merge by cosine of Keras 1."""

from collections.abc import Sequence
from typing import Any

from lurnet import ops
from lurnet.core.fields import fields
from lurnet.layers.merge import Dot


@fields
class Keras1Cosine(Dot):
    """The cosine of two inputs along one axis of each, with an axis of size 1 after the batch's.

    ``Dot(normalize=True)`` has no such axis.

    >>> Keras1Cosine(axes=1)([ops.ones((2, 3)), ops.ones((2, 3))]).tolist()
    [[[1.0]], [[1.0]]]
    """

    per_sample = True

    def call(self, inputs: Sequence[Any]) -> Any:
        """``x . y / sqrt(x . x  y . y)``."""
        x, y = inputs
        squares = super().call([x, x]) * super().call([y, y])
        return ops.expand_dims(super().call([x, y]) / ops.maximum(ops.sqrt(squares), 1e-7), 1)
