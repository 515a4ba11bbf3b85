"""The calls of a graph's layers: Keras 1 and 2 wrote ``[layer, call, output, arguments]``."""

from collections.abc import Callable
from typing import Any

from lurnet.core.errors import BadFile
from lurnet.saving.migrations import tf_ops
from lurnet.saving.migrations.versions import Writer

KEY, CONSTANT = "__keras_tensor__", "_CONSTANT_VALUE"


def safe_name(name: str) -> str:
    """A layer's name without slashes.

    >>> safe_name("model/add")
    'model_add'
    """
    return name.replace("/", "_")


def reference(name: str, call: int = 0, output: int = 0) -> dict[str, Any]:
    """The tensor that a layer made, in one of its calls, as one of its outputs."""
    return {"class_name": KEY, "config": {"keras_history": [safe_name(name), call, output]}}


def places(struct: Any) -> Any:
    """Inputs or outputs of a graph; a list of a single one stands for itself."""
    if isinstance(struct, dict):
        return {k: places(v) for k, v in struct.items()}
    if not isinstance(struct, list) or not struct:
        raise BadFile(f"A graph's inputs or outputs are {struct!r:.80}: its config is damaged.")
    if is_place(struct):
        return [safe_name(struct[0]), *struct[1:3]]
    return places(struct[0]) if len(struct) == 1 else [places(s) for s in struct]


def is_place(value: Any) -> bool:
    """Whether a list is ``[layer, call, output]``, with the call's arguments behind or not."""
    return (
        isinstance(value, list)
        and 3 <= len(value) <= 4
        and isinstance(value[0], str)
        and all(isinstance(v, int) and not isinstance(v, bool) for v in value[1:3])
    )


def layer(old: dict[str, Any], entry: Callable[..., Any], writer: Writer) -> dict[str, Any]:
    """The entry of a graph's layer, with its calls."""
    config, found = old.get("config"), old.get("inbound_nodes") or []
    name = old.get("name") or (config.get("name") if isinstance(config, dict) else None)
    if not isinstance(name, str) or not isinstance(found, list):
        raise BadFile(f"A layer of the graph has the name {name!r:.80}: its config is damaged.")
    nodes = [arguments(n) for n in found]
    if old["class_name"] in tf_ops.CLASSES and isinstance(config, dict):
        new, nodes = tf_ops.translated(old, nodes)
    else:
        new, nodes = entry(old, writer), [_settled(old, node) for node in nodes]
    if isinstance(new.get("config"), dict):
        new = new | {"config": new["config"] | {"name": name}}
    return new | {"name": name, "inbound_nodes": nodes}


def _settled(old: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """A call's arguments that have other names, or stood in the config."""
    kwargs = {k: v for k, v in node["kwargs"].items() if v is not None}
    if old["class_name"] in ("Attention", "AdditiveAttention") and old["config"].get("causal"):
        kwargs["use_causal_mask"] = True
    return {"args": node["args"], "kwargs": kwargs}


def arguments(node: Any) -> dict[str, Any]:
    """One call as ``{"args": [...], "kwargs": {...}}``."""
    if isinstance(node, dict) and "args" in node and "kwargs" in node:
        return node
    kwargs: dict[str, Any] = {}
    first = _first(node, kwargs)
    return {"args": [first], "kwargs": {k: _value(v) for k, v in kwargs.items()}}


def _first(value: Any, kwargs: dict[str, Any]) -> Any:
    """The first argument, nested as it was; keyword arguments stand beside each tensor in it."""
    if isinstance(value, list) and value and value[0] == CONSTANT and len(value) >= 3:
        kwargs |= value[3] if len(value) > 3 and isinstance(value[3], dict) else {}
        return value[2]
    if is_place(value):
        kwargs |= value[3] if len(value) > 3 and isinstance(value[3], dict) else {}
        return reference(*value[:3])
    if isinstance(value, dict):
        return {k: _first(v, kwargs) for k, v in value.items()}
    if isinstance(value, list):
        inner = [_first(v, kwargs) for v in value]
        return inner[0] if len(inner) == 1 else inner
    raise BadFile(f"A call in the graph takes {value!r:.80}: its config is damaged.")


def _value(value: Any) -> Any:
    """A keyword argument: places in it are tensors."""
    if is_place(value):
        return reference(*value[:3])
    if isinstance(value, list):
        return [_value(v) for v in value]
    if isinstance(value, dict) and "class_name" not in value:
        return {k: _value(v) for k, v in value.items()}
    return value
