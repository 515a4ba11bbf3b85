"""The filters of a convolution as pictures."""

from typing import Any

import numpy as np

from lurnet.core.errors import BadValue
from lurnet.inference.activations import chosen_layers
from lurnet.layers.state import flatten_layers
from lurnet.plots.style import panels, show_image, styled

__all__ = ["filters"]


def filters(model: Any, layer: Any = None, most: int = 32, title: str | None = None) -> Any:
    """The filters that a layer convolves its input with.

    Filters over one channel or three are pictures, grey or in colour; of others each picture is the
    mean over the input channels. Grey pictures share one scale, centred on 0.

    Args:
        model: any built model.
        layer: name of a layer with a kernel (h, w, channels, filters), or the layer; None: the
            first one in the model.
        most: filters shown.
        title: above the picture.

    Returns a matplotlib figure.

    >>> import lurnet
    >>> model = lurnet.Sequential([lurnet.Input((8, 8, 1)), lurnet.layers.Conv2D(3, 3)])
    >>> len(filters(model).axes)
    4
    """
    chosen = _layer(model, layer)
    kernel = np.asarray(chosen.kernel)
    count = min(most, kernel.shape[-1])
    shown = kernel[..., :count] if kernel.shape[2] == 3 else kernel.mean(2, keepdims=True)
    figure, axes = panels(count, 8, lambda r, c: (max(3.8, 0.8 * c + 1.1), 0.85 + 0.8 * r))
    limit = float(np.abs(shown).max()) or 1.0
    image: Any = None
    with styled():
        for k, ax in enumerate(axes):
            image = show_image(
                ax, _scaled(shown[..., k], limit), cmap="RdBu_r", clim=(-limit, limit)
            )
        if shown.shape[2] == 1:
            bar = figure.colorbar(image, ax=figure.axes, shrink=0.9, pad=0.02)
            bar.set_label("mean weight" if kernel.shape[2] > 1 else "weight", fontsize=9)
            bar.ax.tick_params(labelsize=8)
            bar.ax.locator_params(nbins=5)
        more = f" ({count} of {kernel.shape[-1]})" if count < kernel.shape[-1] else ""
        text = title or f"Filters of {chosen.name}{more}"
        figure.suptitle(text, fontsize=11, fontweight="bold")
    return figure


def _layer(model: Any, layer: Any) -> Any:
    known = chosen_layers(model, [layer] if layer is not None else None)
    for found in known if layer is not None else flatten_layers(model):
        if len(getattr(getattr(found, "kernel", None), "shape", ())) == 4:
            return found
    raise BadValue(
        f"Model {model.name!r} has no built layer with filters of images (h, w, channels, filters)"
        + (f" named {layer!r}." if layer is not None else ".")
    )


def _scaled(kernel: np.ndarray, limit: float) -> np.ndarray:
    """Colours from 0 to 1, 0 in the middle; one channel as it is."""
    return kernel if kernel.shape[-1] == 1 else 0.5 + 0.5 * kernel / limit
