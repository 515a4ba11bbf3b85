"""Training curves."""

from collections.abc import Mapping
from typing import Any

from lurnet.core.errors import BadValue
from lurnet.plots.style import COLORS, new_figure, styled


def history(record: Any, title: str | None = None) -> Any:
    """Curves of a History: one panel for each metric, training and validation together.

    Args:
        record: what ``fit`` returned, or its ``history`` dict.
        title: above all panels.

    Returns a matplotlib figure.

    >>> figure = history({"loss": [1.0, 0.5], "val_loss": [1.1, 0.7]})
    >>> len(figure.axes)
    1
    """
    values: Mapping[str, list] = getattr(record, "history", record)
    names = [n for n in values if not n.startswith("val_") and n != "learning_rate"]
    if not names:
        raise BadValue("The history is empty: no epoch was finished, so there is no curve.")
    names.sort(key=lambda n: n != "loss")
    figure = new_figure(4.6 * len(names), 3.4)
    with styled():
        axes = figure.subplots(1, len(names), squeeze=False)[0]
        for ax, name in zip(axes, names, strict=True):
            _panel(ax, name, values)
        if title:
            figure.suptitle(title)
    return figure


def _panel(ax: Any, name: str, values: Mapping[str, list]) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    for key, label, color in (
        (name, "training", COLORS[0]),
        (f"val_{name}", "validation", COLORS[1]),
    ):
        if key in values:
            epochs = range(1, len(values[key]) + 1)
            ax.plot(epochs, values[key], color=color, label=label, marker="o", markersize=3)
    shown = name.replace("_", " ")
    ax.set(xlabel="epoch", ylabel=shown, title=shown.capitalize())
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend()
