"""Classes as vectors, and how far a predicted distribution is from the true one."""

from typing import Any

import jax
import jax.numpy as jnp

from lurnet.core.errors import BadValue
from lurnet.core.symbolic import Tensor, op
from lurnet.kernels.loss_rows.op import RowLoss, from_number, loss_rows
from lurnet.ops.arithmetic import as_float
from lurnet.ops.kinds import DType, chosen

__all__ = [
    "one_hot", "multi_hot", "categorical_crossentropy", "sparse_categorical_crossentropy",
    "binary_crossentropy", "psnr",
]  # fmt: skip


@op
def one_hot(
    x: Tensor, num_classes: int, axis: int = -1, dtype: DType = None, sparse: bool = False
) -> Tensor:
    """A 1 at the place that each integer says and 0 elsewhere; all 0 for one out of range.

    ``sparse`` is kept for compatibility: the result is always dense.

    >>> one_hot([0, 2], 3).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    return jax.nn.one_hot(jnp.asarray(x), num_classes, axis=axis, dtype=chosen(dtype))


@op
def multi_hot(
    inputs: Tensor,
    num_classes: int | None = None,
    axis: int = -1,
    dtype: DType = None,
    sparse: bool = False,
    **kwargs: Any,
) -> Tensor:
    """A 1 at each place that the integers of a row say, 0 elsewhere.

    ``sparse`` is kept for compatibility: the result is always dense.

    >>> multi_hot([[0, 2], [1, 1]], 3).tolist()
    [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    number = kwargs.get("num_tokens", num_classes)
    if number is None:
        raise BadValue("multi_hot() needs `num_classes`, the number of classes.")
    inputs = jnp.asarray(inputs)
    ones = jax.nn.one_hot(inputs, number, axis=axis, dtype=chosen(dtype))
    return jnp.max(ones, 1 if inputs.ndim > 1 else 0)


def _last(x: Tensor, axis: int) -> Tensor:
    """The axis of classes last, where it is not."""
    return x if axis in (-1, x.ndim - 1) else jnp.moveaxis(x, axis, -1)


def _same_shape(target: tuple, output: tuple) -> None:
    if target != output:
        raise BadValue(
            f"`target` must have the shape of `output`, {output}, but it has {target}. Integer "
            "classes go into sparse_categorical_crossentropy()."
        )


@op
def categorical_crossentropy(
    target: Tensor, output: Tensor, from_logits: bool = False, axis: int = -1
) -> Tensor:
    """-sum(target * log(output)) along an axis, where both are distributions over the classes.

    ``output`` is divided by its sum, or, with ``from_logits``, put through softmax.

    >>> print(categorical_crossentropy([0.0, 1.0], [0.5, 0.5]))
    0.6931472
    """
    target, output = jnp.asarray(target), jnp.asarray(output)
    _same_shape(target.shape, output.shape)
    if target.ndim < 1:
        raise BadValue("`target` and `output` must have an axis of classes, but they are numbers.")
    kind = RowLoss.DENSE_CE_LOGITS if from_logits else RowLoss.DENSE_CE
    return loss_rows(_last(target, axis), _last(as_float(output), axis), kind)


@op
def sparse_categorical_crossentropy(
    target: Tensor, output: Tensor, from_logits: bool = False, axis: int = -1
) -> Tensor:
    """-log(output) at the true class, for integer classes; 0 where one is out of range.

    ``output`` is as in ``categorical_crossentropy``; ``target`` has its shape without the axis of
    classes, or with size 1 there.

    >>> print(sparse_categorical_crossentropy([1], [[0.5, 0.5]]))
    [0.6931472]
    """
    target, output = jnp.asarray(target), jnp.asarray(output)
    if target.ndim == output.ndim and target.shape[-1] == 1:
        target = jnp.squeeze(target, -1)
    expected = list(output.shape)
    del expected[axis]
    if list(target.shape) != expected:
        raise BadValue(
            f"For `output` of shape {output.shape}, integer `target` must have shape "
            f"{tuple(expected)}, but it has {target.shape}."
        )
    kind = RowLoss.SPARSE_CE_LOGITS if from_logits else RowLoss.SPARSE_CE
    return loss_rows(target, _last(as_float(output), axis), kind)


@op
def binary_crossentropy(target: Tensor, output: Tensor, from_logits: bool = False) -> Tensor:
    """-(target * log(output) + (1 - target) * log(1 - output)), elementwise.

    With ``from_logits``, ``output`` goes through a sigmoid first.

    >>> print(binary_crossentropy([1.0, 0.0], [0.5, 0.25]))
    [0.6931472 0.2876821]
    """
    target, output = jnp.asarray(target), as_float(output)
    _same_shape(target.shape, output.shape)
    kind = RowLoss.BINARY_CE_LOGITS if from_logits else RowLoss.BINARY_CE
    return from_number(kind, target, output)


@op
def psnr(x1: Tensor, x2: Tensor, max_val: float) -> Tensor:
    """Peak signal-to-noise ratio in decibels, 20 log10(max_val) - 10 log10(mean((x1 - x2)²)).

    >>> print(psnr([1.0, 2.0], [1.0, 3.0], 2.0))
    9.030901
    """
    x1, x2 = jnp.asarray(x1), jnp.asarray(x2)
    _same_shape(x1.shape, x2.shape)
    error = jnp.mean(jnp.square(x1 - x2))
    return 20 * jnp.log10(jnp.asarray(max_val, x1.dtype)) - 10 * jnp.log10(error)
