"""FTRL: follow the regularized leader."""

from typing import Annotated, Any

from lurnet import initializers, ops
from lurnet.core.fields import Check, fields, is_number
from lurnet.core.variable import Variable
from lurnet.optimizers.base import Optimizer
from lurnet.optimizers.state import LearningRate, NotNegative

__all__ = ["Ftrl"]

NotPositive = Annotated[float, Check("a number of at most 0", lambda v: is_number(v) and v <= 0)]


@fields
class Ftrl(Optimizer):
    """For shallow models on sparse features: weights that matter little become exactly zero.

    McMahan et al., 2013, https://research.google.com/pubs/archive/41159.pdf, with an L2 penalty on
    the loss ("shrinkage") besides the one of the paper.

    >>> w = Variable([1.0])
    >>> Ftrl(0.1, l1_regularization_strength=50.0).apply([[2.0]], [w])
    >>> w.value.tolist()
    [0.0]
    """

    learning_rate: LearningRate = 0.001  #: number, schedule, or function without arguments
    learning_rate_power: NotPositive = -0.5  #: how the rate falls with the gradients; 0: not at all
    initial_accumulator_value: NotNegative = 0.1  #: what the sums of squares begin at
    l1_regularization_strength: NotNegative = 0.0  #: L1 strength
    l2_regularization_strength: NotNegative = 0.0  #: L2 strength, of the paper
    l2_shrinkage_regularization_strength: NotNegative = 0.0  #: L2 strength, on the loss
    beta: NotNegative = 0.0  #: beta of the paper

    def build(self, variables: list[Variable]) -> None:
        """A sum of squares and the linear term for each weight."""
        if self.built:
            return
        super().build(variables)
        first = initializers.Constant(self.initial_accumulator_value)
        self._sums, self._linears = self.add_optimizer_variables(
            variables, ["accumulator", "linear"], [first, "zeros"]
        )

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Update one weight."""
        g, w, rate, i = self._operands(gradient, variable, learning_rate)
        old, power = self._sums[i].value, -self.learning_rate_power
        new = self.assign(self._sums[i], old + g * g)
        pushed = g + 2 * self.l2_shrinkage_regularization_strength * w
        linear = self._linears[i].value + pushed - (new**power - old**power) / rate * w
        self.assign(self._linears[i], linear)
        l1 = self.l1_regularization_strength
        l2 = self.l2_regularization_strength + self.beta / (2 * rate)
        self.assign(variable, (ops.clip(linear, -l1, l1) - linear) / (new**power / rate + 2 * l2))
