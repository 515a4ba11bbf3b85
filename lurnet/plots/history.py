"""Training curves: of one run, of several runs, and with bands over replicates."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lurnet.core.errors import BadValue
from lurnet.metrics.results import Bounds, bounds_of
from lurnet.plots.style import COLORS, panels, styled, within

__all__ = ["history"]

SIDES = (("", "training", "-"), ("val_", "validation", "--"))
MARKED = 40  # epochs up to which every point has a marker


def history(record: Any, title: str | None = None, metrics: Sequence[str] | None = None) -> Any:
    """Curves over the epochs: a panel for each metric, training and validation together.

    Args:
        record: what ``fit`` returned, or its ``history`` dict; a list of them are replicates, drawn
            as their mean with a band of one standard deviation (of a share, such as accuracy, not
            beyond 0 and 1); a dict by name compares runs, or lists of replicates.
        title: above all panels.
        metrics: which metrics, without ``val_``; None: all, the loss first.

    Returns a matplotlib figure.

    >>> figure = history({"loss": [1.0, 0.5], "val_loss": [1.1, 0.7]})
    >>> len(figure.axes)
    1
    """
    runs = _runs(record)
    names = list(metrics) if metrics else _metrics(runs)
    if not names:
        raise BadValue("The history is empty: no epoch was finished, so there is no curve.")
    figure, axes = panels(len(names), 2 if len(names) == 4 else 3, lambda r, c: (4.6 * c, 3.4 * r))
    with styled():
        for ax, name in zip(axes, names, strict=True):
            _panel(ax, name, runs)
        if title:
            figure.suptitle(title, fontsize=12, fontweight="bold")
    return figure


def _runs(record: Any) -> dict[str, list[Mapping[str, Any]]]:
    """Replicates by the name of the run; one unnamed run where there is nothing to compare."""
    record = getattr(record, "history", record)
    if isinstance(record, Mapping) and all(_is_curve(v) for v in record.values()):
        return {"": [record]}
    if isinstance(record, Mapping):
        return {str(k): _replicates(v) for k, v in record.items()}
    return {"": _replicates(record)}


def _is_curve(value: Any) -> bool:
    return isinstance(value, (list, tuple, np.ndarray)) and not any(
        hasattr(v, "history") or isinstance(v, Mapping) for v in value
    )


def _replicates(runs: Any) -> list[Mapping[str, Any]]:
    runs = runs if isinstance(runs, (list, tuple)) else [runs]
    return [getattr(run, "history", run) for run in runs]


def _metrics(runs: Mapping[str, list]) -> list[str]:
    found = dict.fromkeys(n for some in runs.values() for run in some for n in run)
    plain = dict.fromkeys(n.removeprefix("val_") for n in found)
    return sorted((n for n in plain if n != "learning_rate"), key=lambda n: n != "loss")


def _panel(ax: Any, name: str, runs: Mapping[str, list]) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    for i, (run, replicates) in enumerate(runs.items()):
        for prefix, side, style in SIDES:
            curves = [r[prefix + name] for r in replicates if prefix + name in r]
            if curves:
                color = COLORS[i % len(COLORS)] if len(runs) > 1 else COLORS[bool(prefix)]
                label = f"{run}, {side}" if run else side
                line = style if len(runs) > 1 else "-"
                _curve(ax, curves, bounds_of(name), color=color, linestyle=line, label=label)
    if not ax.lines:
        raise BadValue(f"The history has no metric {name!r}; it has {_metrics(runs)}.")
    shown = name.replace("_", " ")
    ax.set(xlabel="epoch", ylabel=shown, title=shown[0].upper() + shown[1:])
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=7))
    ax.legend()


def _curve(ax: Any, curves: list, bounds: Bounds, **look: Any) -> None:
    """The mean of some curves up to the end of the shortest, and a band where there are several."""
    shortest = min(len(c) for c in curves)
    values = np.array([c[:shortest] for c in curves], float)
    epochs, mean = np.arange(1, shortest + 1), values.mean(0)
    marker = "o" if shortest <= MARKED else None
    ax.plot(epochs, mean, marker=marker, markersize=3, **look)
    if len(curves) > 1:
        sd = values.std(0, ddof=1)
        ends = within(mean, mean - sd, mean + sd, bounds)
        ax.fill_between(epochs, *ends, color=look["color"], alpha=0.18, linewidth=0)
