"""The sum and the mean of some numbers, as losses and metrics end with: one call each."""

from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from lurnet.kernels.common.call import Call, float32, integers, slices_of
from lurnet.kernels.common.choice import in_c
from lurnet.kernels.common.derived import Derived, valued
from lurnet.kernels.costs import costs

_MEAN = Call("mean")
_MEAN_GRAD = Call("mean_grad")


def suits(x: Any) -> bool:
    """Whether the library is to sum x: an array of one axis, not too large."""
    if not isinstance(x, jax.Array) or x.ndim != 1 or not isinstance(x.size, int):
        return False
    return x.size <= costs().mean and in_c(x.dtype, x.size)


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


def _called(x: Array, divisor: int) -> Array:
    results = float32(), float32(slices_of(x.size))
    return _MEAN(x, results=results, how=integers(divisor))[0]


def _grad_called(number: Array, count: int, divisor: int) -> Array:
    """``count`` times a number, divided."""
    return _MEAN_GRAD(number, results=float32(count), how=integers(divisor))


@cache
def _divided(count: int, divisor: int) -> Derived:
    """The sum of ``count`` numbers, divided, as a call; so is its gradient."""
    grad = valued(
        partial(_grad_called, count=count, divisor=divisor),
        lambda g: jnp.broadcast_to(g / divisor, (count,)),
    )
    function = Derived(partial(_called, divisor=divisor))
    function.define_linear(1, lambda _, g: (grad(g),))
    return function
