"""Optimizers whose step for all weights can be one call."""

from collections.abc import Callable, Sequence
from typing import Any

from lurnet import ops
from lurnet.core.variable import Variable
from lurnet.kernels.fused_step import op as kernel
from lurnet.optimizers.base import Optimizer, in_masked_update


class Fused(Optimizer):
    """Base of optimizers that say which step they do, by which numbers, with which slots."""

    def _step_of(self, learning_rate: Any, dtype: Any) -> tuple[Callable[..., Any], Sequence[Any]]:
        """The formula of a step, and its numbers."""
        raise NotImplementedError

    def _slots(self) -> Sequence[list[Variable]]:
        """What the step changes beside the weights: for each slot one variable for each weight."""
        raise NotImplementedError

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Update one weight."""
        g, w, rate, i = self._operands(gradient, variable, learning_rate)
        slots = [slot[i] for slot in self._slots()]
        step, numbers = self._step_of(rate, w.dtype)
        new = step(numbers, w, g, *(slot.value for slot in slots))
        for slot, value in zip([variable, *slots], new, strict=True):
            self.assign(slot, value)

    def _joins(self, weight: Variable) -> bool:
        """Whether the step is rather joined with what makes the gradient, in a loop of its own."""
        return False

    def _update_all(self, grads: list, weights: list[Variable], learning_rate: Any) -> None:
        pairs = list(zip(grads, weights, strict=True))
        once = len(set(map(id, weights))) == len(weights)
        fits = once and self._has_own_step()
        mine = [(g, w) for g, w in pairs if not self._joins(w)] if fits else []
        if not mine or not kernel.is_fused([w.value for _, w in mine], [g for g, _ in mine]):
            super()._update_all(grads, weights, learning_rate)
            return
        for g, w in pairs:
            if self._joins(w):
                self.update_step(g, w, learning_rate)
        self._step_all([g for g, _ in mine], [w for _, w in mine], learning_rate)

    def _has_own_step(self) -> bool:
        """Whether no subclass has another one, and nothing needs the old values."""
        own = getattr(self.update_step, "__func__", None) is Fused.update_step
        return own and not in_masked_update()

    def _step_all(self, grads: list, weights: list[Variable], learning_rate: Any) -> None:
        rate = ops.cast(ops.convert_to_tensor(learning_rate), "float32")
        step, numbers = self._step_of(rate, "float32")
        places = [self._get_variable_index(w) for w in weights]
        slots = [[slot[i] for i in places] for slot in self._slots()]
        values = ([v.value for v in one] for one in (weights, *slots))
        new = kernel.fused_step(step, numbers, next(values), grads, *values)
        for variables, arrays in zip([weights, *slots], new, strict=True):
            for variable, array in zip(variables, arrays, strict=True):
                self.assign(variable, array)
