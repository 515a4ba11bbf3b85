"""Adafactor."""

from typing import Any

from lurnet import ops
from lurnet.core.fields import Number, fields
from lurnet.core.variable import Variable
from lurnet.optimizers.base import Optimizer
from lurnet.optimizers.state import LearningRate

__all__ = ["Adafactor"]


def _rms(x: Any) -> Any:
    return ops.sqrt(ops.mean(x * x))


@fields
class Adafactor(Optimizer):
    """Adam without momentum, its mean squares kept as the product of a row and a column.

    Shazeer & Stern, 2018, https://arxiv.org/abs/1804.04235. Weights of one axis keep their mean
    squares whole; those of more than two are matrices along their last two axes.

    >>> w = Variable([1.0, 2.0])
    >>> Adafactor(0.1).apply([[2.0, 2.0]], [w])
    >>> bool((w.value < 2).all())
    True
    """

    learning_rate: LearningRate = 0.001  #: number, schedule, or function without arguments
    beta_2_decay: Number = -0.8  #: exponent: a share of t^beta_2_decay of each mean is renewed
    epsilon_1: Number = 1e-30  #: added to the squared gradient
    epsilon_2: Number = 1e-3  #: smallest size of a weight that steps are measured by
    clip_threshold: Number = 1.0  #: largest root mean square of a step
    relative_step: bool = True  #: kept in configs; the rate is at most 1 / sqrt(t) either way

    def build(self, variables: list[Variable]) -> None:
        """Rows, columns and mean squares, in the order of Keras' files."""
        if self.built:
            return
        super().build(variables)
        self._rows, self._columns, self._velocities = [], [], []
        for weight in variables:
            wanted = not weight.overwrite_with_gradient
            self._rows.append(self._mean(weight, weight.shape[:-1]) if wanted else None)
            shape = (*weight.shape[:-2], *weight.shape[-1:])
            self._columns.append(self._mean(weight, shape) if wanted else None)
            full = self.add_variable_from_reference(weight, "velocity") if wanted else None
            self._velocities.append(full)

    def _mean(self, weight: Variable, shape: tuple[int, ...]) -> Variable:
        if len(weight.shape) >= 2:
            return self.add_variable(shape, dtype=weight.dtype, name=weight.name)
        unused = Variable(0, dtype="int32", trainable=False, name=weight.name)  # files count it
        self._variables.append(unused)
        return unused

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Update one weight."""
        g, w, rate, i = self._operands(gradient, variable, learning_rate)
        step = ops.cast(self._updates + 1, "float32")
        rate = ops.minimum(rate, ops.cast(1 / ops.sqrt(step), w.dtype))
        renewed = ops.cast(step**self.beta_2_decay, w.dtype)
        velocity = self._velocity(g * g + self.epsilon_1, i, renewed)
        self.assign(self._velocities[i], velocity)
        step_taken = g / ops.sqrt(velocity)
        step_taken = step_taken / ops.maximum(1.0, _rms(step_taken) / self.clip_threshold)
        size = ops.maximum(self.epsilon_2, _rms(w))
        self.assign(variable, w - size * rate * step_taken)

    def _velocity(self, square: Any, i: int, renewed: Any) -> Any:
        """The new mean squares; of matrices, from the means of their rows and columns."""
        if square.ndim < 2:
            return (1 - renewed) * self._velocities[i].value + renewed * square
        means = []
        for slot, axis in ((self._rows[i], -1), (self._columns[i], -2)):
            new = (1 - renewed) * slot.value + renewed * ops.mean(square, axis)
            means.append(self.assign(slot, new))
        rows, columns = means
        rows = rows / ops.mean(rows, axis=-1, keepdims=True)
        return ops.expand_dims(rows, -1) * ops.expand_dims(columns, -2)
