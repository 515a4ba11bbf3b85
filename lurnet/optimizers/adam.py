"""Adam and its relatives with decoupled weight decay, maximum norm, or Nesterov momentum."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lurnet import ops
from lurnet.core.fields import Number, fields
from lurnet.core.variable import Variable
from lurnet.kernels.fused_step.op import fused
from lurnet.optimizers.fused import Fused
from lurnet.optimizers.state import Decay, Epsilon, LearningRate

__all__ = ["Adam", "AdamW"]


def toward(slot: Variable, target: Any, rate: float) -> Any:
    """Move a moving mean towards a new value by ``rate``; returns the new mean."""
    return slot.assign(slot.value + (target - slot.value) * rate)


def bias(beta: float, step: Any) -> Any:
    """``1 - beta ** step``: how far a mean that began at zero has come."""
    return 1 - beta ** ops.cast(step, "float32")


def rest(beta: float) -> float:
    """``1 - beta`` in float32, as the bias correction has it: they must cancel in the quotient."""
    return float(np.float32(1) - np.float32(beta))


@fused("adam")
def adam(numbers: Sequence[Any], w: Any, g: Any, m: Any, v: Any, largest: Any = None) -> tuple:
    """Along the mean, divided by the root of the mean square, or of the largest so far.

    The numbers are the rate with its bias correction, how far mean and mean square move towards a
    new value, and what is added to the root.
    """
    rate, first, second, epsilon = numbers
    m = m + (g - m) * first
    v = v + (g * g - v) * second
    if largest is None:
        return w - m * rate / (ops.sqrt(v) + epsilon), m, v
    largest = ops.maximum(largest, v)
    return w - m * rate / (ops.sqrt(largest) + epsilon), m, v, largest


@fields
class Adam(Fused):
    """Steps along the mean gradient, divided by the root of the mean square.

    ``w -= rate * sqrt(1 - b2^t) / (1 - b1^t) * m / (sqrt(v) + epsilon)`` (Kingma & Ba, 2014,
    https://arxiv.org/abs/1412.6980).

    >>> w = Variable([1.0])
    >>> Adam(0.1).apply([[2.0]], [w])
    >>> round(float(w[0]), 4)
    0.9
    """

    learning_rate: LearningRate = 0.001  #: number, schedule, or function without arguments
    beta_1: Number = 0.9  #: how much of the mean gradient stays at each step
    beta_2: Number = 0.999  #: how much of the mean square stays
    epsilon: Epsilon = 1e-7  #: added to the root of the mean square
    amsgrad: bool = False  #: whether to divide by the largest mean square so far

    def build(self, variables: list[Variable]) -> None:
        """Mean and mean square for each weight."""
        if self.built:
            return
        super().build(variables)
        self._momentums, self._velocities = self.add_optimizer_variables(
            variables, ["momentum", "velocity"]
        )
        if self.amsgrad:
            self._largest = self.add_optimizer_variables(variables, "velocity_hat")

    def _step_of(self, learning_rate: Any, dtype: Any) -> tuple[Callable[..., Any], Sequence[Any]]:
        step = self._updates + 1
        scale = ops.sqrt(bias(self.beta_2, step)) / bias(self.beta_1, step)
        rate = learning_rate * ops.cast(scale, dtype)
        return adam, [rate, 1 - self.beta_1, 1 - self.beta_2, self.epsilon]

    def _slots(self) -> Sequence[list[Variable]]:
        held = [self._momentums, self._velocities]
        return [*held, self._largest] if self.amsgrad else held


@fields
class AdamW(Adam):
    """Adam with weight decay apart from the gradient (Loshchilov & Hutter, 2019).

    https://arxiv.org/abs/1711.05101

    >>> AdamW().weight_decay
    0.004
    """

    learning_rate: LearningRate = 0.001  #: number, schedule, or function without arguments
    weight_decay: Decay = 0.004  #: weights shrink by this times the learning rate at each step
