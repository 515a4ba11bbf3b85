"""Means with their intervals, and paired differences: Student's t.

Student, "The probable error of a mean", Biometrika 6, 1908.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lurnet.core.errors import BadValue


@dataclass(frozen=True)
class Estimate:
    """A mean over replicates; ``sd`` and the interval are NaN where there is only one.

    >>> print(estimate([1.0, 2.0, 3.0]))
    2.0000 ± 2.4841
    """

    mean: float  #: mean of the replicates
    sd: float  #: standard deviation, with n - 1 below
    n: int  #: number of replicates
    low: float  #: lower end of the 95 % interval of the mean
    high: float  #: upper end

    @property
    def half_width(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2

    def __str__(self) -> str:
        if math.isnan(self.half_width):
            return f"{self.mean:.4f}"
        return f"{self.mean:.4f} ± {self.half_width:.4f}"


@dataclass(frozen=True)
class Comparison(Estimate):
    """A paired difference ``a - b`` of two settings, with the p value of a two-sided t test."""

    p: float  #: probability of a difference at least as large where there is none
    a: str  #: the first setting
    b: str  #: the second
    metric: str  #: what is compared

    def __str__(self) -> str:
        return (
            f"{self.metric}: ({self.a}) - ({self.b}) = {self.mean:+.4f}, 95 % interval "
            f"[{self.low:+.4f}, {self.high:+.4f}], p = {self.p:.3g}, n = {self.n} pairs"
        )


def estimate(values: Sequence[float] | np.ndarray, confidence: float = 0.95) -> Estimate:
    """Mean, standard deviation and the interval of the mean, ``t sd / sqrt(n)`` to both sides."""
    array = np.asarray(values, float)
    n, mean = len(array), float(array.mean()) if len(array) else math.nan
    if n < 2:
        return Estimate(mean, math.nan, n, math.nan, math.nan)
    sd = float(array.std(ddof=1))
    half = t_quantile(0.5 + confidence / 2, n - 1) * sd / math.sqrt(n)
    return Estimate(mean, sd, n, mean - half, mean + half)


def paired_comparison(
    a: Sequence[float], b: Sequence[float], names: tuple[str, str, str], confidence: float = 0.95
) -> Comparison:
    """The paired t test of two settings' replicates; ``names`` are those of a, b and the metric."""
    if len(a) < 2:
        raise BadValue(
            f"A paired comparison needs two replicates or more that both settings finished; of "
            f"({names[0]}) and ({names[1]}) there are {len(a)}. Give the study replicates=3 or "
            "more."
        )
    found = estimate(np.asarray(a, float) - np.asarray(b, float), confidence)
    return Comparison(**vars(found), p=_p_value(found), a=names[0], b=names[1], metric=names[2])


def _p_value(difference: Estimate) -> float:
    if difference.sd == 0:
        return 1.0 if difference.mean == 0 else 0.0
    from scipy.special import stdtr  # noqa: PLC0415 - jax needs scipy, so it is there

    t = difference.mean / (difference.sd / math.sqrt(difference.n))
    return float(2 * stdtr(difference.n - 1, -abs(t)))


def t_quantile(probability: float, degrees: int) -> float:
    """Quantile of Student's distribution.

    >>> round(t_quantile(0.975, 2), 3)
    4.303
    """
    from scipy.special import stdtrit  # noqa: PLC0415

    return float(stdtrit(degrees, probability))
