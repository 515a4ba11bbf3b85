"""The graph between symbolic inputs and outputs: found, sorted, run."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from lurnet.core import tree
from lurnet.core.compilation_units import as_unit
from lurnet.core.errors import BadValue
from lurnet.core.graph import Graph
from lurnet.core.names import auto_name
from lurnet.core.symbolic import Node, OpCall, SymbolicTensor, is_symbolic
from lurnet.kernels import fusion
from lurnet.layers.arguments import call_parameters
from lurnet.layers.base import Layer
from lurnet.layers.input_layer import InputLayer
from lurnet.layers.per_sample import is_per_sample
from lurnet.models import compilation_units as units


def graph_between(inputs: Any, outputs: Any) -> Graph:
    """The graph from symbolic inputs to symbolic outputs, both nested."""
    flat = tree.flatten(inputs)
    sources = _with_sources(flat)
    nodes = sort_nodes(flat, outputs)
    by_tensor = {id(x): s for x, s in zip(flat, sources, strict=True)}
    return Graph(inputs, outputs, nodes, sources, order_of_layers(nodes, outputs, by_tensor))


def _with_sources(inputs: list[SymbolicTensor]) -> list[Any]:
    """An InputLayer for each input; a tensor from inside another graph gets one of its own."""
    sources = []
    for x in inputs:
        if x.node is not None and isinstance(x.node.fn, InputLayer):
            sources.append(x.node.fn)
        else:
            sources.append(
                InputLayer(batch_shape=x.shape, dtype=x.dtype, name=auto_name("input_layer"))
            )
    return sources


def sort_nodes(inputs: Sequence[SymbolicTensor], outputs: Any) -> list[Node]:
    """The calls between inputs and outputs, each after the calls that it needs."""
    ordered: dict[int, Node] = {}
    given = {id(x) for x in inputs}
    stack = [(x, False) for x in reversed([x for x in tree.leaves(outputs) if is_symbolic(x)])]
    while stack:  # not recursive: a graph may be thousands of calls deep
        tensor, ready = stack.pop()
        node = tensor.node
        if id(tensor) in given or node is None or id(node) in ordered:
            if node is None and id(tensor) not in given:
                raise BadValue(_cut_off(tensor))
            continue
        if ready:
            ordered[id(node)] = node
            continue
        if not node.inputs or isinstance(node.fn, InputLayer):
            raise BadValue(_cut_off(tensor))
        stack.append((tensor, True))
        stack += [(x, False) for x in reversed(node.inputs)]
    return list(ordered.values())


def is_per_sample_call(node: Node) -> bool:
    """Whether a recorded call, outside training, computes each sample by itself.

    Not an op between layers unless it states so, a call in training mode, or one with an array of
    the user's own, whose rows belong to places in the batch.
    """
    if isinstance(node.fn, OpCall):
        return getattr(node.fn.fn, "per_sample", False) is True
    if not isinstance(node.fn, Layer):
        return False
    given = dict(zip(call_parameters(node.fn), node.args)) | node.kwargs  # noqa: B905
    if given.pop("training", None) not in (None, False):
        return False
    settings = [x for x in tree.leaves((node.args, node.kwargs)) if not is_symbolic(x)]
    if not all(x is None or isinstance(x, (bool, int, float, str)) for x in settings):
        return False
    return is_per_sample(node.fn, *(x.shape for x in node.inputs))


def _cut_off(tensor: SymbolicTensor) -> str:
    name = getattr(getattr(tensor.node, "fn", None), "name", None)
    named = f" {name!r}" if name else ""
    return (
        f"The outputs depend on the input{named} of shape {tensor.shape}, which is not among the "
        "`inputs` of this model. Add it: Model(inputs=[...], outputs=...)."
    )


def run_nodes(
    nodes: Sequence[Node], inputs: Sequence[Any], values: Sequence[Any], outputs: Any
) -> Any:
    """Compute the outputs for the inputs' values, call after call."""
    found = {id(symbol): value for symbol, value in zip(inputs, values, strict=True)}
    if units.pays_in_units(nodes):
        for unit in units.split(nodes, outputs):
            _run_unit(unit, found)
    else:
        _run(nodes, found, [x for x in tree.leaves(outputs) if is_symbolic(x)])
    return _filled_in(outputs, found)


def _run_unit(unit: units.Unit, found: dict[int, Any]) -> None:
    def compute(*values: Any) -> list:
        inside = {id(symbol): value for symbol, value in zip(unit.inputs, values, strict=True)}
        _run(unit.nodes, inside, unit.outputs)
        return [inside[id(symbol)] for symbol in unit.outputs]

    values = [found[id(symbol)] for symbol in unit.inputs]
    made = as_unit(compute, *values) if units.is_pure(unit, values) else compute(*values)
    found |= {id(symbol): value for symbol, value in zip(unit.outputs, made, strict=True)}


def _run(nodes: Sequence[Node], found: dict[int, Any], outputs: Sequence[SymbolicTensor]) -> None:
    """Make the calls; ``found`` has the values of symbols by their ids, and gets the new ones."""
    uses = Counter(id(x) for x in [*outputs, *(x for node in nodes for x in node.inputs)])
    for node in nodes:
        args, kwargs = _filled_in((node.args, node.kwargs), found)
        made = node.fn(*args, **kwargs)
        penalized = getattr(node.fn, "activity_regularizer", None) is not None
        for symbol, value in zip(tree.leaves(node.outputs), tree.leaves(made), strict=True):
            if is_symbolic(symbol):
                found[id(symbol)] = value
                if uses[id(symbol)] == 1 and not penalized:
                    fusion.mark_used_once(value)


def _filled_in(struct: Any, found: dict[int, Any]) -> Any:
    return tree.map_structure(
        lambda leaf: found[id(leaf)] if isinstance(leaf, SymbolicTensor) else leaf, struct
    )


def order_of_layers(nodes: Sequence[Node], outputs: Any, sources: dict[int, Any]) -> list[Any]:
    """Layers and ops by their distance from the outputs, the furthest first, as Keras has them.

    Files count layers in this order. ``nodes`` come sorted; ``sources`` has the input layer of each
    input tensor, by the tensor's id.
    """
    distance: dict[int, int] = {}  # of calls
    furthest: dict[int, int] = {}  # of layers
    functions = {id(f): f for f in [*sources.values(), *(n.fn for n in nodes)]}
    for node in reversed(nodes):
        far = max(distance.get(id(node), 0), furthest.get(id(node.fn), 0))
        distance[id(node)] = furthest[id(node.fn)] = far
        for x in node.inputs:
            key = id(sources[id(x)]) if id(x) in sources else id(x.node)
            distance[key] = max(distance.get(key, 0), far + 1)
    for source in sources.values():
        furthest[id(source)] = distance.get(id(source), 0)
    first = _first_visits(outputs, sources)
    return sorted(functions.values(), key=lambda f: (-furthest[id(f)], first.get(id(f), -1)))


def _first_visits(outputs: Any, sources: dict[int, Any]) -> dict[int, int]:
    """Places of layers in a walk from the outputs to the inputs, depth first."""
    places: dict[int, int] = {}
    seen: set[int] = set()
    stack = [x for x in tree.leaves(outputs) if is_symbolic(x)][::-1]
    while stack:
        x = stack.pop()
        fn = sources.get(id(x)) or x.node.fn
        places.setdefault(id(fn), len(places))
        if id(x) not in sources and id(x.node) not in seen:
            seen.add(id(x.node))
            stack += reversed(x.node.inputs)
    return places
