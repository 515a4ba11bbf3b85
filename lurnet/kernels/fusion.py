"""Which kernels become one: max-pooling before bias and activation, and with its convolution.

A bias and a rising activation f keep the order of values, so max(f(x + b)) is f(max(x) + b):
exactly, since rounding keeps the order too. A quarter of their work is left after 2x2 pooling,
forward and backward. A convolution that nothing else reads is then one kernel with its pooling.

All decisions are made here, while a program is traced, from what is known of the origin of a traced
value; what was traced before and nothing reads any more, the compiler drops.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from lurnet.core.side_table import SideTable
from lurnet.core.traced import is_traced
from lurnet.kernels.common.choice import may_rewrite
from lurnet.kernels.common.windows import Geometry


class Conv(NamedTuple):
    """What the library computed a convolution from."""

    x: Any
    kernel: Any
    geometry: Geometry


class Origin(NamedTuple):
    """What is known of a traced value, beside what it is."""

    conv: Conv | None = None  # it is this convolution
    raw: Any = None  # it is ``apply(raw)``, where ``apply`` never turns the order of values round
    apply: Callable[[Any], Any] | None = None
    raw_read_once: bool = False  # nothing else reads raw, or any value between it and this one
    read_once: bool = False  # one call reads it and nothing else does


_origins = SideTable()
_UNKNOWN = Origin()


def _origin(y: Any) -> Origin:
    return _origins.get(y) or _UNKNOWN


def _note(y: Any, **facts: Any) -> None:
    if is_traced(y):
        _origins.put(y, _origin(y)._replace(**facts))


def tracked() -> int:
    """Of how many values something is known now."""
    return len(_origins)


def note_conv(y: Any, x: Any, kernel: Any, geometry: Geometry) -> None:
    """Remember what the library is to convolve, in case that a pooling follows."""
    _note(y, conv=Conv(x, kernel, geometry))


def conv_before(y: Any) -> Conv | None:
    """The convolution that gave y, if that is known, and nothing else reads y."""
    return _origin(y).conv if _origin(y).read_once else None


def mark_used_once(y: Any) -> None:
    """Note of a traced value that one call reads it and nothing else does."""
    _note(y, read_once=True)


def epilogue(raw: Any, apply: Callable[[Any], Any], rises: bool, own: bool = False) -> Any:
    """``apply(raw)``; where it ``rises`` in each value, a max-pooling may move before it.

    ``own``: nobody but the caller has seen raw.
    """
    y = apply(raw)
    if y is raw:  # nothing that could wait; noted of itself, it would never be forgotten
        return y
    if rises and may_rewrite():
        before = _origin(raw)
        once = own or before.read_once
        if before.apply is not None:
            raw, apply = before.raw, _chain(before.apply, apply)
            once = once and before.raw_read_once
        _note(y, raw=raw, apply=apply, raw_read_once=once)
    return y


def _chain(first: Callable[..., Any], second: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x: second(first(x))


def pool_first(y: Any, pool: Callable[[Any], Any]) -> Any:
    """``pool(y)`` for a max-pooling, before the epilogue of ``y`` where that can wait."""
    origin = _origin(y)
    if origin.apply is None:
        return pool(y)
    if origin.raw_read_once and origin.read_once:
        mark_used_once(origin.raw)
    return origin.apply(pool(origin.raw))
