"""Rows and grids of images: the worst mistakes, and reconstructions."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lurnet.core.errors import BadValue
from lurnet.plots.style import (
    class_numbers,
    new_figure,
    panels,
    shortened,
    show_image,
    side_title,
    styled,
)

__all__ = ["reconstructions", "top_losses"]


def reconstructions(rows: Mapping[str, Any], most: int = 10, title: str | None = None) -> Any:
    """Images below each other, such as original, noisy and denoised.

    Args:
        rows: name to images (n, h, w), (n, h, w, 1) or (n, h, w, 3); column i shows image i of
            each. Grey images share one scale, that of the first row.
        most: columns.
        title: above the picture.

    Returns a matplotlib figure.

    >>> figure = reconstructions({"original": np.zeros((2, 4, 4)), "denoised": np.ones((2, 4, 4))})
    >>> figure.axes[0].get_ylabel()
    'original'
    """
    arrays = {k: np.asarray(v) for k, v in rows.items()}
    counts = {k: len(v) for k, v in arrays.items()}
    if not counts or min(counts.values()) < 1:
        raise BadValue(f"Each row needs an image at least, but they hold {counts}.")
    count, first = min(most, *counts.values()), next(iter(arrays.values()))
    aside = 0.4 + 0.085 * max(map(len, arrays))
    figure = new_figure(max(4.0, aside + 0.85 * count), 0.85 * len(arrays) + 0.55)
    with styled():
        grid = figure.subplots(len(arrays), count, squeeze=False)
        for line, (name, images) in zip(grid, arrays.items(), strict=True):
            for ax, image in zip(line, images, strict=False):
                show_image(ax, image, vmin=first.min(), vmax=first.max())
            side_title(line[0], name)
        figure.suptitle(title or "Reconstructions", fontsize=12, fontweight="bold")
    return figure


def top_losses(
    model: Any,
    x: Any,
    y: Any,
    n: int = 12,
    names: Sequence[str] | None = None,
    batch_size: int | None = None,
    title: str | None = None,
) -> Any:
    """The images that a classifier is most wrong about.

    Ordered by the cross-entropy ``-log p(true class)``; above each the true class, the predicted
    one with its probability, and the loss.

    Args:
        model: a classifier with probabilities (n, classes) or (n, 1).
        x: images, (n, h, w, c).
        y: class numbers (n,), or one-hot rows.
        n: how many.
        names: names of the classes.
        batch_size: images in a pass.
        title: above the picture.

    Returns a matplotlib figure.
    """
    x, y = np.asarray(x), class_numbers(y)
    p = np.asarray(model.predict(x, batch_size=batch_size, verbose=0))
    p = np.concatenate([1 - p, p], -1) if p.ndim == 2 and p.shape[1] == 1 else p
    fits = p.ndim == 2 and len(y) == len(p) and p.min() >= 0
    if not fits or not np.allclose(p.sum(1), 1, atol=1e-3):
        raise BadValue(
            "top_losses needs a classifier whose outputs (n, classes) are probabilities, and a "
            f"label for each image; the outputs have shape {p.shape}, the labels {y.shape}."
        )
    losses = -np.log(np.maximum(p[np.arange(len(y)), y], 1e-12))
    worst = np.argsort(-losses, kind="stable")[:n]
    figure, axes = panels(len(worst), 6, lambda r, c: (max(3.4, 1.5 * c), 0.5 + 1.85 * r))
    with styled():
        for ax, i in zip(axes, worst, strict=True):
            show_image(ax, x[i])
            ax.set_title(
                _caption(p[i], y[i], float(losses[i]), names), fontsize=8, fontweight="normal"
            )
        figure.suptitle(title or "Highest losses", fontsize=12, fontweight="bold")
    return figure


def _caption(p: np.ndarray, true: int, loss: float, names: Sequence[str] | None) -> str:
    guess = int(p.argmax())
    right, predicted = (shortened(str(names[k] if names else k), 14) for k in (true, guess))
    return f"true: {right}\nsaid: {predicted} ({p[guess]:.0%})\nloss {loss:.1f}"
