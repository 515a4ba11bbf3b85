"""The diagram of a model as a figure."""

from typing import Any

from lurnet.looking.diagram import Options, draw_model
from lurnet.looking.drawing import UNITS_PER_INCH, Drawing, arrow_head
from lurnet.plots.style import new_figure

__all__ = ["model"]

POINTS = 72 / UNITS_PER_INCH


def model(model: Any, title: str | None = None, show_shapes: bool = True, **options: Any) -> Any:
    """Layers as boxes and tensors as arrows; no graphviz is needed.

    Args:
        model: any built model.
        title: above the picture.
        show_shapes: whether to show the shapes of inputs and outputs.
        **options: those of ``utils.plot_model``: ``show_layer_names``, ``expand_nested``,
            ``rankdir`` and others. ``plot_model`` writes SVG and PNG itself.

    Returns a matplotlib figure.

    >>> import lurnet
    >>> network = lurnet.Sequential([lurnet.Input((4,)), lurnet.layers.Dense(2)])
    >>> [text.get_text() for text in model(network, show_shapes=False).axes[0].texts]
    ['InputLayer', 'Dense']
    """
    drawing = draw_model(model, Options(show_shapes, **options))
    above = 34 if title else 0
    height = drawing.height + above
    figure = new_figure(drawing.width / UNITS_PER_INCH, height / UNITS_PER_INCH)
    figure.set_layout_engine("none")
    ax = figure.add_axes((0, 0, 1, drawing.height / height))
    ax.set(xlim=(0, drawing.width), ylim=(drawing.height, 0))
    ax.set_axis_off()
    _draw(ax, drawing)
    if title:
        ax.set_title(title, fontsize=12, fontweight="bold")
    return figure


def _draw(ax: Any, drawing: Drawing) -> None:
    from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon  # noqa: PLC0415
    from matplotlib.path import Path  # noqa: PLC0415

    for box in drawing.boxes:
        look = {"fc": box.fill, "ec": box.edge, "linewidth": 0.8}
        corners = "round,pad=0,rounding_size=5"
        style = "--" if box.dashed else "-"
        place = (box.x, box.y), box.width, box.height
        ax.add_patch(FancyBboxPatch(*place, boxstyle=corners, linestyle=style, **look))
    for line in drawing.lines:
        for piece in line.pieces:
            code = Path.CURVE4 if len(piece) == 4 else Path.LINETO
            path = Path(piece, [Path.MOVETO, *[code] * (len(piece) - 1)])
            ax.add_patch(PathPatch(path, fill=False, edgecolor=line.colour, linewidth=0.9))
        ax.add_patch(Polygon(arrow_head(line), closed=True, color=line.colour, linewidth=0))
    for text in drawing.texts:
        ax.text(
            text.x, text.y, text.text, fontsize=text.size * POINTS, color=text.colour, va="center",
            ha="center" if text.anchor == "middle" else "left",
            fontweight="bold" if text.bold else "normal",
        )  # fmt: skip
