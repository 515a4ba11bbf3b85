"""Adadelta."""

from typing import Any

from lurnet import ops
from lurnet.core.fields import Number, fields
from lurnet.core.variable import Variable
from lurnet.optimizers.adam import toward
from lurnet.optimizers.base import Optimizer
from lurnet.optimizers.state import Epsilon, LearningRate

__all__ = ["Adadelta"]


@fields
class Adadelta(Optimizer):
    """Steps as large as the recent ones, divided by the size of the recent gradients.

    With a learning rate of 1 it is the method of Zeiler, 2012, https://arxiv.org/abs/1212.5701.

    >>> w = Variable([1.0])
    >>> Adadelta(1.0).apply([[2.0]], [w])
    >>> bool(w[0] < 1)
    True
    """

    learning_rate: LearningRate = 0.001  #: number, schedule, or function without arguments
    rho: Number = 0.95  #: how much of the mean squares stays at each step
    epsilon: Epsilon = 1e-7  #: added to the mean squares

    def build(self, variables: list[Variable]) -> None:
        """Mean squares of gradients and of steps for each weight."""
        if self.built:
            return
        super().build(variables)
        self._grads, self._deltas = self.add_optimizer_variables(
            variables, ["accumulated_grad", "accumulated_delta_var"]
        )

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Update one weight."""
        g, w, rate, i = self._operands(gradient, variable, learning_rate)
        size = ops.sqrt(toward(self._grads[i], g * g, 1 - self.rho) + self.epsilon)
        delta = ops.sqrt(self._deltas[i].value + self.epsilon) / size * g
        toward(self._deltas[i], delta * delta, 1 - self.rho)
        self.assign(variable, w - rate * delta)
