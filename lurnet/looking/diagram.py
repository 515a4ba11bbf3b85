"""A model as a diagram: boxes for layers, arrows for tensors; SVG or PNG, without graphviz."""

import os
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from lurnet.core import tree
from lurnet.core.errors import BadValue
from lurnet.core.graph import HasGraph, graph_of
from lurnet.core.symbolic import is_symbolic
from lurnet.layers.base import Layer
from lurnet.looking.drawing import Box, Drawing, Line, Point, Text, text_width, to_image, to_svg
from lurnet.looking.layout import Layout, lay_out
from lurnet.looking.parts import kind_of, output_shape, parts_of, shapes_of
from lurnet.training.trainer import Trainer

TITLE, SMALL, LINE_HEIGHT, MARGIN, LONGEST = 13.0, 11.0, 17.0, 16.0, 56
MOST_SHAPES = 4
PIXELS = (".png", ".jpg", ".jpeg", ".webp", ".pdf")
#: Fill and edge by what a layer's class is called; the first that fits.
COLOURS = (
    (("InputLayer",), "#e4e7eb", "#7b8794"),
    (("Conv",), "#d6e8fa", "#2f6fab"),
    (("Pool",), "#d3f0ee", "#25807a"),
    (("Normalization",), "#e9dcf7", "#7443a6"),
    (("Dropout", "Noise", "Random"), "#fdf3c8", "#a3820f"),
    (("LSTM", "GRU", "RNN", "Bidirectional"), "#dcf2d6", "#3f7f2f"),
    (("Attention", "Embedding"), "#fbdcd9", "#ad3a31"),
    (("Add", "Concatenate", "Multiply", "Average", "Subtract", "Maximum", "Minimum", "Dot"),
     "#f9dcec", "#a33a74"),
    (("Dense",), "#fde5cf", "#b0621b"),
)  # fmt: skip
PLAIN = ("#f5f7fa", "#7b8794")


class Options(NamedTuple):
    """What a diagram shows."""

    show_shapes: bool = False
    show_dtype: bool = False
    show_layer_names: bool = False
    rankdir: str = "TB"
    expand_nested: bool = False
    show_layer_activations: bool = False
    show_trainable: bool = False


class Diagram:
    """A drawn model; a notebook shows it."""

    def __init__(self, svg: str) -> None:
        self.svg = svg

    def _repr_svg_(self) -> str:
        return self.svg


class _Item(NamedTuple):
    """A layer's call, with what is known of it."""

    part: Any
    inputs: list[Any]
    outputs: list[Any]
    call: str
    shapes: list[Any]


def plot_model(
    model: Any,
    to_file: str | os.PathLike | None = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Diagram:
    """Draw a model into a file.

    Args:
        model: the model.
        to_file: path; ``.svg`` needs nothing, ``.png`` (``.jpg``, ``.webp``, ``.pdf``) needs
            Pillow. None writes no file.
        show_shapes: whether to show the shapes of inputs and outputs.
        show_dtype: whether to show the dtype of the outputs.
        show_layer_names: whether to show the layers' names.
        rankdir: "TB" from top to bottom, "LR" from left to right.
        expand_nested: whether to draw the layers of models inside the model.
        dpi: pixels per inch.
        show_layer_activations: whether to show activations.
        show_trainable: whether to show which layers are trained.
        splines: kept for compatibility; lines are always curves.
        **kwargs: the same.

    Returns:
        The diagram, which a notebook shows.

    >>> import os, tempfile, lurnet
    >>> model = lurnet.Sequential([lurnet.Input((4,)), lurnet.layers.Dense(2)])
    >>> path = os.path.join(tempfile.mkdtemp(), "model.svg")
    >>> _ = plot_model(model, path, show_shapes=True); os.path.exists(path)
    True
    """
    del splines, kwargs
    options = Options(
        show_shapes, show_dtype, show_layer_names, rankdir, expand_nested,
        show_layer_activations, show_trainable,
    )  # fmt: skip
    drawing = draw_model(model, options)
    if to_file is not None:
        _write(drawing, os.fspath(to_file), dpi)
    return Diagram(to_svg(drawing))


def model_to_svg(model: Any, **options: Any) -> str:
    """A model's diagram as SVG text; the options are those of ``plot_model``.

    >>> import lurnet
    >>> model = lurnet.Sequential([lurnet.Input((4,)), lurnet.layers.Dense(2)])
    >>> model_to_svg(model)[:4]
    '<svg'
    """
    return to_svg(draw_model(model, Options(**options)))


def _write(drawing: Drawing, path: str, dpi: float) -> None:
    ending = os.path.splitext(path)[1].lower()
    if ending == ".svg":
        with open(path, "w", encoding="utf-8") as file:
            file.write(to_svg(drawing))
    elif ending in PIXELS:
        to_image(drawing, dpi).save(path, dpi=(dpi, dpi))
    else:
        known = ", ".join((".svg", *PIXELS))
        raise BadValue(f"plot_model cannot write {path!r}: the name must end in one of {known}.")


def draw_model(model: Any, options: Options) -> Drawing:
    """A model's diagram as a drawing."""
    if options.rankdir not in ("TB", "LR"):
        raise BadValue(f"`rankdir` must be 'TB' or 'LR', not {options.rankdir!r}.")
    inside = _draw(model, options)
    drawing = Drawing(inside.width + 2 * MARGIN, inside.height + 2 * MARGIN)
    drawing.add(inside, MARGIN, MARGIN)
    return drawing


def _draw(model: Any, options: Options) -> Drawing:
    items = _items(model)
    blocks = [_block(item, options) for item in items]
    sizes = [(b.width, b.height) for b in blocks]
    edges = _edges(items)
    graph = graph_of(model)
    if not edges and isinstance(model, HasGraph):  # a stack that is not built yet
        edges = list(pairwise(range(len(items))))
    in_a_row = None if graph and graph.nodes else list(range(len(items)))
    down = options.rankdir == "TB"
    layout = lay_out(sizes if down else _transposed(sizes), edges, in_a_row)
    if not down:
        lines = [_transposed(line) for line in layout.lines]
        layout = Layout(_transposed(layout.centres), lines, layout.height, layout.width)
    drawing = Drawing(layout.width, layout.height)
    for block, (x, y) in zip(blocks, layout.centres, strict=True):
        drawing.add(block, x - block.width / 2, y - block.height / 2)
    drawing.lines += [_line(points, down) for points in layout.lines]
    return drawing


def _transposed(points: Sequence[Point]) -> list[Point]:
    return [(y, x) for x, y in points]


def _line(points: list[Point], down: bool) -> Line:
    """Straight within the rows, curved between them, leaving and entering rows at right angles."""
    pieces = []
    for k, (a, b) in enumerate(pairwise(points)):
        if a == b:
            continue
        middle = (a[1] + b[1]) / 2 if down else (a[0] + b[0]) / 2
        bends = [(a[0], middle), (b[0], middle)] if down else [(middle, a[1]), (middle, b[1])]
        pieces.append([a, *(bends if k % 2 else []), b])
    return Line(pieces)


# --- the model's calls


def _items(model: Any) -> list[_Item]:
    graph = graph_of(model)
    if graph is None or not graph.nodes:
        return [_Item(p, [], [], "", shapes_of(p, model)) for p in parts_of(model)]
    sources = zip(graph.sources, graph.inputs, strict=True)
    found = [_Item(source, [], [x], "", [x.shape]) for source, x in sources]
    for node in graph.nodes:
        same = graph.calls_of(node.fn)
        note = f"shared: call {same.index(node) + 1} of {len(same)}" if len(same) > 1 else ""
        outputs = [x for x in tree.leaves(node.outputs) if is_symbolic(x)]
        found.append(_Item(node.fn, node.inputs, outputs, note, [output_shape(node)]))
    return found


def _edges(items: Sequence[_Item]) -> list[tuple[int, int]]:
    maker = {id(x): i for i, item in enumerate(items) for x in item.outputs}
    pairs = [(maker[id(x)], j) for j, item in enumerate(items) for x in item.inputs]
    return list(dict.fromkeys(pairs))


# --- one box


def _block(item: _Item, options: Options) -> Drawing:
    if options.expand_nested and isinstance(item.part, Trainer) and parts_of(item.part):
        return _nested(item, options)
    title, lines = kind_of(item.part), _details(item, options)
    width = max(text_width(title, TITLE, True), *(text_width(t, SMALL) for t in ["", *lines])) + 22
    height = LINE_HEIGHT * (1 + len(lines)) + 12
    fill, edge = _colours(title)
    block = Drawing(width, height, [Box(0, 0, width, height, fill, edge)])
    y = 6 + LINE_HEIGHT / 2
    block.texts.append(Text(width / 2, y, title, TITLE, bold=True, room=width - 10))
    for line in lines:
        y += LINE_HEIGHT
        block.texts.append(Text(width / 2, y, line, SMALL, "#3e4c59", room=width - 10))
    return block


def _nested(item: _Item, options: Options) -> Drawing:
    """A model inside the model: its own diagram in a dashed frame."""
    inside = _draw(item.part, options)
    title = _short(", ".join(filter(None, [f"{item.part.name} ({kind_of(item.part)})", item.call])))
    width = max(inside.width, text_width(title, SMALL, True)) + 28
    height = inside.height + LINE_HEIGHT + 30
    block = Drawing(width, height, [Box(0, 0, width, height, "#fbfcfd", "#9aa5b1", dashed=True)])
    block.texts.append(Text(12, 14, title, SMALL, "#52606d", True, "start", width - 20))
    block.add(inside, (width - inside.width) / 2, LINE_HEIGHT + 16)
    return block


def _details(item: _Item, options: Options) -> list[str]:
    part, lines = item.part, []
    if options.show_layer_names:
        lines.append(part.name)
    activation = getattr(part, "activation", None)
    if options.show_layer_activations and activation is not None:
        lines.append(f"activation: {getattr(activation, '__name__', None) or kind_of(activation)}")
    if options.show_shapes:
        lines += _shape_lines(item)
    if options.show_dtype:
        dtypes = dict.fromkeys(x.dtype for x in item.outputs)
        lines.append(f"dtype: {', '.join(dtypes) or getattr(part, 'compute_dtype', '?')}")
    if options.show_trainable and isinstance(part, Layer) and part.weights:
        lines.append("trainable" if part.trainable else "not trainable")
    lines += [item.call] if item.call else []
    return [_short(line) for line in lines]


def _shape_lines(item: _Item) -> list[str]:
    into = [str(x.shape) for x in item.inputs]
    out = [str(shape) for shape in item.shapes[:1]] or ["?"]
    if item.shapes and not tree.is_shape(item.shapes[0]):
        out = [str(x.shape) for x in item.outputs] or out
    return [*_listed("in", into), *_listed("out" if into else "shape", out)]


def _listed(title: str, shapes: list[str]) -> list[str]:
    """Shapes on one line where they are few or the same, else one by one."""
    if len(shapes) > 1 and len(set(shapes)) == 1:
        return [f"{title}: {len(shapes)} x {shapes[0]}"]
    if sum(map(len, shapes)) <= LONGEST - 10:
        return [f"{title}: {', '.join(shapes)}"] if shapes else []
    more = [f"and {len(shapes) - MOST_SHAPES} more"] if len(shapes) > MOST_SHAPES else []
    return [f"{title}: {shapes[0]}", *shapes[1:MOST_SHAPES], *more]


def _short(text: str) -> str:
    """A text cut in the middle where it is too long."""
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST // 2 - 2]} ... {text[3 - LONGEST // 2 :]}"


def _colours(kind: str) -> tuple[str, str]:
    for words, fill, edge in COLOURS:
        if any(word in kind for word in words):
            return fill, edge
    return PLAIN
