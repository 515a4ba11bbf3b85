"""The call under way: whether it trains, and which call came from the user."""

import contextlib
import contextvars
from collections.abc import Iterator
from typing import Any


class CallContext:
    """State of one outermost call, shared by all layers that it reaches."""

    __slots__ = ("training",)

    def __init__(self, training: Any) -> None:
        self.training = training


_context: contextvars.ContextVar[CallContext | None] = contextvars.ContextVar("call", default=None)


def current() -> CallContext | None:
    """The outermost call's context, or None outside of calls."""
    return _context.get()


@contextlib.contextmanager
def calling(training: Any) -> Iterator[None]:
    """Run with a training flag; layers inside see it unless they are given their own."""
    token = _context.set(CallContext(training))
    try:
        yield
    finally:
        _context.reset(token)
