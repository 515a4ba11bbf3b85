"""Where each layer's and optimizer's variables have their place in a file.

A place is made of attribute names. Items of lists, tuples and dicts are called after their class,
numbered: ``dense``, ``dense_1``; containers inside containers are ``container``, ``container_1``.
An object that is met again keeps its first place. Keras 3 writes the same places.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from lurnet.core.names import to_snake_case
from lurnet.core.registry import known
from lurnet.layers.base import Layer
from lurnet.layers.version import UNREAD
from lurnet.optimizers.base import Optimizer
from lurnet.saving.door import joined

HOLDERS = (Layer, Optimizer)
#: What models keep for themselves, beside what the user gave them.
OWN = UNREAD - {"optimizer", "loss"} | {"_functional"}


def places(root: Any) -> dict[str, Any]:
    """Layers and optimizers by their place, the root's being ""."""
    found: dict[str, Any] = {}
    seen: set[int] = set()

    def visit(place: str, value: Any) -> None:
        if isinstance(value, HOLDERS):
            if id(value) not in seen:
                seen.add(id(value))
                found[place] = value
                for name, child in _parts(value):
                    visit(joined(place, name), child)
        elif isinstance(value, (list, tuple, dict)):
            for name, child in _items(value):
                visit(joined(place, name), child)

    visit("", root)
    return found


def _parts(holder: Any) -> Iterator[tuple[str, Any]]:
    """A holder's attributes by name, private ones last; a graph's or stack's layers come first."""
    if is_graph(holder):
        yield "layers", holder.layers
    names = {n for n in vars(holder) if n not in OWN}
    for cls in type(holder).__mro__:
        if not cls.__module__.startswith("lurnet."):  # the user's properties
            names |= set(vars(cls)) - {"__dict__", "__weakref__"}
    if hasattr(type(holder), "layers"):
        names.add("layers")
    for name in sorted(names, key=lambda n: (n.startswith("_"), n)):
        if not name.startswith("__"):
            yield name, _attribute(holder, name)


def _attribute(holder: Any, name: str) -> Any:
    try:
        return getattr(holder, name)
    except Exception:  # a property of the user's that cannot be read now holds no layer
        return None


def is_graph(holder: Any) -> bool:
    """Whether an object is a model whose layers stand in a list: a stack, or a graph."""
    keys = [known(cls) for cls in type(holder).__mro__]
    return any(key is not None and key[1] in ("Sequential", "Functional") for key in keys)


def _items(container: Any) -> Iterator[tuple[str, Any]]:
    used: Counter[str] = Counter()
    for item in container.values() if isinstance(container, dict) else container:
        if isinstance(item, HOLDERS):
            name = to_snake_case(type(item).__name__)
        elif isinstance(item, (list, tuple, dict)):
            name = "container"
        else:
            continue
        count = used[name]
        used[name] += 1
        yield (f"{name}_{count}" if count else name), item
