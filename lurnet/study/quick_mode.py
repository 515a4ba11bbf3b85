"""Studies made small, to see that all works: ``lurnet study FILE.py --quick``."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

_quick: ContextVar[bool] = ContextVar("quick", default=False)


@contextlib.contextmanager
def quick() -> Iterator[None]:
    """Every study inside trains one epoch and two replicates at most, in a folder of its own."""
    token = _quick.set(True)
    try:
        yield
    finally:
        _quick.reset(token)


def is_quick() -> bool:
    """Whether studies are made small now."""
    return _quick.get()
