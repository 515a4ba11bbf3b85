"""Layers by name, and as plain data."""

from collections.abc import Mapping
from typing import Any

from lurnet.core.registry import Registry, serialize_object
from lurnet.core.registry import deserialize as _deserialize
from lurnet.layers.base import Layer

registry = Registry("layer", "keras.layers")


def serialize(layer: Layer) -> dict[str, Any]:
    """A layer as plain data."""
    return serialize_object(layer)


def deserialize(config: Mapping[str, Any], custom_objects: Mapping | None = None) -> Any:
    """The layer that plain data describe; ``custom_objects`` holds your own classes by name."""
    return _deserialize(dict(config), custom_objects, module=registry.module)
