"""The highway layer of Keras 1."""

from dataclasses import KW_ONLY
from typing import Any

from lurnet import ops
from lurnet.core.fields import fields
from lurnet.layers.input_spec import InputSpec
from lurnet.layers.options import Activation
from lurnet.layers.weighted import Weighted


@fields
class Highway(Weighted):
    """``t activation(x @ kernel + bias) + (1 - t) x``, ``t = sigmoid(x @ carry + carry_bias)``.

    Srivastava et al., 2015, https://arxiv.org/abs/1505.00387. Shapes: (b, d) to (b, d).

    >>> Highway()(ops.ones((2, 3))).shape
    (2, 3)
    """

    _: KW_ONLY
    activation: Activation = None  #: applied to the transformed part; None leaves it as it is
    use_bias: bool = True  #: whether to add biases

    per_sample = True

    def build(self, input_shape: tuple) -> None:
        """Make kernel and carry kernel (d, d), bias and carry bias (d,)."""
        size = input_shape[-1]
        self.kernel = self.weight("kernel", (size, size))
        self.carry = self.add_weight((size, size), self.kernel_initializer, name="carry")
        self.bias = self.weight("bias", (size,)) if self.use_bias else None
        self.carry_bias = (
            self.add_weight((size,), "ones", name="carry_bias") if self.use_bias else None
        )
        self.input_spec = InputSpec(ndim=2, axes={-1: size})

    def call(self, inputs: Any) -> Any:
        """The mixture of the transformed input and the input."""
        gate, new = ops.matmul(inputs, self.carry), ops.matmul(inputs, self.kernel)
        if self.bias is not None:
            gate, new = gate + self.carry_bias, new + self.bias
        gate = ops.sigmoid(gate)
        return gate * self.activation(new) + (1 - gate) * inputs
