"""Random numbers: distributions, and the seeds they draw from."""

import jax
import jax.numpy as jnp

from lurnet.core.dtypes import narrow
from lurnet.core.seeds import SeedGenerator as SeedGenerator
from lurnet.core.seeds import draw_seed
from lurnet.core.symbolic import op


def _key(seed):
    return jax.random.wrap_key_data(draw_seed(seed), impl="threefry2x32")


def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    dtype = narrow(dtype)
    return jax.random.normal(_key(seed), shape, dtype) * jnp.asarray(stddev, dtype) + jnp.asarray(mean, dtype)


def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    return jax.random.uniform(_key(seed), shape, narrow(dtype), minval, maxval)


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    dtype = narrow(dtype)
    return jax.random.truncated_normal(_key(seed), -2.0, 2.0, shape, dtype) * jnp.asarray(stddev, dtype) + jnp.asarray(mean, dtype)


def randint(shape, minval, maxval, dtype="int32", seed=None):
    return jax.random.randint(_key(seed), shape, minval, maxval, narrow(dtype))


@op
def categorical(logits, num_samples, dtype="int32", seed=None):
    out = jax.random.categorical(_key(seed), logits[..., None, :], shape=(*logits.shape[:-1], num_samples))
    return out.astype(narrow(dtype))


@op
def dropout(inputs, rate, noise_shape=None, seed=None):
    keep = jax.random.bernoulli(_key(seed), 1 - rate, noise_shape or inputs.shape)
    return jnp.where(keep, inputs / (1 - rate), 0).astype(inputs.dtype)


@op
def shuffle(x, axis=0, seed=None):
    return jax.random.permutation(_key(seed), x, axis)
