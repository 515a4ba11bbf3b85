"""Layers by name, and as plain data."""

from lurnet.core.registry import Registry

__all__ = ["registry", "serialize", "deserialize"]

registry = Registry("layer", "keras.layers")
serialize, deserialize = registry.serialize, registry.deserialize
