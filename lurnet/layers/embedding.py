"""Whole numbers, such as words, as vectors."""

from typing import Any

import numpy as np

from lurnet import ops
from lurnet.core.fields import PositiveInt, fields
from lurnet.layers.base import has_first_weights
from lurnet.layers.options import Constraint, Initializer, Regularizer
from lurnet.layers.weighted import Parametric

__all__ = ["Embedding"]


@fields
class Embedding(Parametric):
    """A learnt vector for each whole number: (...) to (..., output_dim).

    The input holds numbers from 0 to input_dim - 1, in any integer or float type.

    >>> Embedding(10, 3)(ops.array([[1, 2]])).shape
    (1, 2, 3)
    """

    input_dim: PositiveInt  #: how many numbers there are
    output_dim: PositiveInt  #: size of a vector
    embeddings_initializer: Initializer = "uniform"  #: first value of the vectors
    embeddings_regularizer: Regularizer = None  #: penalty on the vectors
    embeddings_constraint: Constraint = None  #: projection of the vectors after each update
    mask_zero: bool = False  #: whether 0 stands for "nothing here" and is masked out

    per_sample = True

    def accept(self, extra: dict[str, Any]) -> None:
        """``weights`` may be the matrix itself."""
        weights = extra.get("weights")
        if weights is not None and not (isinstance(weights, list) and len(weights) == 1):
            extra["weights"] = [np.asarray(weights)]
        super().accept(extra)

    def setup(self) -> None:
        """Given vectors are taken at once; numbers must not be rounded to a narrow float type."""
        super().setup()
        self.autocast = False
        self.supports_masking = self.mask_zero
        if has_first_weights(self):
            self.build(None)

    def build(self, input_shape: Any = None) -> None:
        """Make the matrix (input_dim, output_dim)."""
        self.embeddings = self.weight("embeddings", (self.input_dim, self.output_dim))

    def call(self, inputs: Any) -> Any:
        """The vectors at the places given."""
        if str(inputs.dtype) not in ("int32", "int64", "uint32"):
            inputs = ops.cast(inputs, "int32")
        return ops.cast(ops.take(self.embeddings, inputs, axis=0), self.compute_dtype)

    def keeps_mask(self) -> bool:
        """Not where the input makes one."""
        return not self.mask_zero

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """True where the input is not 0, with ``mask_zero``."""
        return ops.not_equal(inputs, 0) if self.mask_zero else None
