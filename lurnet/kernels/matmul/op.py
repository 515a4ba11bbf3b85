"""Matrix products whose gradient is fast on CPU."""

import jax.numpy as jnp
from jax import Array, lax

from lurnet.kernels.common.call import Call, check_axes, float32
from lurnet.kernels.common.choice import in_c, own_forms
from lurnet.kernels.common.derived import derived

_MATMUL = Call("matmul")
_MATMUL_TN = Call("matmul_tn")
_MATMUL_NT = Call("matmul_nt")

VERY_NARROW = 16  #: up to here, transposing the narrow matrix itself is cheapest

# Rows from which the same holds for any width, and up to which the exchange alone pays. us in a
# loop, two CPU cores, plain | exchanged | narrow one transposed:
#   128 rows, 128 by 64: 47 | 32 | 31         512 rows, 288 by 64: 165 | 200 | 182
#   1568 rows, 576 by 128: 1894 | 2111 | 1554   6272 rows, 288 by 64: 2490 | 2412 | 2178
MANY_ROWS = 1536
FEW_ROWS = 256


# Numbers in the matrix on the right, or in the result of a tall product, up to which the library
# in C is faster, and rows up to which it is; us in a loop, C | the better of XLA's forms:
#   128 rows, 784 by 64: 49 | 97, tall 64 | 79      32 rows, 500 by 300: 50 | 78, tall 64 | 61
#   128 rows, 784 by 512: 359 | 377, tall 448 | 384   128 rows, 1024 by 1024: 1094 | 809, 1071 | 752
#   32 rows, 784 by 128: 31 | 39, tall 38 | 44        100,000 rows, 32 by 32: 2448 | 1269
IN_C, TALL_IN_C, FEW_TALL_IN_C = 2**19, 2**18, 2**17
MANY_ROWS_IN_C = 2**15
# Fewer columns leave most of a register empty, which costs more than XLA's loops save if there are
# many rows of them; tall, us, C | XLA:
#   512 rows, 300 by 16: 20 | 68, 128 rows, 1152 by 10: 38 | 46, 32 rows, 300 by 10: 4.9 | 1.9,
#   500 by 1: 6.2 | 0.9
FEW_COLUMNS, WIDE = 4, 128

# One row has a loop of its own in the library. us, C | XLA:
#   1 row, 784 by 64: 1.4 | 1.9, 784 by 10: 0.6 | 3.0, 500 by 300: 7.0 | 6.2, 784 by 500: 23 | 22,
#   512 by 512: 12.2 | 11.5, 1024 by 128: 5.9 | 5.5
#   3 rows, 784 by 64: 2.6 | 2.1, 500 by 300: 9.4 | 7.8, 784 by 500: 25 | 34, 1024 by 128: 5.7 | 17


def matmul_tn(left: Array, right: Array) -> Array:
    """``left.T @ right`` for tall matrices (n, p) and (n, q): (p, q).

    XLA's CPU product is often faster with the narrower matrix first. The barriers keep the compiler
    from undoing the exchange.
    """
    (rows, wide), narrow = left.shape, right.shape[1]
    limit = FEW_TALL_IN_C if rows < 64 else TALL_IN_C
    fills = narrow >= FEW_COLUMNS or wide <= WIDE
    if fills and wide * narrow <= limit and in_c(left.dtype, left.size, right.size):
        return _tn_in_c(left, right)
    if 2 * narrow > wide:
        return _contract_rows(left, right)
    if narrow <= VERY_NARROW or rows >= MANY_ROWS:
        return lax.optimization_barrier(lax.optimization_barrier(right.T) @ left).T
    if rows < FEW_ROWS:
        return lax.optimization_barrier(_contract_rows(right, left)).T
    return _contract_rows(left, right)


def _contract_rows(left: Array, right: Array) -> Array:
    return lax.dot_general(left, right, (((0,), (0,)), ((), ())))


def matmul_nn(left: Array, right: Array) -> Array:
    """``left @ right`` for (n, k) and (k, m): (n, m)."""
    return (_nn_in_c if _suits_c(left, right) else jnp.matmul)(left, right)


def _suits_c(left: Array, right: Array) -> bool:
    known = in_c(left.dtype, left.size, right.size)
    return known and right.size <= IN_C and left.shape[0] <= MANY_ROWS_IN_C


def matmul_nt(left: Array, right: Array) -> Array:
    """``left @ right.T`` for (n, k) and (m, k): (n, m)."""
    return _nt_in_c(left, right) if _suits_c(left, right) else left @ right.T


# Those in C are each other's derivatives, so that those of every order exist.


@derived()
def _nn_in_c(left: Array, right: Array) -> Array:
    check_axes(left, right, 1, 0)
    return _MATMUL(left, right, results=float32(left.shape[0], right.shape[1]))


@derived()
def _tn_in_c(left: Array, right: Array) -> Array:
    check_axes(left, right, 0, 0)
    return _MATMUL_TN(left, right, results=float32(left.shape[1], right.shape[1]))


@derived()
def _nt_in_c(left: Array, right: Array) -> Array:
    check_axes(left, right, 1, 1)
    (n, depth), m = left.shape, right.shape[0]
    return _MATMUL_NT(left, right, results=(float32(n, m), float32(depth, m)))[0]


def _nt_gradients(saved: tuple[Array, Array], y: Array) -> tuple[Array, Array]:
    left, right = saved
    return matmul_nn(y, right), matmul_tn(y, left)


def _tn_gradients(saved: tuple[Array, Array], y: Array) -> tuple[Array, Array]:
    left, right = saved
    return matmul_nt(right, y), matmul_nn(left, y)


@derived()
def _matmul(x: Array, kernel: Array) -> Array:
    return x @ kernel


def _nn_gradients(saved: tuple[Array, Array], y: Array) -> tuple[Array, Array]:
    x, kernel = saved
    return matmul_nt(y, kernel), matmul_tn(x, y)


for form, gradients in (
    (_matmul, _nn_gradients),
    (_nn_in_c, _nn_gradients),
    (_tn_in_c, _tn_gradients),
    (_nt_in_c, _nt_gradients),
):
    form.define_linear(2, gradients)


def matmul(x: Array, kernel: Array) -> Array:
    """``x @ kernel`` for x (..., d) and kernel (d, units): (..., units), with a fast gradient.

    >>> matmul(jnp.ones((2, 3)), jnp.ones((3, 1))).tolist()
    [[3.0], [3.0]]
    """
    dtype = jnp.result_type(x, kernel)
    x, kernel = jnp.asarray(x, dtype), jnp.asarray(kernel, dtype)
    if not own_forms(dtype, x.size, kernel.size):
        return x @ kernel
    rows = x.reshape(-1, x.shape[-1])
    form = _nn_in_c if _suits_c(rows, kernel) else _matmul
    return form(rows, kernel).reshape(*x.shape[:-1], kernel.shape[-1])
