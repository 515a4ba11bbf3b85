"""The graph of a model: the calls between its symbolic inputs and outputs."""

from typing import Any

from lurnet.core import tree
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
    """Base of models that are computed by a graph, from the moment on when they have one."""

    _graph: Any = None


def graph_of(model: Any) -> Graph | None:
    """A model's graph; None of a subclassed model, and of a stack that is not built yet."""
    return model._graph if isinstance(model, HasGraph) else None
