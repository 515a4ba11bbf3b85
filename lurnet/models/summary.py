"""The summary table: layers, output shapes, numbers of parameters."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from typing import Any, NamedTuple

from lurnet.core import tree
from lurnet.core.errors import BadValue, did_you_mean
from lurnet.core.symbolic import Node, OpCall, is_symbolic
from lurnet.layers.base import Layer
from lurnet.layers.tracking import unique
from lurnet.training.trainer import Trainer

#: Width where no terminal says its own.
PLAIN_WIDTH = 100


class Row(NamedTuple):
    """A line of the table."""

    name: str
    kind: str
    shape: str
    params: str
    connected: str
    trainable: str


def print_summary(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable | None = None,
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

    connections = not is_chain(model)
    rows = list(_rows(model, _shown_layers(model, layer_range), expand_nested, connections))
    out = StringIO() if print_fn else sys.stdout
    console = Console(file=out, highlight=False, soft_wrap=False, width=line_length)
    if line_length is None and not console.is_terminal:
        console.width = PLAIN_WIDTH
    table = _table(rows, connections, show_trainable)
    if positions is not None:
        _place(table, console.width, positions)
    console.print(f'Model: "{model.name}"', style="bold", markup=False)
    console.print(table)
    for line in _totals(model):
        console.print(line)
    if print_fn:
        print_fn(out.getvalue())  # type: ignore[union-attr]


# --- the model's parts


def nodes_of(model: Any) -> list[Node]:
    """The recorded calls of a functional or built Sequential model, in order; else none."""
    graph = getattr(model, "_graph", None) or model
    return list(getattr(graph, "_nodes", ()))


def parts_of(model: Any) -> list[Any]:
    """What a summary lists: layers, and in a functional model also its inputs and ops."""
    return list(model.operations) if hasattr(model, "_nodes") else list(model.layers)


def kind_of(part: Any) -> str:
    """The class of a layer; an op's name written like one."""
    if isinstance(part, OpCall):
        return "".join(word.capitalize() for word in part.fn.__name__.split("_"))
    return type(part).__name__


def is_chain(model: Any) -> bool:
    """Whether each layer works, once, on the output of the one before, and on nothing else."""
    if not hasattr(model, "_nodes"):
        return True
    nodes, before = nodes_of(model), set(map(id, model.inputs))
    if len(before) > 1 or len({id(n.fn) for n in nodes}) < len(nodes):
        return False
    for node in nodes:
        if len(node.inputs) > 1 or not {id(x) for x in node.inputs} <= before:
            return False
        before = {id(x) for x in tree.leaves(node.outputs)}
    return True


def calls_of(part: Any, model: Any) -> list[Node]:
    """The calls of a layer or op inside a model; of one in no graph, those recorded anywhere."""
    nodes = [n for n in nodes_of(model) if n.fn is part]
    made: list[Node] = getattr(part, "_inbound_nodes", [])
    return nodes or made[-1:]


def shapes_of(part: Any, model: Any) -> list[Any]:
    """The different output shapes of a layer in a model, by call; empty where unknown."""
    found: list[Any] = []
    for node in calls_of(part, model):
        shape = tree.map_structure(lambda x: x.shape if is_symbolic(x) else None, node.outputs)
        if shape not in found:
            found.append(shape)
    if not found and getattr(part, "_build_shapes", None):
        found = _traced_shape(part)
    return found


def _traced_shape(layer: Layer) -> list[Any]:
    """The output shape for the input shape that a layer was built for; empty where it fails."""
    try:
        return [layer.compute_output_shape(*(layer._build_shapes or {}).values())]
    except Exception:  # a layer whose call takes more than its build was told
        return []


def sources_of(node: Node, model: Any) -> list[tuple[str, int, int]]:
    """Where a call's inputs come from: (name, which call of it, which output of that call)."""
    names = {id(x): name for x, name in zip(model.inputs, model.input_names, strict=True)}
    found = []
    for x in node.inputs:
        if id(x) in names or x.node is None:
            found.append((names.get(id(x), "?"), 0, 0))
        else:
            found.append((x.node.fn.name, x.node.fn._inbound_nodes.index(x.node), x.index))
    return found


