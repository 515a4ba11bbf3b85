"""Functions that a layer applies to each of its outputs."""

import jax
import jax.numpy as jnp

from lurnet.core.symbolic import Tensor, op
from lurnet.ops.arithmetic import as_float
from lurnet.ops.kinds import Axis, axes

__all__ = [
    "relu", "relu6", "sigmoid", "hard_sigmoid", "log_sigmoid", "sparse_sigmoid", "silu",
    "hard_silu", "softplus", "sparse_plus", "softsign", "tanh_shrink", "hard_tanh", "selu",
    "leaky_relu", "elu", "celu", "gelu", "glu", "squareplus", "hard_shrink", "soft_shrink",
    "threshold", "softmax", "log_softmax", "sparsemax", "swish", "hard_swish",
]  # fmt: skip


@op
def relu(x: Tensor) -> Tensor:
    """max(x, 0).

    >>> relu([1.0, -2.0]).tolist()
    [1.0, 0.0]
    """
    return jax.nn.relu(x)


@op
def relu6(x: Tensor) -> Tensor:
    """min(max(x, 0), 6).

    >>> relu6([8.0, -2.0]).tolist()
    [6.0, 0.0]
    """
    return jax.nn.relu6(as_float(x))


@op
def sigmoid(x: Tensor) -> Tensor:
    """1 / (1 + exp(-x)), between 0 and 1.

    >>> print(sigmoid([0.0, 2.0]))
    [0.5      0.880797]
    """
    return jax.nn.sigmoid(as_float(x))


@op
def hard_sigmoid(x: Tensor) -> Tensor:
    """relu6(x + 3) / 6: a sigmoid of straight lines.

    >>> hard_sigmoid([0.0, 5.0]).tolist()
    [0.5, 1.0]
    """
    return jax.nn.hard_sigmoid(as_float(x))


@op
def log_sigmoid(x: Tensor) -> Tensor:
    """log(sigmoid(x)), without overflow.

    >>> print(log_sigmoid([0.0, 2.0]))
    [-0.6931472 -0.126928 ]
    """
    return jax.nn.log_sigmoid(as_float(x))


