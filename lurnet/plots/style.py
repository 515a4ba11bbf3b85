"""How lurnet's figures look: colours that the colour-blind can tell apart, quiet axes."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from lurnet.core.errors import BadState, BadValue
from lurnet.metrics.results import Bounds

__all__ = ["save"]

#: Okabe and Ito's colours, https://jfly.uni-koeln.de/color/
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
LINES = ("-", "--", ":", "-.")
CONTEXT: Any = {
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.labelsize": 10,
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "axes.axisbelow": True,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "figure.dpi": 110,
    "savefig.dpi": 150,
}


def new_figure(width: float, height: float, **layout: Any) -> Any:
    """An empty figure, in inches; it belongs to no window."""
    try:
        from matplotlib import rc_context  # noqa: PLC0415
        from matplotlib.figure import Figure  # noqa: PLC0415
        from matplotlib.layout_engine import ConstrainedLayoutEngine  # noqa: PLC0415
    except ModuleNotFoundError:
        raise BadState("Pictures need matplotlib: pip install 'lurnet[plots]'") from None
    with rc_context(CONTEXT):
        layout = {"layout": ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.06)} | layout
        return Figure(figsize=(width, height), **layout)


def styled() -> Any:
    """The context in which axes are made: ``with styled(): figure.subplots()``."""
    from matplotlib import rc_context  # noqa: PLC0415

    return rc_context(CONTEXT)


def save(figure: Any, path: str | Path) -> Path:
    """Write a figure to a PNG, SVG or PDF file, making its folder; returns the path."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with styled():
        figure.savefig(path, bbox_inches="tight")
    return path


def one_axes(ax: Any, width: float, height: float) -> tuple[Any, Any]:
    """(figure, axes): the axes given, with their figure, or new ones of this size in inches."""
    if ax is not None:
        return ax.figure, ax
    figure = new_figure(width, height)
    with styled():
        return figure, figure.subplots()


def panels(count: int, most: int, size: Callable[[int, int], tuple[float, float]]) -> tuple:
    """(figure, axes): panels, ``most`` in a row; ``size(rows, columns)`` in inches."""
    columns = min(most, count)
    rows = -(-count // columns)
    figure = new_figure(*size(rows, columns))
    with styled():
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes[count:]:
        ax.set_axis_off()
    return figure, list(axes[:count])


def class_numbers(labels: Any) -> np.ndarray:
    """Class numbers (n,), from themselves or from one-hot rows or probabilities (n, classes)."""
    labels = np.asarray(labels)
    return (
        labels.argmax(-1)
        if labels.ndim > 1 and labels.shape[-1] > 1
        else labels.ravel().astype(int)
    )


def line_look(i: int) -> dict[str, Any]:
    """Colour and line of the i-th curve; the line changes when the colours are used up."""
    return {
        "color": COLORS[i % len(COLORS)],
        "linestyle": LINES[i // len(COLORS) % len(LINES)],
        "linewidth": 1.6,
    }


def legend_width(names: Iterable[str], title: str | None = None) -> float:
    """Inches that a legend of these names needs beside the axes."""
    return 0.6 + 0.075 * max(map(len, [*names, title or ""]))


def show_image(ax: Any, image: Any, **options: Any) -> Any:
    """An image (h, w), (h, w, 1) or (h, w, 3), grey or in colour, without ticks."""
    image = np.asarray(image)
    if image.ndim == 3 and image.shape[-1] == 1:
        image = image[..., 0]
    if image.ndim not in (2, 3) or image.ndim == 3 and image.shape[-1] not in (3, 4):
        raise BadValue(
            f"A picture must be (h, w), (h, w, 1) or (h, w, 3), but it has shape {image.shape}."
        )
    if image.ndim == 3:
        low, high = image.min(), max(image.max(), 1)
        image = image / (255 if high > 1 else 1) if low >= 0 else (image - low) / (high - low)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(visible=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax.imshow(image, **{"cmap": "gray", "interpolation": "nearest"} | options)


def side_title(ax: Any, text: str, size: float = 9) -> None:
    """A text at the left of the first picture of a row."""
    ax.set_ylabel(text, rotation=0, ha="right", va="center", fontsize=size)


def shortened(text: str, most: int = 18) -> str:
    """A text cut in the middle where it is too long for its place.

    >>> shortened("a_very_long_name_of_a_layer", 12)
    'a_ver..layer'
    """
    half = (most - 2) // 2
    return text if len(text) <= most else f"{text[:half]}..{text[-half:]}"


def within(mean: Any, low: Any, high: Any, bounds: Bounds | None) -> tuple[np.ndarray, np.ndarray]:
    """The ends of intervals as they are drawn: none beyond what the quantity can be.

    A mean beyond the bounds shows that they are not the quantity's own (an accuracy in percent,
    say); then nothing is cut.

    >>> within([0.9], [0.75], [1.05], (0, 1))
    (array([0.75]), array([1.]))
    """
    mean, low, high = (np.asarray(v, float) for v in (mean, low, high))
    least, most = bounds or (-np.inf, np.inf)
    if np.any(mean < least) or np.any(mean > most):
        return low, high
    return np.maximum(low, least), np.minimum(high, most)
