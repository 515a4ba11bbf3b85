"""A forked process has the memory of the one it comes from, and none of its threads.

JAX computes on threads of its own: where it was at work before the fork, a program in the new
process would wait for ever. What needs no JAX goes on.
"""

import os
from collections.abc import Callable

from lurnet.core.errors import BadState

_state = {"started": False, "forks": 0}
_renewals: list[Callable[[], None]] = []


def note_start() -> None:
    """JAX is at work in this process."""
    _state["started"] = True


def forks() -> int:
    """How many forks lie between the process where JAX was started and this one."""
    return _state["forks"]


def renewed_after_fork(renew: Callable[[], None]) -> Callable[[], None]:
    """Decorator: call it in a forked process, to make anew what threads were at."""
    _renewals.append(renew)
    return renew


def require_threads() -> None:
    """BadState where JAX' threads are those of another process."""
    if _state["forks"]:
        raise BadState(
            "This needs JAX, whose threads this process does not have: it was forked from one in "
            "which JAX was already at work. Start processes by 'spawn': "
            "multiprocessing.get_context('spawn'), or set_start_method('spawn'). In a forked "
            "process only predict() goes on, of float32 networks of dense, convolution and pooling "
            "layers that the library in C computes alone."
        )


def _in_child() -> None:
    _state["forks"] += _state["started"]
    for renew in _renewals:
        renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
