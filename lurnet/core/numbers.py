"""Numbers that a compiled program takes as arguments: models that differ in them share it.

A class names them in ``lifted`` and reads them through ``number``. Numbers where the computation
takes another form, 0 and 1, stay in the program.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from lurnet.core.variable import _scope


class Number:
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


def numbers_of(owners: Iterable[Any]) -> list[Number]:
    """The numbers of some objects, each once, in a fixed order."""
    found = []
    for owner in {id(o): o for o in owners}.values():
        held = owner.__dict__.setdefault("_numbers", {}) if hasattr(owner, "lifted") else {}
        for name in getattr(owner, "lifted", ()):
            value = getattr(owner, name, None)
            if isinstance(value, (int, float)) and value not in (0, 1):
                found.append(held.setdefault(name, Number(owner, name)))
    return found


def number(owner: Any, name: str, dtype: Any) -> Any:
    """A number of ``owner``: the open program's argument, as ``dtype``, or the plain value."""
    held = owner.__dict__.get("_numbers", {}).get(name)
    scope = _scope.get() if held is not None else None
    while scope is not None:
        found = scope.arrays.get(id(held))
        if found is not None:
            return found.astype(dtype)
        scope = scope.outer
    return getattr(owner, name)
