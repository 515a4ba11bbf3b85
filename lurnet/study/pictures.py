"""Pictures of a study: metrics against parameters, learning curves, what a report shows."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from lurnet.metrics.results import bounds_of
from lurnet.plots.bands import BANDS, bands
from lurnet.plots.error_bars import error_bar_panels
from lurnet.plots.style import within
from lurnet.study.axes import (
    PANELS,
    Axes,
    arrange,
    axes_of,
    is_numeric,
    legend_text,
    panel_count,
    value_text,
)
from lurnet.study.results import Result, curves
from lurnet.study.settings import Setting, label, matching, plain, values_of, varying
from lurnet.study.statistics import estimate

#: What a caption says where a picture does not show all of an interval.
CUT = " Intervals end where the metric does, at 0 and 1; the table has them whole."


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
        columns = lines.setdefault(value_text(setting, axes.by) if axes.by else "", ([], [], []))
        values = _place(setting, settings, axes.x), found.mean, found.half_width
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    n = max(r.estimate(metric).n for r in rows)
    bars = f" (mean of {n}, 95 % interval)" if n > 1 else ""
    return error_bar_panels(
        panels, axes.x or "setting", words(metric) + bars, title, axes.by, grid,
        bounds_of(metric), [_place(r.setting, settings, axes.x) for r in rows],
    )  # fmt: skip


def is_clipped(results: Sequence[Result], metric: str) -> bool:
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
    return ", ".join(f"{n}={value_text(setting, n)}" for n in names)


def _place(setting: Setting, settings: list[Setting], x: str | None) -> Any:
    """A number, or a text that stands for the value on the axis."""
    if x is None:
        return label(setting, varying(settings))
    return setting[x] if is_numeric(settings, x) else value_text(setting, x)


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
        lines[legend_text(result.setting, names)] = mean, mean - half, mean + half
    if title is None and len(lines) < len(able):
        title = f"The best {len(lines)} of {len(able)} settings"
    legend = names[0] if len(names) == 1 else None
    return bands(lines, "epoch", words(metric), title, legend, bounds_of(metric))


# --- what a report shows


def captioned(study: Any) -> Iterator[tuple[str, Any]]:
    """Captions and figures: error bars of the monitored metric, and its curves and the loss's."""
    monitor = study.monitor
    if study.parameters:
        metrics = [monitor, f"test_{monitor.removeprefix('val_')}"]
        for metric in (m for m in dict.fromkeys(metrics) if m in study.metrics):
            yield _bars(study, metric)
    longest = max(len(next(iter(r.history.values()))) for r in study.best.finished)
    if longest > 1:
        loss = "val_loss" if monitor.startswith("val_") else "loss"
        for metric in dict.fromkeys([monitor, loss]):
            if metric in study.metrics:
                yield _curves(study, metric)


def _curves(study: Any, metric: str) -> tuple[str, Any]:
    """The picture of a metric over the epochs."""
    figure = study.plot_curves(metric)
    few = len(figure.axes[0].lines) <= BANDS
    what = "the bands are" if few else "the bars at the end are"
    caption = f"{metric} after every epoch"
    caption += f"; {what} 95 % intervals of the mean." if study.replicates > 1 else "."
    return caption + (CUT if is_clipped(study.results, metric) else ""), figure


def _bars(study: Any, metric: str) -> tuple[str, Any]:
    """The picture of a metric against all parameters; those that are too many, at their best."""
    where = {} if study.searched else fixed_values(study.settings, study.best.setting)
    several = any(r.estimate(metric).n > 1 for r in study.results)
    caption = f"{metric} of every setting" if not where else metric
    caption += ": means with their 95 % intervals" if several else ""
    caption += f", where {study.label(where)}, as in the best setting" if where else ""
    end = "." + (CUT if is_clipped(study.results, metric) else "")
    return caption + end, study.plot(metric, where=where)


def fixed_values(settings: list[Setting], best: Setting) -> Setting:
    """The values to fix, those of the best setting, where there are too many for one picture."""
    where: Setting = {}
    while True:
        left = matching(settings, where)
        panels = arrange(left, None, None, grid=True).panels
        if panel_count(left, panels) <= PANELS:
            return where
        where[panels[-1]] = best[panels[-1]]
