"""Fully connected layers."""

from typing import Any

from lurnet import ops
from lurnet.activations import biased
from lurnet.core.fields import PositiveInt, fields
from lurnet.layers.input_spec import InputSpec
from lurnet.layers.options import Activation
from lurnet.layers.weighted import Weighted

__all__ = ["Dense"]


@fields
class Dense(Weighted):
    """Fully connected layer: ``activation(x @ kernel + bias)`` on the last axis.

    Shapes: (..., d) to (..., units).

    >>> Dense(2, kernel_initializer="ones")(ops.ones((1, 3))).tolist()
    [[3.0, 3.0]]
    """

    units: PositiveInt  #: size of the output's last axis
    activation: Activation = None  #: applied to the output; None leaves it as it is
    use_bias: bool = True  #: whether to add a bias

    supports_masking = True
    per_sample = True

    def setup(self) -> None:
        """The input needs a last axis to work on."""
        super().setup()
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: tuple) -> None:
        """Make the kernel (d, units) and the bias (units,)."""
        self.kernel = self.weight("kernel", (input_shape[-1], self.units))
        self.bias = self.weight("bias", (self.units,)) if self.use_bias else None
        self.input_spec = InputSpec(min_ndim=2, axes={-1: input_shape[-1]})

    def call(self, inputs: Any, training: Any = None) -> Any:
        """``activation(x @ kernel + bias)``."""
        return biased(ops.matmul(inputs, self.kernel), self.bias, self.activation)
