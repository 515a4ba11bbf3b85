"""The gated recurrent unit and its cell."""

from typing import Any, Literal

from lurnet import ops
from lurnet.core.fields import PositiveInt, fields
from lurnet.layers.options import Activation
from lurnet.layers.rnn.builtin import BuiltIn
from lurnet.layers.rnn.cell import Masks, RecurrentCell, masked_product

__all__ = ["GRUCell", "GRU"]


@fields
class GRUCell(RecurrentCell):
    """One step of a gated recurrent unit; the columns of its kernels are z, r, candidate.

    Shapes: (batch, d) and the state (batch, units) to (batch, units).

    >>> cell = GRUCell(3)
    >>> out, states = cell(ops.ones((2, 4)), [ops.zeros((2, 3))])
    >>> out.shape
    (2, 3)
    """

    units: PositiveInt  #: size of the state and of the output
    activation: Activation = "tanh"  #: applied to the candidate for the new state
    recurrent_activation: Activation = "sigmoid"  #: applied to the gates
    use_bias: bool = True  #: whether to add a bias
    reset_after: bool = True  #: whether the reset gate acts after the product with the state

    gates = 3
    _after = {"reset_after": "recurrent_dropout"}

    per_sample = True

    def bias_shape(self) -> tuple[int, ...]:
        """A second bias belongs to the state where the reset gate comes after its product."""
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def input_bias(self) -> Any:
        """The part of the bias that belongs to the inputs."""
        return self.bias[0] if self.bias is not None and self.reset_after else self.bias

    def advance(self, x: Any, states: list, masks: Masks) -> tuple[Any, list]:
        """Output and new state."""
        h, kernel, n = states[0], self.recurrent_kernel, self.units
        x_gates, x_new = x[:, : 2 * n], x[:, 2 * n :]
        if self.reset_after:
            inner = masked_product(h, kernel, masks)
            inner = inner if self.bias is None else ops.add(inner, self.bias[1])
            z, r = self._opened(x_gates, inner[:, : 2 * n])
            new = r * inner[:, 2 * n :]
        else:
            gates = masked_product(h, kernel[:, : 2 * n], masks and masks[:2])
            z, r = self._opened(x_gates, gates)
            new = masked_product(r * h, kernel[:, 2 * n :], masks and masks[2:])
        h = z * h + (1 - z) * self.activation(ops.add(x_new, new))
        return h, [h]

    def _opened(self, x: Any, h: Any) -> list:
        """How far the update gate and the reset gate are open."""
        return ops.split(self.recurrent_activation(ops.add(x, h)), 2, axis=-1)


@fields
class GRU(BuiltIn):
    """Gated recurrent unit (Cho et al., 2014, https://arxiv.org/abs/1406.1078).

    ``h' = z h + (1 - z) activation(...)``, where the gates z (keep) and r (reset) see the input
    and the state.

    Shapes: (batch, time, d) to (batch, units) or, with all steps, (batch, time, units).

    >>> GRU(3, return_sequences=True)(ops.ones((2, 5, 4))).shape
    (2, 5, 3)
    """

    units: PositiveInt  #: size of the state and of the output
    activation: Activation = "tanh"  #: applied to the candidate for the new state
    recurrent_activation: Activation = "sigmoid"  #: applied to the gates
    use_bias: bool = True  #: whether to add a bias
    reset_after: bool = True  #: whether the reset gate acts after the product with the state
    use_cudnn: bool | Literal["auto"] = (
        "auto"  #: kept for compatibility: the compiled loop is used everywhere
    )

    cell_class = GRUCell
    _after = {"reset_after": "unroll", "use_cudnn": "reset_after"}
