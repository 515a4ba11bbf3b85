"""Keras 1's stack on a merge of other models: a graph with an input for each of them."""

from collections.abc import Callable
from typing import Any

from lurnet.core.errors import BadFile
from lurnet.saving.migrations import calls
from lurnet.saving.migrations.versions import Writer

Entry = dict[str, Any]


def graph(name: Any, stack: list[Entry], writer: Writer, entry: Callable[..., Any]) -> Entry:
    """The functional model that a Sequential whose first layer is a Merge stands for."""
    made: list[Entry] = []
    inputs: list[Entry] = []
    ends = [
        _branch(e, i, made, inputs, writer, entry)
        for i, e in enumerate(stack[0]["config"].get("layers") or [])
    ]
    if not ends:
        raise BadFile("A Merge layer without models to merge: the config is damaged.")
    last: Any = ends
    for e in stack:
        new = entry(e, writer)
        own = new["config"].get("name") or e["class_name"].lower()
        made.append(new | {"name": own, "inbound_nodes": [{"args": [last], "kwargs": {}}]})
        last = calls.reference(own)
    sources = [e["name"] for e in inputs]
    config = {
        "name": name or "sequential",
        "layers": inputs + made,
        "input_layers": [[n, 0, 0] for n in sources],
        "output_layers": last["config"]["keras_history"],
    }
    return {"module": "keras", "class_name": "Functional", "config": config}


def _branch(
    old: Entry, number: int, made: list, inputs: list, writer: Writer, entry: Callable[..., Any]
) -> Entry:
    """Add one merged model, and an input layer for each input that it has."""
    new = entry(old, writer)
    name = new["config"].get("name") or f"branch_{number}"
    new["config"]["name"] = name
    found = []
    for i, (shape, dtype) in enumerate(_inputs(new)):
        own = f"{name}_input_{i}"
        config = {"batch_shape": shape, "dtype": dtype or "float32", "name": own}
        source = {"module": "keras.layers", "class_name": "InputLayer", "config": config}
        inputs.append(source | {"name": own, "inbound_nodes": []})
        found.append(calls.reference(own))
    given = found[0] if len(found) == 1 else found
    made.append(new | {"name": name, "inbound_nodes": [{"args": [given], "kwargs": {}}]})
    return calls.reference(name)


def _inputs(new: Entry) -> list[tuple[Any, Any]]:
    """Shapes and dtypes of a translated model's inputs."""
    by_name = {e["config"].get("name"): e for e in new["config"].get("layers", [])}
    if new["class_name"] == "Sequential":
        first = next(iter(by_name.values()), None)
        found = [first] if first is not None else []
        if first is not None and first["class_name"] in ("Sequential", "Functional"):
            return _inputs(first)
    else:
        struct = new["config"].get("input_layers") or []
        struct = [struct] if calls.is_place(struct) else struct
        found = [by_name[p[0]] for p in struct if p[0] in by_name]
    configs = [e["config"] for e in found if "batch_shape" in e["config"]]
    if not configs:
        raise BadFile("A merged model in the config does not say the shape of its input.")
    return [(c["batch_shape"], c.get("dtype")) for c in configs]
