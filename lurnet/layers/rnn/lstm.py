"""The long short-term memory layer and its cell."""

from typing import Any, Literal

import numpy as np

from lurnet import ops
from lurnet.core.fields import PositiveInt, fields
from lurnet.layers.options import Activation
from lurnet.layers.rnn.builtin import BuiltIn
from lurnet.layers.rnn.cell import Masks, RecurrentCell

__all__ = ["LSTMCell", "LSTM"]


class LongShort(RecurrentCell):
    """The gates of a long short-term memory, whatever products they see.

    The columns of its kernels are i, f, candidate, o.
    """

    gates = 4
    gate_axis = -1

    unit_forget_bias: bool
    activation: Any
    recurrent_activation: Any

    def setup(self) -> None:
        """It has two states, h and c."""
        super().setup()
        self.state_size = [self.units, self.units]

    def first_bias(self, shape: tuple, dtype: Any = None) -> Any:
        """The initializer's value, with ones for the forget gate (Jozefowicz et al., 2015)."""
        if not self.unit_forget_bias:
            return super().first_bias(shape, dtype)
        n = self.units
        parts = [self.bias_initializer((n,), dtype=dtype), np.ones(n, "float32")]
        parts.append(self.bias_initializer((2 * n,), dtype=dtype))
        return ops.cast(np.concatenate([np.asarray(p) for p in parts]), dtype)

    def advance(self, x: Any, states: list, masks: Masks) -> tuple[Any, list]:
        """Output and new states."""
        h, c = states
        z = ops.add(x, self.recur(h, masks))
        i, f, new, o = ops.split(z, 4, axis=self.gate_axis)
        gate = self.recurrent_activation
        c = gate(f) * c + gate(i) * self.activation(new)
        h = gate(o) * self.activation(c)
        return h, [h, c]


@fields
class LSTMCell(LongShort):
    """One step of a long short-term memory; the columns of its kernels are i, f, candidate, o.

    Shapes: (batch, d) and the states h and c, (batch, units) each, to (batch, units).

    >>> cell = LSTMCell(3)
    >>> out, states = cell(ops.ones((2, 4)), [ops.zeros((2, 3)), ops.zeros((2, 3))])
    >>> out.shape, len(states)
    ((2, 3), 2)
    """

    units: PositiveInt  #: size of the states and of the output
    activation: Activation = "tanh"  #: applied to the candidate and to the output
    recurrent_activation: Activation = "sigmoid"  #: applied to the gates
    use_bias: bool = True  #: whether to add a bias
    unit_forget_bias: bool = True  #: whether the forget gate's bias starts at 1

    _after = {"unit_forget_bias": "bias_initializer"}

    per_sample = True


@fields
class LSTM(BuiltIn):
    """Long short-term memory (Hochreiter and Schmidhuber, 1997).

    ``c' = f c + i activation(...)`` and ``h' = o activation(c')``, where the gates i (input), f
    (forget) and o (output) see the input and the state h.

    Shapes: (batch, time, d) to (batch, units) or, with all steps, (batch, time, units).

    >>> out, h, c = LSTM(3, return_state=True)(ops.ones((2, 5, 4)))
    >>> out.shape, c.shape
    ((2, 3), (2, 3))
    """

    units: PositiveInt  #: size of the states and of the output
    activation: Activation = "tanh"  #: applied to the candidate and to the output
    recurrent_activation: Activation = "sigmoid"  #: applied to the gates
    use_bias: bool = True  #: whether to add a bias
    unit_forget_bias: bool = True  #: whether the forget gate's bias starts at 1
    use_cudnn: bool | Literal["auto"] = (
        "auto"  #: kept for compatibility: the compiled loop is used everywhere
    )

    cell_class = LSTMCell
    _after = {"unit_forget_bias": "bias_initializer", "use_cudnn": "unroll"}
