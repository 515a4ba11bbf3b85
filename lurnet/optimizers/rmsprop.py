"""RMSprop."""

from collections.abc import Callable, Sequence
from typing import Any

from lurnet import ops
from lurnet.core.fields import Number, fields
from lurnet.core.variable import Variable
from lurnet.kernels.fused_step.op import fused
from lurnet.optimizers.fused import Fused
from lurnet.optimizers.state import Epsilon, LearningRate

__all__ = ["RMSprop"]


@fused("rmsprop", "rmsprop_momentum")
def rmsprop(numbers: Sequence[Any], w: Any, g: Any, v: Any, *last: Any) -> tuple:
    """Divided by the root of the mean square.

    The numbers are the rate, how much of the mean square is kept, how much of a new square counts,
    what is added to the mean and, if there is any, which part of the last step is done again.
    """
    rate, kept, new, epsilon, *momentum = numbers
    v = kept * v + new * g * g
    return _along(rate * g / ops.sqrt(v + epsilon), momentum, w, v, last)


def centered(numbers: Sequence[Any], w: Any, g: Any, v: Any, *last_and_mean: Any) -> tuple:
    """The same, divided by the standard deviation."""
    rate, kept, new, epsilon, *momentum = numbers
    *last, mean = last_and_mean
    v = kept * v + new * g * g
    mean = kept * mean + new * g
    step = rate * g / ops.sqrt(v - mean * mean + epsilon)
    return *_along(step, momentum, w, v, last), mean


def _along(step: Any, momentum: Sequence[Any], w: Any, v: Any, last: Sequence[Any]) -> tuple:
    if not momentum:
        return w - step, v
    step = momentum[0] * last[0] + step
    return w - step, v, step


@fields
class RMSprop(Fused):
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

    def _step_of(self, learning_rate: Any, dtype: Any) -> tuple[Callable[..., Any], Sequence[Any]]:
        numbers = [learning_rate, self.rho, 1 - self.rho, self.epsilon]
        if self.momentum > 0:
            numbers.append(self.momentum)
        return centered if self.centered else rmsprop, numbers

    def _slots(self) -> Sequence[list[Variable]]:
        return [slot for slot in (self._velocities, self._momentums, self._means) if slot]
