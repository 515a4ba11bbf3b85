"""Curves over epochs with bands of uncertainty, or bars at their ends where bands would overlap."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from lurnet.metrics.results import Bounds
from lurnet.plots.style import legend_width, line_look, new_figure, styled, within

__all__ = ["bands"]

BANDS = 3  #: as many can lie over each other and be told apart


def bands(
    curves: Mapping[str, tuple[Any, Any, Any]],
    xlabel: str,
    ylabel: str,
    title: str | None = None,
    legend: str | None = None,
    bounds: Bounds | None = None,
) -> Any:
    """Curves over 1, 2, 3, ... with bands: label to ``(mean, low, high)``.

    More than three curves have no bands, which would cover each other: what the bands are at the
    last step stands behind it, as bars side by side.

    Args:
        curves: label to the mean and both ends of the band at each step.
        xlabel: what is counted.
        ylabel: the quantity.
        title: above the picture.
        legend: title of the legend, which appears with two curves or more.
        bounds: the smallest and the largest value that the quantity can have: bands end there.

    Returns a matplotlib figure.

    >>> figure = bands({"a": ([0.5, 0.7], [0.4, 0.6], [0.6, 0.8])}, "epoch", "accuracy")
    >>> len(figure.axes[0].lines)
    1
    """
    from matplotlib.ticker import FixedLocator, MaxNLocator  # noqa: PLC0415

    figure = new_figure(6.2 + (legend_width(curves, legend) if len(curves) > 1 else 0), 4.0)
    last = max((len(mean) for mean, _, _ in curves.values()), default=1)
    with styled():
        ax = figure.subplots()
        for i, (name, (mean, low, high)) in enumerate(curves.items()):
            steps = np.arange(1, len(mean) + 1)
            look, marker = line_look(i), "o" if len(steps) == 1 else None
            ax.plot(steps, mean, **look, marker=marker, label=name)
            low, high = within(mean, low, high, bounds)
            if len(curves) <= BANDS:
                ax.fill_between(steps, low, high, color=look["color"], alpha=0.2, linewidth=0)
            elif high[-1] > low[-1]:
                place = last + (last - 1 or 1) * 0.025 * (i + 1)
                ax.vlines(place, low[-1], high[-1], color=look["color"], linewidth=2.5)
        ticks = MaxNLocator(integer=True).tick_values(1, last)
        ax.xaxis.set_major_locator(FixedLocator([t for t in ticks if 1 <= t <= last]))
        ax.set(xlabel=xlabel, ylabel=ylabel, title=title or "")
        if len(curves) > 1:  # beside the axes, where it covers nothing
            ax.legend(title=legend, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure
