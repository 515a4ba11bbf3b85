"""Whole configs: stacks, graphs and what is inside them, from Keras 1 and 2 to today's form."""

from typing import Any

from lurnet.core.errors import BadFile
from lurnet.saving.migrations import branches, calls, layers, names, values
from lurnet.saving.migrations.versions import Writer

Config = dict[str, Any]
HOME = "keras.layers"
SETTINGS = ("compile_config", "training_config")


def migrated(config: Config, writer: Writer) -> Config:
    """The config of a model, layer or other object in today's form."""
    new = entry({k: config[k] for k in ("class_name", "config")}, writer)
    return new | {k: config[k] for k in SETTINGS if k in config}


def entry(old: Any, writer: Writer) -> Any:
    """One description, ``{"class_name": ..., "config": ...}``, with all that is inside it."""
    if not isinstance(old, dict) or not isinstance(old.get("class_name"), str):
        raise BadFile(f"A config has {old!r:.80} where a layer's description is expected.")
    if values.is_own(old):
        return _of_the_caller(old)
    own, config = old["class_name"].rpartition(">")[2], old.get("config")
    if own == "Sequential":
        return _sequential(config, writer)
    if isinstance(config, dict) and "layers" in config and "input_layers" in config:
        return _graph(own, config, old, writer)
    if not isinstance(config, dict):
        return old
    if own in names.NO_EFFECT:
        return {"module": HOME, "class_name": "Identity", "config": {"name": config.get("name")}}
    if layers.class_of(layers.today(own)) is None and own != "Merge":
        return {k: v for k, v in old.items() if k != "module" or not _is_of_keras(v)}
    name, made = layers.arguments(own, config, writer)
    made = {k: _inner(k, v, writer) for k, v in made.items()}
    new = {"module": HOME, "class_name": name, "config": made}
    if own == "TimeDistributedDense":
        outer = {"name": made.get("name"), "layer": new}
        new = {"module": HOME, "class_name": "TimeDistributed", "config": outer}
    return new


def _inner(key: str, value: Any, writer: Writer) -> Any:
    """Layers among the arguments: those of wrappers, cells, activations that are layers."""
    if isinstance(value, list):
        return [_inner(key, v, writer) for v in value]
    described = isinstance(value, dict) and isinstance(value.get("config"), dict)
    if key in ("layer", "backward_layer", "cell", "cells", "activation") and described:
        return entry(value, writer)
    return value


def _is_of_keras(module: Any) -> bool:
    return isinstance(module, str) and module.split(".")[0] in ("keras", "tensorflow", "tf_keras")


def _of_the_caller(old: Config) -> Config:
    """A class that the caller supplied: its arguments are its own affair."""
    config = old.get("config")
    if isinstance(config, dict) and "batch_input_shape" in config:
        config = {k: v for k, v in config.items() if k != "batch_input_shape"}
    return old | {"config": config}


# --- stacks


def _sequential(config: Any, writer: Writer) -> Config:
    config = {"layers": config} if isinstance(config, list) else config
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        raise BadFile("A Sequential without a list of layers: its config is damaged.")
    found = [_renamed(e) for e in config["layers"]]
    if found and found[0].get("class_name") == "Merge":
        return branches.graph(config.get("name"), found, writer, entry)
    stack = [entry(e, writer) for e in found]
    shape, dtype = _input_of(found[0]) if found else (None, None)
    if stack and stack[0]["class_name"] != "InputLayer" and shape is not None:
        stack.insert(0, _input_layer(shape, dtype, found[0]))
    made: Config = {"name": config.get("name"), "layers": stack}
    if config.get("build_input_shape") and shape is None:
        made["build_input_shape"] = config["build_input_shape"]
    if isinstance(config.get("trainable"), bool):
        made["trainable"] = config["trainable"]
    made = {k: v for k, v in made.items() if v is not None}
    return {"module": "keras", "class_name": "Sequential", "config": made}


def _input_layer(shape: Any, dtype: Any, first: Config) -> Config:
    name = f"{first['config'].get('name') or 'sequential'}_input"
    config = {"batch_shape": shape, "dtype": dtype or "float32", "name": name}
    return {"module": HOME, "class_name": "InputLayer", "config": config}


def _input_of(first: Config) -> tuple[Any, Any]:
    """Batch shape and dtype of the input that a stack's first layer carries, or its inner one."""
    config = first.get("config")
    if not isinstance(config, dict):
        return None, None
    shape = config.get("batch_input_shape")
    if shape is None and isinstance(config.get("input_shape"), list):
        shape = [None, *config["input_shape"]]
    if shape is not None:
        return shape, values.policy(config.get("input_dtype") or config.get("dtype"))
    inner = config.get("layer")
    return _input_of(inner) if isinstance(inner, dict) else (None, None)


# --- graphs


def _graph(own: str, config: Config, old: Config, writer: Writer) -> Config:
    new = {
        "name": config.get("name"),
        "layers": [calls.layer(_renamed(e), entry, writer) for e in config["layers"]],
        "input_layers": calls.places(config["input_layers"]),
        "output_layers": calls.places(config["output_layers"]),
    }
    if isinstance(config.get("trainable"), bool):
        new["trainable"] = config["trainable"]
    if own not in names.GRAPHS:
        return old | {"config": config | new}
    new = {k: v for k, v in new.items() if v is not None}
    return {"module": "keras", "class_name": "Functional", "config": new}


def _renamed(old: Any) -> Config:
    """An entry whose names have no slashes: paths stand for places inside layers today."""
    if not isinstance(old, dict) or not isinstance(old.get("class_name"), str):
        raise BadFile(f"A config has {old!r:.80} where a layer's description is expected.")
    config = old.get("config")
    if isinstance(config, dict):
        old = old | {"config": config | _safe_name(config)}
    return old | _safe_name(old)


def _safe_name(entry: Config) -> Config:
    name = entry.get("name")
    return {"name": calls.safe_name(name)} if isinstance(name, str) else {}
