"""The sum and the mean of some numbers, as losses and metrics end with: one call each."""

from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from lurnet.ops import native
from lurnet.ops.lowering.choice import in_c
from lurnet.ops.lowering.derived import Derived, valued

#: Numbers up to which a sum is a call: beyond, it had better take in what made them.
MOST = 2**16


def suits(x: Any) -> bool:
    """Whether the library is to sum x: an array of one axis, not too large."""
    if not isinstance(x, jax.Array) or x.ndim != 1 or not isinstance(x.size, int):
        return False
    return x.size <= MOST and in_c(x.dtype, x.size)


def total(x: Array) -> Array:
    """The sum of all numbers where that ``suits``.

    >>> float(total(jnp.array([1.0, 2.0])))
    3.0
    """
    return _divided(x.size, 1)(x)


def mean(x: Array) -> Array:
    """The mean of all numbers where that ``suits``.

    >>> float(mean(jnp.array([1.0, 2.0])))
    1.5
    """
    return _divided(x.size, x.size)(x)


@cache
def _divided(count: int, divisor: int) -> Derived:
    """The sum of ``count`` numbers, divided, as a call; so is its gradient."""
    value = partial(native.total, divisor=divisor)
    spread = valued(
        partial(native.spread, count=count, divisor=divisor),
        lambda g: jnp.broadcast_to(g / divisor, (count,)),
    )
    function = Derived(value)
    function.define_linear(1, lambda _, g: (spread(g),))
    return function
