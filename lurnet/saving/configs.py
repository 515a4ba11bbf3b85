"""Configs from files: parsed with limits, and looked through before anything is built."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

from lurnet.core.errors import BadFile, BadValue, LurnetError
from lurnet.core.registry import (
    contradicts,
    custom_object,
    custom_object_scope,
    deserialize,
    find_class,
    serialize,
    serialize_object,
    sharing,
)
from lurnet.core.variable import deferred
from lurnet.ops import table

CODE = "__lambda__"
#: The modules whose classes a file may name: they enter them in the table when they are loaded,
#: and the program need not have used them before.
HOMES = ("layers", "losses", "metrics", "models", "optimizers")


def parse(text: str | bytes, where: str) -> dict[str, Any]:
    """JSON as a dict; keys given twice, too deep nesting and anything but a dict are refused."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            keys = [k for k, _ in pairs]
            twice = sorted({k for k in keys if keys.count(k) > 1})
            raise BadFile(f"{where} gives {', '.join(twice)} twice: which one holds is unclear.")
        return made

    try:
        found = json.loads(text, object_pairs_hook=once)
    except RecursionError:
        raise BadFile(f"{where} is nested too deeply to be a model's config.") from None
    except ValueError as error:
        if isinstance(error, LurnetError):
            raise
        raise BadFile(f"{where} is no JSON text: {error}.") from None
    if not isinstance(found, dict):
        raise BadFile(f"{where} must hold a dict, but it holds {found!r:.80}.")
    return found


def described(obj: Any) -> Any:
    """An object as plain data, with what it was built for and compiled with."""
    if not hasattr(obj, "get_config") or isinstance(obj, type):
        return serialize(obj)
    with sharing():
        config = serialize_object(obj)
    _drop_idle_numbers(config)
    build = obj.get_build_config() if hasattr(obj, "get_build_config") else None
    if build is not None:
        config["build_config"] = serialize(build)
    compiled = obj.get_compile_config() if getattr(obj, "compiled", False) else None
    if compiled:
        config["compile_config"] = serialize(compiled)
    return config


def load_tables() -> None:
    """Import the modules whose classes a file may name."""
    for home in HOMES:
        import_module(f"lurnet.{home}")


def restored(
    config: Mapping[str, Any], custom_objects: Mapping | None, compile: bool, where: str
) -> Any:
    """The object that a config from a file describes.

    All that is missing or refused in it is told at once, before anything is built.
    """
    load_tables()
    with custom_object_scope(custom_objects or {}):
        config = dict(config)
        settings = config.pop("compile_config", None)
        settings = settings if compile else None
        for part in (config, settings or {}):
            _guarded(lambda part=part: _check(part, custom_objects or {}, where), where)
        _number_firsts(config)
        with sharing(), deferred():
            made = _guarded(lambda: deserialize(config, module="keras.layers"), where)
        if settings and hasattr(made, "compile_from_config"):
            compiled_in = f"{where} (compile settings)"
            with deferred():
                _guarded(lambda: made.compile_from_config(settings), compiled_in)
    return made


def _drop_idle_numbers(config: dict[str, Any]) -> None:
    """Leave only the numbers of layers that stand in several places."""
    entries = [e for e in _entries(config, into_own=True) if "shared_object_id" in e]
    counts = Counter(e["shared_object_id"] for e in entries)
    for entry in entries:
        if counts[entry["shared_object_id"]] == 1:
            del entry["shared_object_id"]


def _number_firsts(config: dict[str, Any]) -> None:
    """Give a shared layer its number where it stands first: Keras writes it from the second on."""
    firsts: dict[tuple, dict[str, Any]] = {}
    for entry in _entries(config):
        name = entry["config"].get("name") if isinstance(entry["config"], dict) else None
        if not isinstance(name, str):
            continue
        first = firsts.setdefault((entry["class_name"], name), entry)
        if "shared_object_id" in entry:
            first.setdefault("shared_object_id", entry["shared_object_id"])


def _guarded(build: Callable[[], Any], where: str) -> Any:
    """What ``build`` gives; whatever a senseless config makes it raise becomes BadFile."""
    try:
        return build()
    except LurnetError:
        raise
    except RecursionError:
        raise BadFile(f"{where} is nested too deeply to be built.") from None
    except Exception as error:  # a layer that is given nonsense can raise nearly anything
        text = f"{type(error).__name__}: {error}"
        raise BadFile(f"{where} does not describe a model: {text:.500}") from error


# --- looking through


