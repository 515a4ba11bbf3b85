"""Exponentials, logarithms, angles and error functions, element by element."""

import jax.numpy as jnp

from lurnet.core.symbolic import Tensor, op

__all__ = [
    "exp", "exp2", "expm1", "log", "log10", "log1p", "log2", "logaddexp", "logaddexp2", "sin",
    "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh", "tanh", "arcsinh",
    "arccosh", "arctanh", "sinc", "deg2rad", "rad2deg", "i0",
]  # fmt: skip


@op
def exp(x: Tensor) -> Tensor:
    """e**x, elementwise.

    >>> print(exp([0.0, 1.0]))
    [1.        2.7182817]
    """
    return jnp.exp(x)


@op
def exp2(x: Tensor) -> Tensor:
    """2**x, elementwise.

    >>> exp2([0.0, 3.0]).tolist()
    [1.0, 8.0]
    """
    return jnp.exp2(x)


@op
def expm1(x: Tensor) -> Tensor:
    """e**x - 1, exact for small x.

    >>> print(expm1([0.0, 1e-5]))
    [0.000000e+00 1.000005e-05]
    """
    return jnp.expm1(x)


@op
def log(x: Tensor) -> Tensor:
    """Natural logarithm, elementwise; NaN below zero.

    >>> print(log([1.0, 2.0]))
    [0.        0.6931472]
    """
    return jnp.log(x)


@op
def log10(x: Tensor) -> Tensor:
    """Logarithm to base 10, elementwise.

    >>> log10([1.0, 1000.0]).tolist()
    [0.0, 3.0]
    """
    return jnp.log10(x)


@op
def log1p(x: Tensor) -> Tensor:
    """log(1 + x), exact for small x.

    >>> print(log1p([0.0, 1e-5]))
    [0.00000e+00 9.99995e-06]
    """
    return jnp.log1p(x)


@op
def log2(x: Tensor) -> Tensor:
    """Logarithm to base 2, elementwise.

    >>> log2([1.0, 8.0]).tolist()
    [0.0, 3.0]
    """
    return jnp.log2(x)


@op
def logaddexp(x1: Tensor, x2: Tensor) -> Tensor:
    """log(exp(x1) + exp(x2)), without overflow.

    >>> float(logaddexp(0.0, 1000.0))
    1000.0
    """
    return jnp.logaddexp(*_not_weak(x1, x2))


@op
def logaddexp2(x1: Tensor, x2: Tensor) -> Tensor:
    """log2(2**x1 + 2**x2), without overflow.

    >>> float(logaddexp2(3.0, 3.0))
    4.0
    """
    return jnp.logaddexp2(*_not_weak(x1, x2))


def _not_weak(*xs: Tensor) -> list[Tensor]:
    """Python numbers with the full say of an array in the dtype of the result."""
    return [jnp.asarray(x, jnp.asarray(x).dtype) for x in xs]


@op
def sin(x: Tensor) -> Tensor:
    """Sine of an angle in radians.

    >>> print(sin([0.0, 1.0]))
    [0.         0.84147096]
    """
    return jnp.sin(x)


@op
def cos(x: Tensor) -> Tensor:
    """Cosine of an angle in radians.

    >>> print(cos([0.0, 1.0]))
    [1.        0.5403023]
    """
    return jnp.cos(x)


@op
def tan(x: Tensor) -> Tensor:
    """Tangent of an angle in radians.

    >>> print(tan([0.0, 1.0]))
    [0.        1.5574077]
    """
    return jnp.tan(x)


@op
def arcsin(x: Tensor) -> Tensor:
    """The angle in [-π/2, π/2] whose sine is x.

    >>> print(arcsin([0.0, 1.0]))
    [0.        1.5707964]
    """
    return jnp.arcsin(x)


@op
def arccos(x: Tensor) -> Tensor:
    """The angle in [0, π] whose cosine is x.

    >>> print(arccos([0.0, 1.0]))
    [1.5707964 0.       ]
    """
    return jnp.arccos(x)


@op
def arctan(x: Tensor) -> Tensor:
    """The angle in (-π/2, π/2) whose tangent is x.

    >>> print(arctan([0.0, 1.0]))
    [0.        0.7853981]
    """
    return jnp.arctan(x)


@op
def arctan2(x1: Tensor, x2: Tensor) -> Tensor:
    """The angle in (-π, π] of the point whose ordinate is x1 and abscissa x2.

    >>> print(arctan2([1.0, -1.0], [0.0, 0.0]))
    [ 1.5707964 -1.5707964]
    """
    return jnp.arctan2(*_not_weak(x1, x2))


@op
def sinh(x: Tensor) -> Tensor:
    """Hyperbolic sine, (e**x - e**-x) / 2.

    >>> print(sinh([0.0, 1.0]))
    [0.        1.1752012]
    """
    return jnp.sinh(x)


@op
def cosh(x: Tensor) -> Tensor:
    """Hyperbolic cosine, (e**x + e**-x) / 2.

    >>> print(cosh([0.0, 1.0]))
    [1.        1.5430806]
    """
    return jnp.cosh(x)


@op
def tanh(x: Tensor) -> Tensor:
    """Hyperbolic tangent, sinh(x) / cosh(x), between -1 and 1.

    >>> print(tanh([0.0, 1.0]))
    [0.        0.7615942]
    """
    return jnp.tanh(x)


@op
def arcsinh(x: Tensor) -> Tensor:
    """The number whose hyperbolic sine is x.

    >>> print(arcsinh([0.0, 1.0]))
    [0.         0.88137364]
    """
    return jnp.arcsinh(x)


@op
def arccosh(x: Tensor) -> Tensor:
    """The number, not negative, whose hyperbolic cosine is x.

    >>> print(arccosh([1.0, 2.0]))
    [0.       1.316958]
    """
    return jnp.arccosh(x)


@op
def arctanh(x: Tensor) -> Tensor:
    """The number whose hyperbolic tangent is x.

    >>> print(arctanh([0.0, 0.5]))
    [0.         0.54930615]
    """
    return jnp.arctanh(x)


@op
def sinc(x: Tensor) -> Tensor:
    """sin(πx) / (πx), and 1 at zero.

    >>> print(sinc([0.0, 0.5]))
    [1.         0.63661975]
    """
    return jnp.sinc(x)


@op
def deg2rad(x: Tensor) -> Tensor:
    """Degrees as radians, x·π/180.

    >>> print(deg2rad([90.0, 180.0]))
    [1.5707964 3.1415927]
    """
    return jnp.deg2rad(x)


@op
def rad2deg(x: Tensor) -> Tensor:
    """Radians as degrees, x·180/π.

    >>> print(rad2deg([0.0, 1.0]))
    [ 0.      57.29578]
    """
    return jnp.rad2deg(x)


@op
def i0(x: Tensor) -> Tensor:
    """Modified Bessel function of the first kind, order 0.

    >>> print(i0([0.0, 1.0]))
    [1.0000001 1.266066 ]
    """
    return jnp.i0(x)
