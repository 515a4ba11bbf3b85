"""Medians, quantiles, histograms, counts and correlations."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp

from lurnet.core.symbolic import Tensor, op
from lurnet.ops.kinds import Axis, axes

__all__ = [
    "median", "nanmedian", "quantile", "percentile", "nanquantile", "nanpercentile", "histogram",
    "bincount", "corrcoef", "correlate", "digitize",
]  # fmt: skip


@op
def median(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The middle element over some axes, or the mean of the two in the middle.

    >>> float(median([3.0, 1.0, 2.0]))
    2.0
    """
    return jnp.median(x, axis=axes(axis), keepdims=keepdims)


@op
def nanmedian(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The middle element over some axes, NaN left out.

    >>> float(nanmedian([3.0, 1.0, float("nan")]))
    2.0
    """
    return jnp.nanmedian(x, axis=axes(axis), keepdims=keepdims)


@op
def quantile(
    x: Tensor, q: Tensor, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """The value below which a part ``q`` (0 to 1) of the elements lies.

    ``method`` says what to take between two elements: "linear", "lower", "higher", "midpoint" or
    "nearest".

    >>> float(quantile([1.0, 2.0, 3.0], 0.75))
    2.5
    """
    return jnp.quantile(x, jnp.asarray(q), axes(axis), method=method, keepdims=keepdims)


@op
def percentile(
    x: Tensor, q: Tensor, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """The value below which ``q`` percent (0 to 100) of the elements lie; see ``quantile``.

    >>> float(percentile([1.0, 2.0, 3.0], 75))
    2.5
    """
    return jnp.percentile(x, jnp.asarray(q), axes(axis), method=method, keepdims=keepdims)


@op
def nanquantile(
    x: Tensor, q: Tensor, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """``quantile`` with NaN left out.

    >>> float(nanquantile([1.0, 2.0, float("nan")], 0.5))
    1.5
    """
    return jnp.nanquantile(x, jnp.asarray(q), axes(axis), method=method, keepdims=keepdims)


@op
def nanpercentile(
    x: Tensor, q: Tensor, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """``percentile`` with NaN left out.

    >>> float(nanpercentile([1.0, 2.0, float("nan")], 50))
    1.5
    """
    return jnp.nanpercentile(x, jnp.asarray(q), axes(axis), method=method, keepdims=keepdims)


@op
def histogram(
    x: Tensor, bins: int = 10, range: Sequence[float] | None = None
) -> tuple[Tensor, Tensor]:
    """How many elements fall into each of ``bins`` equal intervals, and the intervals' edges.

    >>> counts, edges = histogram([0.0, 1.0, 1.0, 4.0], bins=2)
    >>> counts, edges
    (Array([3., 1.], dtype=float32), Array([0., 2., 4.], dtype=float32))
    """
    return jnp.histogram(jnp.asarray(x), bins, range)


@op
def bincount(x: Tensor, weights: Tensor = None, minlength: int = 0, sparse: bool = False) -> Tensor:
    """How often each of 0, 1, 2, ... stands in an integer vector, or in each row of a matrix.

    With ``weights``, each occurrence counts so much. The length is ``max(x) + 1`` or, if larger,
    ``minlength``.

    >>> bincount([0, 1, 1, 3]).tolist()
    [1, 2, 0, 1]
    """
    x = jnp.asarray(x)
    length = max(int(x.max()) + 1 if x.size else 0, minlength)

    def count(row: Tensor, weight: Tensor = None) -> Tensor:
        return jnp.bincount(row, weight, length=length)

    args = [x] if weights is None else [x, jnp.asarray(weights)]
    return count(*args) if x.ndim == 1 else jax.vmap(count)(*args)


@op
def corrcoef(x: Tensor) -> Tensor:
    """Pearson's correlation between the rows of a matrix.

    >>> corrcoef([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]).tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    return jnp.corrcoef(x)


@op
def correlate(x1: Tensor, x2: Tensor, mode: str = "valid") -> Tensor:
    """Cross-correlation of two vectors, c[k] = sum over n of x1[n + k] * x2[n].

    ``mode`` is "valid" (full overlap), "same" (length of x1) or "full" (any overlap).

    >>> correlate([1.0, 2.0, 3.0], [0.0, 1.0]).tolist()
    [2.0, 3.0]
    """
    return jnp.correlate(x1, x2, mode)


@op
def digitize(x: Tensor, bins: Tensor) -> Tensor:
    """The interval between rising ``bins`` in which each element lies; 0 is below the first.

    >>> digitize([0.5, 2.5], [1.0, 2.0, 3.0]).tolist()
    [0, 2]
    """
    return jnp.digitize(x, jnp.asarray(bins))
