"""What each layer sees: the activations for one image or sample."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lurnet.core.errors import BadValue
from lurnet.plots.style import COLORS, new_figure, shortened, show_image, side_title, styled

__all__ = ["activations"]

BINS = 40


def activations(
    model: Any,
    sample: Any,
    layers: Sequence[Any] | None = None,
    most: int = 12,
    title: str | None = None,
) -> Any:
    """What layers give out for one sample, a row for each layer.

    A layer with maps (h, w, channels) shows its first channels as pictures, each scaled to its own
    range; one with a vector shows it as bars.

    Args:
        model: any model.
        sample: one input, without the batch axis.
        layers: names of layers, at any depth; None: all with maps, or all where there are none,
            without those that show nothing new: what they give out is the input or a row above in
            another shape or scale (flattening, scaling, normalisation of channels, and in inference
            dropout, noise and augmentation).
        most: channels shown for each layer.
        title: above the picture.

    Returns a matplotlib figure.

    >>> import lurnet
    >>> model = lurnet.Sequential([lurnet.Input((8, 8, 1)), lurnet.layers.Conv2D(3, 3)])
    >>> len(activations(model, np.zeros((8, 8, 1))).axes)
    4
    """
    sample = np.asarray(sample)
    found = {k: _only(v) for k, v in model.activations(sample[None], layers).items()}
    found = found if layers else _worth_showing(found, sample)
    columns = 1 + max(min(most, v.shape[-1]) if v.ndim == 3 else 4 for v in found.values())
    figure = new_figure(1.3 + 0.72 * columns, max(1.6, 0.7 + 0.78 * len(found)))
    with styled():
        places = figure.add_gridspec(len(found), columns)
        for i, (name, values) in enumerate(found.items()):
            _row(figure, places, i, name, values)
        if sample.ndim in (2, 3):
            _input(figure.add_subplot(places[0, 0]), sample)
        figure.suptitle(title or "Activations by layer", fontsize=12, fontweight="bold")
    return figure


def _worth_showing(found: dict[str, np.ndarray], sample: np.ndarray) -> dict[str, np.ndarray]:
    """Maps, or where there are none vectors, but no repetitions."""
    shown = [sample] if sample.ndim in (2, 3) else []
    new = {}
    for name, values in found.items():
        if not any(_same(values, other) for other in shown):
            new[name] = values
            shown.append(values)
    pictures = {k: v for k, v in new.items() if v.ndim == 3 and min(v.shape[:2]) > 1}
    return pictures or new or found


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two outputs look alike: all values on one scale, or every map on its own."""
    if a.size != b.size:
        return False
    if np.allclose(*(_scaled(v.reshape(-1, 1)) for v in (a, b)), atol=1e-4):
        return True
    if a.shape != b.shape or a.ndim != 3:
        return False
    maps = [_scaled(v.reshape(-1, v.shape[-1])) for v in (a, b)]
    return not np.isnan(maps[0]).all() and np.allclose(*maps, atol=1e-4, equal_nan=True)


def _scaled(columns: np.ndarray) -> np.ndarray:
    """Columns as they are seen: the smallest is 0, the largest 1; NaN where all are equal."""
    columns = np.asarray(columns, float)
    spread = np.ptp(columns, axis=0)
    return (columns - columns.min(0)) / np.where(spread > 0, spread, np.nan)


def _only(value: Any) -> np.ndarray:
    """The sample's output; of a layer with several calls or outputs the last one."""
    while isinstance(value, (list, tuple)):
        value = value[-1]
    if value.ndim > 4:
        raise BadValue(f"An output of shape {value.shape[1:]} cannot be shown as pictures.")
    return value[0]


def _input(ax: Any, sample: np.ndarray) -> None:
    show_image(ax, sample)
    ax.set_title("input", fontsize=8, fontweight="normal")


def _row(figure: Any, places: Any, row: int, name: str, values: np.ndarray) -> None:
    name, columns = shortened(name), places.ncols - 1
    if values.ndim != 3:
        ax = figure.add_subplot(places[row, 1:])
        _bars(ax, name, values.ravel())
        if row == places.nrows - 1:
            ax.set_xlabel("unit", fontsize=8)
        return
    for j, channel in enumerate(np.moveaxis(values, -1, 0)[:columns]):
        ax = figure.add_subplot(places[row, 1 + j])
        show_image(ax, channel, cmap="viridis")
        if j == 0:
            side_title(ax, name, 8)


def _bars(ax: Any, name: str, values: np.ndarray) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    width = 1.0 if len(values) > BINS else 0.8
    ax.bar(np.arange(len(values)), values, width=width, color=COLORS[0])
    ax.set_xlim(-0.6, len(values) - 0.4)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    ax.tick_params(labelsize=7)
    ax.locator_params(axis="y", nbins=3)
    side_title(ax, name, 8)
