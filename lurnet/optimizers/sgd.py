"""Gradient descent, with momentum."""

from typing import Any

from lurnet.core.fields import Rate, fields
from lurnet.core.numbers import number
from lurnet.core.variable import Variable
from lurnet.optimizers.base import Optimizer
from lurnet.optimizers.state import LearningRate


@fields
class SGD(Optimizer):
    """Gradient descent: ``v = momentum * v - rate * g``, ``w = w + v``.

    With ``nesterov``, ``w = w + momentum * v - rate * g`` (Sutskever et al., 2013,
    https://proceedings.mlr.press/v28/sutskever13.html).

    >>> w = Variable([1.0])
    >>> SGD(0.5).apply([[1.0]], [w])
    >>> w.value.tolist()
    [0.5]
    """

    lifted = (*Optimizer.lifted, "momentum")
    learning_rate: LearningRate = 0.01  #: number, schedule, or function without arguments
    momentum: Rate = 0.0  #: how much of the last step is kept, from 0 to 1
    nesterov: bool = False  #: whether the gradient is taken to be one step ahead

    def build(self, variables: list[Variable]) -> None:
        """One slot for each weight, where there is momentum."""
        if self.built:
            return
        super().build(variables)
        self.momentums: list = []
        if self.momentum != 0:
            self.momentums = self.add_optimizer_variables(variables, "momentum")

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Update one weight."""
        g, w, rate, i = self._operands(gradient, variable, learning_rate)
        if not self.momentums:
            self.assign(variable, w - rate * g)
            return
        kept = number(self, "momentum", w.dtype)
        v = self.momentums[i].value * kept - rate * g
        self.assign(self.momentums[i], v)
        self.assign(variable, w + (v * kept - rate * g if self.nesterov else v))
