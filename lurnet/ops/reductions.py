"""Many numbers to one: sums, means, extremes over axes, and running sums.

``axis`` is an int, several, or None for all axes; with ``keepdims`` they stay, with size 1.
"""

import jax.numpy as jnp

from lurnet.core.symbolic import Tensor, op
from lurnet.ops.kinds import Axis, DType, axes, given

__all__ = [
    "sum", "prod", "mean", "var", "std", "max", "min", "amax", "amin", "ptp", "all", "any",
    "count_nonzero", "average", "cumsum", "cumprod", "diff", "trapezoid", "nansum", "nanprod",
    "nanmean", "nanvar", "nanstd", "nanmax", "nanmin", "nancumsum", "nancumprod",
]  # fmt: skip


@op
def sum(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Sum over some axes; small integers are summed as int32.

    >>> sum([[1, 2], [3, 4]], axis=0).tolist()
    [4, 6]
    """
    return jnp.sum(x, axis=axes(axis), keepdims=keepdims)


@op
def prod(x: Tensor, axis: Axis = None, keepdims: bool = False, dtype: DType = None) -> Tensor:
    """Product over some axes.

    >>> prod([[1, 2], [3, 4]], axis=0).tolist()
    [3, 8]
    """
    return jnp.prod(x, axis=axes(axis), keepdims=keepdims, dtype=given(dtype))


@op
def mean(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Mean over some axes; integers give floats.

    >>> mean([[1, 2], [3, 4]], axis=0).tolist()
    [2.0, 3.0]
    """
    return jnp.mean(x, axis=axes(axis), keepdims=keepdims)


@op
def var(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Variance over some axes, mean((x - mean(x))²).

    >>> float(var([1.0, 3.0]))
    1.0
    """
    return jnp.var(x, axis=axes(axis), keepdims=keepdims)


@op
def std(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Standard deviation over some axes, sqrt(var(x)).

    >>> float(std([1.0, 3.0]))
    1.0
    """
    return jnp.std(x, axis=axes(axis), keepdims=keepdims)


@op
def max(
    x: Tensor, axis: Axis = None, keepdims: bool = False, initial: float | None = None
) -> Tensor:
    """The largest element over some axes, at least ``initial``.

    >>> max([[1, 2], [3, 4]], axis=0).tolist()
    [3, 4]
    """
    return jnp.max(x, axis=axes(axis), keepdims=keepdims, initial=initial)


@op
def min(
    x: Tensor, axis: Axis = None, keepdims: bool = False, initial: float | None = None
) -> Tensor:
    """The smallest element over some axes, at most ``initial``.

    >>> min([[1, 2], [3, 4]], axis=0).tolist()
    [1, 2]
    """
    return jnp.min(x, axis=axes(axis), keepdims=keepdims, initial=initial)


@op
def amax(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The largest element over some axes; ``max`` without ``initial``.

    >>> amax([[1, 2], [3, 4]], axis=0).tolist()
    [3, 4]
    """
    return jnp.amax(x, axis=axes(axis), keepdims=keepdims)


@op
def amin(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The smallest element over some axes; ``min`` without ``initial``.

    >>> amin([[1, 2], [3, 4]], axis=0).tolist()
    [1, 2]
    """
    return jnp.amin(x, axis=axes(axis), keepdims=keepdims)


@op
def ptp(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The largest element minus the smallest ("peak to peak").

    >>> int(ptp([1, 5, 2]))
    4
    """
    return jnp.ptp(x, axis=axes(axis), keepdims=keepdims)


@op
def all(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Whether all elements over some axes are true (not zero).

    >>> all([[1, 0], [1, 1]], axis=1).tolist()
    [False, True]
    """
    return jnp.all(x, axis=axes(axis), keepdims=keepdims)


@op
def any(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Whether some element over some axes is true (not zero).

    >>> any([[0, 0], [1, 0]], axis=1).tolist()
    [False, True]
    """
    return jnp.any(x, axis=axes(axis), keepdims=keepdims)


@op
def count_nonzero(x: Tensor, axis: Axis = None) -> Tensor:
    """How many elements are not zero.

    >>> count_nonzero([[0, 1], [2, 3]], axis=0).tolist()
    [1, 2]
    """
    return jnp.count_nonzero(x, axis=axes(axis))


@op
def average(x: Tensor, axis: Axis = None, weights: Tensor = None) -> Tensor:
    """Mean over some axes with weights, sum(x * weights) / sum(weights).

    >>> float(average([1.0, 3.0], weights=[3.0, 1.0]))
    1.5
    """
    return jnp.average(x, axes(axis), weights)


@op
def cumsum(x: Tensor, axis: int | None = None, dtype: DType = None) -> Tensor:
    """Running sums along an axis, or of the flattened array.

    >>> cumsum([1, 2, 3]).tolist()
    [1, 3, 6]
    """
    return jnp.cumsum(x, axis, given(dtype))


@op
def cumprod(x: Tensor, axis: int | None = None, dtype: DType = None) -> Tensor:
    """Running products along an axis, or of the flattened array.

    >>> cumprod([1, 2, 3]).tolist()
    [1, 2, 6]
    """
    return jnp.cumprod(x, axis, given(dtype))


@op
def diff(a: Tensor, n: int = 1, axis: int = -1) -> Tensor:
    """Differences of neighbours along an axis, taken ``n`` times.

    >>> diff([1, 4, 9]).tolist()
    [3, 5]
    """
    return jnp.diff(a, n, axis)


@op
def trapezoid(y: Tensor, x: Tensor = None, dx: float = 1.0, axis: int = -1) -> Tensor:
    """Integral along an axis by the trapezoidal rule, at the points ``x`` or in steps ``dx``.

    >>> float(trapezoid([1.0, 2.0, 3.0]))
    4.0
    """
    return jnp.trapezoid(y, x, dx, axis)


@op
def nansum(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Sum over some axes, NaN left out.

    >>> float(nansum([1.0, float("nan")]))
    1.0
    """
    return jnp.nansum(x, axis=axes(axis), keepdims=keepdims)


@op
def nanprod(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Product over some axes, NaN left out.

    >>> float(nanprod([2.0, float("nan")]))
    2.0
    """
    return jnp.nanprod(x, axis=axes(axis), keepdims=keepdims)


@op
def nanmean(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Mean over some axes, NaN left out.

    >>> float(nanmean([1.0, float("nan")]))
    1.0
    """
    return jnp.nanmean(x, axis=axes(axis), keepdims=keepdims)


@op
def nanvar(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Variance over some axes, NaN left out.

    >>> float(nanvar([1.0, 3.0, float("nan")]))
    1.0
    """
    return jnp.nanvar(x, axis=axes(axis), keepdims=keepdims)


@op
def nanstd(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Standard deviation over some axes, NaN left out.

    >>> float(nanstd([1.0, 3.0, float("nan")]))
    1.0
    """
    return jnp.nanstd(x, axis=axes(axis), keepdims=keepdims)


@op
def nanmax(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The largest element over some axes, NaN left out.

    >>> float(nanmax([1.0, float("nan")]))
    1.0
    """
    return jnp.nanmax(x, axis=axes(axis), keepdims=keepdims)


@op
def nanmin(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The smallest element over some axes, NaN left out.

    >>> float(nanmin([1.0, float("nan")]))
    1.0
    """
    return jnp.nanmin(x, axis=axes(axis), keepdims=keepdims)


@op
def nancumsum(x: Tensor, axis: int | None = None, dtype: DType = None) -> Tensor:
    """Running sums, NaN counted as 0.

    >>> nancumsum([1.0, float("nan"), 2.0]).tolist()
    [1.0, 1.0, 3.0]
    """
    return jnp.nancumsum(x, axis, given(dtype))


@op
def nancumprod(x: Tensor, axis: int | None = None, dtype: DType = None) -> Tensor:
    """Running products, NaN counted as 1.

    >>> nancumprod([2.0, float("nan"), 3.0]).tolist()
    [2.0, 2.0, 6.0]
    """
    return jnp.nancumprod(x, axis, given(dtype))
