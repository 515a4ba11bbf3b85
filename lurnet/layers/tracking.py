"""What belongs to a layer, found among its attributes, and whether any of it has changed since."""

import threading
import weakref
from collections.abc import Iterator
from typing import Any, TypeVar

from lurnet.core.seeds import SeedGenerator
from lurnet.core.traced import is_traced
from lurnet.core.variable import Variable

CONTAINERS = (list, tuple, dict, set)
SKIPPED = {"_arguments", "_inbound_nodes", "input_spec"}
SKIPPED |= {"_version", "_watchers"}

#: What a call or a training sets, and no later computation depends on.
PASSING = {"history", "stop_training", "stop_evaluating", "stop_predicting", "_building"}
PLAIN = (bool, int, str, type(None))

T = TypeVar("T")


class Watchers:
    """Those who learn of a layer's changes, as long as they live; a copy starts with none."""

    def __init__(self) -> None:
        self._refs: set[weakref.ref] = set()

    def add(self, watcher: Any) -> None:
        """Take up one more."""
        self._refs.add(weakref.ref(watcher, self._refs.discard))

    def __iter__(self) -> Iterator[Any]:
        alive = [ref() for ref in tuple(self._refs)]  # other threads may add some
        return iter([watcher for watcher in alive if watcher is not None])

    def __reduce__(self) -> tuple:
        return type(self), ()


class Guard:
    """Lets one thread at a time build a layer; a copy of the layer has another one."""

    def __init__(self) -> None:
        self.lock = threading.RLock()

    def __reduce__(self) -> tuple:
        return type(self), ()


class Tracked:
    """Mixin: attributes that hold state are found again, in the order in which they were set.

    Whoever has read them all (``TreeVersion``) learns of it when one is set anew.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        before = own.get(name, self)
        if isinstance(value, (Variable, Tracked, SeedGenerator)) and name in own:
            del own[name]  # set anew: it goes to the end, as in Keras
        object.__setattr__(self, name, value)
        if "_watchers" in own and name not in PASSING and not _is_no_change(before, value):
            self._changed(name)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        self._changed(name)

    def _changed(self, name: str) -> None:
        """Tell whoever has read this layer that it is another one now."""
        for watcher in self.__dict__.get("_watchers", ()):
            watcher.changed(name)

    def _held(self, kind: type) -> Iterator[Any]:
        return held(self, kind)


def held(layer: Any, kind: type[T]) -> Iterator[T]:
    """A layer's attributes of a kind, also inside lists, tuples and dicts, each once."""
    seen: set[int] = set()
    for name, value in list(layer.__dict__.items()):
        if name in SKIPPED:
            continue
        for item in _items(value, kind):
            if id(item) not in seen:
                seen.add(id(item))
                yield item


def watch(layer: Tracked, watcher: Any) -> None:
    """Let ``watcher.changed(name)`` be called when an attribute of a layer changes."""
    layer.__dict__.setdefault("_watchers", Watchers()).add(watcher)


def watchers(layer: Any) -> list[Any]:
    """Those that are told of a layer's changes, and are still alive."""
    return list(layer.__dict__.get("_watchers", ()))


def _is_no_change(before: Any, value: Any) -> bool:
    """Whether nothing can depend on it: the same again, or a tracer, which is gone after its call.

    Setting a tracer is how a call shows its user what it has computed.
    """
    if before is value or is_traced(value):
        return True
    return type(value) in PLAIN and type(value) is type(before) and value == before


def _items(value: Any, kind: type) -> Iterator[Any]:
    if isinstance(value, kind):
        yield value
    elif isinstance(value, dict):
        for item in list(value.values()):
            yield from _items(item, kind)
    elif isinstance(value, CONTAINERS) and not is_plain(value):
        for item in list(value):
            yield from _items(item, kind)


def is_plain(value: Any) -> bool:
    """A long list of numbers or strings, such as a vocabulary, holds no state."""
    first = next(iter(value), None)
    return isinstance(first, (str, int, float, bytes))


def unique(items: Any) -> list:
    """Items without repeats, by identity, in order."""
    return list({id(i): i for i in items}.values())
