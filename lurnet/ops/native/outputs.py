"""The library's functions for what follows a product: bias and activation, dropout, losses, means.

All on float32; rows are a matrix's. Targets of losses are as ``Distance`` says.
"""

from enum import IntEnum

import jax.numpy as jnp
import numpy as np
from jax import Array

from lurnet.ops.native.calls import PARTS, call, float32

#: Numbers from which a sum is taken in parts, as several threads may share it then.
WORTH_PARTS = 2**16


class Activation(IntEnum):
    """The activations there are, as src/outputs.h counts them."""

    LINEAR, RELU, SIGMOID, TANH, SOFTMAX = range(5)


class Distance(IntEnum):
    """The losses there are, as src/outputs.h counts them.

    The target of a row is the number of a class (as a float), a share for each class, or a number
    for each output, whose mean is taken.
    """

    CLASS, CLASS_LOGITS, SHARES, SHARES_LOGITS = range(4)
    BINARY, BINARY_LOGITS, SQUARED, ABSOLUTE = range(4, 8)


def _how(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def _parts(count: int) -> int:
    return PARTS if count >= WORTH_PARTS else 1


def finish(x: Array, bias: Array | None, kind: Activation) -> Array:
    """``activation(x + bias)`` for (..., n) and (n,)."""
    bias = jnp.zeros(0, jnp.float32) if bias is None else bias
    y = float32(*x.shape)
    return call("finish", x, bias, results=y, how=_how(kind))


def unfinish(g: Array, y: Array, kind: Activation, bias: bool) -> tuple[Array, Array]:
    """The gradients by x and, if asked for, by the bias, given that by ``finish``'s y."""
    sums, same = y.shape[-1] if bias else 0, kind is Activation.LINEAR
    shape = float32(0) if same else float32(*y.shape)
    results = shape, float32(sums), float32(_parts(y.size), sums)
    by_x, by_bias, _ = call("unfinish", g, y, results=results, how=_how(kind))
    return g if same else by_x, by_bias


def dropout(x: Array, key: Array, rate: Array) -> Array:
    """Each number 0 with probability ``rate``, else over ``1 - rate``; two uint32 are the key."""
    return call("dropout", x, key, rate, results=float32(*x.shape))


def distance(target: Array, output: Array, kind: Distance, epsilon: float) -> Array:
    """One number a row of outputs, (rows, n): how far it is from its target."""
    shape = float32(output.shape[0])
    how, least = _how(kind), np.float32(epsilon)
    return call("distance", target, output, results=shape, how=how, least=least)


def distance_gradient(
    target: Array, output: Array, g: Array, kind: Distance, epsilon: float
) -> Array:
    """The gradient by outputs, given that by ``distance``'s numbers, (rows,)."""
    shape, how, least = float32(*output.shape), _how(kind), np.float32(epsilon)
    return call("distance_gradient", target, output, g, results=shape, how=how, least=least)


def hits(target: Array, output: Array) -> Array:
    """1 for each row whose largest output is that of its class, else 0.

    Targets are numbers of classes, as floats, or shares for each class, whose largest counts.
    """
    return call("hits", target, output, results=float32(output.shape[0]), how=_how())


def total(x: Array, divisor: int) -> Array:
    """The sum of (n,) numbers, divided."""
    results = float32(), float32(_parts(x.size))
    return call("total", x, results=results, how=_how(divisor))[0]


def spread(number: Array, count: int, divisor: int) -> Array:
    """``count`` times a number, divided."""
    return call("spread", number, results=float32(count), how=_how(divisor))
