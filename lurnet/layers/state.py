"""The state of a layer: its own variables, those of its sublayers, and reading and writing them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lurnet.core.copies import Copied
from lurnet.core.errors import BadState, BadValue
from lurnet.core.seeds import SeedGenerator
from lurnet.core.variable import Variable, assign_all, at_one_moment
from lurnet.layers.input_spec import describe
from lurnet.layers.tracking import Tracked, held, unique


class Stateful(Copied, Tracked):
    """Mixin: variables and layers among the attributes, in Keras' order; weights in and out."""

    built: bool
    trainable: bool
    _weights: list[Variable]

    @property
    def _layers(self) -> list["Stateful"]:
        """The layers that this one holds."""
        return list(held(self, Stateful))

    @property
    def _own_variables(self) -> list[Variable]:
        found = unique([*self._weights, *held(self, Variable)])
        return [v for v in found if v.trains] + [v for v in found if not v.trains]

    def _flatten_layers(
        self, include_self: bool = True, recursive: bool = True
    ) -> list["Stateful"]:
        found = [self] if include_self else []
        for layer in self._layers:
            found += layer._flatten_layers() if recursive else [layer]
        return unique(found)

    @property
    def variables(self) -> list[Variable]:
        """All state of the layer and its sublayers: weights and the state of random numbers."""
        own = [*self._own_variables, *(g.state for g in held(self, SeedGenerator))]
        return unique(own + [v for layer in self._layers for v in layer.variables])

    @property
    def weights(self) -> list[Variable]:
        """Weights of the layer and its sublayers."""
        return unique(self._own_variables + [v for layer in self._layers for v in layer.weights])

    @property
    def trainable_variables(self) -> list[Variable]:
        """The variables that the optimizer updates."""
        if not self.trainable:
            return []
        own = [v for v in self._own_variables if v.trainable]
        return unique(own + [v for layer in self._layers for v in layer.trainable_variables])

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The variables that the optimizer leaves alone."""
        trained = {id(v) for v in self.trainable_variables}
        return [v for v in self.variables if id(v) not in trained]

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that the optimizer updates."""
        return self.trainable_variables

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that the optimizer leaves alone."""
        trained = {id(v) for v in self.trainable_variables}
        return [v for v in self.weights if id(v) not in trained]

    def get_weights(self) -> list[np.ndarray]:
        """The weights as NumPy arrays, all of one moment."""
        with at_one_moment(self.weights):
            return [np.asarray(v.stored) for v in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set all weights, in the order of ``get_weights``; shapes are checked first."""
        mine = self.weights
        if len(mine) != len(weights):
            raise BadValue(
                f"{describe(self)} has {len(mine)} weights, but {len(weights)} arrays were given. "
                f"Its weights: {[(v.path, v.shape) for v in mine]}."
                + ("" if self.built else " It is not built yet: call it on data first.")
            )
        for variable, array in zip(mine, weights, strict=True):
            if tuple(np.shape(array)) != variable.shape:
                raise BadValue(
                    f"{describe(self)}: weight {variable.path!r} has shape {variable.shape}, but "
                    f"the array given for it has shape {np.shape(array)}."
                )
        assign_all(mine, weights)

    def count_params(self) -> int:
        """Number of numbers in all weights."""
        if not self.built and not self.weights:
            raise BadState(
                f"{describe(self)} has no weights yet: it makes them when it sees its first input. "
                "Call it on data, or .build(input_shape)."
            )
        return sum(v.size for v in self.weights)

    def save_own_variables(self, store: Any) -> None:
        """Put the layer's own variables, not its sublayers', into a dict of arrays."""
        for i, variable in enumerate(self._own_variables):
            store[str(i)] = np.asarray(variable.stored)

    def load_own_variables(self, store: Any) -> None:
        """Take the layer's own variables from a dict of arrays."""
        mine = self._own_variables
        if len(store) != len(mine):
            raise BadValue(
                f"{describe(self)} has {len(mine)} weights, but the file has {len(store)} for it."
                + ("" if self.built else " The layer is not built: its shapes are not known yet.")
            )
        for i, variable in enumerate(mine):
            variable.assign(store[str(i)])


# --- the same for whoever asks from outside


def own_variables(part: Any) -> list[Variable]:
    """The variables of a layer itself, the trained ones first; of an op, none."""
    return part._own_variables if isinstance(part, Stateful) else []


def sublayers(part: Any) -> list[Any]:
    """The layers directly in a layer; in an op, none."""
    return part._layers if isinstance(part, Stateful) else []


def flatten_layers(layer: Any, include_self: bool = True) -> list[Any]:
    """A layer and all layers in it at any depth, the outer ones first, each once."""
    return layer._flatten_layers(include_self)


def set_trainable(layer: Any, value: bool) -> None:
    """Let the optimizer update a layer's weights, and those of the layers in it, or not."""
    layer.__dict__["_trainable"] = bool(value)
    for variable in own_variables(layer):
        variable.trainable = bool(value) and variable.trains
    for inner in sublayers(layer):
        inner.trainable = bool(value)
