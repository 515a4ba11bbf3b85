"""Pictures of what a prediction rests on: `lurnet.explain`, drawn over the images."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lurnet import explain
from lurnet.core.errors import BadValue
from lurnet.plots.style import new_figure, shortened, show_image, styled

__all__ = ["saliency", "integrated_gradients", "grad_cam", "occlusion"]

Names = Sequence[str] | None


def saliency(
    model: Any, images: Any, target: Any = None, names: Names = None, title: str | None = None,
    **options: Any,
) -> Any:  # fmt: skip
    """Where a small change changes the score: images, and below them the size of the gradient.

    Args:
        model: any model.
        images: some images (n, h, w, c).
        target: the class that is explained; None: the predicted one. See ``lurnet.explain``.
        names: names of the classes.
        title: above the picture.
        **options: of ``explain.saliency``, such as ``samples=32``.

    Returns a matplotlib figure.
    """
    maps = explain.saliency(model, _images(images), target, **options)
    return _draw(model, images, target, names, title or "Saliency", _below(maps.max(-1), "magma"),
                 "size of the gradient, share of the largest", "magma")  # fmt: skip


def integrated_gradients(
    model: Any, images: Any, target: Any = None, names: Names = None, title: str | None = None,
    **options: Any,
) -> Any:  # fmt: skip
    """What each pixel adds to the score, red, or takes from it, blue.

    Arguments as for ``saliency``; options of ``explain.integrated_gradients``, such as ``steps``.
    """
    maps = explain.integrated_gradients(model, _images(images), target, **options).sum(-1)
    return _draw(model, images, target, names, title or "Integrated gradients",
                 _below(maps, "RdBu_r"), "part of the score, share of the largest",
                 "RdBu_r")  # fmt: skip


def grad_cam(
    model: Any, images: Any, target: Any = None, names: Names = None, title: str | None = None,
    **options: Any,
) -> Any:  # fmt: skip
    """Which regions speak for the class, laid over the images.

    Arguments as for ``saliency``; options of ``explain.grad_cam``, such as ``layer``.
    """
    maps = explain.grad_cam(model, _images(images), target, **options)
    return _draw(model, images, target, names, title or "Grad-CAM", _over(maps, "viridis"),
                 "speaks for the class, share of the largest", "viridis")  # fmt: skip


def occlusion(
    model: Any, images: Any, target: Any = None, names: Names = None, title: str | None = None,
    patch: int = 4, stride: int = 1, **options: Any,
) -> Any:  # fmt: skip
    """How the score changes when a patch is covered: red where it falls, blue where it rises.

    Arguments as for ``saliency``, and the patch's height and width and its ``stride`` in pixels;
    options of ``explain.occlusion``.
    """
    maps = explain.occlusion(model, _images(images), target, patch, stride, **options)
    return _draw(model, images, target, names, title or f"Occlusion by patches of {patch} pixels",
                 _over(maps, "RdBu_r", _place(maps, patch, stride)),
                 "fall of the score, share of the largest", "RdBu_r")  # fmt: skip


Painter = Callable[[Any, np.ndarray, int], None]


def _images(images: Any) -> np.ndarray:
    images = np.asarray(images, "float32")
    if images.ndim != 4:
        raise BadValue(
            f"`images` must be some images, (n, h, w, c), but they have shape {images.shape}."
            + (" Of one image write image[None]." if images.ndim == 3 else "")
        )
    return images


def _place(maps: np.ndarray, patch: int, stride: int) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of a map in pixels of the image: values sit amid their patch."""
    margin, (_, rows, columns) = (patch - stride) / 2 - 0.5, maps.shape
    return margin, margin + columns * stride, margin + rows * stride, margin


def _below(maps: np.ndarray, colors: str) -> Painter:
    """The maps alone."""

    def paint(ax: Any, image: np.ndarray, i: int) -> None:
        del image
        show_image(ax, _relative(maps[i]), cmap=colors, vmin=_low(colors), vmax=1)

    return paint


def _over(maps: np.ndarray, colors: str, place: tuple | None = None) -> Painter:
    """The maps over pale grey images, as far as they reach."""

    def paint(ax: Any, image: np.ndarray, i: int) -> None:
        high, wide = image.shape[:2]
        extent = place or (-0.5, wide - 0.5, high - 0.5, -0.5)
        grey = image.mean(-1)
        show_image(ax, grey, vmin=3 * grey.min() - 2 * grey.max(), vmax=grey.max())
        options = {"cmap": colors, "vmin": _low(colors), "vmax": 1, "alpha": 0.65}
        ax.imshow(_relative(maps[i]), extent=extent, interpolation="bilinear", **options)
        ax.set(xlim=(-0.5, wide - 0.5), ylim=(high - 0.5, -0.5))

    return paint


def _low(colors: str) -> int:
    """The colours with two ends reach from -1 to 1."""
    return -1 if colors == "RdBu_r" else 0


def _relative(values: np.ndarray) -> np.ndarray:
    return values / max(float(np.abs(values).max()), 1e-12)


def _draw(
    model: Any, images: Any, target: Any, names: Names, title: str, paint: Painter, label: str,
    colors: str,
) -> Any:  # fmt: skip
    """The images above, the maps below, one colour bar for all."""
    from matplotlib.cm import ScalarMappable  # noqa: PLC0415
    from matplotlib.colors import Normalize  # noqa: PLC0415

    images = _images(images)
    captions = _captions(model, images, target, names)
    figure = new_figure(max(3.6, 1.12 * len(images) + 1.0), 3.0)
    with styled():
        grid = figure.subplots(2, len(images), squeeze=False)
        for i, image in enumerate(images):
            show_image(grid[0, i], image)
            grid[0, i].set_title(captions[i], fontsize=8, fontweight="normal")
            paint(grid[1, i], image, i)
        scale = ScalarMappable(Normalize(_low(colors), 1), colors)
        bar = figure.colorbar(scale, ax=list(grid.ravel()), shrink=0.85, pad=0.02)
        bar.set_label("\n".join(label.split(", ")), fontsize=8)
        bar.ax.tick_params(labelsize=8)
        figure.suptitle(title, fontsize=12, fontweight="bold")
    return figure


def _captions(model: Any, images: np.ndarray, target: Any, names: Names) -> list[str]:
    """The class that each map is about."""
    if callable(target):
        return [""] * len(images)
    numbers, _ = explain.targets(model, images, target)
    return [shortened(str(names[k]) if names else f"class {k}", 14) for k in numbers]
