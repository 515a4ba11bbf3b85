"""Lion."""

from typing import Annotated, Any

from lurnet import ops
from lurnet.core.fields import Check, Number, fields, is_number
from lurnet.core.variable import Variable
from lurnet.optimizers.adam import toward
from lurnet.optimizers.base import Optimizer
from lurnet.optimizers.state import LearningRate

__all__ = ["Lion"]

Share = Annotated[
    float,
    Check("above 0 (else only signs are left), at most 1", lambda v: is_number(v) and 0 < v <= 1),
]


@fields
class Lion(Optimizer):
    """Steps of the same size for all: the sign of a mean of gradients (Chen et al., 2023).

    https://arxiv.org/abs/2302.06675. Its learning rate is 3 to 10 times smaller than AdamW's.

    >>> w = Variable([1.0])
    >>> Lion(0.1).apply([[2.0]], [w])
    >>> round(float(w[0]), 4)
    0.9
    """

    learning_rate: LearningRate = 0.001  #: number, schedule, or function without arguments
    beta_1: Share = 0.9  #: share of the mean in what the sign is taken of
    beta_2: Number = 0.99  #: how much of the mean stays at each step

    def build(self, variables: list[Variable]) -> None:
        """A mean for each weight."""
        if self.built:
            return
        super().build(variables)
        self._momentums = self.add_optimizer_variables(variables, "momentum")

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Update one weight."""
        g, w, rate, i = self._operands(gradient, variable, learning_rate)
        mixed = self.beta_1 * self._momentums[i].value + (1 - self.beta_1) * g
        toward(self._momentums[i], g, 1 - self.beta_2)
        self.assign(variable, w - rate * ops.sign(mixed))
