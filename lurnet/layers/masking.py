"""Steps of a sequence that are to be left out."""

from typing import Any

from lurnet import ops
from lurnet.core.fields import Number, fields
from lurnet.layers.base import Layer
from lurnet.layers.per_sample import of_vectors

__all__ = ["Masking"]


@fields
class Masking(Layer):
    """Masks the steps whose features all equal ``mask_value``: (b, steps, features).

    >>> from lurnet.core.masking import get_mask
    >>> y = Masking()(ops.array([[[0.0, 0.0], [1.0, 0.0]]]))
    >>> get_mask(y).tolist()
    [[False, True]]
    """

    mask_value: Number = 0.0  #: what a step that is none is filled with

    supports_masking = True
    per_sample = of_vectors

    def call(self, inputs: Any) -> Any:
        """The input, with 0 in the steps that are masked out."""
        real = ops.any(ops.not_equal(inputs, self.mask_value), axis=-1, keepdims=True)
        return inputs * ops.cast(real, inputs.dtype)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """True for each step with any other value."""
        return ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)
