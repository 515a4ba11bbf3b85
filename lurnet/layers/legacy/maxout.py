"""The maxout layer of Keras 1."""

from typing import Any

from lurnet import ops
from lurnet.core.fields import PositiveInt, fields
from lurnet.layers.input_spec import InputSpec
from lurnet.layers.weighted import Weighted


@fields
class MaxoutDense(Weighted):
    """The largest of several linear layers, element by element (Goodfellow et al., 2013).

    https://arxiv.org/abs/1302.4389. Shapes: (b, d) to (b, units).

    >>> MaxoutDense(3)(ops.ones((2, 5))).shape
    (2, 3)
    """

    units: PositiveInt  #: size of the output
    features: PositiveInt = 4  #: number of linear layers
    use_bias: bool = True  #: whether to add a bias

    per_sample = True

    def build(self, input_shape: tuple) -> None:
        """Make the kernel (features, d, units) and the bias (features, units)."""
        self.kernel = self.weight("kernel", (self.features, input_shape[-1], self.units))
        self.bias = self.weight("bias", (self.features, self.units)) if self.use_bias else None
        self.input_spec = InputSpec(ndim=2, axes={-1: input_shape[-1]})

    def call(self, inputs: Any) -> Any:
        """``max over k of x @ kernel[k] + bias[k]``."""
        parts = ops.einsum("bd,kdu->bku", inputs, self.kernel)
        return ops.max(parts if self.bias is None else parts + self.bias, axis=1)
