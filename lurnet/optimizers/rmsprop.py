"""RMSprop."""

from typing import Any

from lurnet import ops
from lurnet.core.fields import Number, fields
from lurnet.core.variable import Variable
from lurnet.optimizers.base import Optimizer
from lurnet.optimizers.state import Epsilon, LearningRate


@fields
class RMSprop(Optimizer):
    """Steps divided by the root of a moving mean of squared gradients (Hinton, 2012).

    >>> w = Variable([1.0])
    >>> RMSprop(0.1).apply([[2.0]], [w])
    >>> round(float(w[0]), 4)
    0.6838
    """

    learning_rate: LearningRate = 0.001  #: number, schedule, or function without arguments
    rho: Number = 0.9  #: how much of the moving means stays at each step
    momentum: Number = 0.0  #: how much of the last step is kept
    epsilon: Epsilon = 1e-7  #: added to the mean square
    centered: bool = False  #: whether to divide by the standard deviation instead

    def build(self, variables: list[Variable]) -> None:
        """Moving means, and momentum where there is any."""
        if self.built:
            return
        super().build(variables)
        self._velocities = self.add_optimizer_variables(variables, "velocity")
        self._momentums, self._means = [], []
        if self.momentum > 0:
            self._momentums = self.add_optimizer_variables(variables, "momentum")
        if self.centered:
            self._means = self.add_optimizer_variables(variables, "average_gradient")

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Update one weight."""
        g, w, rate, i = self._operands(gradient, variable, learning_rate)
        rho, velocity = self.rho, self._velocities[i]
        spread = self.assign(velocity, rho * velocity.value + (1 - rho) * g * g)
        if self.centered:
            mean = self.assign(self._means[i], rho * self._means[i].value + (1 - rho) * g)
            spread = spread - mean * mean
        step = rate * g / ops.sqrt(spread + self.epsilon)
        if self.momentum > 0:
            held = self._momentums[i]
            step = self.assign(held, self.momentum * held.value + step)
        self.assign(variable, w - step)
