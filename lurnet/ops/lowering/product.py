"""Matrix products whose gradient is fast on CPU."""

import jax
import jax.numpy as jnp
from jax import Array, lax

from lurnet.ops import native
from lurnet.ops.lowering.choice import in_c, own_forms

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
    if in_c(left.dtype, left.size, right.size):
        return _tall_in_c(left, right)
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


def flat_product(left: Array, right: Array) -> Array:
    """``left @ right`` for (n, k) and (k, m): (n, m)."""
    return (_product_in_c if in_c(left.dtype, left.size, right.size) else jnp.matmul)(left, right)


# The two in C are each other's derivatives, so that those of every order exist.


@jax.custom_vjp
def _product_in_c(left: Array, right: Array) -> Array:
    return native.product(left, right)


@jax.custom_vjp
def _tall_in_c(left: Array, right: Array) -> Array:
    return native.tall_product(left, right)


def _tall_gradient(saved: tuple[Array, Array], y: Array) -> tuple[Array, Array]:
    left, right = saved
    return _product_in_c(right, y.T), _product_in_c(left, y)


@jax.custom_vjp
def _product(x: Array, kernel: Array) -> Array:
    return x @ kernel


def _gradients(saved: tuple[Array, Array], y: Array) -> tuple[Array, Array]:
    x, kernel = saved
    return flat_product(y, kernel.T), tall_product(x, y)


for form, gradients in (
    (_product, _gradients),
    (_product_in_c, _gradients),
    (_tall_in_c, _tall_gradient),
):
    form.defvjp(lambda left, right, form=form: (form(left, right), (left, right)), gradients)


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
    form = _product_in_c if in_c(dtype, x.size, kernel.size) else _product
    return form(rows, kernel).reshape(*x.shape[:-1], kernel.shape[-1])
