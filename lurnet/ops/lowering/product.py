"""Matrix products whose gradient is fast on CPU."""

import jax
import jax.numpy as jnp
from jax import Array, lax

from lurnet.ops.lowering.choice import own_forms

VERY_NARROW = 16  #: up to here, transposing the narrow matrix itself is cheapest

# Rows from which the same holds for any width, and up to which the exchange alone pays. us in a
# loop, two CPU cores, plain | exchanged | narrow one transposed:
#   128 rows, 128 by 64: 47 | 32 | 31         512 rows, 288 by 64: 165 | 200 | 182
#   1568 rows, 576 by 128: 1894 | 2111 | 1554   6272 rows, 288 by 64: 2490 | 2412 | 2178
MANY_ROWS = 1536
FEW_ROWS = 256


def tall_product(left: Array, right: Array) -> Array:
    """``left.T @ right`` for tall matrices (n, p) and (n, q): (p, q).

    XLA's CPU product is often faster with the narrower matrix first. The barriers keep the compiler
    from undoing the exchange.
    """
    (rows, wide), narrow = left.shape, right.shape[1]
    if 2 * narrow > wide:
        return _contract_rows(left, right)
    if narrow <= VERY_NARROW or rows >= MANY_ROWS:
        return lax.optimization_barrier(lax.optimization_barrier(right.T) @ left).T
    if rows < FEW_ROWS:
        return lax.optimization_barrier(_contract_rows(right, left)).T
    return _contract_rows(left, right)


def _contract_rows(left: Array, right: Array) -> Array:
    return lax.dot_general(left, right, (((0,), (0,)), ((), ())))


@jax.custom_vjp
def _product(x: Array, kernel: Array) -> Array:
    return x @ kernel


def _forward(x: Array, kernel: Array) -> tuple[Array, tuple[Array, Array]]:
    return x @ kernel, (x, kernel)


def _backward(saved: tuple[Array, Array], gradient: Array) -> tuple[Array, Array]:
    x, kernel = saved
    return gradient @ kernel.T, tall_product(x, gradient)


_product.defvjp(_forward, _backward)


def product(x: Array, kernel: Array) -> Array:
    """``x @ kernel`` for x (..., d) and kernel (d, units): (..., units), with a fast gradient.

    >>> product(jnp.ones((2, 3)), jnp.ones((3, 1))).tolist()
    [[3.0], [3.0]]
    """
    dtype = jnp.result_type(x, kernel)
    x, kernel = jnp.asarray(x, dtype), jnp.asarray(kernel, dtype)
    if not own_forms(dtype, x.size, kernel.size):
        return x @ kernel
    rows = x.reshape(-1, x.shape[-1])
    return _product(rows, kernel).reshape(*x.shape[:-1], kernel.shape[-1])
