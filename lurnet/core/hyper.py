"""Runtime hyperparameters: numbers that a compiled program takes as arguments.

Models that differ in them share the program. A class names them in ``runtime_hyperparameters`` and
reads them through ``hyperparameter``. 0 and 1, for which the computation takes another form, stay
in the program.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from lurnet.core.variable import open_scope

HELD = "_hyperparameters"  #: the attribute in which an object holds its own as arguments


class Hyperparameter:
    """One number of an object, as a program's argument: read like a variable, never written."""

    trainable = False

    def __init__(self, owner: Any, name: str) -> None:
        self.owner, self.name = owner, name

    @property
    def _array(self) -> np.float32:
        return np.float32(getattr(self.owner, self.name))

    @_array.setter
    def _array(self, value: Any) -> None:
        """A program gives its arguments back; the object keeps its own."""


def is_argument(owner: Any, name: str, value: Any) -> bool:
    """Whether programs take this attribute of an object as an argument."""
    names = getattr(owner, "runtime_hyperparameters", ())
    return name in names and isinstance(value, (int, float)) and value not in (0, 1)


def hyperparameters_of(owners: Iterable[Any]) -> list[Hyperparameter]:
    """Those of some objects, each once, in a fixed order."""
    found = []
    for owner in {id(o): o for o in owners}.values():
        for name in getattr(owner, "runtime_hyperparameters", ()):
            held = owner.__dict__.setdefault(HELD, {})
            if is_argument(owner, name, getattr(owner, name, None)):
                found.append(held.setdefault(name, Hyperparameter(owner, name)))
    return found


def hyperparameter(owner: Any, name: str, dtype: Any) -> Any:
    """One of ``owner``'s: the open program's argument, as ``dtype``, or the plain value."""
    held = owner.__dict__.get(HELD, {}).get(name)
    scope = open_scope() if held is not None else None
    while scope is not None:
        found = scope.arrays.get(id(held))
        if found is not None:
            return found.astype(dtype)
        scope = scope.outer
    return getattr(owner, name)
