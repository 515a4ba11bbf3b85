"""LAMB."""

from typing import Any

from lurnet import ops
from lurnet.core.fields import Number, fields
from lurnet.core.variable import Variable
from lurnet.optimizers.adam import bias, toward
from lurnet.optimizers.base import Optimizer
from lurnet.optimizers.state import Epsilon, LearningRate

__all__ = ["Lamb"]


@fields
class Lamb(Optimizer):
    """Adam whose steps are as long, for each weight, as the weight itself; for large batches.

    You et al., 2019, https://arxiv.org/abs/1904.00962.

    >>> w = Variable([3.0, 4.0])
    >>> Lamb(0.1).apply([[2.0, 2.0]], [w])
    >>> round(float(w[0]), 4)
    2.6464
    """

    learning_rate: LearningRate = 0.001  #: number, schedule, or function without arguments
    beta_1: Number = 0.9  #: how much of the mean gradient stays at each step
    beta_2: Number = 0.999  #: how much of the mean square stays
    epsilon: Epsilon = 1e-7  #: added to the root of the mean square

    def build(self, variables: list[Variable]) -> None:
        """Mean and mean square for each weight."""
        if self.built:
            return
        super().build(variables)
        self._momentums, self._velocities = self.add_optimizer_variables(
            variables, ["momentum", "velocity"]
        )

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Update one weight."""
        g, w, rate, i = self._operands(gradient, variable, learning_rate)
        step = self._updates + 1
        m = toward(self._momentums[i], g, 1 - self.beta_1)
        v = toward(self._velocities[i], g * g, 1 - self.beta_2)
        m = m / ops.cast(bias(self.beta_1, step), w.dtype)
        v = v / ops.cast(bias(self.beta_2, step), w.dtype)
        change = m / (ops.sqrt(v) + self.epsilon)
        long, short = ops.sqrt(ops.sum(w * w)), ops.sqrt(ops.sum(change * change))
        known = (long > 0) & (short > 0)
        trust = ops.where(known, long / ops.where(known, short, 1), 1)
        self.assign(variable, w - trust * rate * change)