@op
def sparse_sigmoid(x: Tensor) -> Tensor:
    """0 below -1, 1 above 1, and (x + 1) / 2 between.

    >>> sparse_sigmoid([-2.0, 0.0, 2.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    return jax.nn.sparse_sigmoid(as_float(x))


@op
def silu(x: Tensor) -> Tensor:
    """x * sigmoid(x), also called swish (https://arxiv.org/abs/1606.08415).

    >>> print(silu([0.0, 2.0]))
    [0.       1.761594]
    """
    return jax.nn.silu(as_float(x))


@op
def hard_silu(x: Tensor) -> Tensor:
    """x * relu6(x + 3) / 6, also called hard swish (https://arxiv.org/abs/1905.02244).

    >>> hard_silu([-4.0, 3.0]).tolist()
    [-0.0, 3.0]
    """
    return jax.nn.hard_silu(as_float(x))


@op
def softplus(x: Tensor) -> Tensor:
    """log(1 + exp(x)): a smooth relu.

    >>> print(softplus([0.0, 2.0]))
    [0.6931472 2.126928 ]
    """
    return jax.nn.softplus(as_float(x))


@op
def sparse_plus(x: Tensor) -> Tensor:
    """0 below -1, x above 1, and (x + 1)² / 4 between.

    >>> sparse_plus([-2.0, 0.0, 2.0]).tolist()
    [0.0, 0.25, 2.0]
    """
    return jax.nn.sparse_plus(as_float(x))


@op
def softsign(x: Tensor) -> Tensor:
    """x / (abs(x) + 1).

    >>> softsign([1.0, -3.0]).tolist()
    [0.5, -0.75]
    """
    return jax.nn.soft_sign(as_float(x))


@op
def tanh_shrink(x: Tensor) -> Tensor:
    """x - tanh(x).

    >>> print(tanh_shrink([0.0, 2.0]))
    [0.        1.0359724]
    """
    return as_float(x) - jnp.tanh(x)


@op
def hard_tanh(x: Tensor) -> Tensor:
    """x between -1 and 1, and these ends outside.

    >>> hard_tanh([0.5, 2.0]).tolist()
    [0.5, 1.0]
    """
    return jax.nn.hard_tanh(x)


@op
def selu(x: Tensor) -> Tensor:
    """1.0507 * elu(x, 1.6733) (https://arxiv.org/abs/1706.02515).

    >>> print(selu([1.0, -1.0]))
    [ 1.050701  -1.1113307]
    """
    return jax.nn.selu(as_float(x))


@op
def leaky_relu(x: Tensor, negative_slope: float = 0.2) -> Tensor:
    """x above zero and negative_slope * x below.

    >>> leaky_relu([1.0, -2.0], 0.5).tolist()
    [1.0, -1.0]
    """
    return jax.nn.leaky_relu(as_float(x), negative_slope)


@op
def elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """x above zero and alpha * (exp(x) - 1) below (https://arxiv.org/abs/1511.07289).

    >>> print(elu([1.0, -1.0]))
    [ 1.         -0.63212055]
    """
    return jax.nn.elu(as_float(x), alpha)


@op
def celu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """max(x, 0) + min(0, alpha * (exp(x / alpha) - 1)) (https://arxiv.org/abs/1704.07483).

    >>> print(celu([1.0, -1.0]))
    [ 1.         -0.63212055]
    """
    return jax.nn.celu(as_float(x), alpha)


@op
def gelu(x: Tensor, approximate: bool = True) -> Tensor:
    """x * P(X <= x) for a standard normal X, by tanh or exactly (https://arxiv.org/abs/1606.08415).

    >>> print(gelu([1.0, -1.0]))
    [ 0.841192   -0.15880796]
    """
    return jax.nn.gelu(as_float(x), approximate)


@op
def glu(x: Tensor, axis: int = -1) -> Tensor:
    """a * sigmoid(b) for the halves a and b of an axis (https://arxiv.org/abs/1612.08083).

    >>> glu([1.0, 0.0]).tolist()
    [0.5]
    """
    return jax.nn.glu(as_float(x), axis)


@op
def squareplus(x: Tensor, b: float = 4) -> Tensor:
    """(x + sqrt(x² + b)) / 2: a smooth relu (https://arxiv.org/abs/2112.11687).

    >>> print(squareplus([0.0, 3.0]))
    [1.        3.3027756]
    """
    return jax.nn.squareplus(as_float(x), b)


@op
def hard_shrink(x: Tensor, threshold: float = 0.5) -> Tensor:
    """x where abs(x) > threshold, else 0.

    >>> hard_shrink([0.2, -1.0]).tolist()
    [0.0, -1.0]
    """
    x = as_float(x)
    return jnp.where(jnp.abs(x) > threshold, x, 0)


@op
def soft_shrink(x: Tensor, threshold: float = 0.5) -> Tensor:
    """x moved by ``threshold`` towards 0, and 0 nearer to it.

    >>> soft_shrink([0.2, -1.0]).tolist()
    [0.0, -0.5]
    """
    x = as_float(x)
    return jnp.where(x > threshold, x - threshold, jnp.where(x < -threshold, x + threshold, 0))


@op
def threshold(x: Tensor, threshold: float, default_value: float) -> Tensor:
    """x above the threshold, ``default_value`` elsewhere.

    >>> threshold([1.0, -2.0], 0, 5).tolist()
    [1.0, 5.0]
    """
    x = jnp.asarray(x)
    return jnp.where(x > threshold, x, jnp.array(default_value, x.dtype))


@op
def softmax(x: Tensor, axis: Axis = -1) -> Tensor:
    """exp(x) / sum(exp(x)) along an axis or several: numbers above 0 with the sum 1.

    >>> print(softmax([0.0, 1.0]))
    [0.26894143 0.7310586 ]
    """
    return jax.nn.softmax(as_float(x), axes(axis))


@op
def log_softmax(x: Tensor, axis: Axis = -1) -> Tensor:
    """log(softmax(x)), without overflow.

    >>> print(log_softmax([0.0, 1.0]))
    [-1.3132616  -0.31326163]
    """
    return jax.nn.log_softmax(as_float(x), axes(axis))


@op
def sparsemax(x: Tensor, axis: int = -1) -> Tensor:
    """The nearest point whose elements are not negative and sum to 1; many are 0.

    Martins and Astudillo, 2016 (https://arxiv.org/abs/1602.02068).

    >>> sparsemax([1.0, 0.5, -2.0]).tolist()
    [0.75, 0.25, 0.0]
    """
    x = jnp.moveaxis(as_float(x), axis, -1)
    falling = -jnp.sort(-x, -1)
    count = jnp.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    excess = jnp.cumsum(falling, -1) - 1
    support = jnp.sum(count * falling > excess, -1, keepdims=True)
    shift = jnp.take_along_axis(excess, support - 1, -1) / support
    return jnp.moveaxis(jnp.maximum(x - shift.astype(x.dtype), 0), -1, axis)


@op
def swish(x: Tensor) -> Tensor:
    """x * sigmoid(x); the same as ``silu``.

    >>> print(swish([0.0, 2.0]))
    [0.       1.761594]
    """
    return jax.nn.silu(as_float(x))


@op
def hard_swish(x: Tensor) -> Tensor:
    """x * relu6(x + 3) / 6; the same as ``hard_silu``.

    >>> hard_swish([-4.0, 3.0]).tolist()
    [-0.0, 3.0]
    """
    return jax.nn.hard_silu(as_float(x))
