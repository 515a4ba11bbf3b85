"""Comparisons, truth values, bits, and what kind of number an element is."""

import jax.numpy as jnp

from lurnet.core.symbolic import Tensor, op

__all__ = [
    "equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "isclose", "allclose",
    "isin", "logical_and", "logical_or", "logical_xor", "logical_not", "bitwise_and", "bitwise_or",
    "bitwise_xor", "bitwise_not", "bitwise_invert", "left_shift", "right_shift",
    "bitwise_left_shift", "bitwise_right_shift", "isfinite", "isinf", "isnan", "isposinf",
    "isneginf", "isreal",
]  # fmt: skip


@op
def equal(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 == x2, elementwise.

    >>> equal([1, 2], 2).tolist()
    [False, True]
    """
    return jnp.equal(x1, x2)


@op
def not_equal(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 != x2, elementwise.

    >>> not_equal([1, 2], 2).tolist()
    [True, False]
    """
    return jnp.not_equal(x1, x2)


@op
def less(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 < x2, elementwise.

    >>> less([1, 2], 2).tolist()
    [True, False]
    """
    return jnp.less(x1, x2)


@op
def less_equal(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 <= x2, elementwise.

    >>> less_equal([1, 2], 2).tolist()
    [True, True]
    """
    return jnp.less_equal(x1, x2)


@op
def greater(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 > x2, elementwise.

    >>> greater([1, 3], 2).tolist()
    [False, True]
    """
    return jnp.greater(x1, x2)


@op
def greater_equal(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 >= x2, elementwise.

    >>> greater_equal([1, 2], 2).tolist()
    [False, True]
    """
    return jnp.greater_equal(x1, x2)


@op
def isclose(
    x1: Tensor, x2: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Tensor:
    """abs(x1 - x2) <= atol + rtol * abs(x2), elementwise.

    >>> isclose([1.0, 1.1], 1.0).tolist()
    [True, False]
    """
    return jnp.isclose(x1, x2, rtol, atol, equal_nan)


@op
def allclose(
    x1: Tensor, x2: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Tensor:
    """Whether all elements are close, see ``isclose``.

    >>> bool(allclose([1.0, 1.1], 1.0))
    False
    """
    return jnp.allclose(x1, x2, rtol, atol, equal_nan)


@op
def isin(x1: Tensor, x2: Tensor, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Whether each element of x1 is somewhere in x2 (with ``invert``: is nowhere in it).

    >>> isin([1, 2, 3], [2, 4]).tolist()
    [False, True, False]
    """
    return jnp.isin(x1, x2, assume_unique, invert)


@op
def logical_and(x1: Tensor, x2: Tensor) -> Tensor:
    """Whether both are true (not zero), elementwise.

    >>> logical_and([True, False], True).tolist()
    [True, False]
    """
    return jnp.logical_and(x1, x2)


@op
def logical_or(x1: Tensor, x2: Tensor) -> Tensor:
    """Whether one is true (not zero), elementwise.

    >>> logical_or([True, False], False).tolist()
    [True, False]
    """
    return jnp.logical_or(x1, x2)


@op
def logical_xor(x1: Tensor, x2: Tensor) -> Tensor:
    """Whether exactly one is true (not zero), elementwise.

    >>> logical_xor([True, False], True).tolist()
    [False, True]
    """
    return jnp.logical_xor(x1, x2)


@op
def logical_not(x: Tensor) -> Tensor:
    """Whether x is false (zero), elementwise.

    >>> logical_not([True, False]).tolist()
    [False, True]
    """
    return jnp.logical_not(x)


@op
def bitwise_and(x: Tensor, y: Tensor) -> Tensor:
    """The bits set in both integers.

    >>> int(bitwise_and(6, 3))
    2
    """
    return jnp.bitwise_and(x, y)


@op
def bitwise_or(x: Tensor, y: Tensor) -> Tensor:
    """The bits set in one or both of the integers.

    >>> int(bitwise_or(6, 3))
    7
    """
    return jnp.bitwise_or(x, y)


@op
def bitwise_xor(x: Tensor, y: Tensor) -> Tensor:
    """The bits set in exactly one of the integers.

    >>> int(bitwise_xor(6, 3))
    5
    """
    return jnp.bitwise_xor(x, y)


@op
def bitwise_not(x: Tensor) -> Tensor:
    """All bits turned over, -x - 1; for booleans, not x.

    >>> bitwise_not([0, 5]).tolist()
    [-1, -6]
    """
    return jnp.bitwise_not(x)


@op
def bitwise_invert(x: Tensor) -> Tensor:
    """All bits turned over; the same as ``bitwise_not``.

    >>> bitwise_invert([0, 5]).tolist()
    [-1, -6]
    """
    return jnp.bitwise_invert(x)


@op
def left_shift(x: Tensor, y: Tensor) -> Tensor:
    """x * 2**y for integers, by moving bits.

    >>> int(left_shift(3, 2))
    12
    """
    return jnp.left_shift(x, y)


@op
def right_shift(x: Tensor, y: Tensor) -> Tensor:
    """floor(x / 2**y) for integers, by moving bits.

    >>> int(right_shift(12, 2))
    3
    """
    return jnp.right_shift(x, y)


@op
def bitwise_left_shift(x: Tensor, y: Tensor) -> Tensor:
    """x * 2**y for integers; the same as ``left_shift``.

    >>> int(bitwise_left_shift(3, 2))
    12
    """
    return jnp.left_shift(x, y)


@op
def bitwise_right_shift(x: Tensor, y: Tensor) -> Tensor:
    """floor(x / 2**y) for integers; the same as ``right_shift``.

    >>> int(bitwise_right_shift(12, 2))
    3
    """
    return jnp.right_shift(x, y)


@op
def isfinite(x: Tensor) -> Tensor:
    """Whether x is a number, neither NaN nor infinite.

    >>> isfinite([1.0, float("nan")]).tolist()
    [True, False]
    """
    return jnp.isfinite(x)


@op
def isinf(x: Tensor) -> Tensor:
    """Whether x is infinite.

    >>> isinf([1.0, float("inf")]).tolist()
    [False, True]
    """
    return jnp.isinf(x)


@op
def isnan(x: Tensor) -> Tensor:
    """Whether x is NaN.

    >>> isnan([1.0, float("nan")]).tolist()
    [False, True]
    """
    return jnp.isnan(x)


@op
def isposinf(x: Tensor) -> Tensor:
    """Whether x is +∞.

    >>> isposinf([1.0, float("inf")]).tolist()
    [False, True]
    """
    return jnp.isposinf(x)


@op
def isneginf(x: Tensor) -> Tensor:
    """Whether x is -∞.

    >>> isneginf([1.0, -float("inf")]).tolist()
    [False, True]
    """
    return jnp.isneginf(x)


@op
def isreal(x: Tensor) -> Tensor:
    """Whether x has no imaginary part.

    >>> isreal([1.0, 1j]).tolist()
    [True, False]
    """
    return jnp.isreal(x)
