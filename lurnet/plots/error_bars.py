"""Means against a parameter, with error bars: one picture, or one for each value of others."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lurnet.core.errors import BadValue
from lurnet.metrics.results import Bounds
from lurnet.plots.parameter_axis import ParameterAxis, parameter_axis
from lurnet.plots.style import legend_width, line_look, new_figure, styled, within

__all__ = ["error_bars", "error_bar_panels"]

MARKERS = "osD^vP*"
Curves = Mapping[str, tuple[Any, Any, Any]]


def error_bars(
    curves: Curves,
    xlabel: str,
    ylabel: str,
    title: str | None = None,
    legend: str | None = None,
    joined: bool = True,
    bounds: Bounds | None = None,
    order: Sequence[Any] = (),
) -> Any:
    """Means against a parameter, with error bars.

    Numbers stand at their place and are joined by lines; names stand in the order given, as points
    without lines, below each other where they are too long to stand side by side.

    Args:
        curves: label to ``(x, mean, error)``; x are numbers, or texts; an error of NaN draws none.
        xlabel: the parameter; its axis is logarithmic where the values are geometric.
        ylabel: the quantity.
        title: above the picture.
        legend: title of the legend, which appears with two curves or more.
        joined: whether lines join the points of a curve over numbers.
        bounds: the smallest and the largest value that the quantity can have, such as (0, 1) for an
            accuracy: bars are drawn no further.
        order: the parameter's values in their order; (): as they come up in the curves.

    Returns a matplotlib figure.

    >>> figure = error_bars({"a": ([0.1, 0.2], [0.9, 0.8], [0.01, 0.02])}, "rate", "accuracy")
    >>> figure.axes[0].get_xscale()
    'linear'
    """
    return error_bar_panels(
        {"": curves}, xlabel, ylabel, title, legend, joined, bounds=bounds, order=order
    )


def error_bar_panels(
    panels: Mapping[str, Curves],
    xlabel: str,
    ylabel: str,
    title: str | None = None,
    legend: str | None = None,
    joined: bool = True,
    bounds: Bounds | None = None,
    order: Sequence[Any] = (),
) -> Any:
    """Error bars in several panels on equal axes, with one legend.

    Args:
        panels: title of a panel to its curves, as ``error_bars`` takes them.
        xlabel, ylabel, title, legend, joined, bounds, order: as for ``error_bars``.

    Returns a matplotlib figure.

    >>> curves = {"a": (["no", "yes"], [0.9, 0.8], [0.01, 0.02])}
    >>> figure = error_bar_panels({"depth=1": curves, "depth=2": curves}, "bias", "accuracy")
    >>> [ax.get_title() for ax in figure.axes]
    ['depth=1', 'depth=2']
    """
    if not panels:
        raise BadValue("There is nothing to draw: give one panel or more.")
    drawn = [v for curves in panels.values() for x, _, _ in curves.values() for v in x]
    axis = parameter_axis([*order, *drawn])
    names = list(dict.fromkeys(name for curves in panels.values() for name in curves))
    columns = len(panels) if len(panels) < 4 else 2 if len(panels) == 4 else 3
    rows = -(-len(panels) // columns)
    wide = 5.2 if len(panels) == 1 else 2.7
    upright = axis.upright(wide)
    figure = new_figure(*_size(axis, names, wide, upright, (rows, columns), legend))
    with styled():
        grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        for ax, (text, curves) in zip(grid.ravel(), panels.items(), strict=False):
            for name, curve in curves.items():
                number = names.index(name)
                _curve(ax, axis, name, curve, (number, len(names)), joined, bounds, upright)
            ax.set_title(_wrapped(text) if len(panels) > 1 else title or text)
        _mark(grid, len(panels), axis, upright)
        labels = (ylabel, xlabel) if upright else (xlabel, ylabel)
        if len(panels) == 1:
            grid[0, 0].set(xlabel=labels[0], ylabel=labels[1])
        else:
            figure.supxlabel(labels[0], fontsize=10)
            figure.supylabel(labels[1], fontsize=10)
            figure.suptitle(title or "", fontsize=12, fontweight="bold")
        if len(names) > 1:
            _legend(figure, grid, legend)
    return figure


def _size(
    axis: ParameterAxis,
    names: Sequence[str],
    wide: float,
    upright: bool,
    shape: tuple[int, int],
    legend: str | None,
) -> tuple[float, float]:
    """Inches: room for the legend beside, and for names below each other."""
    rows, columns = shape
    width = 1.0 + wide * columns + (legend_width(names, legend) if len(names) > 1 else 0)
    each = 4.0 if rows * columns == 1 else 3.0 if rows == 1 else 2.5
    if upright:
        width += 0.07 * max(len(str(v)) for v in axis.places)
        each = 0.7 + len(axis.places) * max(0.34, 0.14 * len(names))
    return width, max(2.2, each * rows + (0.5 if rows * columns > 1 else 0.2 * upright))


def _curve(
    ax: Any,
    axis: ParameterAxis,
    name: str,
    curve: tuple[Any, Any, Any],
    number: tuple[int, int],
    joined: bool,
    bounds: Bounds | None,
    upright: bool,
) -> None:
    values, mean, error = curve[0], *(np.asarray(v, float) for v in curve[1:])
    low, high = within(mean, mean - error, mean + error, bounds)
    bars = np.stack([mean - low, high - mean])
    at = axis.at(values, *number)
    line, _, _ = ax.errorbar(
        *((mean, at) if upright else (at, mean)),
        **{"xerr" if upright else "yerr": bars},
        **line_look(number[0]) | ({} if joined and not axis.named else {"linestyle": "none"}),
        marker=MARKERS[number[0] % len(MARKERS)],
        markersize=5,
        capsize=4,
        label=name,
    )
    line.set_clip_on(False)


def _wrapped(text: str, most: int = 26) -> str:
    """A panel's title, its parts below each other where they are too long for one line."""
    return text if len(text) <= most else text.replace(", ", "\n")


def _mark(grid: Any, count: int, axis: ParameterAxis, upright: bool) -> None:
    """Ticks, named on the outer sides alone."""
    first, columns = grid[0, 0], grid.shape[1]
    axis.mark(first.yaxis if upright else first.xaxis, first.set_xscale)
    if axis.named:
        limits = -0.5, len(axis.places) - 0.5
        first.set(**({"ylim": limits[::-1]} if upright else {"xlim": limits}))
    else:
        first.margins(x=0.08)
    for k, ax in enumerate(grid.ravel()):
        if k >= count:
            ax.set_axis_off()
        ax.tick_params(labelbottom=k + columns >= count, labelleft=k % columns == 0)


def _legend(figure: Any, grid: Any, title: str | None) -> None:
    """Beside the axes, where it covers nothing: the curves of all panels."""
    found = {}
    for ax in grid.ravel():
        found |= {
            text: handle for handle, text in zip(*ax.get_legend_handles_labels(), strict=True)
        }
    if grid.size == 1:
        grid[0, 0].legend(title=title, loc="center left", bbox_to_anchor=(1, 0.5))
        return
    figure.legend(found.values(), found.keys(), title=title, loc="outside center right")
