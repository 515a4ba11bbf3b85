"""What belongs to a layer: the variables, layers and seeds among its attributes."""

from collections.abc import Iterator
from typing import Any

from lurnet.core.seeds import SeedGenerator
from lurnet.core.variable import Variable

CONTAINERS = (list, tuple, dict, set)
SKIPPED = {"_arguments", "_inbound_nodes", "_losses", "_inputs", "_outputs", "_nodes", "input_spec"}


#: What a call of a layer or a model's training sets, and no later call depends on.
PASSING = {"_losses", "_gradient_watchers", "_resume_epoch", "history", "stop_training"}
_changes = 0


def changes() -> int:
    """How often an attribute of any layer was set: where it is the same, all layers are too."""
    return _changes


class Tracked:
    """Mixin: attributes that hold state are found again, in the order in which they were set."""

    def __setattr__(self, name: str, value: Any) -> None:
        global _changes
        _changes += name not in PASSING
        if isinstance(value, (Variable, Tracked, SeedGenerator)) and name in self.__dict__:
            del self.__dict__[name]  # set anew: it goes to the end, as in Keras
        object.__setattr__(self, name, value)

    def _held(self, kind: type) -> Iterator[Any]:
        """Attributes of a kind, also inside lists, tuples and dicts, each once."""
        seen: set[int] = set()
        for name, value in list(self.__dict__.items()):
            if name in SKIPPED:
                continue
            for item in _items(value, kind):
                if id(item) not in seen:
                    seen.add(id(item))
                    yield item


def _items(value: Any, kind: type) -> Iterator[Any]:
    if isinstance(value, kind):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _items(item, kind)
    elif isinstance(value, CONTAINERS) and not _is_plain(value):
        for item in value:
            yield from _items(item, kind)


def _is_plain(value: Any) -> bool:
    """A long list of numbers or strings, such as a vocabulary, holds no state."""
    first = next(iter(value), None)
    return isinstance(first, (str, int, float, bytes))


def unique(items: Any) -> list:
    """Items without repeats, by identity, in order."""
    return list({id(i): i for i in items}.values())
