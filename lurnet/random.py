"""Random numbers.

``seed`` is an int (the same numbers each time), a SeedGenerator (new ones each time), or None (the
global generator, see ``lurnet.utils.set_random_seed``). ``dtype`` None is ``floatx()``.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from lurnet.core.dtypes import is_float, narrow
from lurnet.core.errors import BadValue
from lurnet.core.seeds import SeedGenerator as SeedGenerator
from lurnet.core.seeds import draw_seed
from lurnet.core.symbolic import Tensor, op
from lurnet.kernels.dropout.op import dropped, plain_dropped

Seed = int | SeedGenerator | None
Shape = Sequence[int]
DType = Any


def _key(seed: Seed) -> Any:
    return jax.random.wrap_key_data(draw_seed(seed), impl="threefry2x32")


def _float(dtype: DType) -> str:
    name = narrow(dtype)
    if not is_float(name):
        raise BadValue(f"`dtype` must be a float type here, but it is {dtype!r}: use randint().")
    return name


def normal(
    shape: Shape,
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: DType = None,
    seed: Seed = None,
) -> Tensor:
    """Numbers from a normal distribution.

    >>> normal((2, 3), seed=1).shape
    (2, 3)
    """
    dtype = _float(dtype)
    drawn = jax.random.normal(_key(seed), tuple(shape), dtype)
    return drawn * jnp.asarray(stddev, dtype) + jnp.asarray(mean, dtype)


def uniform(
    shape: Shape,
    minval: float = 0.0,
    maxval: float = 1.0,
    dtype: DType = None,
    seed: Seed = None,
) -> Tensor:
    """Numbers equally likely anywhere in [minval, maxval).

    >>> bool((uniform((100,), 2.0, 3.0, seed=1) >= 2.0).all())
    True
    """
    return jax.random.uniform(_key(seed), tuple(shape), _float(dtype), minval, maxval)


def randint(
    shape: Shape, minval: int, maxval: int, dtype: DType = "int32", seed: Seed = None
) -> Tensor:
    """Integers equally likely anywhere in [minval, maxval).

    >>> sorted(set(randint((100,), 0, 3, seed=1).tolist()))
    [0, 1, 2]
    """
    name = narrow(dtype)
    if "int" not in name:
        raise BadValue(f"`dtype` must be an integer type, but it is {dtype!r}: use uniform().")
    return jax.random.randint(_key(seed), tuple(shape), minval, maxval, name)


def truncated_normal(
    shape: Shape,
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: DType = None,
    seed: Seed = None,
) -> Tensor:
    """Numbers from a normal distribution cut off at two standard deviations from the mean.

    >>> bool((abs(truncated_normal((100,), seed=1)) < 2).all())
    True
    """
    dtype = _float(dtype)
    drawn = jax.random.truncated_normal(_key(seed), -2.0, 2.0, tuple(shape), dtype)
    return drawn * jnp.asarray(stddev, dtype) + jnp.asarray(mean, dtype)


@op
def categorical(
    logits: Tensor, num_samples: int, dtype: DType = "int32", seed: Seed = None
) -> Tensor:
    """Classes drawn from the distributions softmax(logits), (b, classes) -> (b, num_samples).

    >>> categorical([[0.0, 100.0]], 3, seed=1).tolist()
    [[1, 1, 1]]
    """
    logits = jnp.asarray(logits)
    shape = (*logits.shape[:-1], num_samples)
    drawn = jax.random.categorical(_key(seed), logits[..., None, :], shape=shape)
    return drawn.astype(narrow(dtype))


@op
def dropout(
    inputs: Tensor, rate: float, noise_shape: Shape | None = None, seed: Seed = None
) -> Tensor:
    """Each element 0 with probability ``rate``, else divided by ``1 - rate``.

    Along the axes where ``noise_shape`` has size 1, all elements share one fate; None in it is
    the size of ``inputs``.

    >>> sorted(set(dropout([1.0] * 100, 0.5, seed=1).tolist()))
    [0.0, 2.0]
    """
    known = isinstance(rate, (int, float))  # else it is an argument of the open program
    if known and not 0 <= rate <= 1:
        raise BadValue(f"`rate` must be in [0, 1], but it is {rate!r}.")
    inputs, key = jnp.asarray(inputs), draw_seed(seed)
    if noise_shape is None:
        return dropped(inputs, key, rate)
    pairs = zip(noise_shape, inputs.shape, strict=True)
    shape = tuple(own if size is None else size for size, own in pairs)
    return plain_dropped(inputs, key, rate, shape)


@op
def shuffle(x: Tensor, axis: int = 0, seed: Seed = None) -> Tensor:
    """The slices along an axis in random order.

    >>> sorted(shuffle([1, 2, 3], seed=1).tolist())
    [1, 2, 3]
    """
    return jax.random.permutation(_key(seed), jnp.asarray(x), axis)


@op
def gamma(shape: Shape, alpha: Tensor, dtype: DType = None, seed: Seed = None) -> Tensor:
    """Numbers from a gamma distribution with shape parameter ``alpha`` and scale 1.

    >>> bool((gamma((100,), 2.0, seed=1) > 0).all())
    True
    """
    return jax.random.gamma(_key(seed), jnp.asarray(alpha), tuple(shape), _float(dtype))


@op
def beta(
    shape: Shape, alpha: Tensor, beta: Tensor, dtype: DType = None, seed: Seed = None
) -> Tensor:
    """Numbers from a beta distribution, between 0 and 1.

    >>> bool((beta((100,), 2.0, 3.0, seed=1) < 1).all())
    True
    """
    a, b = jnp.asarray(alpha), jnp.asarray(beta)
    return jax.random.beta(_key(seed), a, b, tuple(shape), _float(dtype))


@op
def binomial(
    shape: Shape, counts: Tensor, probabilities: Tensor, dtype: DType = None, seed: Seed = None
) -> Tensor:
    """How many of ``counts`` trials succeed, each with a probability.

    >>> binomial((2,), 5.0, 1.0, seed=1).tolist()
    [5.0, 5.0]
    """
    counts, probabilities = jnp.asarray(counts), jnp.asarray(probabilities)
    return jax.random.binomial(_key(seed), counts, probabilities, tuple(shape), _float(dtype))