def _shown_layers(model: Any, layer_range: Sequence[str] | None) -> list[Any]:
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
    first, last = min(ends), max(ends)
    return parts[first : last + 1]


# --- rows


def _rows(
    model: Any, parts: Sequence[Any], expand: bool, connections: bool, depth: int = 0
) -> Iterator[Row]:
    for part in parts:
        yield _row(part, model, depth, connections)
        if expand and isinstance(part, Trainer):
            yield from _rows(part, parts_of(part), expand, False, depth + 1)


def _row(part: Any, model: Any, depth: int, connections: bool) -> Row:
    indent = "   " * depth + "└ " if depth else ""
    has_weights = bool(getattr(part, "weights", ()))
    trainable = ("Y" if part.trainable else "N") if has_weights else "-"
    connected = _connected(part, model) if connections else "-"
    return Row(
        indent + part.name, kind_of(part), _shape(part, model), _params(part), connected, trainable
    )


def _shape(part: Any, model: Any) -> str:
    shapes = shapes_of(part, model)
    if not shapes:
        return "?"
    return _shape_text(shapes[0]) if len(shapes) == 1 else "multiple"


def _shape_text(shape: Any) -> str:
    """One shape, or those of several outputs in a list."""
    if tree.is_shape(shape) or isinstance(shape, dict):
        return str(shape)
    return "[" + ", ".join(_shape_text(x) for x in shape) + "]"


def _params(part: Any) -> str:
    if not isinstance(part, Layer):
        return "0"
    if not part.built:
        return "0 (unbuilt)"
    return f"{sum(v.size for v in part.weights):,}"


def _connected(part: Any, model: Any) -> str:
    nodes = [n for n in nodes_of(model) if n.fn is part]
    found = [f"{name}[{i}][{j}]" for n in nodes for name, i, j in sources_of(n, model)]
    return ", ".join(found) or "-"


# --- drawing


def _table(rows: Sequence[Row], connections: bool, show_trainable: bool) -> Any:
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(header_style="bold", show_lines=True)
    table.add_column("Layer (type)", overflow="fold")
    table.add_column("Output Shape", overflow="fold")
    table.add_column("Param #", justify="right")
    if connections:
        table.add_column("Connected to", overflow="fold")
    if show_trainable:
        table.add_column("Trainable", justify="center")
    for row in rows:
        cells = [
            f"{escape(row.name)} ([blue]{row.kind}[/blue])",
            escape(row.shape),
            f"[green]{row.params}[/green]",
        ]
        cells += [escape(row.connected)] if connections else []
        cells += [row.trainable] if show_trainable else []
        table.add_row(*cells)
    return table


def _place(table: Any, width: int, positions: Sequence[float]) -> None:
    """Give the columns the widths that the positions of their ends ask for."""
    ends = [p * width if positions[-1] <= 1 else p for p in positions]
    starts = [0.0, *ends]
    for column, start, end in zip(table.columns, starts, ends, strict=False):
        column.width = max(1, int(end) - int(start) - 3)  # the border and a space on either side


def _totals(model: Any) -> Iterator[str]:
    trained = unique(model.trainable_weights)
    frozen = unique(model.non_trainable_weights)
    optimizer = getattr(model, "optimizer", None)
    state = list(optimizer.variables) if optimizer is not None and optimizer.built else []
    yield _total("Total params", [*trained, *frozen, *state])
    yield _total("Trainable params", trained)
    yield _total("Non-trainable params", frozen)
    if state:
        yield _total("Optimizer params", state)


def _total(title: str, variables: Sequence[Any]) -> str:
    count = sum(v.size for v in variables)
    memory = sum(v.size * v.stored.dtype.itemsize for v in variables)
    return f"[bold] {title}: [/bold][green]{count:,}[/green] ({readable_size(memory)})"


def readable_size(size: float) -> str:
    """Bytes in a unit that suits them.

    >>> readable_size(500), readable_size(900136)
    ('500.00 B', '879.04 KB')
    """
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if size < 1024 or unit == "TB":
            break
        size /= 1024
    return f"{size:.2f} {unit}"
