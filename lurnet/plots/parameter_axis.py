"""The axis of a parameter: numbers at their place, evenly or by logarithm, names one by one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

LETTER = 0.082  #: inches that a letter of a tick's label needs, with its share of the gap
TICKS = 8  #: whole numbers up to this count are ticks themselves


@dataclass(frozen=True)
class ParameterAxis:
    """Where the values of a parameter stand."""

    places: dict[Any, float]  #: value to place
    named: bool  #: the values are names (or truth values, or None), not numbers
    log: bool = False

    def upright(self, width: float) -> bool:
        """Whether names are too long to stand side by side in so many inches: they go below each
        other then, on the vertical axis."""
        longest = max((len(str(v)) for v in self.places), default=0)
        return self.named and longest * len(self.places) * LETTER > width

    def at(self, values: Iterable[Any], number: int, count: int) -> np.ndarray:
        """Places of a curve's values: curve ``number`` of ``count`` stands a little aside, so that
        its bars do not cover the others'."""
        at = np.array([self.places[v] for v in values])
        rank, many = number - (count - 1) / 2, max(count - 1, 1)
        if self.named:
            return at + min(0.3, 0.6 / many) * rank
        step = min(0.04, 0.3 / many) * rank
        marks = np.unique(list(self.places.values()))
        if len(marks) < 2:
            return at + step
        if self.log:
            return at * np.exp(step * np.diff(np.log(marks)).min())
        return at + step * np.diff(marks).min()

    def mark(self, axis: Any, scale: Any) -> None:
        """Put ticks on ``axis``, a matplotlib axis; ``scale`` sets the axis' scale by name."""
        places = list(self.places.values())
        if self.named:
            axis.set_ticks(places, [str(v) for v in self.places])
            return
        if self.log:
            scale("log")
        if len(places) <= TICKS and all(p == int(p) for p in places) and self._apart():
            axis.set_ticks(sorted(places), [f"{p:g}" for p in sorted(places)])
            axis.set_ticks([], minor=True)

    def _apart(self) -> bool:
        """Whether labels at all places would not touch."""
        marks = np.sort(list(self.places.values()))
        marks = np.log(marks) if self.log else marks
        return len(marks) < 2 or bool(np.diff(marks).min() >= (marks[-1] - marks[0]) / 12)


def parameter_axis(values: Iterable[Any]) -> ParameterAxis:
    """The axis for these values, in the order given where they are names.

    >>> parameter_axis(["valid", "same"]).places
    {'valid': 0.0, 'same': 1.0}
    """
    different = list(dict.fromkeys(values))
    if all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in different):
        return ParameterAxis({v: float(v) for v in different}, False, is_geometric(different))
    return ParameterAxis({v: float(i) for i, v in enumerate(different)}, True)


def is_geometric(values: Sequence[Any]) -> bool:
    """Whether numbers lie evenly on a logarithmic axis, rather than on a linear one.

    >>> is_geometric([1e-4, 1e-3, 1e-2]), is_geometric([1, 2, 3])
    (True, False)
    """
    array = np.sort(np.asarray(values, float))
    if len(array) < 3 or array[0] <= 0:
        return False
    linear, log = _unevenness(array), _unevenness(np.log(array))
    return bool(array[-1] / array[0] >= 4 and log < 0.5 * linear)


def _unevenness(values: np.ndarray) -> float:
    """Spread of the steps, relative to their mean."""
    steps = np.diff(values)
    return float(steps.std() / steps.mean())
