"""Pictures of a study: metrics against parameters, learning curves."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lurnet.plots.bands import bands
from lurnet.plots.bounds import bounds_of, within
from lurnet.plots.error_bars import error_bar_panels
from lurnet.study.axes import Axes, axes_of, entry, is_numeric, shown
from lurnet.study.results import Result, curves
from lurnet.study.settings import Setting, label, plain, values_of, varying
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
    """Error bars of a metric: a parameter on the axis, others as curves and panels.

    ``grid`` says whether neighbours differ in ``x`` alone; where not, points are not joined.
    """
    settings = [r.setting for r in results]
    axes = axes_of(settings, x, by, grid)
    rows = _sorted([r for r in results if r.values(metric)], settings, axes)
    panels: dict[str, dict[str, tuple[list, list, list]]] = {}
    for result in rows:
        setting, found = result.setting, result.estimate(metric)
        lines = panels.setdefault(_texts(setting, axes.panels), {})
        columns = lines.setdefault(shown(setting, axes.by) if axes.by else "", ([], [], []))
        values = _place(setting, settings, axes.x), found.mean, found.half_width
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    n = max(r.estimate(metric).n for r in rows)
    bars = f" (mean of {n}, 95 % interval)" if n > 1 else ""
    return error_bar_panels(
        panels, axes.x or "setting", words(metric) + bars, title, axes.by, grid,
        bounds_of(metric), [_place(r.setting, settings, axes.x) for r in rows],
    )  # fmt: skip


def cut(results: Sequence[Result], metric: str) -> bool:
    """Whether intervals are drawn shorter than they are, since a metric cannot go further."""
    found = [e for e in (r.estimate(metric) for r in results) if e.n > 1]
    mean, low, high = (np.array([getattr(e, k) for e in found]) for k in ("mean", "low", "high"))
    drawn = within(mean, low, high, bounds_of(metric))
    return not (np.array_equal(drawn[0], low) and np.array_equal(drawn[1], high))


def _sorted(results: list[Result], settings: list[Setting], axes: Axes) -> list[Result]:
    """By panel, curve and place: numbers in rising order, names as the grid has them."""
    names = [*axes.panels, *(n for n in (axes.by, axes.x) if n)]
    ranks = {n: [repr(plain(v)) for v in values_of(settings, n)] for n in names}
    return sorted(
        results, key=lambda r: [ranks[n].index(repr(plain(r.setting.get(n)))) for n in names]
    )


def _texts(setting: Setting, names: Sequence[str]) -> str:
    return ", ".join(f"{n}={shown(setting, n)}" for n in names)


def _place(setting: Setting, settings: list[Setting], x: str | None) -> Any:
    """A number, or a text that stands for the value on the axis."""
    if x is None:
        return label(setting, varying(settings))
    return setting[x] if is_numeric(settings, x) else shown(setting, x)


def learning(results: Sequence[Result], metric: str, title: str | None, most: int) -> Any:
    """A metric over the epochs, with bands over the replicates, for the best settings."""
    names = varying([r.setting for r in results])
    able = [r for r in results if r.values(metric)]
    ranked = sorted(able, key=lambda r: -r.sign * r.estimate(r.monitor).mean)[:most]
    lines = {}
    for result in ranked:  # the best first: equal places, so equal colours, for every metric
        found = [estimate(column[~np.isnan(column)]) for column in curves(result, metric).T]
        mean = np.array([e.mean for e in found])
        half = np.nan_to_num([e.half_width for e in found])
        lines[entry(result.setting, names)] = mean, mean - half, mean + half
    if title is None and len(lines) < len(able):
        title = f"The best {len(lines)} of {len(able)} settings"
    legend = names[0] if len(names) == 1 else None
    return bands(lines, "epoch", words(metric), title, legend, bounds_of(metric))
