"""Facts that a class states about itself, which hold for no code that replaces its own.

A fact stands in the class's body, ``per_sample = True``, or on a function, by ``states``. A class
that has other code than the one that stated the fact has not stated it: it gets the safe answer.
"""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T", bound=Callable[..., Any])

#: Methods that may differ without a change of what a class computes: what they set up is seen in
#: the instance.
_SETTING_UP = {"__init__", "prepare", "setup", "accept", "get_config", "from_config", "__repr__"}
_SETTING_UP |= {"__doc__", "__dict__", "__weakref__", "__annotate__", "__annotate_func__"}


def stated(cls: type, name: str, default: Any = None, by: tuple[str, ...] | None = None) -> Any:
    """The fact that the nearest class above states, or the default where the code differs.

    Args:
        cls: the class that is asked.
        name: the fact.
        default: the answer that is right for any code.
        by: the methods that the fact is about; None: all of them.

    >>> class Plain:
    ...     per_sample = True
    ...
    ...     def call(self): ...
    >>> class Renamed(Plain): ...
    >>> class Other(Plain):
    ...     def call(self): ...
    >>> stated(Renamed, "per_sample", False), stated(Other, "per_sample", False)
    (True, False)
    """
    owner = next((c for c in cls.__mro__ if name in vars(c)), None)
    if owner is None:
        return default
    if cls is not owner and not _same_code(cls, owner, by):
        return default
    return vars(owner)[name]


def fact_of(obj: Any, name: str, default: Any = None, by: tuple[str, ...] | None = None) -> Any:
    """The fact that an object's class states; the default where the object has other code."""
    return default if is_patched(obj) else stated(type(obj), name, default, by)


def _same_code(cls: type, owner: type, by: tuple[str, ...] | None) -> bool:
    """Whether a class has the methods of one above, whichever class they come from."""
    mine, its = _members(cls), _members(owner)
    names = set(its) - _SETTING_UP if by is None else by
    return all(mine.get(n) is its.get(n) or not _is_code(mine.get(n), its.get(n)) for n in names)


def _members(cls: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for c in reversed(cls.__mro__):
        found |= vars(c)
    return found


def _is_code(*values: Any) -> bool:
    return any(callable(v) or hasattr(v, "__get__") for v in values)


def is_patched(obj: Any) -> bool:
    """Whether an instance holds a function in the place of one of its methods."""
    return any(
        callable(v) and inspect.isroutine(getattr(type(obj), k, None)) for k, v in vars(obj).items()
    )


def states(**facts: Any) -> Callable[[T], T]:
    """Decorator by which a function states facts about itself.

    >>> @states(per_sample=True)
    ... def double(x):
    ...     return 2 * x
    >>> double.per_sample
    True
    """

    def note(fn: T) -> T:
        for name, fact in facts.items():
            setattr(fn, name, fact)
        return fn

    return note
