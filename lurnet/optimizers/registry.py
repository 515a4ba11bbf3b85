"""Optimizers by name, and as plain data."""

from collections.abc import Mapping
from typing import Any

from lurnet.core.registry import Registry

__all__ = ["registry", "get", "serialize", "deserialize"]


class _AnyCase(Registry):
    """A registry that takes names in any case."""

    def find(self, name: str) -> Any:
        """What a name stands for."""
        plain = name.lower()
        return super().find(plain if name not in self and plain in self else name)

    def collect(self, namespace: Mapping[str, Any], base: type) -> None:
        """Add every public subclass of ``base``, by its names and in lower case."""
        super().collect(namespace, base)
        self.update({name.lower(): self[name] for name in self if name[0].isupper()})

    def deserialize(self, config: Any, custom_objects: Mapping | None = None) -> Any:
        """The optimizer that plain data describe; class names may be in lower case.

        >>> registry.deserialize({"class_name": "adam", "config": {"beta_1": 0.5}}).beta_1
        0.5
        """
        own = isinstance(config, dict) and config.get("registered_name") is not None
        if isinstance(config, dict) and not own and str(config.get("class_name")).lower() in self:
            name = self[config["class_name"].lower()].__name__
            config = config | {"class_name": name, "module": self.module}
        return super().deserialize(config, custom_objects)


registry = _AnyCase("optimizer", "keras.optimizers")
get, serialize, deserialize = registry.get, registry.serialize, registry.deserialize
