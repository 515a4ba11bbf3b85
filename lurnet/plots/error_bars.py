"""Means with their uncertainty: error bars against a parameter, bands over epochs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lurnet.plots.style import COLORS, new_figure, styled

MARKERS = "osD^vP*"


def error_bars(
    curves: Mapping[str, tuple[Any, Any, Any]],
    xlabel: str,
    ylabel: str,
    title: str | None = None,
    legend: str | None = None,
    joined: bool = True,
) -> Any:
    """Means against a parameter, with error bars.

    Args:
        curves: label to ``(x, mean, error)``; x are numbers, or texts; an error of NaN draws none.
        xlabel: the parameter; its axis is logarithmic where the values are geometric.
        ylabel: the quantity.
        title: above the picture.
        legend: title of the legend, which appears with two curves or more.
        joined: whether lines join a curve's points.

    Returns a matplotlib figure.

    >>> figure = error_bars({"a": ([0.1, 0.2], [0.9, 0.8], [0.01, 0.02])}, "rate", "accuracy")
    >>> figure.axes[0].get_xscale()
    'linear'
    """
    figure = new_figure(6.2 + (len(curves) > 1), 4.0)
    with styled():
        ax = figure.subplots()
        places = _places(curves)
        log = _scale(ax, places)
        for i, (name, (x, mean, error)) in enumerate(curves.items()):
            line, _, _ = ax.errorbar(
                _beside([places[v] for v in x], i - (len(curves) - 1) / 2, places, log),
                mean,
                yerr=error,
                **_look(i) | ({} if joined else {"linestyle": "none"}),
                marker=MARKERS[i % len(MARKERS)],
                markersize=5,
                capsize=4,
                label=name,
            )
            line.set_clip_on(False)
        ax.set(xlabel=xlabel, ylabel=ylabel)
        _finish(ax, len(curves), title, legend)
    return figure


def bands(
    curves: Mapping[str, tuple[Any, Any, Any]],
    xlabel: str,
    ylabel: str,
    title: str | None = None,
    legend: str | None = None,
) -> Any:
    """Curves over 1, 2, 3, ... with bands: label to ``(mean, low, high)``.

    Returns a matplotlib figure.

    >>> figure = bands({"a": ([0.5, 0.7], [0.4, 0.6], [0.6, 0.8])}, "epoch", "accuracy")
    >>> len(figure.axes[0].lines)
    1
    """
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    figure = new_figure(6.2 + (len(curves) > 1), 4.0)
    with styled():
        ax = figure.subplots()
        for i, (name, (mean, low, high)) in enumerate(curves.items()):
            steps = np.arange(1, len(mean) + 1)
            marker = "o" if len(steps) == 1 else None
            ax.plot(steps, mean, **_look(i), marker=marker, label=name)
            ax.fill_between(
                steps,
                low,
                high,
                color=_look(i)["color"],
                alpha=0.2 if len(curves) < 4 else 0.1,
                linewidth=0,
            )
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set(xlabel=xlabel, ylabel=ylabel)
        _finish(ax, len(curves), title, legend)
    return figure


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


def _places(curves: Mapping[str, tuple[Any, Any, Any]]) -> dict[Any, float]:
    """Where each value of the parameter stands on the axis: at its number, else one by one."""
    values = list(dict.fromkeys(v for x, _, _ in curves.values() for v in x))
    numeric = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values)
    return {v: float(v) if numeric else i for i, v in enumerate(values)}


def _scale(ax: Any, places: Mapping[Any, float]) -> bool:
    """Name the values that are no numbers; returns whether the axis is logarithmic."""
    if any(isinstance(v, (str, bool)) or v is None for v in places):
        long = max(len(str(v)) for v in places) > 12
        ax.set_xticks(list(places.values()), [str(v) for v in places], rotation=20 if long else 0)
        ax.margins(x=0.5 / max(len(places), 2))
    elif is_geometric(list(places.values())):
        ax.set_xscale("log")
        return True
    return False


def _beside(x: list[float], rank: float, places: Mapping[Any, float], log: bool) -> np.ndarray:
    """Places a little aside, so that the bars of several curves do not cover each other."""
    at = np.asarray(x, float)
    marks = np.unique(list(places.values()))
    if rank == 0 or len(marks) < 2:
        return at + 0.02 * rank
    if log:
        return at * np.exp(0.04 * rank * np.diff(np.log(marks)).min())
    return at + 0.04 * rank * np.diff(marks).min()


def _look(i: int) -> dict[str, Any]:
    """Colour and line of the i-th curve; the line changes when the colours are used up."""
    styles = ("-", "--", ":", "-.")
    return {
        "color": COLORS[i % len(COLORS)],
        "linestyle": styles[i // len(COLORS) % len(styles)],
        "linewidth": 1.6,
    }


def _finish(ax: Any, curves: int, title: str | None, legend: str | None) -> None:
    if title:
        ax.set_title(title)
    if curves > 1:  # beside the axes, where it covers nothing
        ax.legend(title=legend, loc="center left", bbox_to_anchor=(1, 0.5))
