"""Schedule-free AdamW."""

from typing import Annotated, Any

from lurnet import ops
from lurnet.core.fields import Check, Number, fields, is_int
from lurnet.core.variable import Variable
from lurnet.optimizers.adam import bias, rest, toward
from lurnet.optimizers.base import Optimizer
from lurnet.optimizers.state import Epsilon, LearningRate

__all__ = ["ScheduleFreeAdamW"]

Steps = Annotated[int, Check("a whole number from 0 up", lambda v: is_int(v) and v >= 0)]


@fields
class ScheduleFreeAdamW(Optimizer):
    """AdamW that needs no schedule: the weights follow the mean of all points visited.

    Adam without momentum moves a point ``z``; ``x`` is the mean of all ``z``; gradients are taken
    at the weights ``beta_1 * x + (1 - beta_1) * z`` (Defazio et al., 2024,
    https://arxiv.org/abs/2405.15682).

    >>> w = Variable([1.0])
    >>> ScheduleFreeAdamW(0.1).apply([[2.0]], [w])
    >>> round(float(w[0]), 4)
    0.9
    """

    learning_rate: LearningRate = 0.0025  #: number, schedule, or function without arguments
    beta_1: Number = 0.9  #: how near the mean of the points the weights are
    beta_2: Number = 0.999  #: how much of the mean square stays at each step
    epsilon: Epsilon = 1e-8  #: added to the root of the mean square
    warmup_steps: Steps = 0  #: steps in which the learning rate rises to its value

    def build(self, variables: list[Variable]) -> None:
        """The point, which starts at the weight, and the mean square."""
        if self.built:
            return
        super().build(variables)
        self._points, self._velocities = self.add_optimizer_variables(
            variables, ["momentum", "velocity"]
        )
        for point, weight in zip(self._points, variables, strict=True):
            if point is not None:
                point.assign(weight.value)

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Update one weight."""
        g, w, rate, i = self._operands(gradient, variable, learning_rate)
        step = ops.cast(self._updates + 1, "float32")
        if self.warmup_steps:
            rate = rate * ops.cast(ops.minimum(1.0, step / self.warmup_steps), w.dtype)
        v = toward(self._velocities[i], g * g, rest(self.beta_2))
        size = ops.sqrt(v / ops.cast(bias(self.beta_2, step), w.dtype)) + self.epsilon
        old = self._points[i].value
        new = self.assign(self._points[i], old - rate * g / size)
        share = ops.cast(1 / step, w.dtype)  # of the new point in the mean of all points
        mean = (1 - share) * (w - (1 - self.beta_1) * old) + share * self.beta_1 * new
        self.assign(variable, mean + (1 - self.beta_1) * new)
