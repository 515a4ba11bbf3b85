"""Arithmetic, element by element: sums, products, powers, rounding, the larger and the smaller."""

import jax.numpy as jnp

from lurnet.core.symbolic import Tensor, op
from lurnet.ops.kinds import DType, chosen

__all__ = [
    "add", "subtract", "multiply", "divide", "true_divide", "divide_no_nan", "floor_divide", "mod",
    "fmod", "power", "negative", "absolute", "abs", "fabs", "sign", "signbit", "reciprocal",
    "square", "sqrt", "cbrt", "hypot", "gcd", "lcm", "ldexp", "maximum", "minimum", "fmax", "fmin",
    "clip", "ceil", "floor", "trunc", "round", "nextafter", "heaviside", "real", "imag",
    "conjugate", "conj", "angle", "nan_to_num",
]  # fmt: skip


@op
def add(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 + x2, elementwise.

    >>> add([1, 2], 3).tolist()
    [4, 5]
    """
    return jnp.add(x1, x2)


@op
def subtract(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 - x2, elementwise.

    >>> subtract([1, 2], 3).tolist()
    [-2, -1]
    """
    return jnp.subtract(x1, x2)


@op
def multiply(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 * x2, elementwise.

    >>> multiply([1, 2], 3).tolist()
    [3, 6]
    """
    return jnp.multiply(x1, x2)


@op
def divide(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 / x2, elementwise; integers give floats.

    >>> divide([1, 2], 4).tolist()
    [0.25, 0.5]
    """
    return jnp.divide(x1, x2)


@op
def true_divide(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 / x2, elementwise; the same as ``divide``.

    >>> true_divide([1, 2], 4).tolist()
    [0.25, 0.5]
    """
    return jnp.true_divide(x1, x2)


@op
def divide_no_nan(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 / x2, elementwise, and 0 where x2 is 0.

    >>> divide_no_nan([1.0, 2.0], [0.0, 4.0]).tolist()
    [0.0, 0.5]
    """
    x2 = jnp.asarray(x2)
    zero = x2 == 0
    return jnp.where(zero, 0, jnp.divide(x1, jnp.where(zero, 1, x2)))


@op
def floor_divide(x1: Tensor, x2: Tensor) -> Tensor:
    """The largest integer not above x1 / x2.

    >>> floor_divide([5, -5], 2).tolist()
    [2, -3]
    """
    return jnp.floor_divide(x1, x2)


@op
def mod(x1: Tensor, x2: Tensor) -> Tensor:
    """Remainder of x1 / x2 with the sign of x2.

    >>> mod([5, -5], 3).tolist()
    [2, 1]
    """
    return jnp.mod(x1, x2)


@op
def fmod(x1: Tensor, x2: Tensor) -> Tensor:
    """Remainder of x1 / x2 with the sign of x1.

    >>> fmod([5, -5], 3).tolist()
    [2, -2]
    """
    return jnp.fmod(x1, x2)


@op
def power(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 to the power x2, elementwise.

    >>> power([2, 3], 2).tolist()
    [4, 9]
    """
    return jnp.power(x1, x2)


@op
def negative(x: Tensor) -> Tensor:
    """-x, elementwise.

    >>> negative([1, -2]).tolist()
    [-1, 2]
    """
    return jnp.negative(x)


@op
def absolute(x: Tensor) -> Tensor:
    """Size of each number: x or -x, and the modulus of a complex number.

    >>> absolute([1, -2]).tolist()
    [1, 2]
    """
    return jnp.absolute(x)


@op
def abs(x: Tensor) -> Tensor:
    """Size of each number; the same as ``absolute``.

    >>> abs([1, -2]).tolist()
    [1, 2]
    """
    return jnp.abs(x)


@op
def fabs(x: Tensor) -> Tensor:
    """Size of each real number, as a float.

    >>> fabs([1, -2]).tolist()
    [1.0, 2.0]
    """
    return jnp.fabs(x)


@op
def sign(x: Tensor) -> Tensor:
    """-1, 0 or 1, as the sign of x is.

    >>> sign([-3.0, 0.0, 2.0]).tolist()
    [-1.0, 0.0, 1.0]
    """
    return jnp.sign(x)


@op
def signbit(x: Tensor) -> Tensor:
    """Whether the sign of x is set: true for negative numbers and for -0.0.

    >>> signbit([-1.0, -0.0, 1.0]).tolist()
    [True, True, False]
    """
    return jnp.signbit(x)


@op
def reciprocal(x: Tensor) -> Tensor:
    """1 / x, elementwise.

    >>> reciprocal([2.0, 4.0]).tolist()
    [0.5, 0.25]
    """
    return jnp.reciprocal(x)


@op
def square(x: Tensor) -> Tensor:
    """x², elementwise.

    >>> square([2, -3]).tolist()
    [4, 9]
    """
    return jnp.square(x)


@op
def sqrt(x: Tensor) -> Tensor:
    """Square root, elementwise; NaN below zero.

    >>> sqrt([4, 9]).tolist()
    [2.0, 3.0]
    """
    return jnp.sqrt(x)


@op
def cbrt(x: Tensor) -> Tensor:
    """Cube root, elementwise.

    >>> cbrt([8.0, -27.0]).tolist()
    [2.0, -3.0]
    """
    return jnp.cbrt(x)


@op
def hypot(x1: Tensor, x2: Tensor) -> Tensor:
    """sqrt(x1² + x2²): the length of the long side of a right triangle.

    >>> float(hypot(3.0, 4.0))
    5.0
    """
    return jnp.hypot(x1, x2)


@op
def gcd(x1: Tensor, x2: Tensor) -> Tensor:
    """Greatest common divisor, elementwise.

    >>> gcd([12, 9], 6).tolist()
    [6, 3]
    """
    return jnp.gcd(x1, x2)


@op
def lcm(x1: Tensor, x2: Tensor) -> Tensor:
    """Least common multiple, elementwise.

    >>> lcm([4, 3], 6).tolist()
    [12, 6]
    """
    return jnp.lcm(x1, x2)


@op
def ldexp(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 * 2**x2, elementwise, with whole numbers in x2.

    >>> ldexp([1.0, 3.0], 2).tolist()
    [4.0, 12.0]
    """
    return jnp.ldexp(x1, x2)


@op
def maximum(x1: Tensor, x2: Tensor) -> Tensor:
    """The larger of two numbers, elementwise; NaN if one is.

    >>> maximum([1, 5], [3, 2]).tolist()
    [3, 5]
    """
    return jnp.maximum(x1, x2)


@op
def minimum(x1: Tensor, x2: Tensor) -> Tensor:
    """The smaller of two numbers, elementwise; NaN if one is.

    >>> minimum([1, 5], [3, 2]).tolist()
    [1, 2]
    """
    return jnp.minimum(x1, x2)


@op
def fmax(x1: Tensor, x2: Tensor) -> Tensor:
    """The larger of two numbers, elementwise; the other one where one is NaN.

    >>> fmax([1.0, float("nan")], 0.0).tolist()
    [1.0, 0.0]
    """
    return jnp.fmax(x1, x2)


@op
def fmin(x1: Tensor, x2: Tensor) -> Tensor:
    """The smaller of two numbers, elementwise; the other one where one is NaN.

    >>> fmin([1.0, float("nan")], 0.0).tolist()
    [0.0, 0.0]
    """
    return jnp.fmin(x1, x2)


@op
def clip(x: Tensor, x_min: Tensor, x_max: Tensor) -> Tensor:
    """min(max(x, x_min), x_max): numbers outside a range become its ends.

    >>> clip([-1, 1, 3], 0, 2).tolist()
    [0, 1, 2]
    """
    x = jnp.asarray(x)
    return jnp.clip(x.astype("int32") if x.dtype == bool else x, x_min, x_max)


@op
def ceil(x: Tensor) -> Tensor:
    """The smallest whole number not below x, as a float.

    >>> ceil([1.2, -1.2]).tolist()
    [2.0, -1.0]
    """
    return jnp.ceil(as_float(x))


@op
def floor(x: Tensor) -> Tensor:
    """The largest whole number not above x, as a float.

    >>> floor([1.2, -1.2]).tolist()
    [1.0, -2.0]
    """
    return jnp.floor(as_float(x))


def as_float(x: Tensor, dtype: DType = None) -> Tensor:
    """Integers and booleans as ``dtype``, or ``floatx()``; floats as they are.

    >>> as_float([1, 2]).dtype.name
    'float32'
    """
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(chosen(dtype))


@op
def trunc(x: Tensor) -> Tensor:
    """x without its decimals.

    >>> trunc([1.7, -1.7]).tolist()
    [1.0, -1.0]
    """
    return jnp.trunc(x)


@op
def round(x: Tensor, decimals: int = 0) -> Tensor:
    """The nearest number with so many decimals; halves go to the even neighbour.

    >>> round([0.5, 1.5, 2.4]).tolist()
    [0.0, 2.0, 2.0]
    """
    return jnp.round(x, decimals)


@op
def nextafter(x1: Tensor, x2: Tensor) -> Tensor:
    """The float next to x1 in the direction of x2.

    >>> float(nextafter(1.0, 2.0)) > 1.0
    True
    """
    return jnp.nextafter(x1, x2)


@op
def heaviside(x1: Tensor, x2: Tensor) -> Tensor:
    """0 below zero, 1 above, and x2 at zero: Heaviside's step function.

    >>> heaviside([-1.0, 0.0, 2.0], 0.5).tolist()
    [0.0, 0.5, 1.0]
    """
    return jnp.heaviside(x1, x2)


@op
def real(x: Tensor) -> Tensor:
    """The real part.

    >>> real([1 + 2j]).tolist()
    [1.0]
    """
    return jnp.real(x)


@op
def imag(x: Tensor) -> Tensor:
    """The imaginary part; 0 for real numbers.

    >>> imag([1 + 2j]).tolist()
    [2.0]
    """
    return jnp.imag(x)


@op
def conjugate(x: Tensor) -> Tensor:
    """The complex conjugate.

    >>> conjugate([1 + 2j]).tolist()
    [(1-2j)]
    """
    return jnp.conjugate(x)


@op
def conj(x: Tensor) -> Tensor:
    """The complex conjugate; the same as ``conjugate``.

    >>> conj([1 + 2j]).tolist()
    [(1-2j)]
    """
    return jnp.conj(x)


@op
def angle(x: Tensor) -> Tensor:
    """The angle of a complex number in radians.

    >>> print(angle([1j, 1.0]))
    [1.5707964 0.       ]
    """
    return jnp.angle(x)


@op
def nan_to_num(
    x: Tensor, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Tensor:
    """Numbers in place of NaN and the infinities (None: the largest and smallest of the dtype).

    >>> nan_to_num([float("nan"), 1.0, float("inf")], posinf=9.0).tolist()
    [0.0, 1.0, 9.0]
    """
    return jnp.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)
