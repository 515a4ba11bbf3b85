"""What there is to see of a model: its layers and ops, their calls, shapes and sources."""

from typing import Any

from lurnet.core import tree
from lurnet.core.graph import graph_of
from lurnet.core.symbolic import Node, OpCall, inbound_nodes, is_symbolic


def nodes_of(model: Any) -> list[Node]:
    """The recorded calls of a functional or built Sequential model, in order; else none."""
    graph = graph_of(model)
    return graph.nodes if graph else []


def parts_of(model: Any) -> list[Any]:
    """What a summary lists: layers, and in a functional model also its inputs and ops."""
    return list(model.operations) if is_functional(model) else list(model.layers)


def is_functional(model: Any) -> bool:
    """Whether a model has a graph of several branches, and not a stack, which hides its input."""
    graph = graph_of(model)
    return graph is not None and all(source in model.layers for source in graph.sources)


def kind_of(part: Any) -> str:
    """The class of a layer; an op's name written like one."""
    if isinstance(part, OpCall):
        return "".join(word.capitalize() for word in part.fn.__name__.split("_"))
    return type(part).__name__


def is_chain(model: Any) -> bool:
    """Whether each layer works, once, on the output of the one before, and on nothing else."""
    graph = graph_of(model)
    if graph is None:
        return True
    before = set(map(id, graph.inputs))
    if len(before) > 1 or len({id(n.fn) for n in graph.nodes}) < len(graph.nodes):
        return False
    for node in graph.nodes:
        if len(node.inputs) > 1 or not {id(x) for x in node.inputs} <= before:
            return False
        before = {id(x) for x in tree.leaves(node.outputs)}
    return True


def output_shape(node: Node) -> Any:
    """The shapes that a call gives, nested as its outputs are."""
    return tree.map_structure(lambda x: x.shape if is_symbolic(x) else None, node.outputs)


def shapes_of(part: Any, model: Any) -> list[Any]:
    """The different output shapes of a layer in a model, by call; empty where unknown."""
    nodes = [n for n in nodes_of(model) if n.fn is part] or inbound_nodes(part)[-1:]
    found: list[Any] = []
    for shape in map(output_shape, nodes):
        if shape not in found:
            found.append(shape)
    return found or _computed_shape(part)


def _computed_shape(layer: Any) -> list[Any]:
    """The output shape for the input shape that a layer was built for; empty where it fails."""
    try:
        built_for = layer.get_build_config()
        return [layer.compute_output_shape(*built_for.get("shapes_dict", built_for).values())]
    except Exception:  # an op, a layer not yet built, one whose call takes more than its build
        return []


def sources_of(node: Node, model: Any) -> list[tuple[str, int, int]]:
    """Where a call's inputs come from: (name, which call of it, which output of that call)."""
    names = {id(x): name for x, name in zip(model.inputs, model.input_names, strict=True)}
    found = []
    for x in node.inputs:
        if id(x) in names or x.node is None:
            found.append((names.get(id(x), "?"), 0, 0))
        else:
            found.append((x.node.fn.name, inbound_nodes(x.node.fn).index(x.node), x.index))
    return found
