"""Sequential models: a stack of layers."""

from typing import Any

from lurnet.core import tree
from lurnet.core.errors import BadState, BadType, BadValue
from lurnet.core.graph import Graph, HasGraph, graph_of
from lurnet.core.names import auto_name
from lurnet.core.registry import deserialize, serialize, serialize_object
from lurnet.core.symbolic import is_symbolic
from lurnet.inference.host_stage import HostOutputs
from lurnet.layers.base import Layer, input_shape_given
from lurnet.layers.input_layer import InputLayer
from lurnet.layers.input_spec import describe
from lurnet.layers.per_sample import is_per_sample
from lurnet.layers.preprocessing.host import HostLayer
from lurnet.layers.registry import registry
from lurnet.layers.state import flatten_layers
from lurnet.models.functional import Functional
from lurnet.models.model import Model
from lurnet.training.compiled import host_stage, on_host
from lurnet.training.data.arrays import standardize
from lurnet.training.protocol import HostStage


class Sequential(HasGraph, Model):
    """A stack of layers, each working on the output of the one before.

    Args:
        layers: the layers; start with ``keras.Input(shape=...)`` to build at once, otherwise the
            model builds itself when it sees its first data.
        trainable: whether the optimizer updates the weights.
        name: name of the model.

    >>> import lurnet
    >>> model = Sequential([lurnet.Input((4,)), lurnet.layers.Dense(2, activation="relu")])
    >>> model.output_shape
    (None, 2)
    """

    def __init__(
        self,
        layers: Any = None,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        Layer.__init__(self, name=name or auto_name("sequential"), **kwargs)
        if isinstance(layers, Layer):
            raise BadType("Sequential takes a list of layers: write Sequential([...]).")
        for layer in layers or ():
            self.add(layer, rebuild=False)
        self._rebuild()
        if not trainable:
            self.trainable = False

    def prepare(self) -> None:
        """State that must be there before any constructor runs."""
        super().prepare()
        self._stack: list[Layer] = []
        self._functional: Functional | None = None

    @property
    def _graph(self) -> Graph | None:
        return None if self._functional is None else graph_of(self._functional)

    # --- the stack

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Put a layer on top."""
        layer = self._checked(layer)
        first = input_shape_given(layer)
        if not self._stack and not isinstance(layer, InputLayer) and first is not None:
            self._stack.append(InputLayer(batch_shape=first, dtype=layer.compute_dtype))
        self._stack.append(layer)
        self._changed("_stack")
        if rebuild:
            self._rebuild()

    def _checked(self, layer: Any) -> Layer:
        if is_symbolic(layer) and layer.node is not None:  # keras.Input(...) gives a tensor
            layer = layer.node.fn
        if not isinstance(layer, Layer):
            raise BadType(
                f"Sequential takes layers, but one is {layer!r} of type {type(layer).__name__}. "
                "Did you forget the parentheses, or mean keras.layers.Lambda(function)?"
            )
        if isinstance(layer, InputLayer) and self._stack:
            raise BadValue("The input comes first: add keras.Input(...) before all layers.")
        if layer.name in [x.name for x in self._stack]:
            raise BadValue(
                f"{describe(layer)}: a layer of that name is in the model already. Names must "
                "differ: give it name=..."
            )
        return layer

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the top layer off."""
        if not self.layers:
            raise BadState("There is no layer to take off: the model is empty.")
        layer = self._stack.pop()
        self._changed("_stack")
        self._functional = None
        if rebuild:
            self._rebuild()
        return layer

    def _rebuild(self) -> None:
        """Build the graph where the input's shape is known."""
        self._functional, self.built = None, False
        shape = self._known_shape()
        if shape is not None and len(self.layers) > 0:
            self.build(shape)

    def _known_shape(self) -> Any:
        if not self._stack:
            return None
        first = self._stack[0]
        if isinstance(first, InputLayer):
            return first.batch_shape
        if isinstance(first, Sequential) and first.built and first._functional is not None:
            return first.input_shape
        if isinstance(first, Functional) and len(first.inputs) == 1:
            return first.inputs[0].shape
        return None

    def build(self, input_shape: Any = None) -> None:
        """Make the weights for an input shape (with the batch axis, of any size)."""
        if input_shape is None:
            input_shape = self._known_shape()
        if input_shape is None or not self.layers:
            raise BadState(
                f"Sequential {self.name!r} cannot be built yet: it has "
                + ("no layers." if not self.layers else "no input shape: build((None, ...)).")
            )
        if not tree.is_shape(input_shape):
            raise BadValue(
                f"Sequential {self.name!r} takes one input, but got shapes {input_shape}. With "
                "several inputs use keras.Model(inputs, outputs)."
            )
        if not isinstance(self._stack[0], InputLayer):
            shape = (None, *input_shape[1:])
            first = self._stack[0]
            dtype = first.input_dtype if isinstance(first, HostLayer) else first.compute_dtype
            self._stack.insert(0, InputLayer(batch_shape=shape, dtype=dtype))
        inputs = x = self._stack[0].output
        for layer in self._stack[1:]:
            x = layer(x)
        self._functional = Functional(inputs, x, name=self.name)
        self._build_shapes = {"input_shape": tuple(inputs.shape)}
        self.built = True

    @property
    def layers(self) -> list[Layer]:
        """The layers, without the input."""
        return [x for x in self._stack if not isinstance(x, InputLayer)]

    @property
    def operations(self) -> list[Any]:
        """The layers, with the input."""
        return list(self._stack)

    @property
    def _layers(self) -> list[Layer]:
        return list(self._stack)

    # --- computation

    def per_sample(self, *shapes: tuple) -> bool:
        """Whether all layers are, for the shapes that the model was built with."""
        return self._functional is not None and is_per_sample(self._functional)

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Run the layers one after another."""
        if self._functional is not None:
            return self._functional.call(inputs, training=training, mask=mask)
        for layer in self.layers:
            inputs = layer(inputs, training=training)
        return inputs

    @property
    def _host(self) -> HostStage | None:
        return None if self._functional is None else host_stage(self._functional)

    def _on_host(self, inputs: Any) -> Any:
        """What enters the compiled part, from raw inputs; the model is built where that tells."""
        raw = self._functional is None and not isinstance(inputs, HostOutputs)
        if raw and any(isinstance(x, HostLayer) for x in flatten_layers(self, include_self=False)):
            self._build_on(standardize(inputs, "x", texts=True))
        return inputs if self._functional is None else on_host(self._functional, inputs)

    def _build_on(self, x: Any) -> None:
        """Start with an input like these data, and build."""
        if not hasattr(x, "dtype"):
            raise BadValue(f"Sequential {self.name!r} takes one array of inputs, not {type(x)}.")
        if not isinstance(self._stack[0], InputLayer):
            dtype = "string" if x.dtype.kind == "O" else x.dtype
            self._stack.insert(0, InputLayer(batch_shape=(None, *x.shape[1:]), dtype=dtype))
        self._rebuild()

    keeps_mask = True

    # --- config

    def get_config(self) -> dict[str, Any]:
        """The layers as plain data."""
        config: dict[str, Any] = {"name": self.name, "trainable": self.trainable}
        config["dtype"] = serialize(self.dtype_policy)
        config["layers"] = [_described(layer) for layer in self._stack]
        if self._build_shapes:
            config["build_input_shape"] = list(self._build_shapes["input_shape"])
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The model that ``get_config`` described."""
        if "layers" not in config:
            return cls(**config)
        model = cls(name=config.get("name"), trainable=config.get("trainable", True))
        if config.get("dtype") is not None:
            model.dtype = config["dtype"]
        for entry in config["layers"]:
            model.add(deserialize(entry, custom_objects, module=registry.module), rebuild=False)
        model._rebuild()
        shape = config.get("build_input_shape")
        if not model.built and shape and tree.is_shape(shape):
            model.build(tuple(shape))
        return model


def _described(layer: Layer) -> dict[str, Any]:
    described = serialize_object(layer)
    build = layer.get_build_config()
    if build is not None and not isinstance(layer, InputLayer):
        described["build_config"] = serialize(build)
    return described
