"""The part of a graph that runs on the host, in NumPy, before the compiled rest.

A device holds numbers only. Layers over strings, and what stands before them, are computed for all
samples first; what they give, and the inputs that need no such layer, enter the compiled part.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from lurnet.core import tree
from lurnet.core.errors import BadValue
from lurnet.core.symbolic import Node, SymbolicTensor, is_symbolic
from lurnet.inference.host_stage import HostOutputs
from lurnet.layers.base import Layer
from lurnet.layers.input_spec import InputSpec, describe
from lurnet.layers.preprocessing.host import HostLayer
from lurnet.models import graph
from lurnet.training.compiled import host_stage, on_host


class SplitGraph:
    """A graph cut in two.

    Args:
        nodes: the graph's calls, sorted.
        inputs: its symbolic inputs.
        outputs: its symbolic outputs, nested.

    Errors: BadValue where a layer over strings needs what the compiled part computes.
    """

    def __init__(self, nodes: Sequence[Node], inputs: Sequence[Any], outputs: Any) -> None:
        self.inputs, self.outputs = list(inputs), outputs
        whole = _whole(nodes)
        self.first: list[Node] = []  # run on the host
        self.rest: list[Node] = []  # compiled
        for node in nodes:
            if id(node) in whole:
                self.first.append(node)
            elif host_stage(node.fn) is not None:
                before, after = _cut(node)
                self.first.append(before)
                self.rest.append(after)
            else:
                self.rest.append(node)
        self.boundary = _boundary(self.rest, outputs)
        self._refuse_strings()

    @property
    def is_all(self) -> bool:
        """Whether nothing is left to be compiled."""
        return not self.rest

    def _refuse_strings(self) -> None:
        strings = [x for x in self.boundary if x.dtype == "string"]
        if not strings or self.is_all:
            return
        name = getattr(strings[0].node.fn, "name", "?")  # type: ignore[union-attr]
        raise BadValue(
            f"The strings that {name!r} gives are an output of the model, or enter a layer that "
            "computes on the device, which holds numbers only. Turn them into numbers "
            "(TextVectorization, StringLookup, Hashing), or make a model of its own for them."
        )

    def prepare(self, values: Sequence[Any]) -> HostOutputs:
        """What enters the compiled part, for the values of all inputs."""
        for node in self.first:
            if isinstance(node.fn, HostLayer):
                node.fn.check_ready()
        made = graph.run_nodes(self.first, self.inputs, values, list(self.boundary))
        for symbol, value in zip(self.boundary, made, strict=True):
            if not any(symbol is x for x in self.inputs):
                _check(symbol, value)
        return HostOutputs(x if x is None else np.asarray(x) for x in made)

    def finish(self, values: Sequence[Any]) -> Any:
        """The outputs, from what enters the compiled part."""
        return graph.run_nodes(self.rest, self.boundary, values, self.outputs)


def split_graph(nodes: Sequence[Node], inputs: Sequence[Any], outputs: Any) -> SplitGraph | None:
    """The graph cut in two, or None where all of it is compiled."""
    if not any(isinstance(n.fn, HostLayer) or host_stage(n.fn) is not None for n in nodes):
        return None
    return SplitGraph(nodes, inputs, outputs)


def _whole(nodes: Sequence[Node]) -> set[int]:
    """The calls that run on the host: of layers over strings, and all that these need."""
    found: set[int] = set()
    needed: dict[int, Any] = {}  # symbols, and the layer that needs them
    for node in reversed(nodes):
        inner = host_stage(node.fn)
        by = next((needed[id(x)] for x in _leaves(node.outputs) if id(x) in needed), None)
        if by is not None:
            _check_before(node.fn, by)
        if isinstance(node.fn, HostLayer) or (inner is not None and inner.is_all):
            by = by or node.fn
        if by is not None:
            found.add(id(node))
            needed |= {id(x): by for x in node.inputs}
    return found


def _leaves(outputs: Any) -> list[SymbolicTensor]:
    return [x for x in tree.leaves(outputs) if is_symbolic(x)]


def _check_before(fn: Any, layer: Any) -> None:
    """What stands before a layer over strings runs once, uncompiled: it can learn nothing."""
    if isinstance(fn, Layer) and fn.variables:
        raise BadValue(
            f"{describe(layer)} comes after {describe(fn)}, which has weights or state. In a model "
            "it runs on the host, before all that is compiled. Take it out of the model, and call "
            f"it on the outputs: {layer.name}(model.predict(x))."
        )


def _cut(node: Node) -> tuple[Node, Node]:
    """The call of a model with a host stage of its own as two calls."""
    stage = host_stage(node.fn)
    assert stage is not None
    between = HostOutputs(SymbolicTensor(x.shape, x.dtype) for x in stage.boundary)
    given = node.args or (node.kwargs["inputs"],)
    kwargs = {k: v for k, v in node.kwargs.items() if k != "inputs"}
    before = Node(partial(on_host, node.fn), given[:1], {}, between)
    return before, Node(node.fn, (between, *given[1:]), kwargs, node.outputs)


def _boundary(rest: Sequence[Node], outputs: Any) -> list[SymbolicTensor]:
    """What the compiled part takes and does not make, in the order of its use."""
    made = {id(x) for node in rest for x in _leaves(node.outputs)}
    used = [x for node in rest for x in node.inputs] + _leaves(outputs)
    return list({id(x): x for x in used if id(x) not in made}.values())


def _check(symbol: SymbolicTensor, value: Any) -> None:
    """The layer's output as the model was built for it: a vocabulary may have grown since."""
    if InputSpec(shape=(None, *symbol.shape[1:])).problem(value.shape):
        fn = symbol.node.fn if symbol.node is not None else None
        said = describe(fn) if isinstance(fn, Layer) else "The host stage of a model inside"
        raise BadValue(
            f"{said} gave an output of shape {tuple(value.shape)}, but the model was built for "
            f"{symbol.shape}. Its vocabulary has changed since: build the model after adapt(), or "
            "give the layer max_tokens=... and pad_to_max_tokens=True."
        )
