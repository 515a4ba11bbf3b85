"""TensorFlow's functions as layers, which tf.keras 2 put into functional models, as ops."""

from typing import Any

from lurnet import layers
from lurnet.core.errors import BadFile
from lurnet.ops import table
from lurnet.saving.migrations.op_tables import FUNCTIONS, OPERATIONS, REQUIRED
from lurnet.saving.migrations.versions import Writer, descriptions

Entry = dict[str, Any]
CLASSES = {"TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer"}
_IDLE = {"name", "transpose_a", "transpose_b", "adjoint_a", "adjoint_b", "a_is_sparse"}
_IDLE |= {"b_is_sparse", "output_type", "preserve_aspect_ratio", "antialias", "validate_indices"}


def translated(old: Entry, nodes: list[Entry]) -> tuple[Entry, list[Entry]]:
    """The op that a layer stands for, and its calls."""
    config = old["config"]
    if old["class_name"] == "TensorFlowOpLayer":
        op, nodes = _operation(config, nodes)
    elif config.get("function") in ("__operators__.getitem", "slice_spec"):
        op, nodes = "get_item", [_item(n) for n in nodes]
    else:
        op, nodes = _function(config, nodes)
    return _entry(op, nodes), nodes


def with_modules(config: Entry, writer: Writer) -> Entry:
    """Say where ops are at home: Keras 3 leaves it out of ``.h5`` files."""
    for value in descriptions(config):
        home = _HOMES.get(str(value.get("class_name"))) if "inbound_nodes" in value else None
        if home is not None and value.get("module") is None:
            value["module"] = home
    return config


_HOMES = {
    place.rpartition(".")[2]: table.PACKAGE + place.rpartition(".")[0]
    for place in table.TABLE.values()
    if place.rpartition(".")[2] not in layers.registry
}


def _entry(op: str, nodes: list[Entry]) -> Entry:
    """The op's entry; settings go from its only call into its config."""
    module, class_name = table.keras_class(op)
    settings: Entry = {}
    known = table.config_parameters(op)
    for node in nodes[:1]:
        settings = {k: v for k, v in node["kwargs"].items() if k in known}
    for node in nodes:
        node["kwargs"] = {k: v for k, v in node["kwargs"].items() if k not in known}
    return {"module": module, "class_name": class_name, "config": settings}


def _function(config: Entry, nodes: list[Entry]) -> tuple[str, list[Entry]]:
    found = FUNCTIONS.get(str(config.get("function")))
    if found is None:
        raise BadFile(_unknown(config, f"tf.{config.get('function')}"))
    op, renames = found
    made = []
    for node in nodes:
        kwargs: Entry = {}
        for key, value in node["kwargs"].items():
            if key in renames and value is not None:
                kwargs[renames[key]] = value
            elif key not in renames and not (key in _IDLE and value in _NOTHING or value is None):
                raise BadFile(_unknown(config, f"tf.{config['function']} with {key}={value!r:.40}"))
        made.append({"args": node["args"], "kwargs": kwargs})
    return op, made


_NOTHING = (None, False, "", "int64")


def _unknown(config: Entry, what: str) -> str:
    return (
        f"Layer {config.get('name')!r} computes {what}, which is not among the functions of "
        "TensorFlow that are known here. Save the model with a keras.layers layer in its place, or "
        "build it in your program and call load_weights on the same file."
    )


def _item(node: Entry) -> Entry:
    """``x[...]``: the key is among the call's arguments."""
    spec = node["kwargs"].get("slice_spec", node["kwargs"].get("key"))
    parts = spec if isinstance(spec, list) else [spec]
    key = {"class_name": "__tuple__", "config": [_index(p) for p in parts]}
    return {"args": [*node["args"], key], "kwargs": {}}


def _index(part: Any) -> Any:
    if isinstance(part, dict) and {"start", "stop"} <= part.keys():
        return {"class_name": "__slice__", "config": part}
    if isinstance(part, dict) and part.get("class_name") == "__ellipsis__":
        return {"class_name": "__ellipsis__", "config": {}}
    return part


def _operation(config: Entry, nodes: list[Entry]) -> tuple[str, list[Entry]]:
    """A node of TensorFlow's graph: constants by position, the other inputs from the call."""
    node_def = config.get("node_def")
    if not isinstance(node_def, dict):
        raise BadFile(_unknown(config, "an operation that the file does not hold as text"))
    kind, attributes = node_def.get("op"), node_def.get("attr") or {}
    if kind not in OPERATIONS:
        raise BadFile(_unknown(config, f"the operation {kind}"))
    op, inputs, renames = OPERATIONS[kind]
    for key, wanted in REQUIRED.items():
        if key in attributes and _attribute(attributes[key]) != wanted:
            raise BadFile(_unknown(config, f"the operation {kind} with {key}"))
    settings = {n: _attribute(attributes[k]) for k, n in renames.items() if k in attributes}
    constants = {int(k): v for k, v in (config.get("constants") or {}).items()}
    made = []
    for node in nodes:
        args = _filled(node["args"][0], constants, len(inputs), op)
        given = {k: v for k, v in zip(inputs, args) if v is not None}  # noqa: B905
        made.append({"args": [], "kwargs": given | settings})
    return op, [_first_by_position(n, inputs[0]) for n in made]


def _first_by_position(node: Entry, first: str) -> Entry:
    kwargs = dict(node["kwargs"])
    return {"args": [kwargs.pop(first)], "kwargs": kwargs}


def _filled(given: Any, constants: dict[int, Any], count: int, op: str) -> list[Any]:
    tensors = list(given) if isinstance(given, list) else [given]
    if op == "stack":
        return [tensors]
    if op == "concatenate":  # the axis comes behind all tensors
        return [tensors, constants[max(constants)]] if constants else [tensors, -1]
    rest = iter(tensors)
    return [constants[i] if i in constants else next(rest, None) for i in range(count)]


def _attribute(value: Any) -> Any:
    """A value of a serialized attribute, such as ``{"b": true}`` or ``{"i": "2"}``."""
    if not isinstance(value, dict):
        return value
    if "list" in value:
        return [int(i) for i in value["list"].get("i", [])] or None
    for key, kind in (("b", bool), ("i", int), ("f", float)):
        if key in value:
            return kind(value[key])
    return None
