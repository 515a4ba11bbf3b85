"""Where a layer stands in the graph of a model: the symbolic tensors of its last call."""

from typing import Any

from lurnet.core.errors import BadState
from lurnet.core.symbolic import inbound_nodes
from lurnet.layers.input_spec import describe


class InGraph:
    """Mixin of Layer: input and output."""

    @property
    def input(self) -> Any:
        """The symbolic input of the layer's call in a functional or Sequential model."""
        inputs = self._only_node().inputs
        return inputs[0] if len(inputs) == 1 else inputs

    @property
    def output(self) -> Any:
        """The symbolic output of the layer's call in a functional or Sequential model."""
        return self._only_node().outputs

    def _only_node(self) -> Any:
        nodes = inbound_nodes(self)
        if not nodes:
            raise BadState(
                f"{describe(self)} has no input or output yet: it has not been called. In a "
                "Sequential model start with keras.Input(shape=...), or call the model once."
            )
        return nodes[-1]
