"""Layers that hold another layer, given as an argument."""

from collections.abc import Mapping
from typing import Annotated, Any

from lurnet.core.errors import BadValue
from lurnet.core.fields import Convert, fields
from lurnet.core.registry import custom_object_scope, deserialize, known
from lurnet.layers.base import Layer
from lurnet.layers.state import flatten_layers

__all__ = ["Wrapper"]


def as_layer(_: Any, value: Any) -> Any:
    """A layer from itself or its config; anything else is an error."""
    if isinstance(value, Mapping):
        value = deserialize(dict(value), module="keras.layers")
    if not isinstance(value, Layer):
        raise BadValue(f"must be a layer, such as keras.layers.Dense(3), not {value!r}.")
    return value


InnerLayer = Annotated[Any, Convert(as_layer, Layer | Mapping[str, Any])]


def copy_of(layer: Layer, **changes: Any) -> Any:
    """A new layer with the same arguments but for ``changes``, and weights of its own."""
    own: dict[str, Any] = {}
    for part in flatten_layers(layer):
        held = [type(part), *(v for v in vars(part).values() if callable(v))]
        own |= {v.__name__: v for v in held if hasattr(v, "__name__") and known(v) is None}
    with custom_object_scope(own):
        return type(layer).from_config(layer.get_config() | changes)


@fields
class Wrapper(Layer):
    """Base of layers that apply another one; subclasses define ``call`` over ``self.layer``.

    >>> class Twice(Wrapper):
    ...     def call(self, x):
    ...         return self.layer(self.layer(x))
    >>> Twice(Layer()).layer.built
    False
    """

    layer: InnerLayer  #: the layer that is applied

    is_loop = True  # it may be: one call of the wrapper is many of the layer

    def build(self, input_shape: Any = None) -> None:
        """Build the inner layer for the same input."""
        if not self.layer.built:
            self.layer.build(input_shape)
