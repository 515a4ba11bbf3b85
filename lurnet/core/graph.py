"""The graph of a model: the calls between its symbolic inputs and outputs."""

from typing import Any

from lurnet.core import tree
from lurnet.core.errors import BadState
from lurnet.core.symbolic import Node, SymbolicTensor


class Graph:
    """The calls that lead from inputs to outputs.

    Args:
        input: symbolic tensors as the model was given them, nested.
        output: the same.
        nodes: the calls, each after those that it needs.
        sources: the input layer of each input.
        operations: layers and ops, in Keras' order.
    """

    def __init__(
        self,
        input: Any,  # noqa: A002 - Keras' words
        output: Any,
        nodes: list[Node],
        sources: list[Any],
        operations: list[Any],
    ) -> None:
        self.input, self.output = input, output
        self.inputs: list[SymbolicTensor] = tree.flatten(input)
        self.outputs: list[SymbolicTensor] = tree.flatten(output)
        self.nodes, self.sources, self.operations = nodes, sources, operations

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs."""
        return [source.name for source in self.sources]

    def calls_of(self, fn: Any) -> list[Node]:
        """The calls of one layer or op, in order."""
        return [node for node in self.nodes if node.fn is fn]


class HasGraph:
    """Mixin of models that are computed by a graph, from the moment on when they have one."""

    name: str
    _graph: Any = None

    def _built_graph(self) -> Graph:
        if self._graph is None:
            raise BadState(
                f"{type(self).__name__} {self.name!r} has no inputs and outputs yet: start it with "
                "keras.Input(shape=...), or call it on data once."
            )
        return self._graph

    @property
    def inputs(self) -> list[SymbolicTensor]:
        """The symbolic inputs, flat."""
        return list(self._built_graph().inputs)

    @property
    def outputs(self) -> list[SymbolicTensor]:
        """The symbolic outputs, flat."""
        return list(self._built_graph().outputs)

    @property
    def input(self) -> Any:
        """The symbolic inputs, as they were given."""
        return self._built_graph().input

    @property
    def output(self) -> Any:
        """The symbolic outputs, as they were given."""
        return self._built_graph().output

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """None: masks are found by the layers inside."""
        del inputs, previous_mask


def graph_of(model: Any) -> Graph | None:
    """A model's graph; None of a subclassed model, and of a stack that is not built yet."""
    return model._graph if isinstance(model, HasGraph) else None
