"""How far outputs are from their targets, a number for each row, as losses need it.

In one call of the library in C, and one for the gradient by the outputs: XLA makes some twelve
loops of softmax's cross-entropy, and each costs a first start 9 ms.
"""

from enum import IntEnum
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from lurnet.core.settings import epsilon
from lurnet.kernels.bias_act.op import fills_registers
from lurnet.kernels.common.barrier import fusion_barrier
from lurnet.kernels.common.call import Call, float32, integers
from lurnet.kernels.common.choice import in_c
from lurnet.kernels.common.derived import Derived, tangent_of, valued
from lurnet.kernels.common.loading import relies_on_enum
from lurnet.kernels.costs import costs

_LOSS_ROWS = Call("loss_rows")
_LOSS_ROWS_GRAD = Call("loss_rows_grad")
_TOP1_MATCH = Call("top1_match")


class RowLoss(IntEnum):
    """The losses there are, as loss_rows.c counts them.

    The target of a row is the number of a class (as a float), a share for each class, or a number
    for each output, whose mean is taken.
    """

    SPARSE_CE, SPARSE_CE_LOGITS, DENSE_CE, DENSE_CE_LOGITS = range(4)
    BINARY_CE, BINARY_CE_LOGITS, MSE, MAE = range(4, 8)


relies_on_enum("row_loss", RowLoss.__members__)


BY_CLASS = (RowLoss.SPARSE_CE, RowLoss.SPARSE_CE_LOGITS)


def loss_rows(target: Array, output: Array, kind: RowLoss) -> Array:
    """The loss of each row: outputs (..., n) to (...).

    Targets are (...) numbers of classes for ``SPARSE_CE``, (..., n) for the others.

    >>> print(loss_rows(jnp.array([1]), jnp.array([[0.5, 0.5]]), RowLoss.SPARSE_CE))
    [0.6931472]
    """
    return plain(kind, target, output) if (y := loss_rows_in_c(target, output, kind)) is None else y


def loss_rows_in_c(target: Any, output: Any, kind: RowLoss) -> Array | None:
    """The same as a call, or None where the library does not suit."""
    if not _suits(output, kind) or target.shape != output.shape[: -1 if kind in BY_CLASS else None]:
        return None
    rows = output.reshape(-1, output.shape[-1])
    target = target.astype("float32").reshape(rows.shape[: 1 if kind in BY_CLASS else 2])
    return _of_kind(kind, epsilon())(target, rows).reshape(output.shape[:-1])


def _suits(output: Any, kind: RowLoss) -> bool:
    known = isinstance(output, jax.Array) and isinstance(output.size, int) and output.ndim > 0
    if not known or not in_c(output.dtype, output.size):
        return False
    return kind <= RowLoss.DENSE_CE_LOGITS or (
        output.size <= costs().loss_rows and fills_registers(output)
    )


def _rows(target: Array, output: Array, kind: RowLoss, epsilon: float) -> Array:
    results, least = float32(output.shape[0]), np.float32(epsilon)
    return _LOSS_ROWS(target, output, results=results, how=integers(kind), least=least)


def _grad_rows(target: Array, output: Array, g: Array, kind: RowLoss, epsilon: float) -> Array:
    """The gradient by outputs, given that by the rows' losses, (rows,)."""
    results, least = float32(*output.shape), np.float32(epsilon)
    how = integers(kind)
    return _LOSS_ROWS_GRAD(target, output, g, results=results, how=how, least=least)


@cache
def _of_kind(kind: RowLoss, least: float) -> Derived:
    """The call for one kind of loss."""
    value = partial(_rows, kind=kind, epsilon=least)
    by_output = valued(
        partial(_grad_rows, kind=kind, epsilon=least),
        lambda target, output, g: jax.vjp(partial(plain, kind, target), output)[1](g)[0],
    )

    def gradients(arrays: tuple[Array, Array], g: Array) -> tuple[Array, Array]:
        target, output = arrays
        by_target = jax.vjp(lambda target: plain(kind, target, output), target)[1](g)[0]
        return by_target, by_output(target, output, g)

    function = Derived(value)
    function.define(
        forward=lambda *arrays: (function(*arrays), arrays),
        tangent=partial(tangent_of, partial(plain, kind)),
        backward=gradients,
    )
    return function


def plain(kind: RowLoss, target: Array, output: Array) -> Array:
    """The same in JAX."""
    if kind in BY_CLASS:
        return _from_class(target.astype("int32"), output, kind is RowLoss.SPARSE_CE_LOGITS)
    if kind is RowLoss.DENSE_CE_LOGITS:
        return -jnp.sum(target * jax.nn.log_softmax(output, -1), -1)
    if kind is RowLoss.DENSE_CE:
        share = output / jnp.sum(output, -1, keepdims=True)
        return -jnp.sum(target * jnp.log(_inside(share)), -1)
    return jnp.mean(from_number(kind, target, output), -1)


def _from_class(target: Array, output: Array, logits: bool) -> Array:
    classes = output.shape[-1]
    true = jax.nn.one_hot(target, classes, dtype=output.dtype)
    if logits:
        return -jnp.sum(true * jax.nn.log_softmax(output, -1), -1)
    # Only the true class counts: what follows is done for each sample, not for each class.
    probability = jnp.sum(true * output, -1) / jnp.sum(output, -1)
    found = -jnp.log(_inside(probability))
    return jnp.where((target >= 0) & (target < classes), found, 0)


def from_number(kind: RowLoss, target: Array, output: Array) -> Array:
    """The loss of each output whose target is a number of its own."""
    if kind is RowLoss.MSE:
        return jnp.square(target - output)
    if kind is RowLoss.MAE:
        return jnp.abs(target - output)
    if kind is RowLoss.BINARY_CE_LOGITS:
        values = target * jax.nn.softplus(-output) + (1 - target) * jax.nn.softplus(output)
    else:
        output = _inside(output)
        values = -(target * jnp.log(output) + (1 - target) * jnp.log(1 - output))
    return fusion_barrier(values)


def _inside(probability: Array) -> Array:
    return jnp.clip(probability, epsilon(), 1 - epsilon())


def top1_match(target: Any, output: Any, by_class: bool) -> Array | None:
    """1 where the largest of a row's outputs is that of its class, else 0; None: not in C.

    Targets are numbers of classes if ``by_class``, else a share for each.
    """
    expected = output.shape[: -1 if by_class else None]
    if not _suits(output, RowLoss.SPARSE_CE) or target.shape != expected:
        return None
    rows = output.reshape(-1, output.shape[-1])
    target = target.astype("float32").reshape(rows.shape[: 1 if by_class else 2])
    target, rows = jax.lax.stop_gradient(target), jax.lax.stop_gradient(rows)
    results = float32(rows.shape[0])
    found = _TOP1_MATCH(target, rows, results=results, how=integers())
    return found.reshape(output.shape[:-1])
