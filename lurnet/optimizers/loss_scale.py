"""Loss scaling that finds its factor by itself, for training in float16."""

from collections.abc import Iterable, Sequence
from typing import Any

from lurnet import ops
from lurnet.core.errors import BadType
from lurnet.core.registry import deserialize
from lurnet.core.registry import serialize as _serialize
from lurnet.core.variable import Variable
from lurnet.optimizers.base import Optimizer, masked_update

__all__ = ["LossScaleOptimizer"]


class LossScaleOptimizer(Optimizer):
    """Another optimizer, on a loss multiplied by a factor so that small gradients do not vanish.

    A step with a gradient that is not finite is left out, and the factor halved; after
    ``dynamic_growth_steps`` good ones it is doubled (Micikevicius et al., 2018,
    https://arxiv.org/abs/1710.03740).

    Args:
        inner_optimizer: the optimizer that makes the steps.
        initial_scale: factor at the start.
        dynamic_growth_steps: finite steps after which the factor is doubled.
        name: name; made up if None.

    >>> from lurnet.optimizers.sgd import SGD
    >>> scaled = LossScaleOptimizer(SGD(0.5), initial_scale=4.0)
    >>> w = Variable([1.0])
    >>> scaled.apply([[4.0]], [w])
    >>> w.value.tolist()
    [0.5]
    """

    def __init__(
        self,
        inner_optimizer: Optimizer,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if kwargs:
            raise BadType(
                f"LossScaleOptimizer takes no {', '.join(f'`{k}`' for k in kwargs)}: give it to "
                "the inner optimizer."
            )
        if not isinstance(inner_optimizer, Optimizer):
            raise BadType(
                f"LossScaleOptimizer wraps an optimizer, such as Adam(), not {inner_optimizer!r}."
            )
        super().__init__(learning_rate=0.0, name=name)
        self.inner_optimizer = inner_optimizer
        self.initial_scale, self.dynamic_growth_steps = initial_scale, dynamic_growth_steps

    def build(self, variables: Sequence[Variable]) -> None:
        """The counter of good steps, the factor, and the inner optimizer's variables."""
        if self.built:
            return
        self.step_counter = self.add_variable((), dtype="int32", name="step_counter")
        self.dynamic_scale = self.add_variable((), dtype="float32", name="dynamic_scale")
        self.dynamic_scale.assign(self.initial_scale)
        self.inner_optimizer.build(variables)
        super().build(variables)

    @property
    def variables(self) -> list[Variable]:
        """Its own variables, then the inner optimizer's."""
        return [*self._variables, *self.inner_optimizer.variables]

    @property
    def learning_rate(self) -> Any:
        """The inner optimizer's learning rate. It can be assigned."""
        return self._inner_or(self._rate, "learning_rate")

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if self._iterations is None:
            self._rate = value
        else:
            self.inner_optimizer.learning_rate = value

    @property
    def iterations(self) -> Any:
        """Number of updates that the inner optimizer made."""
        return self._inner_or(self._iterations, "iterations")

    def _inner_or(self, own: Any, name: str) -> Any:
        inner = vars(self).get("inner_optimizer")
        return own if inner is None else getattr(inner, name)

    def apply(self, grads: Iterable[Any], trainable_variables: Any = None) -> None:
        """Divide by the factor, and update where all gradients are finite."""
        grads, weights = list(grads), self._weights_for(trainable_variables)
        scale = self.dynamic_scale.value
        grads = [g if g is None else ops.convert_to_tensor(g) for g in grads]
        finite = ops.convert_to_tensor(True)
        for g in grads:
            finite = finite if g is None else finite & ops.all(ops.isfinite(g))
        scaled = [g if g is None else g / ops.cast(scale, g.dtype) for g in grads]
        masked_update(finite, lambda: self.inner_optimizer.apply(scaled, weights))
        count = ops.where(finite, self.step_counter.value + 1, 0)
        grow = count == self.dynamic_growth_steps
        self.step_counter.assign(ops.where(grow, 0, count))
        factor = ops.where(finite, ops.where(grow, 2.0, 1.0), 0.5)
        self.dynamic_scale.assign(scale * factor)

    def scale_loss(self, loss: Any) -> Any:
        """The loss times the factor, and times the inner optimizer's own one if it has any."""
        scale = self.dynamic_scale.value if self.built else self.initial_scale
        return self.inner_optimizer.scale_loss(loss) * scale

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        """What the inner optimizer does at the end."""
        self.inner_optimizer.finalize_variable_values(var_list)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        return {
            "name": self.name,
            "inner_optimizer": _serialize(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The optimizer that ``get_config`` described."""
        inner = deserialize(config["inner_optimizer"], custom_objects, "keras.optimizers")
        return cls(inner, **{k: v for k, v in config.items() if k != "inner_optimizer"})
