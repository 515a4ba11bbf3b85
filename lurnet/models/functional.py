"""Functional models: the graph between symbolic inputs and outputs, as a layer."""

from typing import Any

import numpy as np

from lurnet import ops
from lurnet.core import tree
from lurnet.core.advice import WrongShape
from lurnet.core.errors import BadType, BadValue
from lurnet.core.fields import Config
from lurnet.core.graph import Graph, HasGraph
from lurnet.core.masking import get_mask, set_mask
from lurnet.core.names import auto_name
from lurnet.core.symbolic import SymbolicTensor, is_symbolic, without_names
from lurnet.core.traced import is_traced
from lurnet.inference.host_stage import HostOutputs
from lurnet.layers.base import Layer
from lurnet.layers.input_spec import InputSpec, shape_of
from lurnet.layers.tracking import held, unique
from lurnet.models import graph
from lurnet.models.graph_config import graph_config, graph_from_config
from lurnet.models.host_stage import SplitGraph, split_graph
from lurnet.models.model import Model, functional_class
from lurnet.training.data.arrays import stack_advice, standardize


@functional_class
class Functional(HasGraph, Model):
    """The network between ``inputs`` and ``outputs``, which symbolic calls of layers connect.

    Args:
        inputs: a symbolic tensor, or a list, tuple or dict of them.
        outputs: the same.
        name: name of the model.
        trainable: whether the optimizer updates its weights.
    """

    def __init__(
        self,
        inputs: Any,
        outputs: Any,
        name: str | None = None,
        trainable: bool = True,
        **kwargs: Any,
    ) -> None:
        _check_symbolic(inputs, "inputs")
        _check_symbolic(outputs, "outputs")
        prefix = "functional" if type(self) is Functional else type(self).__name__
        Layer.__init__(self, name=name or auto_name(prefix), **kwargs)
        self._set_graph(inputs, outputs)
        if not trainable:
            self.trainable = False
        self.built = True

    def prepare(self) -> None:
        """State that must be there before any constructor runs."""
        super().prepare()
        self._graph = Graph([], [], [], [], [])
        self._host: SplitGraph | None = None

    transient = frozenset({"_host"})

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._host = split_graph(self._graph.nodes, self._graph.inputs, self._graph.output)

    def _set_graph(self, inputs: Any, outputs: Any) -> None:
        self._graph = graph.graph_between(inputs, outputs)
        self._host = split_graph(self._graph.nodes, self._graph.inputs, outputs)
        names = [f.name for f in self._graph.operations]
        twice = {n for n in names if names.count(n) > 1}
        if twice:
            raise BadValue(
                f"Names of layers in a model must differ, but {sorted(twice)} stand for several "
                "layers. Give them names of their own: name=..."
            )

    def _names_in_dicts(self) -> list[list[str]]:
        """Inputs may come in a dict."""
        return [self.input_names]

    # --- structure

    @property
    def operations(self) -> list[Any]:
        """Layers and ops, in the order of computation."""
        return list(self._graph.operations)

    @property
    def layers(self) -> list[Layer]:
        """The layers, in the order of computation."""
        return [f for f in self._graph.operations if isinstance(f, Layer)]

    @property
    def _layers(self) -> list[Layer]:
        """The graph's layers, and those that a subclass holds besides."""
        return unique([*self.layers, *self._graph.sources, *held(self, Layer)])

    @property
    def input_names(self) -> list[str]:
        """Names of the inputs."""
        return self._graph.input_names

    @property
    def output_names(self) -> list[str]:
        """Names of the outputs: their keys in a dict, else the layers that made them."""
        names = [x.node.fn.name for x in self._graph.outputs]
        struct = self._graph.output
        if isinstance(struct, dict) and len(struct) == len(names):
            return tree.keys(struct)
        return names

    # --- computation

    def per_sample(self, *shapes: tuple) -> bool:
        """Whether all calls are, for the shapes that the graph was made with."""
        return all(map(graph.is_per_sample_call, self._graph.nodes))

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Run the graph, or what of it comes after the host stage."""
        net, host = self._graph, self._host
        given = self._match(inputs) if host is None else self._on_host(inputs)
        symbols = net.inputs if host is None else host.boundary
        own = set(map(id, net.inputs))
        values = [
            self._as_input(x, s) if id(s) in own else x for x, s in zip(given, symbols, strict=True)
        ]
        if mask is not None:
            self._set_masks(values, mask)
        if host is not None:
            return host.finish(values)
        return graph.run_nodes(net.nodes, net.inputs, values, net.output)

    def _on_host(self, inputs: Any) -> Any:
        """What enters the compiled part, from raw inputs; they stay as they are without a host
        part, or where that has run already."""
        if self._host is None or isinstance(inputs, HostOutputs):
            return inputs
        given = self._match(standardize(inputs, "x", texts=True))
        values = [self._as_raw(x, s) for x, s in zip(given, self._graph.inputs, strict=True)]
        return self._host.prepare(values)

    def _as_raw(self, x: Any, symbol: SymbolicTensor) -> Any:
        """One input of the host stage, as a NumPy array."""
        if x is None:
            return None
        x = np.asarray(x)
        if (x.dtype.kind == "O") != (symbol.dtype == "string"):
            raise BadValue(
                f"Model {self.name!r}, input {self._name_of(symbol)!r}: expected values of dtype "
                f"{symbol.dtype}, but the data hold {'strings' if x.dtype == 'O' else x.dtype}. "
                "Change the data, or the dtype in keras.Input(shape=..., dtype=...)."
            )
        x = self._with_shape(x, symbol)
        return x if x.dtype.kind == "O" else x.astype(symbol.dtype, copy=False)

    def _set_masks(self, values: list, mask: Any) -> None:
        for x, m in zip(values, tree.flatten(mask), strict=True):
            if m is not None:
                set_mask(x, m)

    def _match(self, inputs: Any) -> list:
        """The given inputs in the graph's order; dicts are matched by name."""
        struct, wanted = self._graph.input, self._graph.inputs
        if isinstance(inputs, dict):
            names = tree.keys(struct) if isinstance(struct, dict) else self.input_names
            missing = [n for n in names if n not in inputs]
            if missing:
                raise BadValue(
                    f"Model {self.name!r} takes the inputs {names}, but the dict given has "
                    f"{list(inputs)}: {missing} missing."
                )
            return [inputs[n] for n in names]
        given = tree.flatten(inputs)
        if len(given) != len(wanted):
            raise BadValue(
                f"Model {self.name!r} takes {len(wanted)} inputs ({self.input_names}), but "
                f"{len(given)} were given, of shapes {_listed([shape_of(x) for x in given])}."
                f"{stack_advice(inputs, 'x')}"
            )
        return given

    def _as_input(self, x: Any, symbol: SymbolicTensor) -> Any:
        """One input in the rank and dtype that the graph was made for."""
        if x is None:
            return None
        x = self._with_shape(x, symbol)
        return x if str(x.dtype) == symbol.dtype else _keep_mask(x, ops.cast(x, symbol.dtype))

    def _name_of(self, symbol: SymbolicTensor) -> str:
        named = zip(self.input_names, self._graph.inputs, strict=True)
        return next(name for name, x in named if x is symbol)

    def _with_shape(self, x: Any, symbol: SymbolicTensor) -> Any:
        """One input in the rank that the graph was made for, with its sizes checked."""
        x = self._with_rank(x, symbol)
        problem = InputSpec(shape=(None, *symbol.shape[1:])).problem(shape_of(x) or ())
        if problem:
            where = f"Model {self.name!r}, input {self._name_of(symbol)!r}"
            seen = without_names((shape_of(x) or ())[1:])
            raise WrongShape(where, seen, symbol.shape[1:], _count_of(x))
        return x

    def _with_rank(self, x: Any, symbol: SymbolicTensor) -> Any:
        """Add or drop a last axis of size 1, as Keras does."""
        rank, wanted = len(x.shape), symbol.ndim
        lib = np if isinstance(x, np.ndarray) else ops
        if rank == wanted + 1 and x.shape[-1] == 1:
            return _keep_mask(x, lib.squeeze(x, axis=-1))
        if rank == wanted - 1 and symbol.shape[-1] == 1:
            return _keep_mask(x, lib.expand_dims(x, axis=-1))
        return x

    keeps_mask = True

    # --- config

    def get_config(self) -> dict[str, Any]:
        """The graph as plain data; of a subclass with its own constructor, the arguments."""
        if type(self).__init__ not in (Functional.__init__, Model.__init__):
            return Config.get_config(self) | {"name": self.name, "trainable": self.trainable}
        return {"name": self.name, "trainable": self.trainable} | graph_config(self._graph)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The model that ``get_config`` described."""
        if "layers" not in config or "input_layers" not in config:
            return cls(**config)
        inputs, outputs = graph_from_config(config, custom_objects)
        kwargs = {k: config[k] for k in ("name", "trainable") if k in config}
        return cls(inputs, outputs, **kwargs)

    def get_build_config(self) -> None:
        """None: a functional model is built by its graph."""
        return


def _check_symbolic(values: Any, argument: str) -> None:
    for x in tree.leaves(values):
        if not is_symbolic(x):
            raise BadType(
                f"Model(): `{argument}` must be symbolic tensors, made by keras.Input(shape=...) "
                f"and by calling layers on it, but one is {x!r:.200} of type {type(x).__name__}."
            )


def _keep_mask(old: Any, new: Any) -> Any:
    set_mask(new, get_mask(old))
    return new


def _listed(shapes: list) -> str:
    """Shapes for an error, the first few of many."""
    return str(shapes) if len(shapes) < 6 else f"[{', '.join(map(str, shapes[:4]))}, ...]"


def _count_of(x: Any) -> int | None:
    """How many samples data hold, where that is known: a tracer's batch may be a stand-in."""
    size = x.shape[0] if x.shape else None
    return size if isinstance(size, int) and not is_traced(x) else None
