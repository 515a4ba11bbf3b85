"""Dropout, and its random bits: a hash of a counter, keyed.

Each element's number is mixed with the key, twice, by the finalizer of MurmurHash3 (Appleby 2011).
It is no generator for cryptography; it costs next to nothing to run, in the library's loop or fused
into what uses it, and compiles in half the time of JAX's threefry.
"""

import jax.numpy as jnp
from jax import Array, lax

from lurnet.kernels.common.call import Call, float32
from lurnet.kernels.common.choice import in_c
from lurnet.kernels.common.derived import derived

_DROPOUT = Call("dropout")

FIRST = 0x85EBCA6B
SECOND = 0xC2B2AE35
GOLDEN = 0x9E3779B1  #: odd, near 2**32 / golden ratio: sends neighbours far apart


def uniform_bits(key: Array, shape: tuple[int, ...]) -> Array:
    """Uniform uint32 of `shape`, a function of `key` (two uint32) and of the position alone.

    >>> uniform_bits(jnp.array([1, 2], jnp.uint32), (2,)).dtype.name
    'uint32'
    """
    first, second = jnp.asarray(key, jnp.uint32)
    # Both words go into both, so that no two keys give the same stream shifted by some positions.
    start = _finalized(first ^ _finalized(second + jnp.uint32(GOLDEN)))
    twist = _finalized(second ^ _finalized(start + jnp.uint32(GOLDEN)))
    return _finalized(_finalized(_counters(shape) * jnp.uint32(GOLDEN) + start) ^ twist)


def keep_mask(key: Array, rate: float | Array, shape: tuple[int, ...]) -> Array:
    """Booleans of `shape`, each False with probability `rate`, in steps of 2**-32.

    >>> keep_mask(jnp.array([1, 2], jnp.uint32), 0.0, (3,)).tolist()
    [True, True, True]
    """
    if isinstance(rate, Array):
        return (uniform_bits(key, shape) >= (rate * 2.0**32).astype(jnp.uint32)) & (rate < 1)
    if rate >= 1:
        return jnp.zeros(shape, bool)
    return uniform_bits(key, shape) >= jnp.uint32(int(rate * 2**32))


def dropped(x: Array, key: Array, rate: float | Array) -> Array:
    """``x``, of which each element is 0 with probability `rate`, else divided by ``1 - rate``.

    >>> dropped(jnp.ones(3), jnp.array([1, 2], jnp.uint32), 0.0).tolist()
    [1.0, 1.0, 1.0]
    """
    sure = not isinstance(rate, Array) and rate >= 1
    if sure or not isinstance(x.size, int) or not in_c(x.dtype, x.size):
        return plain_dropped(x, key, rate)
    return _in_c(x, jnp.asarray(key, jnp.uint32), jnp.asarray(rate, jnp.float32))


def plain_dropped(
    x: Array, key: Array, rate: float | Array, shape: tuple[int, ...] | None = None
) -> Array:
    """The same in JAX; along axes where `shape` has size 1, elements share one fate."""
    keep = keep_mask(key, rate, x.shape if shape is None else shape)
    sure = not isinstance(rate, Array) and rate == 1
    scaled = x if sure else x / jnp.asarray(1 - rate, x.dtype)
    return jnp.where(keep, scaled, jnp.zeros((), x.dtype))


@derived()
def _in_c(x: Array, key: Array, rate: Array) -> Array:
    return _DROPOUT(x, key, rate, results=float32(*x.shape))


def _forward(x: Array, key: Array, rate: Array) -> tuple[Array, tuple]:
    y = _in_c(x, key, rate)
    return y, (y, key, rate)


def _backward(saved: tuple[Array, Array, Array], g: Array) -> tuple[Array, None, Array]:
    """Linear in x: the gradient is dropped alike."""
    y, key, rate = saved
    return _in_c(g, key, rate), None, jnp.sum(g * y) / (1 - rate)


def _tangent(saved: tuple, x: Array | None, _: None, rate: Array | None) -> Array:
    y, key, at = saved
    moved = jnp.zeros_like(y) if x is None else _in_c(x, key, at)
    return moved if rate is None else moved + y * (rate / (1 - at))


_in_c.define(_forward, _tangent, _backward)


def _counters(shape: tuple[int, ...]) -> Array:
    """Position of each element in C order, written without a reshape so that it fuses."""
    total, step = jnp.zeros(shape, jnp.uint32), 1
    for axis in reversed(range(len(shape))):
        total = total + lax.broadcasted_iota(jnp.uint32, shape, axis) * jnp.uint32(step)
        step = step * shape[axis] % 2**32
    return total


def _finalized(bits: Array) -> Array:
    bits = (bits ^ (bits >> 16)) * jnp.uint32(FIRST)
    bits = (bits ^ (bits >> 13)) * jnp.uint32(SECOND)
    return bits ^ (bits >> 16)
