"""The sum of all numbers of an array."""

import jax.numpy as jnp
from jax import Array

from lurnet.core.traced import is_traced
from lurnet.ops.lowering.choice import own_forms


def total(x: Array) -> Array:
    """The sum of all numbers; on CPU along the first axis last, the rest by a product with ones.

    XLA takes what made the numbers into the sum, and where the last axis is 1 goes through it one
    by one. us, one sum | so, with the errors of (32, 28, 28, 1): binary cross-entropy 933 | 35,
    squares 59 | 39.

    >>> float(total(jnp.ones((2, 3, 4))))
    24.0
    """
    if not is_traced(x) or x.ndim < 2 or x.dtype != jnp.float32 or not own_forms(x.dtype, x.size):
        return jnp.sum(x)
    rows = x.reshape(x.shape[0], -1)
    return jnp.sum(rows @ jnp.ones(rows.shape[1], x.dtype))