def _check(config: Mapping[str, Any], custom: Mapping[str, Any], where: str) -> None:
    missing: dict[str, str] = {}
    unknown: dict[str, str] = {}
    code = [entry for entry in _entries(config, into_own=True) if _harms(entry, custom, where)]
    if code:
        lambdas = [e["config"].get("name") for e in code if e["class_name"] == "Lambda"]
        raise BadFile(_code(where, lambdas))
    for entry in _entries(config):
        name = entry["class_name"]
        if not _is_known(entry):
            ours = str(entry.get("module") or "").split(".")[0] == "keras"
            key = entry.get("registered_name") or name
            key = entry["config"] if name in ("function", "type") else key
            (unknown if ours else missing)[str(key)] = str(key).rpartition(">")[2]
    if missing:
        raise BadValue(_missing(missing, where))
    if unknown:
        raise BadValue(
            f"{where} uses {', '.join(map(repr, unknown))} of Keras, which is not here. If you "
            "have a class of your own for it, pass it in custom_objects={name: Class}."
        )


def _harms(entry: dict[str, Any], custom: Mapping[str, Any], where: str) -> bool:
    """Whether an entry is code, or a Lambda with code; paths are refused at once."""
    if entry["class_name"] == CODE:
        return True
    is_lambda = entry["class_name"] == "Lambda" and custom_object("Lambda") is None
    if is_lambda and _lambda_has_code(entry, custom, where):
        return True
    if contradicts(entry["class_name"], entry):
        raise BadFile(
            f"{where} says both {entry['module']}.{entry['class_name']} and "
            f"{entry['registered_name']!r}, a class of yours: which one it means is unclear."
        )
    inner = entry["config"] if isinstance(entry["config"], dict) else {}
    name, words = inner.get("name"), inner.get("vocabulary")
    if isinstance(name, str) and {".", ".."} & set(name.replace("\\", "/").split("/")):
        raise BadFile(f"{where}: a layer is named {name!r}, which is a path: refused.")
    if isinstance(words, str):
        raise BadFile(
            f"{where}: {entry['class_name']} {name!r} wants its vocabulary read from {words!r}. A "
            "model file holds its words itself and opens no other file: refused. Make the layer "
            "in your program, with vocabulary=path, and load the weights into that model."
        )
    return False


def _entries(config: Any, into_own: bool = False) -> Iterator[dict[str, Any]]:
    """Every description of an object inside a config, in order; the user's own are not entered."""
    stack = [config]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack += reversed(value)
        elif isinstance(value, dict):
            if isinstance(value.get("class_name"), str) and "config" in value:
                yield value
                key = value.get("registered_name") or value["class_name"]
                if not into_own and custom_object(key) is not None:
                    continue
            stack += reversed(list(value.values()))


def _is_known(entry: dict[str, Any]) -> bool:
    name, module = entry["class_name"], entry.get("module")
    if name.startswith("__") and not module:  # arrays, tuples, slices, tensors of the graph
        return True
    if table.op_name(module or "", name) is not None:
        return True
    wanted = entry["config"] if name in ("function", "type") else name
    if not isinstance(wanted, str):
        return False
    try:
        return find_class(wanted, entry, "") is not None
    except BadValue:
        return False


def _missing(missing: Mapping[str, str], where: str) -> str:
    pairs = ", ".join(f"{key!r}: {name}" for key, name in missing.items())
    return (
        f"{where} uses classes or functions that are not Keras': {', '.join(missing.values())}. "
        f"Import or define them and pass custom_objects={{{pairs}}}, or decorate each with "
        "@keras.saving.register_keras_serializable()."
    )


def _lambda_has_code(entry: dict[str, Any], custom: Mapping[str, Any], where: str) -> bool:
    """Put the caller's function, given under the layer's name, in the place of the file's code."""
    config = entry["config"]
    if not isinstance(config, dict):
        raise BadFile(f"{where}: a Lambda layer without a config.")
    name, function = config.get("name"), config.get("function")
    if name in custom:
        config["function"] = {"class_name": "function", "config": name}
        config.pop("function_type", None)
        return False
    return not isinstance(function, dict) or function.get("class_name") != "function"


def _code(where: str, lambdas: list) -> str:
    """The refusal of code: of the Lambda layers of these names, or of a function elsewhere."""
    names = list(dict.fromkeys(map(repr, lambdas))) or ["'lambda'"]
    what = f"Lambda layer {', '.join(names)}" if lambdas else "a function"
    given = ", ".join(f"{name}: function" for name in names)
    return (
        f"{where} holds program code ({what}), which is never run: it could do anything. Give each "
        f"function yourself, under its layer's name: load_model(path, custom_objects={{{given}}}); "
        "or build the model in your program and call load_weights on the same file."
    )
