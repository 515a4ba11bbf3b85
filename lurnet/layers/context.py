"""The call under way: whether it trains, and which call came from the user."""

import contextlib
import contextvars
from collections.abc import Callable, Iterator
from typing import Any


class CallContext:
    """State of one outermost call, shared by all layers that it reaches."""

    __slots__ = ("training",)

    def __init__(self, training: Any) -> None:
        self.training = training


#: ``watch(layer, args, outputs)`` gives the outputs that the layer is to return.
Watch = Callable[[Any, tuple, Any], Any]

_context: contextvars.ContextVar[CallContext | None] = contextvars.ContextVar("call", default=None)
_watch: contextvars.ContextVar[Watch | None] = contextvars.ContextVar("watch", default=None)
_acts: contextvars.ContextVar[Callable[..., Any] | None] = contextvars.ContextVar(
    "acts", default=None
)


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


def undisturbed() -> bool:
    """Whether no call is under way, and nobody watches calls or changes how layers act."""
    return _context.get() is None and _watch.get() is None and _acts.get() is None


def watcher() -> Watch | None:
    """What looks at the calls of all layers, or None."""
    return _watch.get()


@contextlib.contextmanager
def watching(watch: Watch) -> Iterator[None]:
    """Show every layer's call to ``watch``, which may replace the outputs."""
    token = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(token)


def acts_as_in_training(layer: Any) -> bool:
    """Whether a layer acts as in training whatever flag it is given."""
    acts = _acts.get()
    return acts is not None and acts(layer)


@contextlib.contextmanager
def acting(acts: Callable[[Any], bool]) -> Iterator[None]:
    """Let the layers for which ``acts(layer)`` holds act as in training."""
    token = _acts.set(acts)
    try:
        yield
    finally:
        _acts.reset(token)
