"""Compile settings of Keras 1 and 2 in today's form."""

from collections.abc import Callable, Mapping
from typing import Any

from lurnet import losses, metrics, optimizers
from lurnet.core.fields import arguments
from lurnet.core.registry import Registry, custom_object
from lurnet.saving.migrations.names import LOSSES
from lurnet.saving.migrations.values import described, is_own, named, plain_class
from lurnet.saving.migrations.versions import Writer

Config = dict[str, Any]
#: Strings that compile() resolves by the labels.
BY_LABELS = {"acc", "accuracy", "ce", "crossentropy"}


def migrated(config: Config, writer: Writer) -> Config:
    """Settings that Keras 1 and 2 wrote into a config."""
    return _translated(config, "compile_config")


def of_layered_files(config: Config, writer: Writer) -> Config:
    """Settings of ``.h5`` files, which every Keras writes in the old form."""
    return _translated(config, "training_config")


def _translated(config: Config, key: str) -> Config:
    settings = config.get(key)
    if not isinstance(settings, dict):
        return config
    return {k: v for k, v in config.items() if k != key} | {
        "compile_config": _compile_config(settings)
    }


def _compile_config(config: Mapping[str, Any]) -> Config:
    """Arguments of compile(), as plain data."""
    settings = {
        "optimizer": optimizer_config(config.get("optimizer_config", config.get("optimizer"))),
        "loss": _each(config.get("loss"), loss),
        "loss_weights": config.get("loss_weights"),
        "metrics": _each(config.get("metrics"), metric),
        "weighted_metrics": _each(config.get("weighted_metrics"), metric),
    }
    return {k: v for k, v in settings.items() if v is not None}


def _each(value: Any, translate: Callable[[Any], Any]) -> Any:
    """Lists and dicts by output are gone through."""
    if isinstance(value, list):
        return [_each(v, translate) for v in value]
    if isinstance(value, dict) and "class_name" not in value:
        return {k: _each(v, translate) for k, v in value.items()}
    return translate(value)


def loss(value: Any) -> Any:
    """A loss's name or description; ``reduction="auto"`` is the mean over the batch."""
    found = named(_object(value, losses.registry), losses.registry, LOSSES)
    if isinstance(found, dict) and isinstance(found.get("config"), dict):
        found["config"] = _taken(losses.registry, found)
        if found["config"].get("reduction") == "auto":
            found["config"]["reduction"] = "sum_over_batch_size"
    return found


def metric(value: Any) -> Any:
    """A metric's name or description; the wrapper of a function gives the function's name."""
    if isinstance(value, str) and value in BY_LABELS:
        return value
    if isinstance(value, dict) and plain_class(str(value["class_name"])) == "MeanMetricWrapper":
        config = _config(value)
        fn = config.get("fn", config.get("name"))
        name = config.get("name")
        return name if name in BY_LABELS else named(fn, metrics.registry, LOSSES)
    found = named(_object(value, metrics.registry), metrics.registry, LOSSES)
    if isinstance(found, dict) and isinstance(found.get("config"), dict):
        found["config"] = _taken(metrics.registry, found)
    return found


def _config(value: Config) -> Config:
    found = value.get("config")
    return found if isinstance(found, dict) else {}


def _object(value: Any, registry: Registry) -> Any:
    """A description under its home; a function's by its name."""
    if isinstance(value, dict) and value.get("class_name") == "function":
        return value.get("config")
    if isinstance(value, dict) and isinstance(value.get("config"), str):
        return value["config"]
    return described(value, registry)


def _taken(registry: Registry, entry: Config) -> Config:
    """The arguments that the class of today takes."""
    name = entry["class_name"]
    if is_own(entry) or name not in registry:
        return entry["config"]
    known = set(arguments(registry[name]))
    return {k: v for k, v in entry["config"].items() if k in known}


def optimizer_config(value: Any) -> Any:
    """An optimizer's description with today's names of arguments."""
    if isinstance(value, str):
        return named(value, optimizers.registry, {})
    if not isinstance(value, dict) or is_own(value):
        return value
    name = plain_class(str(value.get("class_name")))
    config = _config(value)
    cls = next((c for k, c in optimizers.registry.items() if k.lower() == name.lower()), None)
    if cls is None or custom_object(name) is not None:
        return {"class_name": name, "config": config}
    inner = config.get("inner_optimizer", config.get("optimizer"))
    config = {("learning_rate" if k == "lr" else k): v for k, v in config.items()}
    known = set(arguments(cls)) | {"learning_rate", "decay", "name"}
    made = {k: v for k, v in config.items() if k in known and v is not None}
    if isinstance(inner, dict):
        made["inner_optimizer"] = optimizer_config(inner)
    if isinstance(made.get("learning_rate"), dict):
        made["learning_rate"] = _schedule(made["learning_rate"])
    if not made.get("decay"):
        made.pop("decay", None)
    return {"module": optimizers.registry.module, "class_name": cls.__name__, "config": made}


def _schedule(value: Config) -> Any:
    own = {"module": "keras.optimizers.schedules", "class_name": value.get("class_name")}
    return own | {"config": value.get("config")}
