"""Maps of regions: of a feature map (Grad-CAM), and of covered patches (occlusion)."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lurnet import ops
from lurnet.core.errors import BadValue
from lurnet.core.traits import fact_of
from lurnet.explain.score import facts_of, float_images, logits, scores, targets
from lurnet.inference.activations import activations, chosen_layers, outputs_of
from lurnet.inference.batches import map_batches
from lurnet.layers import context
from lurnet.layers.state import flatten_layers
from lurnet.training.step import gradients_by

__all__ = ["grad_cam", "occlusion"]


def grad_cam(
    model: Any,
    x: Any,
    target: Any = None,
    layer: Any = None,
    batch_size: int | None = None,
) -> np.ndarray:
    """Which regions of a layer's feature maps speak for a class, (n, h, w) in the layer's size.

    ``relu(sum over k of a_k A_k)`` with the maps A_k of the layer and ``a_k`` the mean over the
    map of ``d score / d A_k``.

    Selvaraju et al., 2017, https://arxiv.org/abs/1610.02391

    Args:
        model: any model.
        x: images (n, h, w, c).
        target: what is explained; see ``lurnet.explain``.
        layer: name of a layer with maps (n, h, w, k), or the layer; None: the last one that is
            neither a pooling nor a dropout.
        batch_size: samples in a pass, 32 if None.

    >>> import lurnet
    >>> layers = [lurnet.layers.Conv2D(2, 3), lurnet.layers.Flatten(), lurnet.layers.Dense(3)]
    >>> grad_cam(lurnet.Sequential(layers), np.ones((5, 8, 8, 1))).shape
    (5, 6, 6)
    """
    x = float_images(model, x)
    chosen = last_maps(model, x) if layer is None else chosen_layers(model, [layer])[0]
    numbers, pick = targets(model, x, target)

    def cam(arrays: tuple) -> Any:
        x, numbers = arrays
        maps = outputs_of(model, [chosen], x)[0]
        if len(getattr(maps, "shape", ())) != 4:
            raise BadValue(f"Layer {chosen.name!r} does not give maps (n, h, w, channels).")

        def score(maps: Any) -> tuple:
            with context.watching(lambda at, _, y: maps if at is chosen else y):
                return ops.sum(pick(logits(model, x), numbers)), None

        by_map, _ = gradients_by(score, maps)
        weights = ops.mean(by_map, axis=(1, 2), keepdims=True)
        return ops.relu(ops.sum(weights * maps, axis=-1))

    place = flatten_layers(model).index(chosen)
    return map_batches(model, cam, (x, numbers), batch_size, facts_of(f"cam {place}", target))


def last_maps(model: Any, x: Any) -> Any:
    """The last layer with maps (n, h, w, channels) that is neither a pooling nor a dropout."""
    found = activations(model, x[:1])
    for layer in reversed(chosen_layers(model, None)):
        if getattr(found[layer.name], "ndim", 0) == 4 and not _passes(layer):
            return layer
    raise BadValue(f"Model {model.name!r} has no layer that gives maps (n, h, w, channels).")


def _passes(layer: Any) -> bool:
    """Whether a layer finds no features of its own, but passes on those of its input."""
    return fact_of(layer, "passes_features", False, by=("call",))


def occlusion(
    model: Any,
    x: Any,
    target: Any = None,
    patch: int | Sequence[int] = 4,
    stride: int | Sequence[int] = 1,
    fill: float = 0.0,
    batch_size: int | None = None,
) -> np.ndarray:
    """How much the score falls when a patch of the image is covered, (n, rows, columns).

    The value at (i, j) is ``score(x) - score(x covered from (i * stride, j * stride) on)``; patches
    lie inside the image, so there are ``(h - patch) // stride + 1`` rows.

    Zeiler and Fergus, 2014, https://arxiv.org/abs/1311.2901

    Args:
        model: any model.
        x: images (n, h, w, c).
        target: what is explained; see ``lurnet.explain``.
        patch: height and width of the patch in pixels.
        stride: pixels from one patch to the next.
        fill: the value that covers.
        batch_size: images in a pass, 32 if None.

    >>> import lurnet
    >>> model = lurnet.Sequential([lurnet.layers.Flatten(), lurnet.layers.Dense(1, "relu")])
    >>> occlusion(model, np.ones((2, 8, 8, 1)), patch=2, stride=2).shape
    (2, 4, 4)
    """
    x = float_images(model, x)
    (high, wide), (down, right) = _pair(patch), _pair(stride)
    if x.ndim != 4 or high > x.shape[1] or wide > x.shape[2] or min(high, wide, down, right) < 1:
        raise BadValue(
            f"`patch` {patch} and `stride` {stride} must be 1 at least and fit into images "
            f"(n, h, w, c), but x has shape {x.shape}."
        )
    numbers = target if callable(target) else targets(model, x, target)[0]
    whole = scores(model, x, numbers, batch_size)
    tops, lefts = range(0, x.shape[1] - high + 1, down), range(0, x.shape[2] - wide + 1, right)
    falls = np.zeros((len(x), len(tops), len(lefts)), "float32")
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            covered = x.copy()
            covered[:, top : top + high, left : left + wide] = fill
            falls[:, i, j] = whole - scores(model, covered, numbers, batch_size)
    return falls


def _pair(value: int | Sequence[int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1])
