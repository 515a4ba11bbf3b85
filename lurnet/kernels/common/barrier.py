"""Values that are computed before they are added up."""

import jax.numpy as jnp
from jax import Array, lax

from lurnet.kernels.common.choice import own_forms


def fusion_barrier(x: Array) -> Array:
    """`x`, which no sum takes into itself where that is slow: images of one channel, on CPU.

    XLA's sums take in what made the numbers, and where the last axis is 1 they go through them one
    by one. Rounding to the precision that they have anyway changes no number, and stays outside.
    Binary cross-entropy and its mean, (32, 28, 28, 1): 798 us inside, 52 apart.

    >>> fusion_barrier(jnp.ones((2, 2, 1))).shape
    (2, 2, 1)
    """
    slow = x.ndim > 2 and x.shape[-1] == 1 and x.dtype == jnp.float32
    return lax.reduce_precision(x, 8, 23) if slow and own_forms(x.dtype, x.size) else x
