"""Steps of optimizers: for one weight, and where the library in C applies for all in one call.

Each loop that XLA compiles takes 9 ms of a first start, and a step is one to three for each weight;
the call takes nothing.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from lurnet.core.traced import is_traced
from lurnet.ops import native
from lurnet.ops.lowering.choice import in_c

# A step takes its numbers, a weight, the weight's gradient and slots; it gives weight and slots.


def sgd(numbers: Sequence[Any], w: Any, g: Any) -> tuple:
    """Against the gradient; the number is the rate."""
    (rate,) = numbers
    return (w - rate * g,)


def momentum(numbers: Sequence[Any], w: Any, g: Any, v: Any) -> tuple:
    """Along a velocity; the numbers are the rate and how much of the velocity is kept."""
    rate, kept = numbers
    v = v * kept - rate * g
    return w + v, v


def nesterov(numbers: Sequence[Any], w: Any, g: Any, v: Any) -> tuple:
    """The same, one step ahead."""
    rate, kept = numbers
    v = v * kept - rate * g
    return w + (v * kept - rate * g), v


def adam(numbers: Sequence[Any], w: Any, g: Any, m: Any, v: Any) -> tuple:
    """Along the mean, divided by the root of the mean square.

    The numbers are the rate with its bias correction, how far mean and mean square move towards a
    new value, and what is added to the root.
    """
    rate, first, second, epsilon = numbers
    m = m + (g - m) * first
    v = v + (g * g - v) * second
    return w - m * rate / (jnp.sqrt(v) + epsilon), m, v


def amsgrad(numbers: Sequence[Any], w: Any, g: Any, m: Any, v: Any, largest: Any) -> tuple:
    """The same, with the largest mean square so far."""
    rate, first, second, epsilon = numbers
    m = m + (g - m) * first
    v = v + (g * g - v) * second
    largest = jnp.maximum(largest, v)
    return w - m * rate / (jnp.sqrt(largest) + epsilon), m, v, largest


def rmsprop(numbers: Sequence[Any], w: Any, g: Any, v: Any) -> tuple:
    """Divided by the root of the mean square.

    The numbers are the rate, how much of the mean square is kept, how much of a new square counts,
    and what is added to the mean.
    """
    rate, kept, new, epsilon = numbers
    v = kept * v + new * g * g
    return w - rate * g / jnp.sqrt(v + epsilon), v


def rmsprop_momentum(numbers: Sequence[Any], w: Any, g: Any, v: Any, last: Any) -> tuple:
    """The same, and a part of the last step, which is the fifth number."""
    rate, kept, new, epsilon, momentum = numbers
    v = kept * v + new * g * g
    step = momentum * last + rate * g / jnp.sqrt(v + epsilon)
    return w - step, v, step


def centered(numbers: Sequence[Any], w: Any, g: Any, v: Any, mean: Any) -> tuple:
    """As `rmsprop`, divided by the standard deviation."""
    rate, kept, new, epsilon = numbers
    v = kept * v + new * g * g
    mean = kept * mean + new * g
    return w - rate * g / jnp.sqrt(v - mean * mean + epsilon), v, mean


def centered_momentum(
    numbers: Sequence[Any], w: Any, g: Any, v: Any, last: Any, mean: Any
) -> tuple:
    """As `rmsprop_momentum`, divided by the standard deviation."""
    rate, kept, new, epsilon, momentum = numbers
    v = kept * v + new * g * g
    mean = kept * mean + new * g
    step = momentum * last + rate * g / jnp.sqrt(v - mean * mean + epsilon)
    return w - step, v, step, mean


def in_one_call(weights: Sequence[Array], gradients: Sequence[Array]) -> bool:
    """Whether one call of the library can do a step for these.

    Not outside a program: there each list of shapes would be one to compile.
    """
    arrays = [*weights, *gradients]
    wanted = jnp.dtype("float32")
    return any(map(is_traced, arrays)) and all(a.dtype == wanted for a in arrays) and in_c(wanted)


def step_all(step: Callable, numbers: Sequence[Any], *lists: Sequence[Array]) -> Sequence:
    """A step given all weights, all gradients, all of each slot: all weights, all of each slot.

    It is one call if the library has the step, which must be allowed `in_one_call`.
    """
    numbers = [jnp.asarray(n, jnp.float32) for n in numbers]
    ours = globals().get(step.__name__) is step and step.__name__ in native.STEPS
    return (_in_c if ours else _one_by_one)(step, numbers, *lists)


def added(sums: Sequence[Array], arrays: Sequence[Array], share: float) -> Sequence:
    """``sum + share * array`` for each two, in one call where the library applies."""
    if in_one_call(sums, arrays):
        return step_all(sgd, [-share], sums, arrays)[0]
    return [total + share * x for total, x in zip(sums, arrays, strict=True)]


def zeros_like(arrays: Sequence[Array]) -> list[Array]:
    """Zeros of the same shapes, in one call where the library applies."""
    if in_one_call(arrays, arrays):
        return native.zeros([x.shape for x in arrays])
    return [jnp.zeros_like(x) for x in arrays]


def _one_by_one(step: Callable, numbers: Sequence[Array], *lists: Sequence[Array]) -> Sequence:
    done = [step(numbers, *arrays) for arrays in zip(*lists, strict=True)]
    return [list(one) for one in zip(*done, strict=True)]


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _in_c(step: Callable, numbers: Sequence[Array], *lists: Sequence[Array]) -> Sequence:
    return native.update(step.__name__, numbers, *lists)


@_in_c.defjvp
def _derivatives(step: Callable, values: tuple, tangents: tuple) -> tuple:
    """Those of the step itself: of every order, forward and backward."""
    return jax.jvp(partial(_one_by_one, step), values, tangents)
