"""A layer in a notebook: a tree of its layers that opens and closes, in HTML alone."""

from html import escape
from typing import Any

from lurnet.core import tree
from lurnet.core.graph import graph_of
from lurnet.core.registry import serialize
from lurnet.core.symbolic import inbound_nodes, is_symbolic
from lurnet.layers.state import own_variables, sublayers

STYLE = (
    "font:13px/1.6 system-ui,sans-serif;max-width:60em;color:inherit",
    "margin-left:1.2em;border-left:1px solid #8886;padding-left:.7em",
    "opacity:.65",
)
#: Entries of a config that say nothing new, or too much.
SAID = {
    "name",
    "trainable",
    "dtype",
    "layers",
    "input_layers",
    "output_layers",
    "build_input_shape",
}


def tree_view(layer: Any) -> str:
    """The layer and all that it holds as nested, collapsible HTML, the outermost open."""
    return f'<div class="lurnet-tree" style="{STYLE[0]}">{_part(layer, True)}</div>'


def _part(part: Any, first: bool = False) -> str:
    """A line with the name, and below it, when opened, the settings, weights and parts."""
    kind = type(part).__name__ if hasattr(part, "weights") else "operation"
    head = f"<b>{escape(part.name)}</b> {escape(kind)}"
    facts = " · ".join(escape(x) for x in _facts(part))
    head += f' <span style="{STYLE[2]}">{facts}</span>' if facts else ""
    inside = [_line(k, v) for k, v in _settings(part).items()]
    inside += [_line(v.path.rpartition("/")[2], v) for v in own_variables(part)]
    inside += [_part(x) for x in parts_below(part)]
    if not inside:
        return f'<div style="margin-left:1.05em">{head}</div>'
    opened = " open" if first else ""
    body = f'<div style="{STYLE[1]}">{"".join(inside)}</div>'
    return f"<details{opened}><summary>{head}</summary>{body}</details>"


def parts_below(part: Any) -> list[Any]:
    """What a model computes, layer by layer and op by op; of a layer, the layers that it holds."""
    return list(getattr(part, "operations", None) or sublayers(part))


def _facts(part: Any) -> list[str]:
    """Output shape and number of parameters, as far as they are known."""
    nodes = inbound_nodes(part)
    facts = []
    if nodes:
        shapes = [x.shape for x in tree.leaves(nodes[-1].outputs) if is_symbolic(x)]
        facts.append(", ".join(map(str, shapes)))
    elif graph_of(part) is not None:
        facts.append(str(part.output_shape))
    weights = getattr(part, "weights", ())
    if weights:
        facts.append(f"{sum(v.size for v in weights):,} parameters")
        facts += [] if part.trainable else ["not trained"]
    elif hasattr(part, "built") and not part.built:
        facts.append("not built yet")
    return facts


def _settings(part: Any) -> dict[str, Any]:
    """The settings that a reader looks for: short ones that are set."""
    try:
        config = part.get_config() if hasattr(part, "weights") else {}
    except (NotImplementedError, TypeError, ValueError):  # a layer of the user's own
        return {}
    plain = {k: v for k, v in config.items() if k not in SAID and v not in (None, [], {})}
    return {k: v for k, v in plain.items() if isinstance(v, (int, float, str, list, tuple))}


def _line(name: str, value: Any) -> str:
    shape = getattr(value, "shape", None)
    shown = f"{shape} {value.dtype}" if shape is not None else repr(serialize(value))
    return f'<div><span style="{STYLE[2]}">{escape(name)}</span> {escape(shown[:80])}</div>'
