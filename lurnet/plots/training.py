"""What goes on in training: gradients by layer, weights, the choice of a learning rate."""

from typing import Any

import numpy as np

from lurnet.callbacks.gradient_recorder import parts_with_weights
from lurnet.core.errors import BadValue
from lurnet.plots.style import COLORS, line_look, one_axes, panels, shortened, styled
from lurnet.training.rate_finder import find_learning_rate

__all__ = ["gradients", "weights", "learning_rate"]

QUANTITIES = {"mean": "mean absolute gradient", "norm": "norm of the gradient"}


def gradients(
    recorder: Any,
    quantity: str = "mean",
    by: str = "epoch",
    title: str | None = None,
    ax: Any = None,
) -> Any:
    """The size of each layer's gradient over training, on a logarithmic scale.

    Args:
        recorder: a ``callbacks.GradientRecorder`` after training.
        quantity: "mean" absolute value of the gradient's entries, or its Euclidean "norm".
        by: "epoch": the mean over each epoch; "step": every step.
        title: above the picture.
        ax: where to draw; None: in a new figure.

    Returns a matplotlib figure.
    """
    if quantity not in QUANTITIES or by not in ("epoch", "step"):
        raise BadValue("`quantity` must be 'mean' or 'norm', and `by` 'epoch' or 'step'.")
    values = recorder.means if quantity == "mean" else recorder.norms
    at = np.arange(1, len(values) + 1)
    if by == "epoch":
        epochs = np.unique(recorder.epochs)
        values = np.stack([values[recorder.epochs == e].mean(0) for e in epochs])
        at = epochs + 1
    figure, ax = one_axes(ax, 6.4, 3.8)
    with styled():
        for i, name in enumerate(recorder.layers):
            look = line_look(i) | {"marker": "o" if len(at) <= 40 else None, "markersize": 3}
            ax.plot(at, values[:, i], label=shortened(name), **look)
        ax.set_yscale("log")
        ax.set(xlabel=by, ylabel=QUANTITIES[quantity], title=title or "Gradients by layer")
        ax.legend(title="layer", loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def weights(model: Any, bins: int = 40, title: str | None = None) -> Any:
    """Histograms of the trainable weights, a panel for each layer.

    Args:
        model: any built model.
        bins: bars in a histogram; fewer where there are few weights.
        title: above the picture.

    Returns a matplotlib figure.

    >>> import lurnet
    >>> model = lurnet.Sequential([lurnet.Input((4,)), lurnet.layers.Dense(3)])
    >>> weights(model).axes[0].get_xlabel()
    'weight'
    """
    parts = parts_with_weights(model)
    if not parts:
        raise BadValue(f"Model {model.name!r} has no trainable weights yet: call it on data once.")
    figure, axes = panels(len(parts), 3, lambda r, c: (max(3.6, 3.0 * c), 0.5 + 2.1 * r))
    with styled():
        for k, (ax, (name, variables)) in enumerate(zip(axes, parts, strict=True)):
            _histogram(ax, name, variables, bins)
            ax.set_xlabel("weight" if k + min(3, len(parts)) >= len(parts) else "")
            ax.set_ylabel("number" if k % 3 == 0 else "")
        figure.suptitle(title or f"Weights of {model.name}", fontsize=12, fontweight="bold")
    return figure


def _histogram(ax: Any, name: str, variables: list[Any], bins: int) -> None:
    values = np.concatenate([np.ravel(np.asarray(v.stored, "float32")) for v in variables])
    ax.hist(values, bins=int(np.clip(2 * values.size**0.5, 5, bins)), color=COLORS[0])
    ax.set_title(f"{shortened(name)}: {values.size:,} weights", fontsize=10)
    ax.locator_params(axis="x", nbins=5)
    ax.locator_params(axis="y", nbins=4)


def learning_rate(
    model: Any, x: Any, y: Any, title: str | None = None, ax: Any = None, **options: Any
) -> Any:
    """The loss at rising learning rates, smoothed, with a good rate marked.

    It trains a little and puts the model back as it was; ``options`` are those of
    ``utils.find_learning_rate``.

    Args:
        model: a compiled model.
        x: inputs.
        y: labels.
        title: above the picture.
        ax: where to draw; None: in a new figure.
        **options: such as ``smallest=1e-6``, ``largest=10.0``, ``steps=120``, ``batch_size=32``.

    Returns a matplotlib figure.
    """
    found = find_learning_rate(model, x, y, **options)
    figure, ax = one_axes(ax, 6.0, 3.8)
    with styled():
        ax.plot(found.rates, found.losses, color="#b8b8b8", linewidth=1, label="loss of a batch")
        ax.plot(found.rates, found.smooth, color=COLORS[0], linewidth=2, label="smoothed")
        if found.suggestion is not None:
            height = np.interp(found.suggestion, found.rates, found.smooth)
            label = f"suggestion: {found.suggestion:.2g}"
            ax.axvline(found.suggestion, color=COLORS[1], linewidth=1, linestyle=":")
            ax.plot([found.suggestion], [height], "o", color=COLORS[1], label=label)
        low, high = found.losses.min(), found.smooth[: max(len(found.smooth) // 2, 1)].max()
        ax.set_ylim(low - 0.1 * (high - low), high + 0.6 * (high - low))
        ax.set_xscale("log")
        ax.set(xlabel="learning rate", ylabel="loss", title=title or "Learning-rate range test")
        ax.legend()
    return figure
