"""The version of a model's tree of layers: what was found out about it holds until it changes.

Layers tell of their own changes. What cannot tell is looked at: containers that hold layers or may
come to, objects that are called, and the code of the classes.
"""

import inspect
from collections.abc import Callable
from operator import is_
from typing import Any

from lurnet.core.dtypes import policy_set
from lurnet.core.registry import known
from lurnet.core.seeds import SeedGenerator
from lurnet.core.settings import chosen
from lurnet.core.variable import Variable
from lurnet.kernels.common.choice import lowering, precision
from lurnet.layers.state import sublayers
from lurnet.layers.tracking import SKIPPED, Tracked, is_plain, watch

#: What only the methods of our own classes change, which then tell of it.
OWN = {"_weights", "_stack", "_build_shapes"}
#: What a model trains with, and its outputs do not depend on.
COMPILED = {"optimizer", "loss", "_compilation", "history"}
UNREAD = SKIPPED | OWN | COMPILED


class TreeVersion:
    """A model's layers as they are now, and what was made for them: it does not outlive them.

    Args:
        model: the model; it is not held.
    """

    def __init__(self, model: Any) -> None:
        self.is_old = False
        self.settings = _settings()
        self.session: Any = None  # what the engine has found out and compiled
        self.predictor: Any = None
        self.layers: list[Any] = []
        self.variables: list[Variable] = []
        self.code: list[tuple[type, Any]] = []  # classes, and what they compute
        self.looks: list[tuple[Callable[[Any], list], Any, list]] = []
        self._read(model)

    def __reduce__(self) -> tuple:
        """A copy of a model has none until it is asked for."""
        return type(None), ()

    def changed(self, name: str) -> None:
        """An attribute of one of the layers was set."""
        if name == "trainable":  # programs are kept by it: GANs switch it to and fro
            self.predictor = None
        else:
            self.is_old = True

    def is_current(self) -> bool:
        """Whether all is still as it was."""
        if self.is_old or self.settings != _settings():
            return False
        for cls, call in self.code:
            if cls.call is not call:  # type: ignore[attr-defined]
                return False
        return not self.looks or all(_is_same(look(at), seen) for look, at, seen in self.looks)

    def _read(self, model: Any) -> None:
        """Watch each layer, then read it: what changes meanwhile is not missed."""
        left, met, classes = [model], set(), {}
        while left:
            layer = left.pop()
            if id(layer) in met:
                continue
            met.add(id(layer))
            self.layers.append(layer)
            classes[type(layer)] = None
            watch(layer, self)
            for name, value in list(layer.__dict__.items()):
                if name not in UNREAD:
                    self._look_at(value, met)
            left += sublayers(layer)
        self.code = [(cls, cls.call) for cls in classes]
        for cls in classes:
            if not known(cls):
                self._note(_own_code, cls)
        self.variables = model.variables

    def flags(self) -> str:
        """Which layers and variables are trained."""
        return "".join("01"[x.trainable] for x in (*self.layers, *self.variables))

    def _look_at(self, value: Any, met: set[int]) -> None:
        """Note what may change without telling, in an attribute or in an item of one."""
        if isinstance(value, _TELL) or value is None:
            return
        if isinstance(value, (list, tuple, dict, set)):
            values = value.values() if isinstance(value, dict) else value
            if id(value) in met or is_plain(values):
                return
            met.add(id(value))
            if not isinstance(value, tuple):
                self._note(_items, value)
            for item in list(values):
                self._look_at(item, met)
        elif _is_called_object(value):
            self._note(_attributes, value)

    def _note(self, look: Callable[[Any], list], at: Any) -> None:
        self.looks.append((look, at, look(at)))


#: What tells of its changes, or has none that count.
_TELL = (bool, int, float, str, bytes, Tracked, Variable, SeedGenerator)


def version_of(model: Any) -> TreeVersion:
    """The version of a model as it is now: the one before if nothing has changed."""
    kept = kept_version(model)
    if kept is None:
        kept = model.__dict__["_version"] = TreeVersion(model)
    return kept


def kept_version(model: Any) -> TreeVersion | None:
    """The version before, if nothing has changed."""
    kept = model.__dict__.get("_version")
    return kept if kept is not None and kept.is_current() else None


def _settings() -> tuple:
    """What a computation reads while it is traced, and what the engine computes with."""
    return chosen(), policy_set(), lowering(), precision()


def _is_same(now: list, before: list) -> bool:
    return len(now) == len(before) and all(map(is_, now, before))


def _items(container: Any) -> list:
    return [*container, *container.values()] if isinstance(container, dict) else list(container)


def _attributes(value: Any) -> list:
    return list(vars(value).values())


def _own_code(cls: type) -> list:
    """All that a user's class, and those of his above it, define."""
    above = cls.__mro__[:-1]
    ours = next((i for i, c in enumerate(above) if known(c)), len(above))
    return [part for c in above[:ours] for part in vars(c).values()]


def _is_called_object(value: Any) -> bool:
    """Whether a layer may compute with it: an activation with numbers of its own, for instance."""
    if not callable(value) or inspect.isroutine(value) or inspect.isclass(value):
        return False
    return hasattr(value, "__dict__") and known(type(value)) is None
