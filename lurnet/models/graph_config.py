"""A functional graph as plain data, the way Keras 3 writes it, and back."""

from collections.abc import Callable
from typing import Any

from lurnet import layers
from lurnet.core import tree
from lurnet.core.errors import BadValue
from lurnet.core.graph import Graph
from lurnet.core.registry import deserialize, serialize, serialize_object
from lurnet.core.symbolic import (
    Node,
    OpCall,
    SymbolicTensor,
    any_symbolic,
    inbound_nodes,
    is_symbolic,
)
from lurnet.models import op_config

KEY = "__keras_tensor__"
#: Where a tensor comes from: the name of a layer, which of its calls, which output.
Place = Callable[[SymbolicTensor], list]


def graph_config(graph: Graph) -> dict[str, Any]:
    """What the config of a functional model says of its graph: layers and ops with their calls."""
    calls = _calls(graph)
    inputs = {id(x): name for x, name in zip(graph.inputs, graph.input_names, strict=True)}

    def place(x: SymbolicTensor) -> list:
        return [inputs[id(x)], 0, 0] if id(x) in inputs else _place(x, calls)

    return {
        "layers": [_described(f, calls[id(f)], place) for f in graph.operations],
        "input_layers": tree.map_structure(place, graph.input),
        "output_layers": tree.map_structure(place, graph.output),
    }


def _calls(graph: Graph) -> dict[int, list[Node]]:
    """The calls of each layer or op that belong to this graph, in the order they were made."""
    own = set(map(id, graph.nodes))
    calls = {id(f): [n for n in inbound_nodes(f) if id(n) in own] for f in graph.operations}
    return calls | {id(source): inbound_nodes(source)[:1] for source in graph.sources}


def _described(fn: Any, nodes: list[Node], place: Place) -> dict[str, Any]:
    if isinstance(fn, OpCall):
        described = op_config.describe(fn, nodes)
        nodes = [op_config.inputs_only(fn, n) for n in nodes]
    else:
        described = serialize_object(fn)
        build = fn.get_build_config() if hasattr(fn, "get_build_config") else None
        if build is not None:
            described["build_config"] = serialize(build)
    described["name"] = fn.name
    source = isinstance(fn, layers.InputLayer)
    described["inbound_nodes"] = [] if source else [_call_config(n, place) for n in nodes]
    return described


def _call_config(node: Node, place: Place) -> dict[str, Any]:
    def leaf(x: Any) -> Any:
        if not is_symbolic(x):
            return serialize(x)
        config = {"shape": list(x.shape), "dtype": x.dtype, "keras_history": place(x)}
        return {"class_name": KEY, "config": config}

    args = [tree.map_structure(leaf, a) for a in node.args]
    kwargs = {k: tree.map_structure(leaf, v) for k, v in node.kwargs.items()}
    return {"args": args, "kwargs": kwargs}


def _place(x: SymbolicTensor, calls: dict[int, list[Node]]) -> list:
    """Who made a tensor, in which of its calls, and which output it is."""
    node = x.node
    assert node is not None
    number = next((i for i, n in enumerate(calls.get(id(node.fn), [])) if n is node), 0)
    return [node.fn.name, number, x.index]


# --- back


def graph_from_config(config: dict[str, Any], custom_objects: Any) -> tuple[Any, Any]:
    """Symbolic inputs and outputs of the graph that a config describes."""
    made: dict[str, Any] = {}
    waiting: list[tuple[str, dict]] = []
    tensors: dict[tuple[str, int, int], SymbolicTensor] = {}
    for entry in config["layers"]:
        name = entry.get("name") or entry["config"]["name"]
        made[name] = _make(entry, custom_objects)
        if isinstance(made[name], layers.InputLayer):
            tensors[name, 0, 0] = made[name].output
        waiting += [(name, call) for call in entry.get("inbound_nodes", [])]
    _replay(waiting, made, tensors)
    inputs, outputs = config["input_layers"], config["output_layers"]
    return _at_places(inputs, tensors), _at_places(outputs, tensors)


def _make(entry: dict[str, Any], custom_objects: Any) -> Any:
    op = op_config.restore(entry)
    if op is not None:
        return op
    return deserialize(
        {k: v for k, v in entry.items() if k != "build_config"},
        custom_objects,
        module=layers.registry.module,
    )


def _replay(waiting: list, made: dict[str, Any], tensors: dict) -> None:
    """Make all calls, each as soon as the tensors that it needs are there."""
    counts = dict.fromkeys(made, 0)
    while waiting:
        later, blocked = [], set()
        for name, call in waiting:
            found = None if name in blocked else _arguments(call, tensors)
            if found is None:
                later.append((name, call))
                blocked.add(name)  # calls of a layer keep their order
                continue
            if not any_symbolic(found):
                raise BadValue(f"The config calls {name!r} on no tensor of the graph.")
            outputs = made[name](*found[0], **found[1])
            for i, x in enumerate(y for y in tree.leaves(outputs) if is_symbolic(y)):
                tensors[name, counts[name], i] = x
            counts[name] += 1
        if len(later) == len(waiting):
            raise BadValue(
                f"The config's graph does not close: the calls of {sorted({n for n, _ in later})} "
                "need tensors that nothing makes."
            )
        waiting = later


class _Missing(Exception):
    """A tensor that is not made yet."""


def _arguments(call: Any, tensors: dict) -> tuple[list, dict] | None:
    """What a call is given; None where a tensor of it is not made yet."""
    if isinstance(call, list):  # Keras 2 wrote [[layer, node, tensor, kwargs], ...]
        call = {"args": [_old_places(call)], "kwargs": call[0][3] if len(call[0]) > 3 else {}}
    try:
        args = [_value(a, tensors) for a in call["args"]]
        return args, {k: _value(v, tensors) for k, v in call["kwargs"].items()}
    except _Missing:
        return None


def _old_places(call: list) -> Any:
    refs = [{"class_name": KEY, "config": {"keras_history": list(place[:3])}} for place in call]
    return refs[0] if len(refs) == 1 else refs


def _value(value: Any, tensors: dict) -> Any:
    if isinstance(value, dict):
        if value.get("class_name") == KEY:
            return _tensor(value["config"]["keras_history"], tensors)
        if "class_name" in value and "config" in value:
            return deserialize(value)
        return {k: _value(v, tensors) for k, v in value.items()}
    return [_value(v, tensors) for v in value] if isinstance(value, list) else value


def _tensor(place: list, tensors: dict) -> SymbolicTensor:
    key = (place[0], int(place[1]), int(place[2]))
    if key not in tensors:
        raise _Missing(place)
    return tensors[key]


def _at_places(struct: Any, tensors: dict) -> Any:
    """Nested places, ``[name, call, output]``, as the tensors they stand for."""
    if isinstance(struct, dict):
        return {k: _at_places(v, tensors) for k, v in struct.items()}
    if len(struct) == 3 and isinstance(struct[0], str) and isinstance(struct[1], int):
        try:
            return _tensor(struct, tensors)
        except _Missing:
            raise BadValue(f"The config names a tensor {struct} that nothing makes.") from None
    return [_at_places(s, tensors) for s in struct]
