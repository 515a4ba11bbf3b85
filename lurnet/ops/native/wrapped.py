"""NumPy arrays as JAX arrays, fast: what a plan computed is to leave as what a program gives."""

from collections.abc import Callable
from functools import cache

import jax
import jaxlib
import numpy as np
from jax import Array

Sizes = tuple[int, ...]


@cache
def wrapper(shape: Sizes) -> Callable[[np.ndarray], Array]:
    """What makes a JAX array of a float32 array of this shape that nobody will write to any more.

    us: `jax.device_put` 36, `jnp.asarray` 19, a compiled identity 8.4, what all of them call 4.9.
    That is not a promised interface, so it is tried before it is taken.

    >>> wrapper((2,))(np.ones(2, "float32")).tolist()
    [1.0, 1.0]
    """
    try:
        short = _short(shape)
        tried = short(np.ones(shape, np.float32))
    except (AttributeError, TypeError, ValueError, RuntimeError):  # another version's
        return jax.jit(lambda x: x)
    fits = isinstance(tried, Array) and tried.shape == shape and tried.dtype == np.float32
    works = fits and not tried.committed and (np.asarray(tried) == 1).all()
    return short if works else jax.jit(lambda x: x)


def _short(shape: Sizes) -> Callable[[np.ndarray], Array]:
    like = jax.device_put(np.zeros(shape, np.float32))
    kind, place, devices = jax.typeof(like), like.sharding, list(like.devices())
    put = jaxlib.xla_client.batched_device_put
    return lambda x: put(kind, place, [x], devices, False)
