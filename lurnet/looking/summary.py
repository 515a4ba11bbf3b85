"""The summary table: layers, output shapes, numbers of parameters."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from typing import Any

from lurnet.core import tree
from lurnet.core.errors import BadValue, did_you_mean
from lurnet.layers.base import Layer
from lurnet.layers.tracking import unique
from lurnet.looking.parts import is_chain, kind_of, nodes_of, parts_of, shapes_of, sources_of
from lurnet.training.trainer import Trainer

#: Width where no terminal says its own.
PLAIN_WIDTH = 100
#: Column titles, with rich's options; the last two are there where they are asked for.
COLUMNS = {
    "Layer (type)": {"overflow": "fold"},
    "Output Shape": {"overflow": "fold"},
    "Param #": {"justify": "right"},
    "Connected to": {"overflow": "fold"},
    "Trainable": {"justify": "center"},
}


def print_summary(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable[..., Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> None:
    """Print a model's layers with their output shapes and numbers of parameters, and the totals.

    Args:
        model: the model.
        line_length: width of the table in characters; None: the terminal's, or as needed.
        positions: where each column ends, as fractions of the width or in characters.
        print_fn: called with the whole text; None prints, in colour on a terminal.
        expand_nested: whether to list the layers of models inside the model.
        show_trainable: whether to add a column that says which layers are trained.
        layer_range: names, or regular expressions, of the first and last layer to show.
    """
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    connections = not is_chain(model)
    left_out = {"Connected to": not connections, "Trainable": not show_trainable}
    out = StringIO() if print_fn else sys.stdout
    console = Console(file=out, highlight=False, soft_wrap=False, width=line_length)
    if line_length is None and not console.is_terminal:
        console.width = PLAIN_WIDTH
    table = Table(header_style="bold", show_lines=True)
    for title, options in COLUMNS.items():
        if not left_out.get(title):
            table.add_column(title, **options)  # type: ignore[arg-type]
    for row in _rows(model, _in_range(model, layer_range), expand_nested, connections):
        table.add_row(*(cell for title, cell in row.items() if not left_out.get(title)))
    if positions is not None:
        _set_widths(table, console.width, positions)
    console.print(f'Model: "{model.name}"', style="bold", markup=False)
    console.print(table)
    for line in _totals(model):
        console.print(line)
    if print_fn:
        print_fn(out.getvalue())  # type: ignore[union-attr]


def _in_range(model: Any, layer_range: Sequence[str] | None) -> list[Any]:
    """The parts of the model from the first to the last that are asked for."""
    parts = parts_of(model)
    if layer_range is None:
        return parts
    if len(layer_range) != 2 or not all(isinstance(x, str) for x in layer_range):
        raise BadValue(f"`layer_range` takes two names of layers, not {layer_range!r}.")
    names = [p.name for p in parts]
    ends = []
    for pattern, which in zip(layer_range, (0, -1), strict=True):
        hits = [i for i, n in enumerate(names) if n == pattern or re.match(pattern, n)]
        if not hits:
            raise BadValue(
                f"`layer_range`: model {model.name!r} has no layer {pattern!r}."
                f"{did_you_mean(pattern, names)} Its layers: {', '.join(names)}."
            )
        ends.append(hits[which])
    return parts[min(ends) : max(ends) + 1]


def _rows(
    model: Any, parts: Sequence[Any], expand: bool, connections: bool, depth: int = 0
) -> Iterator[dict[str, str]]:
    """Cells by column title, as rich markup."""
    from rich.markup import escape  # noqa: PLC0415

    indent = "   " * depth + "└ " if depth else ""
    for part in parts:
        trained = "-"
        if getattr(part, "weights", ()):
            trained = "Y" if part.trainable else "N"
        cells = [
            f"{escape(indent + part.name)} ([blue]{kind_of(part)}[/blue])",
            escape(_shape(part, model)),
            f"[green]{_params(part)}[/green]",
            escape(_connected(part, model)) if connections else "-",
            trained,
        ]
        yield dict(zip(COLUMNS, cells, strict=True))
        if expand and isinstance(part, Trainer):
            yield from _rows(part, parts_of(part), expand, False, depth + 1)


def _shape(part: Any, model: Any) -> str:
    shapes = shapes_of(part, model)
    if len(shapes) != 1:
        return "multiple" if shapes else "?"
    return _shape_text(shapes[0])


def _shape_text(shape: Any) -> str:
    """One shape, or those of several outputs in a list."""
    if tree.is_shape(shape) or isinstance(shape, dict):
        return str(shape)
    return "[" + ", ".join(_shape_text(x) for x in shape) + "]"


def _params(part: Any) -> str:
    if not isinstance(part, Layer):
        return "0"
    return f"{sum(v.size for v in part.weights):,}" if part.built else "0 (unbuilt)"


def _connected(part: Any, model: Any) -> str:
    nodes = [n for n in nodes_of(model) if n.fn is part]
    found = [f"{name}[{i}][{j}]" for n in nodes for name, i, j in sources_of(n, model)]
    return ", ".join(found) or "-"


def _set_widths(table: Any, width: int, positions: Sequence[float]) -> None:
    """Give the columns the widths that the positions of their ends ask for."""
    ends = [p * width if positions[-1] <= 1 else p for p in positions]
    for column, start, end in zip(table.columns, [0.0, *ends], ends, strict=False):
        column.width = max(1, int(end) - int(start) - 3)  # the border and a space on either side


def _totals(model: Any) -> Iterator[str]:
    trained = unique(model.trainable_weights)
    frozen = unique(model.non_trainable_weights)
    optimizer = getattr(model, "optimizer", None)
    state = list(optimizer.variables) if optimizer is not None and optimizer.built else []
    counted = {
        "Total params": [*trained, *frozen, *state],
        "Trainable params": trained,
        "Non-trainable params": frozen,
    } | ({"Optimizer params": state} if state else {})
    for title, variables in counted.items():
        count = sum(v.size for v in variables)
        memory = sum(v.size * v.stored.dtype.itemsize for v in variables)
        yield f"[bold] {title}: [/bold][green]{count:,}[/green] ({readable_size(memory)})"


def readable_size(size: float) -> str:
    """Bytes in a unit that suits them.

    >>> readable_size(500), readable_size(900136)
    ('500.00 B', '879.04 KB')
    """
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} TB"
