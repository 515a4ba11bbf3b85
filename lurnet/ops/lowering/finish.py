"""The bias and the activation after a product or a convolution: one call, and one for the gradient.

A loop that XLA compiles for either costs a first start some 9 ms, this call nothing.
"""

from functools import cache, partial, reduce

import jax.numpy as jnp
from jax import Array

from lurnet.ops import native
from lurnet.ops.lowering.choice import in_c
from lurnet.ops.lowering.derived import Derived, valued
from lurnet.ops.native import Activation

#: Numbers up to which an activation that no bias comes before is a call: beyond, it had better be
#: part of the loop that made them, or reads them.
ALONE = 2**16
#: The same with a bias. ms, both ways, of 32 rows 398 by 250, C | XLA: 3.7 | 2.9.
LARGEST = 2**21
#: Numbers of a row that fill a register; shorter rows are worth a call as long as they are few. us,
#: sigmoid with a bias of 100,000 rows, C | XLA: of 8 1293 | 150, of 16 233 | 736, of 32 623 | 1774.
FILLING, FEW = 16, 512


def suits(x: Array, bias: Array | None) -> bool:
    """Whether the library is to finish x: an array of rows, and a bias for each of them."""
    if not isinstance(x.size, int) or x.ndim < 2 or not in_c(x.dtype, x.size):
        return False
    if bias is None:
        return x.size <= ALONE and fills_registers(x)
    fits = bias.shape == x.shape[-1:] and bias.dtype == x.dtype
    return fits and x.size <= LARGEST and fills_registers(x)


def fills_registers(x: Array) -> bool:
    """Whether rows fill a register each, or are one number, or few."""
    n = x.shape[-1]
    return n == 1 or n >= FILLING or x.size <= FEW * n


def finish(x: Array, bias: Array | None, kind: Activation) -> Array:
    """``activation(x + bias)`` where that ``suits``; without the bias where it is None.

    >>> finish(jnp.array([[1.0, 2.0]]), jnp.array([1.0, -3.0]), Activation.RELU).tolist()
    [[2.0, 0.0]]
    """
    return _finished(kind, bias is not None)(x, bias)


@cache
def _finished(kind: Activation, biased: bool) -> Derived:
    """The call for one kind of activation."""
    apply = Derived(partial(native.finish, kind=kind))
    gradient = valued(
        partial(native.unfinish, kind=kind, bias=biased), partial(_gradient, kind, biased)
    )

    def forward(x: Array, bias: Array | None) -> tuple[Array, Array | None]:
        y = apply(x, bias)  # the call itself has no derivatives, and this may be differentiated
        return y, y

    def backward(y: Array, g: Array) -> tuple[Array, Array | None]:
        by_x, by_bias = gradient(g, y)
        return by_x, by_bias if biased else None

    def tangent(y: Array, x: Array | None, bias: Array | None = None) -> Array:
        moved = [t for t in (x, bias) if t is not None]
        return _slope(kind, jnp.broadcast_to(reduce(jnp.add, moved), y.shape), y)

    apply.define(forward, tangent, backward)
    return apply


def _gradient(kind: Activation, biased: bool, g: Array, y: Array) -> tuple[Array, Array]:
    """What ``native.unfinish`` computes."""
    by_x = _slope(kind, g, y)
    rows = tuple(range(g.ndim - 1))
    return by_x, jnp.sum(by_x, rows) if biased else jnp.zeros(0, g.dtype)


def _slope(kind: Activation, g: Array, y: Array) -> Array:
    """The derivative at y times g: a symmetric matrix, so that it is its own transpose."""
    if kind is Activation.SOFTMAX:
        return (g - jnp.sum(g * y, -1, keepdims=True)) * y
    if kind is Activation.RELU:
        return jnp.where(y > 0, g, 0)
    slope = {Activation.LINEAR: 1.0, Activation.SIGMOID: y * (1 - y), Activation.TANH: 1 - y * y}
    return g * slope[kind]
