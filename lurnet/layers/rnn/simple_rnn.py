"""The simple recurrent layer and its cell."""

from typing import Any

from lurnet import ops
from lurnet.core.fields import PositiveInt, fields
from lurnet.layers.options import Activation
from lurnet.layers.rnn.builtin import BuiltIn
from lurnet.layers.rnn.cell import Masks, RecurrentCell, by_steps, masked_product

__all__ = ["SimpleRNNCell", "SimpleRNN"]


@fields
class SimpleRNNCell(RecurrentCell):
    """One step ``h' = activation(x @ kernel + bias + h @ recurrent_kernel)``; the output is ``h'``.

    Shapes: (batch, d) and the state (batch, units) to (batch, units).

    >>> cell = SimpleRNNCell(3)
    >>> out, states = cell(ops.ones((2, 4)), [ops.zeros((2, 3))])
    >>> out.shape
    (2, 3)
    """

    units: PositiveInt  #: size of the state and of the output
    activation: Activation = "tanh"  #: applied to the new state
    use_bias: bool = True  #: whether to add a bias

    per_sample = True

    @by_steps
    def call(self, sequence: Any, states: Any, training: Any = False) -> tuple[Any, Any]:
        """One step: (batch, d) and the state to (batch, units) and the new state."""
        return super().call(sequence, states, training)

    def advance(self, x: Any, states: list, masks: Masks) -> tuple[Any, list]:
        """Output and new state."""
        h = masked_product(states[0], self.recurrent_kernel, masks)
        h = self.activation(ops.add(x, h))
        return h, [h]


@fields
class SimpleRNN(BuiltIn):
    """Recurrent layer whose state is a dense layer's output, fed back (Elman, 1990).

    ``h' = activation(x @ kernel + bias + h @ recurrent_kernel)`` at each step.

    Shapes: (batch, time, d) to (batch, units) or, with all steps, (batch, time, units).

    >>> SimpleRNN(3)(ops.ones((2, 5, 4))).shape
    (2, 3)
    """

    units: PositiveInt  #: size of the state and of the output
    activation: Activation = "tanh"  #: applied to the new state
    use_bias: bool = True  #: whether to add a bias

    cell_class = SimpleRNNCell
    _after = {"seed": "unroll"}
