"""Matrix products whose gradient is fast on CPU."""

import jax.numpy as jnp
from jax import Array, lax

from lurnet.kernels.common.call import Call, check_axes, float32
from lurnet.kernels.common.choice import in_c, own_forms
from lurnet.kernels.common.derived import derived
from lurnet.kernels.costs import costs

_MATMUL = Call("matmul")
_MATMUL_TN = Call("matmul_tn")
_MATMUL_NT = Call("matmul_nt")


def matmul_tn(left: Array, right: Array) -> Array:
    """``left.T @ right`` for tall matrices (n, p) and (n, q): (p, q).

    XLA's CPU product is often faster with the narrower matrix first. The barriers keep the compiler
    from undoing the exchange.
    """
    (rows, wide), narrow = left.shape, right.shape[1]
    limit = costs().matmul_tn_in_c_few if rows < 64 else costs().matmul_tn_in_c
    fills = narrow >= costs().matmul_tn_columns or wide <= costs().matmul_tn_height
    if fills and wide * narrow <= limit and in_c(left.dtype, left.size, right.size):
        return _tn_in_c(left, right)
    if 2 * narrow > wide:
        return _contract_rows(left, right)
    if narrow <= costs().matmul_narrow or rows >= costs().matmul_exchanged_rows:
        return lax.optimization_barrier(lax.optimization_barrier(right.T) @ left).T
    if rows < costs().matmul_swapped_rows:
        return lax.optimization_barrier(_contract_rows(right, left)).T
    return _contract_rows(left, right)


def _contract_rows(left: Array, right: Array) -> Array:
    return lax.dot_general(left, right, (((0,), (0,)), ((), ())))


def matmul_nn(left: Array, right: Array) -> Array:
    """``left @ right`` for (n, k) and (k, m): (n, m)."""
    return (_nn_in_c if _suits_c(left, right) else jnp.matmul)(left, right)


def _suits_c(left: Array, right: Array) -> bool:
    known = in_c(left.dtype, left.size, right.size)
    return known and right.size <= costs().matmul_in_c and left.shape[0] <= costs().matmul_in_c_rows


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
