"""Several optimizers at once, each for its own weights."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any

from lurnet.core.errors import BadType, BadValue
from lurnet.core.registry import deserialize, register
from lurnet.core.registry import serialize as _serialize
from lurnet.core.variable import Variable
from lurnet.optimizers.base import Optimizer

__all__ = ["OptimizerMap", "MultiOptimizer"]


class OptimizerMap(MutableMapping):
    """Optimizers by patterns of variable paths, and one for the rest.

    Args:
        default_optimizer: for paths that no pattern matches.
        optimizer_map: regular expressions of whole paths, with their optimizers.

    >>> from lurnet.optimizers.sgd import SGD
    >>> table = OptimizerMap(SGD(0.1), {"encoder/.*": SGD(0.5)})
    >>> float(table["encoder/kernel"].learning_rate)
    0.5
    """

    def __init__(
        self, default_optimizer: Optimizer, optimizer_map: Mapping[str, Optimizer] | None = None
    ) -> None:
        self.default_optimizer = _checked(default_optimizer, "default_optimizer")
        self._table: dict[str, Optimizer] = {}
        for pattern, optimizer in (optimizer_map or {}).items():
            self[pattern] = optimizer

    def __getitem__(self, path: str) -> Optimizer:
        if path in self._table:
            return self._table[path]
        found = [p for p in self._table if re.fullmatch(p, path)]
        if len(found) > 1:
            raise BadValue(
                f"Several patterns match the path {path!r}: {', '.join(map(repr, found))}. Make "
                "them exclude each other."
            )
        return self._table[found[0]] if found else self.default_optimizer

    def __setitem__(self, pattern: str, optimizer: Optimizer) -> None:
        if pattern in self._table:
            raise BadValue(f"The pattern {pattern!r} already has an optimizer; delete it first.")
        self._table[pattern] = _checked(optimizer, pattern)

    def __delitem__(self, pattern: str) -> None:
        del self._table[pattern]

    def __len__(self) -> int:
        return len(self._table)

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        return {
            "default_optimizer": _serialize(self.default_optimizer),
            "optimizer_map": _serialize(self._table),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> "OptimizerMap":
        """The map that ``get_config`` described."""
        return cls(**{k: deserialize(v, custom_objects) for k, v in config.items()})


def _checked(value: Any, where: str) -> Optimizer:
    if not isinstance(value, Optimizer):
        raise BadType(f"{where!r} needs an optimizer, such as Adam(), not {value!r}.")
    return value


class MultiOptimizer(Optimizer):
    """Several optimizers, each for the weights that a map or a function gives it.

    Args:
        optimizer_map: an ``OptimizerMap``, or a function from a variable to its optimizer.
        loss_scale_factor: the loss is multiplied by it, the gradients divided.
        name: name; made up if None.

    >>> from lurnet.optimizers.sgd import SGD
    >>> a, b = Variable([1.0], name="a"), Variable([1.0], name="b")
    >>> MultiOptimizer(OptimizerMap(SGD(0.1), {"b": SGD(0.5)})).apply([[1.0], [1.0]], [a, b])
    >>> b.value.tolist()
    [0.5]
    """

    def __init__(
        self,
        optimizer_map: OptimizerMap | Callable[[Variable], Optimizer],
        loss_scale_factor: float | None = None,
        name: str | None = None,
    ) -> None:
        if not callable(optimizer_map) and not isinstance(optimizer_map, OptimizerMap):
            raise BadType(
                "MultiOptimizer needs an OptimizerMap, or a function from a variable to its "
                f"optimizer, not {optimizer_map!r}."
            )
        super().__init__(learning_rate=0.0, loss_scale_factor=loss_scale_factor, name=name)
        self.optimizer_map = optimizer_map
        self.optimizers: list[Optimizer] = []
        self._owners: list[Optimizer] = []
        if isinstance(optimizer_map, OptimizerMap):
            self._add([*optimizer_map._table.values(), optimizer_map.default_optimizer])

    def _add(self, found: Iterable[Optimizer]) -> None:
        for one in found:
            if all(one is not other for other in self.optimizers):
                self.optimizers.append(one)
                if self.loss_scale_factor is not None:
                    one.loss_scale_factor = self.loss_scale_factor

    def _unscaled(self, grads: list) -> list:
        return grads  # each optimizer divides its own

    def build(self, variables: Sequence[Variable]) -> None:
        """Find each weight's optimizer, and build them all."""
        if self.built:
            return
        choose = self.optimizer_map
        table = isinstance(choose, OptimizerMap)
        self._owners = [choose[v.path] if table else choose(v) for v in variables]  # type: ignore
        self._add(self._owners)
        for optimizer in self.optimizers:
            pairs = zip(variables, self._owners, strict=True)
            optimizer.build([v for v, owner in pairs if owner is optimizer])
        super().build(variables)

    @property
    def variables(self) -> list[Variable]:
        """Its own variables, then those of each optimizer."""
        return [*self._variables, *(v for one in self.optimizers for v in one.variables)]

    @property
    def learning_rate(self) -> Any:
        """There is none: each of ``optimizers`` has its own."""
        raise AttributeError("A MultiOptimizer has no learning rate: see those of `.optimizers`.")

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if self._iterations is not None:
            raise AttributeError("A MultiOptimizer has no learning rate: set it on `.optimizers`.")
        self._rate = value

    def _get_current_learning_rate(self) -> Any:
        return self._rate.value

    def _update_all(self, grads: list, weights: list[Variable], learning_rate: Any) -> None:
        owners = [self._owners[self._get_variable_index(w)] for w in weights]
        for optimizer in self.optimizers:
            pairs = zip(grads, weights, owners, strict=True)
            mine = [(g, w) for g, w, owner in pairs if owner is optimizer]
            if mine:
                optimizer.apply([g for g, _ in mine], [w for _, w in mine])

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        """What each optimizer does at the end."""
        for weight in var_list:
            self._owners[self._get_variable_index(weight)].finalize_variable_values([weight])

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        return {
            "optimizer_map": _serialize(self.optimizer_map),
            "loss_scale_factor": self.loss_scale_factor,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> "MultiOptimizer":
        """The optimizer that ``get_config`` described."""
        chosen = deserialize(config["optimizer_map"], custom_objects, "keras.optimizers")
        return cls(**(config | {"optimizer_map": chosen}))


register("keras.optimizers", "OptimizerMap", OptimizerMap)
