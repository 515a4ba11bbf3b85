"""Pictures of a study: metrics against parameters, learning curves."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lurnet.core.errors import BadValue
from lurnet.plots.error_bars import bands, error_bars
from lurnet.study.results import Result, curves
from lurnet.study.settings import label, matching, names_of, plain, text_of, values_of, varying
from lurnet.study.statistics import estimate


def words(metric: str) -> str:
    """A metric's name as a person writes it.

    >>> words("val_accuracy"), words("loss")
    ('validation accuracy', 'training loss')
    """
    first, _, rest = metric.partition("_")
    known = {"val": "validation", "test": "test"}
    return f"{known[first]} {rest}".replace("_", " ") if first in known else f"training {metric}"


def against(
    results: Sequence[Result],
    metric: str,
    x: str | None,
    by: str | None,
    title: str | None,
    grid: bool,
) -> Any:
    """Error bars of a metric against parameter ``x``, a curve for each value of ``by``.

    ``grid`` says whether neighbours differ in ``x`` alone; where not, points are not joined.
    """
    settings = [r.setting for r in results]
    x, by = _axes(settings, x, by, grid)
    lines = {}
    for value in [None] if by is None else values_of(settings, by):
        chosen = settings if by is None else matching(settings, {by: value})
        line = [r for r in results if r.setting in chosen and r.values(metric)]
        lines[text_of(value)] = _line(line, metric, x)
    n = max(r.estimate(metric).n for r in results)
    bars = f" (mean of {n}, 95 % interval)" if n > 1 else ""
    return error_bars(lines, x, words(metric) + bars, title, by, joined=grid)


def _line(results: list[Result], metric: str, x: str) -> tuple[list, list, list]:
    """Places on the axis, means, half widths of the intervals."""
    results = sorted(results, key=lambda r: _rank(r.setting.get(x)))
    found = [r.estimate(metric) for r in results]
    places = [_place(r.setting.get(x)) for r in results]
    return places, [e.mean for e in found], [e.half_width for e in found]


def _axes(settings: list, x: str | None, by: str | None, grid: bool) -> tuple[str, str | None]:
    """The parameters of the axis and of the curves; what else varies must be fixed."""
    free, known = varying(settings), names_of(settings)
    for name in (x, by):
        if name is not None and name not in known:
            raise BadValue(f"The study has no parameter {name!r}; it has {', '.join(known)}.")
    if x is None:
        x = next((n for n in free if n != by), next(iter(known), None))
    if x is None:
        raise BadValue("The study has one setting only: there is nothing to draw it against.")
    rest = [n for n in free if n not in (x, by)] if grid else []
    if by is None and rest:
        by = rest.pop(0)
    if rest:
        texts = ", ".join(f"{n!r}: {plain(settings[0].get(n))!r}" for n in rest)
        raise BadValue(f"{', '.join(rest)} vary too: fix them, where={{{texts}}}.")
    return x, by


def _place(value: Any) -> Any:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if number else text_of(value)


def _rank(value: Any) -> float:
    """Numbers in rising order, others as they come."""
    return value if isinstance(value, (int, float)) else 0.0


def learning(results: Sequence[Result], metric: str, title: str | None, most: int) -> Any:
    """A metric over the epochs, with bands over the replicates, for the best settings."""
    names = varying([r.setting for r in results])
    able = [r for r in results if r.values(metric)]
    ranked = sorted(able, key=lambda r: -r.sign * r.estimate(r.monitor).mean)[:most]
    lines = {}
    for result in (r for r in able if r in ranked):
        found = [estimate(column[~np.isnan(column)]) for column in curves(result, metric).T]
        mean = np.array([e.mean for e in found])
        half = np.nan_to_num([e.half_width for e in found])
        lines[label(result.setting, names)] = mean, mean - half, mean + half
    if title is None and len(lines) < len(able):
        title = f"The best {len(lines)} of {len(able)} settings"
    return bands(lines, "epoch", words(metric), title)
