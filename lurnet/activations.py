"""Activation functions, by name; most are the ops of the same name."""

from collections.abc import Callable
from typing import Any

from lurnet import ops
from lurnet.core.registry import Registry
from lurnet.core.symbolic import Tensor, op
from lurnet.core.traits import states
from lurnet.kernels.bias_act import op as kernel
from lurnet.kernels.bias_act.op import Activation
from lurnet.ops import (
    celu,
    elu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    relu6,
    selu,
    sigmoid,
    silu,
    soft_shrink,
    softmax,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    tanh,
    tanh_shrink,
    threshold,
)


class _Activations(Registry):
    """The registry; None stands for ``linear``."""

    def get(self, identifier: Any, *_: Any) -> Any:
        """The activation that a name, config or function stands for; None is ``linear``."""
        return linear if identifier is None else super().get(identifier)


registry = _Activations("activation", "keras.activations")


def linear(x: Tensor) -> Tensor:
    """The input as it is.

    >>> linear(2.0)
    2.0
    """
    return x


@op
def relu(
    x: Tensor,
    negative_slope: float = 0.0,
    max_value: float | None = None,
    threshold: float = 0.0,
) -> Tensor:
    """``max(x, 0)``; with options, ``negative_slope * (x - threshold)`` below the threshold.

    Args:
        x: input.
        negative_slope: slope below the threshold.
        max_value: upper bound of the output, None: no bound.
        threshold: below it, the input is not passed on.

    >>> relu([-1.0, 2.0]).tolist(), relu([-1.0, 9.0], 0.5, 6.0).tolist()
    ([0.0, 2.0], [-0.5, 6.0])
    """
    x = ops.convert_to_tensor(x)
    if threshold == 0.0:
        y = ops.leaky_relu(x, negative_slope) if negative_slope else ops.relu(x)
    else:
        below = negative_slope * (x - threshold) if negative_slope else ops.zeros_like(x)
        y = ops.where(x > threshold, x, below)
    return y if max_value is None else ops.minimum(y, ops.cast(max_value, y.dtype))


@op
def gelu(x: Tensor, approximate: bool = False) -> Tensor:
    """``x P(X <= x)`` for a standard normal X (Hendrycks & Gimpel, 2016).

    ``approximate`` uses tanh in place of the error function.

    >>> [round(y, 3) for y in gelu([-1.0, 0.0, 1.0]).tolist()]
    [-0.159, 0.0, 0.841]
    """
    return ops.gelu(x, approximate=approximate)


@op
def exponential(x: Tensor) -> Tensor:
    """``exp(x)``.

    >>> exponential([0.0]).tolist()
    [1.0]
    """
    return ops.exp(x)


@op
def mish(x: Tensor) -> Tensor:
    """``x tanh(softplus(x))`` (Misra, 2019).

    >>> mish([0.0]).tolist()
    [0.0]
    """
    x = ops.convert_to_tensor(x)
    return x * ops.tanh(ops.softplus(x))


swish = silu
hard_swish = hard_silu

_FUNCTIONS = [
    *(celu, elu, exponential, gelu, glu, hard_shrink, hard_sigmoid, hard_silu, hard_tanh),
    *(leaky_relu, linear, log_sigmoid, log_softmax, mish, relu, relu6, selu, sigmoid, silu),
    *(soft_shrink, softmax, softplus, softsign, sparse_plus, sparse_sigmoid, sparsemax),
    *(squareplus, tanh, tanh_shrink, threshold),
]


def _of_vectors(*shapes: tuple) -> bool:
    """Per sample where the last axis, along which these functions work, is not the batch's."""
    return all(len(shape) > 1 for shape in shapes)


for _function in _FUNCTIONS:
    registry.add(_function.__name__, _function)
    states(per_sample=True)(_function)
for _function in (glu, log_softmax, softmax, sparsemax):
    states(per_sample=_of_vectors)(_function)
for _function in (sigmoid, softmax):
    states(gives_probabilities=True)(_function)
registry |= {"swish": silu, "hard_swish": hard_silu}

#: Functions that never turn the order of two values round, with their default options.
RISING = frozenset(
    [elu, exponential, hard_sigmoid, hard_tanh, leaky_relu, linear, log_sigmoid, relu, relu6]
    + [selu, sigmoid, softplus, softsign, tanh]
)

#: Functions that the library in C has, with their default options.
_IN_C = {
    linear: Activation.LINEAR,
    relu: Activation.RELU,
    sigmoid: Activation.SIGMOID,
    tanh: Activation.TANH,
    softmax: Activation.SOFTMAX,
}


def biased(x: Tensor, bias: Any, activation: Callable) -> Tensor:
    """``activation(x + bias)`` for a bias of each channel, the last axis; None is no bias.

    >>> biased(ops.array([[1.0, 2.0]]), ops.array([1.0, -3.0]), relu).tolist()
    [[2.0, 0.0]]
    """
    bias = None if bias is None else ops.convert_to_tensor(bias)
    kind = _IN_C.get(activation)
    if kind is not None and kernel.suits(x, bias):
        return kernel.bias_act(x, bias, kind)
    return activation(x if bias is None else ops.add(x, bias))


get, serialize, deserialize = registry.get, registry.serialize, registry.deserialize
