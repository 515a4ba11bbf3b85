"""Memory that the compiler has left behind, given back to the system."""

import ctypes
import sys
import time
from collections.abc import Callable
from typing import Any

#: Compilations shorter than this leave little behind; giving it back takes some 15 ms.
LONG_S = 0.4


def with_memory_trim(make: Callable[..., Any], *args: Any) -> Any:
    """``make(*args)``; what it took and freed goes back to the system, where that can be asked for.

    Three convolutions leave 120 of 440 MB behind, which would otherwise stay for good.
    """
    begun = time.perf_counter()
    try:
        return make(*args)
    finally:
        if time.perf_counter() - begun > LONG_S:
            give_back()


def give_back() -> bool:
    """Return freed memory to the system; whether there was a way to."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    return trim is not None and bool(trim(0))
