"""Bias and activation after max-pooling rather than before, where the order makes no difference.

A bias and a rising activation f keep the order of values, so max(f(x + b)) is f(max(x) + b):
exactly, since rounding keeps the order too. A quarter of their work is left after 2x2 pooling,
forward and backward.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from lurnet.core.side_table import SideTable
from lurnet.core.traced import is_traced
from lurnet.kernels.common.choice import may_rewrite
from lurnet.kernels.common.windows import Geometry


class Deferred(NamedTuple):
    """A value that is ``finish(raw)``, where ``finish`` never turns the order of values round."""

    raw: Any
    finish: Callable[[Any], Any]
    once: bool  # whether nothing else reads raw, or any value between it and this one


class Conv(NamedTuple):
    """What the library computed a convolution from."""

    x: Any
    kernel: Any
    geometry: Geometry


_known = SideTable()
_read_once = SideTable()
_convs = SideTable()


def note_conv(y: Any, x: Any, kernel: Any, geometry: Geometry) -> None:
    """Remember what the library is to convolve, in case that a pooling follows.

    Only what a compiler reads: it drops the convolution that nothing uses then.
    """
    if is_traced(y):
        _convs.put(y, Conv(x, kernel, geometry))


def conv_before(y: Any) -> Conv | None:
    """The convolution that gave y, if that is known."""
    return _convs.get(y)


def mark_used_once(y: Any) -> None:
    """Note of a traced value that one call reads it and nothing else does."""
    if is_traced(y):
        _read_once.put(y, True)


def is_used_once(y: Any) -> bool:
    """Whether that was noted."""
    return _read_once.get(y) is not None


def epilogue(raw: Any, finish: Callable[[Any], Any], rises: bool, own: bool = False) -> Any:
    """``finish(raw)``; where it ``rises`` in each value, a max-pooling may move before it.

    Only what a compiler reads is remembered, as it drops the value that nothing uses then. ``own``:
    nobody but the caller has seen raw.
    """
    y = finish(raw)
    if y is raw:  # nothing that could wait; noted of itself, it would never be forgotten
        return y
    if rises and is_traced(y) and may_rewrite():
        found, once = recalled(raw), own or is_used_once(raw)
        if found is not None:
            raw, finish, once = found.raw, _chain(found.finish, finish), once and found.once
        _known.put(y, Deferred(raw, finish, once))
    return y


def _chain(first: Callable[..., Any], second: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x: second(first(x))


def recalled(y: Any) -> Deferred | None:
    """The epilogue that gave a value, if that is known and rises."""
    return _known.get(y)


def pool_first(y: Any, pool: Callable[[Any], Any]) -> Any:
    """``pool(y)`` for a max-pooling, before the last steps of ``y`` where they can wait."""
    deferred = recalled(y)
    if deferred is None:
        return pool(y)
    if deferred.once and is_used_once(y):
        mark_used_once(deferred.raw)
    return deferred.finish(pool(deferred.raw))
