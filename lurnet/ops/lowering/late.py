"""Bias and activation after max-pooling rather than before, where the order makes no difference.

A bias and a rising activation f keep the order of values, so max(f(x + b)) is f(max(x) + b):
exactly, since rounding keeps the order too. A quarter of their work is left after 2x2 pooling,
forward and backward.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from lurnet.core.side_table import SideTable
from lurnet.core.traced import is_traced
from lurnet.ops.lowering.choice import lowering, on_cpu


class Late(NamedTuple):
    """A value that is ``finish(raw)``, where ``finish`` never turns the order of values round."""

    raw: Any
    finish: Callable[[Any], Any]
    once: bool  # whether nothing else reads raw, or any value between it and this one


_known = SideTable()
_read_once = SideTable()


def mark_used_once(y: Any) -> None:
    """Note of a traced value that one call reads it and nothing else does."""
    if is_traced(y):
        _read_once.put(y, True)


def is_used_once(y: Any) -> bool:
    """Whether that was noted."""
    return _read_once.get(y) is not None


def finished(raw: Any, finish: Callable[[Any], Any], rises: bool, own: bool = False) -> Any:
    """``finish(raw)``; where it ``rises`` in each value, a max-pooling may move before it.

    Only what a compiler reads is remembered, as it drops the value that nothing uses then. ``own``:
    nobody but the caller has seen raw.
    """
    y = finish(raw)
    if y is raw:  # nothing that could wait; noted of itself, it would never be forgotten
        return y
    if rises and is_traced(y) and lowering() == "auto" and on_cpu():
        found, once = recalled(raw), own or is_used_once(raw)
        if found is not None:
            raw, finish, once = found.raw, _chain(found.finish, finish), once and found.once
        _known.put(y, Late(raw, finish, once))
    return y


def _chain(first: Callable, second: Callable) -> Callable:
    return lambda x: second(first(x))


def recalled(y: Any) -> Late | None:
    """How a value was finished, if that is known and rises."""
    return _known.get(y)


def pooled(y: Any, pool: Callable[[Any], Any]) -> Any:
    """``pool(y)`` for a max-pooling, before the last steps of ``y`` where they can wait."""
    late = recalled(y)
    if late is None:
        return pool(y)
    if late.once and is_used_once(y):
        mark_used_once(late.raw)
    return late.finish(pool(late.raw))
