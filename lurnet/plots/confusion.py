"""Which classes are taken for which."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lurnet.core.errors import BadValue
from lurnet.plots.style import class_numbers, one_axes, styled

__all__ = ["confusion_matrix", "confusion"]


def confusion_matrix(y_true: Any, y_pred: Any, classes: int | None = None) -> np.ndarray:
    """Counts by true class (rows) and predicted class (columns).

    Both may be class numbers (n,), or one-hot rows and probabilities (n, classes).

    >>> confusion_matrix([0, 1, 1], [0, 0, 1]).tolist()
    [[1, 0], [1, 1]]
    """
    true, pred = class_numbers(y_true), class_numbers(y_pred)
    if true.shape != pred.shape:
        raise BadValue(f"There are {len(true)} labels, but {len(pred)} predictions.")
    classes = classes or int(max(true.max(), pred.max())) + 1
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (true, pred), 1)
    return counts


def confusion(
    y_true: Any,
    y_pred: Any,
    names: Sequence[str] | None = None,
    title: str | None = None,
    ax: Any = None,
) -> Any:
    """The confusion matrix as a picture: rows are true classes, colours the share of the row.

    Args:
        y_true: class numbers (n,), or one-hot rows.
        y_pred: the same, or probabilities (n, classes).
        names: names of the classes.
        title: above the picture.
        ax: where to draw; None: in a new figure.

    Returns a matplotlib figure.

    >>> figure = confusion([0, 1, 1], [0, 0, 1])
    >>> figure.axes[0].get_xlabel()
    'predicted class'
    """
    counts = confusion_matrix(y_true, y_pred, len(names) if names else None)
    share = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    names = list(names) if names else [str(i) for i in range(len(counts))]
    long = max(map(len, names)) > 3
    size = 1.8 + 0.42 * len(counts) + 0.07 * max(map(len, names))
    figure, ax = one_axes(ax, size + 0.6, size)
    with styled():
        image = ax.imshow(share, cmap="Blues", vmin=0, vmax=1)
        ax.grid(visible=False)
        ax.set(xlabel="predicted class", ylabel="true class")
        ax.set_title(title or f"Confusion: {np.trace(counts)} of {counts.sum()} right")
        ax.set_xticks(range(len(names)), names, rotation=90 if long else 0)
        ax.set_yticks(range(len(names)), names)
        for (i, j), n in np.ndenumerate(counts):
            if n:
                color = "white" if share[i, j] > 0.55 else "black"
                ax.text(j, i, str(n), ha="center", va="center", color=color, fontsize=8)
        figure.colorbar(image, ax=ax, label="share of the true class", shrink=0.8)
    return figure
