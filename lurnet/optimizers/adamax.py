"""Adamax."""

from typing import Any

from lurnet import ops
from lurnet.core.fields import Number, fields
from lurnet.core.variable import Variable
from lurnet.optimizers.adam import bias, toward
from lurnet.optimizers.base import Optimizer
from lurnet.optimizers.state import Epsilon, LearningRate

__all__ = ["Adamax"]


@fields
class Adamax(Optimizer):
    """Adam with the largest gradient, slowly forgotten, in place of the mean square.

    ``u = max(b2 * u, |g|)``, ``w -= rate / (1 - b1^t) * m / (u + epsilon)`` (Kingma & Ba, 2014,
    section 7.1, https://arxiv.org/abs/1412.6980).

    >>> w = Variable([1.0])
    >>> Adamax(0.1).apply([[2.0]], [w])
    >>> round(float(w[0]), 4)
    0.9
    """

    learning_rate: LearningRate = 0.001  #: number, schedule, or function without arguments
    beta_1: Number = 0.9  #: how much of the mean gradient stays at each step
    beta_2: Number = 0.999  #: how much of the largest gradient stays
    epsilon: Epsilon = 1e-7  #: added to the largest gradient

    def build(self, variables: list[Variable]) -> None:
        """Mean and largest gradient for each weight."""
        if self.built:
            return
        super().build(variables)
        self._momentums, self._norms = self.add_optimizer_variables(variables, ["momentum", "norm"])

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Update one weight."""
        g, w, rate, i = self._operands(gradient, variable, learning_rate)
        m = toward(self._momentums[i], g, 1 - self.beta_1)
        u = ops.maximum(self.beta_2 * self._norms[i].value, ops.abs(g))
        self.assign(self._norms[i], u)
        alpha = rate / ops.cast(bias(self.beta_1, self._updates + 1), w.dtype)
        self.assign(variable, w - alpha * m / (u + self.epsilon))
