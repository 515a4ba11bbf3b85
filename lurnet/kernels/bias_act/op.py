"""The bias and the activation after a product or a convolution: one call, and one for the gradient.

A loop that XLA compiles for either costs a first start some 9 ms, this call nothing.
"""

from enum import IntEnum
from functools import cache, partial, reduce

import jax.numpy as jnp
from jax import Array

from lurnet.kernels.common.call import Call, float32, integers, slices_of
from lurnet.kernels.common.choice import in_c
from lurnet.kernels.common.derived import Derived, valued
from lurnet.kernels.common.loading import relies_on_enum
from lurnet.kernels.costs import costs

_BIAS_ACT = Call("bias_act")
_BIAS_ACT_GRAD = Call("bias_act_grad")


class Activation(IntEnum):
    """The activations there are, as bias_act.c counts them."""

    LINEAR, RELU, SIGMOID, TANH, SOFTMAX = range(5)


relies_on_enum("activation", Activation.__members__)


def suits(x: Array, bias: Array | None) -> bool:
    """Whether the library is to compute it: an array of rows, and a bias for each of them."""
    if not isinstance(x.size, int) or x.ndim < 2 or not in_c(x.dtype, x.size):
        return False
    if bias is None:
        return x.size <= costs().bias_act_alone and fills_registers(x)
    fits = bias.shape == x.shape[-1:] and bias.dtype == x.dtype
    return fits and x.size <= costs().bias_act and fills_registers(x)


def fills_registers(x: Array) -> bool:
    """Whether rows fill a register each, or are one number, or few."""
    n = x.shape[-1]
    return n == 1 or n >= costs().row_fills or x.size <= costs().few_rows * n


def bias_act(x: Array, bias: Array | None, kind: Activation) -> Array:
    """``activation(x + bias)`` where that ``suits``; without the bias where it is None.

    >>> bias_act(jnp.array([[1.0, 2.0]]), jnp.array([1.0, -3.0]), Activation.RELU).tolist()
    [[2.0, 0.0]]
    """
    return _bias_act(kind, bias is not None)(x, bias)


def _called(x: Array, bias: Array | None, kind: Activation) -> Array:
    bias = jnp.zeros(0, jnp.float32) if bias is None else bias
    return _BIAS_ACT(x, bias, results=float32(*x.shape), how=integers(kind))


def _grad_called(g: Array, y: Array, kind: Activation, bias: bool) -> tuple[Array, Array]:
    """The gradients by x and, if asked for, by the bias, given that by the values y."""
    sums, same = y.shape[-1] if bias else 0, kind is Activation.LINEAR
    shape = float32(0) if same else float32(*y.shape)
    results = shape, float32(sums), float32(slices_of(y.size), sums)
    by_x, by_bias, _ = _BIAS_ACT_GRAD(g, y, results=results, how=integers(kind))
    return g if same else by_x, by_bias


@cache
def _bias_act(kind: Activation, biased: bool) -> Derived:
    """The call for one kind of activation."""
    apply = Derived(partial(_called, kind=kind))
    gradient = valued(
        partial(_grad_called, kind=kind, bias=biased), partial(_gradient, kind, biased)
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
    """What ``_grad_called`` computes."""
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
