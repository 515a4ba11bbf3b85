"""Muon."""

import re
from collections.abc import Sequence
from typing import Any

from lurnet import ops
from lurnet.core.fields import Number, PositiveInt, Rate, fields
from lurnet.core.hyper import hyperparameter
from lurnet.core.variable import Variable
from lurnet.optimizers.adam import bias, toward
from lurnet.optimizers.base import Optimizer
from lurnet.optimizers.state import DecayOrNot, Epsilon, Every, LearningRate, Limit, Several

__all__ = ["Muon"]


@fields
class Muon(Optimizer):
    """Steps with orthogonal rows for matrices, AdamW for all other weights.

    The momentum of a matrix is made nearly orthogonal by Newton-Schulz iterations of the polynomial
    ``a x + b x^3 + c x^5`` (Jordan, 2024, https://github.com/KellerJordan/Muon; Liu et al., 2025,
    https://arxiv.org/abs/2502.16982). Name the output layer in ``exclude_layers``.

    >>> w = Variable([[1.0, 0.0], [0.0, 1.0]])
    >>> Muon(0.1).apply([[[1.0, 2.0], [3.0, 4.0]]], [w])
    >>> w.shape
    (2, 2)
    """

    learning_rate: LearningRate = 0.001  #: number, schedule, or function without arguments
    adam_beta_1: Number = 0.9  #: AdamW: how much of the mean gradient stays at each step
    adam_beta_2: Number = 0.999  #: AdamW: how much of the mean square stays
    adam_weight_decay: DecayOrNot = 0.004  #: AdamW: weight decay
    epsilon: Epsilon = 1e-7  #: added to norms and to AdamW's root of the mean square
    weight_decay: DecayOrNot = 0.004  #: Muon: weight decay
    clipnorm: Limit = None  #: largest norm of the gradient of one weight
    clipvalue: Limit = None  #: largest absolute value of a gradient
    global_clipnorm: Limit = None  #: largest norm of all gradients together
    use_ema: bool = False  #: whether to keep a moving average of the weights
    ema_momentum: Rate = 0.99  #: how much of the old average stays at each step
    ema_overwrite_frequency: Every = None  #: every so many steps weights become their average
    loss_scale_factor: float | None = None  #: the loss is multiplied by it, the gradients divided
    gradient_accumulation_steps: Several = None  #: steps whose mean gradient makes one update
    name: str | None = None  #: name; made up if None
    exclude_layers: Sequence[str] | None = None  #: AdamW where a path matches one
    exclude_embeddings: bool = True  #: AdamW for embeddings too
    muon_a: Number = 3.4445  #: coefficient of x
    muon_b: Number = -4.775  #: coefficient of x^3
    muon_c: Number = 2.0315  #: coefficient of x^5
    adam_lr_ratio: Number = 1  #: AdamW's learning rate as a multiple of Muon's
    momentum: Number = 0.95  #: how much of the last step is kept
    ns_steps: PositiveInt = 5  #: number of Newton-Schulz iterations
    nesterov: bool = True  #: whether the gradient is taken to be one step ahead
    rms_rate: Number | None = 0.2  #: root mean square of a step, as AdamW's; None: not set

    def setup(self) -> None:
        """No layers excluded is an empty list."""
        self.exclude_layers = self.exclude_layers or []
        super().setup()

    def _uses_adam(self, variable: Variable) -> bool:
        if len(variable.shape) != 2:
            return True
        if self.exclude_embeddings and "embedding" in variable.path.lower():
            return True
        return any(re.search(text, variable.path) for text in self.exclude_layers or ())

    def build(self, variables: list[Variable]) -> None:
        """A momentum for each weight, a mean square for those that take AdamW."""
        if self.built:
            return
        super().build(variables)
        self._momentums: list[Variable | None] = [None] * len(variables)
        self._velocities: list[Variable | None] = [None] * len(variables)
        for i, weight in enumerate(variables):
            if weight.overwrite_with_gradient:
                continue
            self._momentums[i] = self.add_variable_from_reference(weight, "momentum")
            if self._uses_adam(weight):
                self._velocities[i] = self.add_variable_from_reference(weight, "velocity")

    def _apply_weight_decay(self, variables: Sequence[Variable]) -> None:
        rate = self._get_current_learning_rate()
        for weight in variables:
            adam = self._velocities[self._get_variable_index(weight)] is not None
            given = self.adam_weight_decay if adam else self.weight_decay
            if given and self._use_weight_decay(weight):
                decay = given if adam else hyperparameter(self, "weight_decay", "float32")
                self.assign_sub(weight, weight.value * ops.cast(rate * decay, weight.dtype))

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Update one weight."""
        operands = self._operands(gradient, variable, learning_rate)
        adam = self._velocities[operands[-1]] is not None
        new = self._adam_step(*operands) if adam else self._muon_step(*operands)
        self.assign(variable, new)

    def _muon_step(self, g: Any, w: Any, rate: Any, i: int) -> Any:
        slot = self._momentums[i]
        assert slot is not None
        m = self.assign(slot, self.momentum * slot.value + g)
        direction = g + self.momentum * m if self.nesterov else m
        return w - rate * self._scaled(self._orthogonal(direction))

    def _orthogonal(self, x: Any) -> Any:
        """The nearest matrix with orthogonal rows (or columns), roughly."""
        rows, columns = x.shape
        x = ops.transpose(x) if rows > columns else x
        x = x / (ops.sqrt(ops.sum(x * x)) + self.epsilon)
        for _ in range(self.ns_steps):
            a = x @ ops.transpose(x)
            x = self.muon_a * x + (self.muon_b * a + self.muon_c * a @ a) @ x
        return ops.transpose(x) if rows > columns else x

    def _scaled(self, x: Any) -> Any:
        rows, columns = x.shape
        if self.rms_rate is None:
            return x * max(1.0, rows / columns) ** 0.5
        return x * (self.rms_rate * max(rows, columns) ** 0.5)

    def _adam_step(self, g: Any, w: Any, rate: Any, i: int) -> Any:
        mean, square = self._momentums[i], self._velocities[i]
        assert mean is not None and square is not None
        step = self._updates + 1
        scale = ops.sqrt(bias(self.adam_beta_2, step)) / bias(self.adam_beta_1, step)
        m = toward(mean, g, 1 - self.adam_beta_1)
        v = toward(square, g * g, 1 - self.adam_beta_2)
        alpha = rate * self.adam_lr_ratio * ops.cast(scale, w.dtype)
        return w - m * alpha / (ops.sqrt(v) + self.epsilon)
