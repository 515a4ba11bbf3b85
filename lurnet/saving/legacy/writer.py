"""HDF5 files in the layout of Keras 1 and 2: ``model.save("x.h5")``, ``save_weights("x.h5")``."""

import json
from collections.abc import Sequence
from typing import Any

import h5py
import numpy as np

from lurnet import losses, metrics
from lurnet.core.names import to_snake_case
from lurnet.core.registry import Registry, serialize
from lurnet.layers.preprocessing.lookup import vocabularies_in_configs
from lurnet.saving import assets, own_assets
from lurnet.saving.configs import described
from lurnet.saving.legacy.groups import TOP
from lurnet.saving.legacy.training import BY_LABELS
from lurnet.saving.versions import KERAS_VERSION

#: An attribute in HDF5 holds no more; longer lists are cut into numbered pieces.
LARGEST_ATTRIBUTE = 64_512
ENGINE = "jax"
#: Arguments of compile() that such files hold.
_COMPILE = ("loss", "loss_weights", "metrics", "weighted_metrics", "run_eagerly")
_COMPILE += ("steps_per_execution", "jit_compile")


def write_model(model: Any, file: Any, include_optimizer: bool = True) -> None:
    """Write config, weights, compile settings and optimizer state into an open file."""
    with vocabularies_in_configs() as told:
        whole = described(model)
    assets.refuse_untold(model, told, ".h5")
    own_assets.warn_unsaved(model, ".h5")
    config = {k: whole[k] for k in ("class_name", "config")}
    with h5py.File(file, "w") as h5:
        _note_writer(h5)
        h5.attrs["model_config"] = json.dumps(config).encode()
        _write_layers(h5.create_group("model_weights"), model)
        if include_optimizer and model.compiled and model.optimizer is not None:
            h5.attrs["training_config"] = json.dumps(_training_config(model)).encode()
            _write_arrays(
                h5.create_group("optimizer_weights"),
                [(v.path, v.stored) for v in model.optimizer.variables],
            )


def write_weights(model: Any, file: Any) -> None:
    """Write the weights alone, layer by layer, into an open file."""
    with h5py.File(file, "w") as h5:
        _write_layers(h5, model)


def _training_config(model: Any) -> dict[str, Any]:
    compiled = model.get_compile_config()
    optimizer = {
        "class_name": type(model.optimizer).__name__,
        "config": serialize(model.optimizer.get_config()),
    }
    kept = {k: compiled.get(k) for k in _COMPILE}
    kept["loss"] = _objects(kept["loss"], losses.registry)
    for key in ("metrics", "weighted_metrics"):
        kept[key] = _objects(kept[key], metrics.registry)
    return serialize(kept) | {"sample_weight_mode": None, "optimizer_config": optimizer}


def _objects(value: Any, registry: Registry) -> Any:
    """Names of functions as objects: Keras 3.15 does not find ``"mse"`` in such a file."""
    if isinstance(value, list):
        return [_objects(v, registry) for v in value]
    if isinstance(value, dict) and "class_name" not in value:
        return {k: _objects(v, registry) for k, v in value.items()}
    if not isinstance(value, str) or value in BY_LABELS or value not in registry:
        return value
    function = getattr(registry[value], "__name__", value)
    wanted = to_snake_case(function)
    cls = next(
        (
            c
            for c in registry.values()
            if isinstance(c, type) and to_snake_case(c.__name__) == wanted
        ),
        None,
    )
    return value if cls is None else cls(name=value)


def _note_writer(group: Any) -> None:
    group.attrs["backend"], group.attrs["keras_version"] = ENGINE, KERAS_VERSION


def _write_layers(root: Any, model: Any) -> None:
    _write_names(root, "layer_names", [layer.name for layer in model.layers])
    _note_writer(root)
    for layer in model.layers:
        variables = layer.trainable_weights + layer.non_trainable_weights
        _write_arrays(root.create_group(layer.name), [(v.path, v.stored) for v in variables])
    own = [(v.path, v.stored) for v in model._own_variables]
    _write_arrays(root.create_group(TOP), own)


def _write_arrays(group: Any, arrays: Sequence[tuple[str, Any]]) -> None:
    names: list[str] = []
    for name, value in arrays:
        unique = name if name not in names else f"{name}_{len(names)}"
        names.append(unique)
        array = np.asarray(value)
        plain = array.dtype.kind in "biufc"
        group.create_dataset(unique, data=array if plain else array.astype("float32"))
    _write_names(group, "weight_names", names)


def _write_names(group: Any, key: str, names: list[str]) -> None:
    encoded = np.array([n.encode() for n in names], dtype="S") if names else np.zeros(0, "S1")
    if encoded.nbytes <= LARGEST_ATTRIBUTE:
        group.attrs[key] = encoded
        return
    per_piece = max(LARGEST_ATTRIBUTE // encoded.itemsize, 1)
    for i, start in enumerate(range(0, len(encoded), per_piece)):
        group.attrs[f"{key}{i}"] = encoded[start : start + per_piece]
