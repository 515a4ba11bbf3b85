"""Compilation units: parts of a program that the compiler keeps as functions of their own.

XLA merges all it can into one function, and then takes time that grows with the square of its
length. Calls that are not merged keep the time linear.
"""

import contextlib
import contextvars
from collections.abc import Callable, Iterator
from typing import Any

import jax
from jax.experimental.xla_metadata import set_xla_metadata

from lurnet.core.variable import commit, values

_kept: contextvars.ContextVar[bool] = contextvars.ContextVar("units_kept", default=False)


@contextlib.contextmanager
def units_kept(wanted: bool = True) -> Iterator[None]:
    """While a program is traced: let ``as_unit`` make functions of their own."""
    token = _kept.set(wanted)
    try:
        yield
    finally:
        _kept.reset(token)


def are_units_kept() -> bool:
    """Whether ``as_unit`` makes functions of their own now."""
    return _kept.get()


def as_unit(fn: Callable[..., Any], *args: Any) -> Any:
    """``fn(*args)`` as a function of its own in the program that is being traced.

    It may read and assign variables; it must leave no other trace behind.
    """
    scopes: list[Any] = []

    def unit(*args: Any) -> tuple[Any, dict]:
        with values([], []) as scope:
            result = fn(*args)
        scopes.append(scope)
        return result, {key: scope.arrays[key] for key in scope.written}

    with set_xla_metadata(inlineable="false"):
        result, written = jax.jit(unit)(*args)
    (scope,) = scopes
    scope.arrays |= written
    commit(scope)
    return result
