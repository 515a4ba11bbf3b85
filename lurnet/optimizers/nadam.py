"""Nadam."""

from typing import Any

from lurnet import ops
from lurnet.core.fields import Number, fields
from lurnet.core.variable import Variable
from lurnet.optimizers.adam import bias, rest, toward
from lurnet.optimizers.base import Optimizer
from lurnet.optimizers.state import Epsilon, LearningRate

__all__ = ["Nadam"]

_WARM = 0.96  # the momentum grows as beta_1 * (1 - 0.5 * 0.96^t)


@fields
class Nadam(Optimizer):
    """Adam with Nesterov momentum (Dozat, 2015, https://cs229.stanford.edu/proj2015/054_report.pdf).

    >>> w = Variable([1.0])
    >>> Nadam(0.1).apply([[2.0]], [w])
    >>> bool(w[0] < 1)
    True
    """

    learning_rate: LearningRate = 0.001  #: number, schedule, or function without arguments
    beta_1: Number = 0.9  #: how much of the mean gradient stays at each step
    beta_2: Number = 0.999  #: how much of the mean square stays
    epsilon: Epsilon = 1e-7  #: added to the root of the mean square

    def build(self, variables: list[Variable]) -> None:
        """Mean and mean square for each weight, and the product of the momenta so far."""
        if self.built:
            return
        super().build(variables)
        self._momentums, self._velocities = self.add_optimizer_variables(
            variables, ["momentum", "velocity"]
        )
        self._product = Variable(1.0)  # neither named nor placed by Keras
        self._variables.append(self._product)

    def _momentum(self, step: Any) -> Any:
        return self.beta_1 * (1 - 0.5 * _WARM ** ops.cast(step, "float32"))

    def _update_all(self, grads: list, weights: list[Variable], learning_rate: Any) -> None:
        self._product.assign(self._product.value * self._momentum(self._updates + 1))
        super()._update_all(grads, weights, learning_rate)

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Update one weight."""
        g, w, rate, i = self._operands(gradient, variable, learning_rate)
        step, product = self._updates + 1, self._product.value
        now, ahead = self._momentum(step), self._momentum(step + 1)
        m = toward(self._momentums[i], g, rest(self.beta_1))
        v = toward(self._velocities[i], g * g, rest(self.beta_2))
        of_mean = ops.cast(ahead / (1 - product * ahead), w.dtype)
        of_gradient = ops.cast((1 - now) / (1 - product), w.dtype)
        spread = ops.sqrt(v / ops.cast(bias(self.beta_2, step), w.dtype)) + self.epsilon
        self.assign(variable, w - rate * (of_mean * m + of_gradient * g) / spread)
