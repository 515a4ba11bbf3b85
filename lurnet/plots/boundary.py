"""The decision boundary of a classifier of points in the plane."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lurnet.core.errors import BadValue
from lurnet.plots.style import COLORS, class_numbers, one_axes, styled

__all__ = ["decision_boundary"]

MARKERS = "osD^vP*"


def decision_boundary(
    model: Any,
    x: Any,
    y: Any,
    names: Sequence[str] | None = None,
    labels: Sequence[str] = ("$x_1$", "$x_2$"),
    resolution: int = 200,
    title: str | None = None,
    ax: Any = None,
) -> Any:
    """Which class a model gives each point of the plane, and the data on top.

    Args:
        model: a model from points (n, 2) to one probability (n, 1), or classes (n, k).
        x: points, (n, 2).
        y: class numbers (n,), or one-hot rows.
        names: names of the classes.
        labels: names of the two axes.
        resolution: points of the grid along each axis.
        title: above the picture.
        ax: where to draw; None: in a new figure.

    Returns a matplotlib figure.
    """
    x, y = np.asarray(x, "float32"), class_numbers(y)
    if x.ndim != 2 or x.shape[1] != 2:
        raise BadValue(f"x must hold points in the plane, (n, 2), but it has shape {x.shape}.")
    low, high = x.min(0), x.max(0)
    low, high = low - 0.08 * (high - low), high + 0.08 * (high - low)
    sides = [np.linspace(a, b, resolution) for a, b in zip(low, high, strict=True)]
    points = np.stack(np.meshgrid(*sides), -1).reshape(-1, 2)
    outputs = model.predict(points, batch_size=4096, verbose=0)
    outputs = outputs.reshape(resolution, resolution, -1)
    figure, ax = one_axes(ax, 5.2, 4.2)
    with styled():
        if outputs.shape[-1] == 1:
            one = str(names[1]) if names else "class 1"
            _probability(figure, ax, sides, outputs[..., 0], one)
        else:
            _classes(ax, sides, outputs.argmax(-1), outputs.shape[-1])
        for k in np.unique(y):
            _points(ax, x[y == k], k, str(names[k]) if names else f"class {k}")
        ax.grid(visible=False)
        ax.set(xlabel=labels[0], ylabel=labels[1], title=title or "Decision boundary")
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=4)
    return figure


def _probability(figure: Any, ax: Any, sides: list, probability: np.ndarray, one: str) -> None:
    """Shades of the probability of class 1, and the line where it is one half."""
    shades = ax.pcolormesh(*sides, probability, cmap=_shades(), vmin=0, vmax=1, rasterized=True)
    if probability.min() < 0.5 < probability.max():
        ax.contour(*sides, probability, levels=[0.5], colors="black", linewidths=1.4)
    figure.colorbar(shades, ax=ax, label=f"probability of {one}")


def _shades() -> Any:
    """From the colour of class 0 over white to that of class 1, pale."""
    from matplotlib.colors import LinearSegmentedColormap  # noqa: PLC0415

    return LinearSegmentedColormap.from_list("classes", ["#7fb7d8", "#ffffff", "#eaae7f"])


def _classes(ax: Any, sides: list, numbers: np.ndarray, count: int) -> None:
    """A pale area for each class, with lines between them."""
    from matplotlib.colors import ListedColormap  # noqa: PLC0415

    colors = ListedColormap([COLORS[k % len(COLORS)] for k in range(count)])
    options = {"vmin": -0.5, "vmax": count - 0.5, "alpha": 0.3, "rasterized": True}
    ax.pcolormesh(*sides, numbers, cmap=colors, **options)
    for k in range(count):
        inside = (numbers == k).astype(float)
        if 0 < inside.mean() < 1:
            ax.contour(*sides, inside, levels=[0.5], colors="black", linewidths=0.8)


def _points(ax: Any, x: np.ndarray, k: int, name: str) -> None:
    look = {"color": COLORS[k % len(COLORS)], "marker": MARKERS[k % len(MARKERS)]}
    ax.scatter(*x.T, s=22, edgecolors="white", linewidths=0.6, label=name, zorder=3, **look)
