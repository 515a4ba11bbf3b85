"""Classes as vectors, and how far a predicted distribution is from the true one."""

from typing import Any

import jax
import jax.numpy as jnp

from lurnet.core.errors import BadValue
from lurnet.core.settings import epsilon
from lurnet.core.symbolic import Tensor, op
from lurnet.ops.arithmetic import as_float
from lurnet.ops.kinds import DType, chosen
from lurnet.ops.lowering.apart import computed_apart


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


def _probabilities(output: Tensor, axis: int) -> Tensor:
    """Numbers that sum to 1 along an axis, kept away from 0 and 1."""
    return _inside(output / jnp.sum(output, axis, keepdims=True))


def _inside(probability: Tensor) -> Tensor:
    return jnp.clip(probability, epsilon(), 1 - epsilon())


def _logarithms(output: Tensor, from_logits: bool, axis: int) -> Tensor:
    output = as_float(output)
    if from_logits:
        return jax.nn.log_softmax(output, axis)
    return jnp.log(_probabilities(output, axis))


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
    return -jnp.sum(target * _logarithms(output, from_logits, axis), axis)


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
    target, output = jnp.asarray(target).astype("int32"), jnp.asarray(output)
    if target.ndim == output.ndim and target.shape[-1] == 1:
        target = jnp.squeeze(target, -1)
    expected = list(output.shape)
    del expected[axis]
    if list(target.shape) != expected:
        raise BadValue(
            f"For `output` of shape {output.shape}, integer `target` must have shape "
            f"{tuple(expected)}, but it has {target.shape}."
        )
    output, classes = as_float(output), output.shape[axis]
    true = jax.nn.one_hot(target, classes, axis=axis, dtype=output.dtype)
    if from_logits:
        return -jnp.sum(true * _logarithms(output, from_logits, axis), axis)
    # Only the true class counts: what follows is done for each sample, not for each class.
    probability = jnp.sum(true * output, axis) / jnp.sum(output, axis)
    found = -jnp.log(_inside(probability))
    return jnp.where((target >= 0) & (target < classes), found, 0)


@op
def binary_crossentropy(target: Tensor, output: Tensor, from_logits: bool = False) -> Tensor:
    """-(target * log(output) + (1 - target) * log(1 - output)), elementwise.

    With ``from_logits``, ``output`` goes through a sigmoid first.

    >>> print(binary_crossentropy([1.0, 0.0], [0.5, 0.25]))
    [0.6931472 0.2876821]
    """
    target, output = jnp.asarray(target), as_float(output)
    _same_shape(target.shape, output.shape)
    if from_logits:
        values = target * jax.nn.softplus(-output) + (1 - target) * jax.nn.softplus(output)
    else:
        output = _inside(output)
        values = -(target * jnp.log(output) + (1 - target) * jnp.log(1 - output))
    return computed_apart(values)


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
