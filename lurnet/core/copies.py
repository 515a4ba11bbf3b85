"""Copies in memory: what ``copy``, ``pickle``, joblib and other processes take of an object."""

import copy
from typing import Any, ClassVar


class Copied:
    """Mixin: a copy has the attributes, but for those that belong to this process alone.

    A class names the latter in ``transient``, those of the classes above it count too; ``prepare``
    gives a copy fresh ones. Variables are copied with all else, so a copy trains by itself.
    """

    #: Attributes that stay behind: programs, caches, what a call leaves.
    transient: ClassVar[frozenset[str]] = frozenset()

    def __getstate__(self) -> dict[str, Any]:
        left = frozenset().union(*(vars(c).get("transient", ()) for c in type(self).__mro__))
        return {k: v for k, v in self.__dict__.items() if k not in left}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def __copy__(self) -> Any:
        return copy.deepcopy(self)  # two objects on the same variables would train each other
