"""Arguments of layers by kind: activations, initializers, regularizers, constraints, dtypes."""

from collections.abc import Callable, Mapping
from typing import Any

from lurnet import activations, constraints, initializers, regularizers
from lurnet.core.registry import Registry, custom_object
from lurnet.layers.legacy import keras2_hard_sigmoid as keras2_hard_sigmoid  # enters the tables
from lurnet.saving.migrations.names import (
    ACTIVATIONS,
    CONSTRAINTS,
    DATA_FORMATS,
    INITIALIZERS,
    REGULARIZERS,
)


def function(name: str) -> dict[str, Any]:
    """A function that the caller is to supply, as configs name it: it is reported if missing."""
    return {"class_name": "function", "config": name, "registered_name": name}


def plain_class(name: str) -> str:
    """A class name without package and version: "Custom>Adam" and "ZerosV2" are Keras' own.

    >>> plain_class("Custom>Adam"), plain_class("ZerosV2")
    ('Adam', 'Zeros')
    """
    own = name.rpartition(">")[2]
    return own[:-2] if own.endswith(("V1", "V2")) else own


def is_own(entry: Mapping[str, Any]) -> bool:
    """Whether an entry names a class or function that the caller supplied."""
    keys = (entry.get("registered_name"), entry.get("class_name"))
    return any(isinstance(k, str) and custom_object(k) is not None for k in keys)


def named(value: Any, registry: Registry, old: Mapping[str, str]) -> Any:
    """A name by today's spelling; one in no table as a function of the caller's."""
    if not isinstance(value, str):
        return value
    value = value if custom_object(value) is not None else old.get(value, value)
    known = value in registry or custom_object(value) is not None
    return value if known else function(value)


def described(value: Any, registry: Registry) -> Any:
    """The description of an object of a registry, under its home there."""
    if not isinstance(value, dict) or not isinstance(value.get("class_name"), str):
        return value
    if is_own(value):
        return value
    name = plain_class(value["class_name"])
    if name not in registry:
        return value
    config = value.get("config")
    config = {k: v for k, v in config.items() if k != "dtype"} if isinstance(config, dict) else {}
    return {"module": registry.module, "class_name": name, "config": config}


def activation(value: Any) -> Any:
    """The hard sigmoid of Keras 1 and 2 is another function than today's."""
    return named(value, activations.registry, ACTIVATIONS)


def initializer(value: Any) -> Any:
    """An initializer's name or description."""
    value = named(described(value, initializers.registry), initializers.registry, INITIALIZERS)
    if isinstance(value, dict) and value.get("class_name") == "VarianceScaling":
        config = value["config"]
        if config.get("distribution") == "normal":
            value = value | {"config": config | {"distribution": "truncated_normal"}}
    return value


def regularizer(value: Any) -> Any:
    """Keras 1 wrote ``{"name": "L1L2Regularizer", "l1": ..., "l2": ...}``."""
    if isinstance(value, dict) and value.get("name") in REGULARIZERS:
        config = {k: value[k] for k in ("l1", "l2") if k in value}
        value = {"class_name": "L1L2", "config": config}
    elif isinstance(value, dict) and "class_name" not in value and "name" in value:
        value = function(str(value["name"]))
    return named(described(value, regularizers.registry), regularizers.registry, {})


def constraint(value: Any) -> Any:
    """Keras 1 wrote ``{"name": "MaxNorm", "m": 2, "axis": 0}``."""
    if isinstance(value, dict) and value.get("name") in CONSTRAINTS:
        renames = CONSTRAINTS[value["name"]]
        config = {renames.get(k, k): v for k, v in value.items() if k != "name"}
        value = {"class_name": value["name"], "config": config}
    return named(described(value, constraints.registry), constraints.registry, {})


def policy(value: Any) -> Any:
    """A dtype's or dtype policy's name; tf.keras wrote policies as descriptions."""
    if isinstance(value, dict) and isinstance(value.get("config"), dict):
        value = value["config"].get("name")
    if not isinstance(value, str):
        return None
    return None if value in ("infer", "_infer") else value.removesuffix("_ref")


def data_format(value: Any) -> Any:
    """``th`` has the channels first, ``tf`` last."""
    return DATA_FORMATS.get(value, value) if isinstance(value, str) else value


_BY_NAME: dict[str, Callable[[Any], Any]] = {"data_format": data_format, "dtype": policy}
_BY_LAST_WORD: dict[str, Callable[[Any], Any]] = {
    "activation": activation,
    "constraint": constraint,
    "initializer": initializer,
    "regularizer": regularizer,
}


def translated(key: str, value: Any) -> Any:
    """An argument's value in today's form; one of no such kind stays as it is."""
    translate = _BY_NAME.get(key) or _BY_LAST_WORD.get(key.rpartition("_")[2])
    return value if translate is None else translate(value)
