"""Gradient descent, with momentum."""

from collections.abc import Callable, Sequence
from typing import Any

from lurnet.core.fields import Rate, fields
from lurnet.core.hyper import hyperparameter
from lurnet.core.variable import Variable
from lurnet.kernels.fused_step.op import fused
from lurnet.optimizers.base import Optimizer
from lurnet.optimizers.fused import Fused
from lurnet.optimizers.state import LearningRate

__all__ = ["SGD"]


@fused("sgd")
def sgd(numbers: Sequence[Any], w: Any, g: Any) -> tuple:
    """Against the gradient; the number is the rate."""
    (rate,) = numbers
    return (w - rate * g,)


@fused("momentum")
def momentum(numbers: Sequence[Any], w: Any, g: Any, v: Any) -> tuple:
    """Along a velocity; the numbers are the rate and how much of the velocity is kept."""
    rate, kept = numbers
    v = v * kept - rate * g
    return w + v, v


@fused("nesterov")
def nesterov(numbers: Sequence[Any], w: Any, g: Any, v: Any) -> tuple:
    """The same, one step ahead."""
    rate, kept = numbers
    v = v * kept - rate * g
    return w + (v * kept - rate * g), v


@fields
class SGD(Fused):
    """Gradient descent: ``v = momentum * v - rate * g``, ``w = w + v``.

    With ``nesterov``, ``w = w + momentum * v - rate * g`` (Sutskever et al., 2013,
    https://proceedings.mlr.press/v28/sutskever13.html).

    >>> w = Variable([1.0])
    >>> SGD(0.5).apply([[1.0]], [w])
    >>> w.value.tolist()
    [0.5]
    """

    runtime_hyperparameters = (*Optimizer.runtime_hyperparameters, "momentum")
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

    def _step_of(self, learning_rate: Any, dtype: Any) -> tuple[Callable[..., Any], Sequence[Any]]:
        if not self.momentums:
            return sgd, [learning_rate]
        kept = hyperparameter(self, "momentum", dtype)
        return nesterov if self.nesterov else momentum, [learning_rate, kept]

    def _slots(self) -> Sequence[list[Variable]]:
        return [self.momentums] if self.momentums else []

    def _joins(self, weight: Variable) -> bool:
        """Plain descent where a loop changes the gradient, or the weight, anyway.

        784-500-300-10 with L2, batch 32, us of a step, joined | by the call: 365 | 386.
        """
        changed = self.clipnorm, self.global_clipnorm, self.clipvalue, self.weight_decay
        return not self.momentums and (weight.regularizer is not None or any(changed))
