"""What each layer sees: the activations for one image."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lurnet.core.errors import BadValue
from lurnet.models import Functional, Model
from lurnet.plots.style import new_figure, styled


def activations(model: Model, x: Any, layers: Sequence[str] | None = None) -> dict[str, np.ndarray]:
    """Outputs by layer name for a batch; None: every layer whose output is a picture."""
    chosen = [model.get_layer(n) for n in layers] if layers else _pictorial(model)
    if not chosen:
        raise BadValue(f"Model {model.name!r} has no layer whose output is a picture (b, h, w, c).")
    inner = Functional(model.input, [layer.output for layer in chosen])
    outputs = inner.predict(x, verbose=0)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    return {layer.name: out for layer, out in zip(chosen, outputs, strict=True)}


def _pictorial(model: Model) -> list[Any]:
    found = [x for x in model.layers if len(x.output.shape) == 4]
    return [x for x in found if x.output.shape[-1] > 1] or found


def features(
    model: Model,
    image: Any,
    layers: Sequence[str] | None = None,
    most: int = 16,
    title: str | None = None,
) -> Any:
    """Feature maps for one image: a row for each layer, a picture for each of its first channels.

    Args:
        model: a built Sequential or functional model.
        image: one image, (h, w, c).
        layers: names of the layers; None: all whose output is a picture.
        most: channels shown for each layer.
        title: above the picture.

    Returns a matplotlib figure.
    """
    image = np.asarray(image)
    found = activations(model, image[None], layers)
    columns = min(most, max(a.shape[-1] for a in found.values()))
    rows = len(found)
    figure = new_figure(1.6 + 0.62 * (columns + 1), 0.5 + 0.82 * rows)
    with styled():
        grid = figure.subplots(rows, columns + 1, squeeze=False)
        for i, (name, maps) in enumerate(found.items()):
            _row(grid[i], name, maps[0], image if i == 0 else None)
        figure.suptitle(title or "What each layer sees", fontsize=11, fontweight="bold")
    return figure


def _row(line: Any, name: str, maps: np.ndarray, image: np.ndarray | None) -> None:
    for ax in line:
        ax.set_axis_off()
    if image is not None:
        line[0].imshow(image.squeeze(), cmap="gray")
        line[0].set_title("input", fontsize=8, fontweight="normal")
    line[0].text(-0.15, 0.5, name, transform=line[0].transAxes, ha="right", va="center", fontsize=8)
    for ax, channel in zip(line[1:], np.moveaxis(maps, -1, 0), strict=False):
        ax.imshow(channel, cmap="viridis")
