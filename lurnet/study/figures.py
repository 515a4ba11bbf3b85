"""The pictures that a report shows of a study, each with its caption."""

from collections.abc import Iterator
from typing import Any

from lurnet.plots.bands import BANDS
from lurnet.study.axes import PANELS, arranged, panel_count
from lurnet.study.pictures import cut
from lurnet.study.settings import Setting, matching

#: What a caption says where a picture does not show all of an interval.
CUT = " Intervals end where the metric does, at 0 and 1; the table has them whole."


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
    return caption + (CUT if cut(study.results, metric) else ""), figure


def _bars(study: Any, metric: str) -> tuple[str, Any]:
    """The picture of a metric against all parameters; those that are too many, at their best."""
    where = {} if study.searched else held(study.settings, study.best.setting)
    several = any(r.estimate(metric).n > 1 for r in study.results)
    caption = f"{metric} of every setting" if not where else metric
    caption += ": means with their 95 % intervals" if several else ""
    caption += f", where {study.label(where)}, as in the best setting" if where else ""
    end = "." + (CUT if cut(study.results, metric) else "")
    return caption + end, study.plot(metric, where=where)


def held(settings: list[Setting], best: Setting) -> Setting:
    """The values to hold, those of the best setting, where there are too many for one picture."""
    where: Setting = {}
    while True:
        left = matching(settings, where)
        panels = arranged(left, None, None, grid=True).panels
        if panel_count(left, panels) <= PANELS:
            return where
        where[panels[-1]] = best[panels[-1]]
