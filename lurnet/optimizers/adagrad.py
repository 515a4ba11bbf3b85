"""Adagrad."""

from typing import Any

from lurnet import initializers, ops
from lurnet.core.fields import fields
from lurnet.core.variable import Variable
from lurnet.optimizers.base import Optimizer
from lurnet.optimizers.state import Epsilon, LearningRate, NotNegative

__all__ = ["Adagrad"]


@fields
class Adagrad(Optimizer):
    """Steps divided by the root of the sum of all squared gradients (Duchi et al., 2011).

    https://www.jmlr.org/papers/volume12/duchi11a/duchi11a.pdf

    >>> w = Variable([1.0])
    >>> Adagrad(0.1, initial_accumulator_value=0.0).apply([[2.0]], [w])
    >>> round(float(w[0]), 4)
    0.9
    """

    learning_rate: LearningRate = 0.001  #: number, schedule, or function without arguments
    initial_accumulator_value: NotNegative = 0.1  #: what the sums begin at
    epsilon: Epsilon = 1e-7  #: added to the sums

    def build(self, variables: list[Variable]) -> None:
        """A sum of squares for each weight."""
        if self.built:
            return
        super().build(variables)
        first = initializers.Constant(self.initial_accumulator_value)
        self._sums = self.add_optimizer_variables(variables, "accumulator", first)

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Update one weight."""
        g, w, rate, i = self._operands(gradient, variable, learning_rate)
        total = self.assign_add(self._sums[i], g * g)
        self.assign(variable, w - rate * g / ops.sqrt(total + self.epsilon))
