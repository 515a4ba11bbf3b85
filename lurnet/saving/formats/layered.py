"""HDF5 as Keras 1 and 2 wrote it (``.h5``): arrays by layer, config and settings as attributes."""

import json
import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from lurnet import losses, metrics
from lurnet.core.errors import BadFile
from lurnet.core.names import to_snake_case
from lurnet.core.registry import Registry, serialize
from lurnet.layers.state import own_variables
from lurnet.saving.configs import parse
from lurnet.saving.door import LARGEST_TEXT, NUMBERS, Entry, joined
from lurnet.saving.formats.base import Stored
from lurnet.saving.formats.hdf5 import Weights, entries
from lurnet.saving.migrations.compile_settings import BY_LABELS
from lurnet.saving.migrations.versions import Writer
from lurnet.saving.versions import KERAS_VERSION

#: The variables that a model holds itself, beside its layers.
TOP = "top_level_model_weights"
MOST_LAYERS, MOST_NAMES, LONGEST_NAME = 100_000, 1_000_000, 10_000
#: An attribute in HDF5 holds no more; longer lists are cut into numbered pieces.
LARGEST_ATTRIBUTE = 64_512
#: Arguments of compile() that such files hold.
COMPILE = ("loss", "loss_weights", "metrics", "weighted_metrics", "run_eagerly")
COMPILE += ("steps_per_execution", "jit_compile")


class Layered(Weights):
    """A whole model, or weights, by layer."""

    container, holds_config = "HDF5 of Keras 1 and 2 (.h5)", True

    @staticmethod
    def detect(path: Path, head: bytes) -> bool:
        """An HDF5 file whose attributes speak of layers or of a model."""
        if not Weights.detect(path, head):
            return False
        with h5py.File(path, "r") as file:
            return is_layered(file)

    @cached_property
    def root(self) -> Any:
        """The group whose attributes name the layers."""
        inside = "model_weights" in self.file and not _pieces(self.file, "layer_names")
        return _group(self.file, "model_weights", self.path) if inside else self.file

    def about(self) -> dict[str, Any]:
        """Version and engine of the Keras that wrote it, where it says so."""
        found = {
            name: _text(self.file, name, self.path) or _text(self.root, name, self.path)
            for name in ("keras_version", "backend")
        }
        return {k: v for k, v in found.items() if v}

    def config(self, compile: bool = True) -> dict[str, Any] | None:
        """The description of a whole model, with the settings as they stand beside it."""
        config = self._json("model_config", "The config")
        settings = self._json("training_config", "The compile settings") if compile else None
        if config is None or settings is None:
            return config
        return config | {"training_config": settings}

    def _json(self, name: str, what: str) -> dict[str, Any] | None:
        text = _text(self.file, name, self.path)
        return None if text is None else parse(text, f"{what} in {self.path}")

    def writer(self, config: Mapping[str, Any]) -> Writer:
        """The Keras that wrote it. Before Keras 2 no engine is named, but TensorFlow's names do."""
        found = super().writer(config)
        if not config and "keras_version" not in self.about():
            found = found._replace(version=(1,))
        if found.version[0] > 1 or found.engine:
            return found
        names = [name for layer in self.layers() for name, _ in layer.arrays]
        tensorflow = any(":" in name for name in names)
        return found._replace(engine="tensorflow" if tensorflow else "theano")

    def arrays(self) -> Mapping[str, Entry]:
        """All arrays by path."""
        found = super().arrays()
        return {name.removeprefix("model_weights/"): entry for name, entry in found.items()}

    def layers(self) -> list[Stored]:
        """All layers with their arrays; nothing of the arrays is read."""
        root, path = self.root, self.path
        found = entries(root, path)
        if "nb_layers" in root.attrs:  # the first layout: ``layer_0/param_0`` and so on
            names = [f"layer_{k}" for k in range(_count(root, "nb_layers", path))]
        else:
            names = _names(root, "layer_names", path)
            names += [TOP] if TOP in root and TOP not in names else []
        return [Stored(n, _listed(_group(root, n, path), found, n, path)) for n in names]

    def optimizer(self) -> list[tuple[str, Entry]]:
        """The optimizer's arrays in order."""
        if "optimizer_weights" not in self.file:
            return []
        root = _group(self.file, "optimizer_weights", self.path)
        return _listed(root, entries(root, self.path), "", self.path)


def is_layered(file: h5py.File) -> bool:
    """Whether a file has the layout of Keras 1 and 2."""
    named = any(_pieces(file, key) for key in ("layer_names", "model_config"))
    return named or "nb_layers" in file.attrs or "model_weights" in file


def _group(parent: Any, name: str, path: Path) -> Any:
    """A group inside another, which must lie in the file itself."""
    if type(parent.get(name, getlink=True)) is not h5py.HardLink:
        raise BadFile(f"{path}: {name!r} is missing, or a link that may lead out of the file.")
    found = parent[name]
    if not isinstance(found, h5py.Group):
        raise BadFile(f"{path}: {name!r} is no group of arrays: the file is damaged.")
    return found


def _listed(group: Any, found: dict[str, Entry], place: str, path: Path) -> list[tuple[str, Entry]]:
    """The arrays that a group's attributes name or count, in order."""
    if "nb_params" in group.attrs:
        keys = [f"param_{p}" for p in range(_count(group, "nb_params", path))]
    else:
        keys = _names(group, "weight_names", f"{path}: {place!r}")
    full = {key: "/".join(p for p in joined(place, key).split("/") if p) for key in keys}
    for key in keys:
        if full[key] not in found:
            raise BadFile(f"{path} names an array {full[key]!r} that is not in it: it is damaged.")
    return [(key, found[full[key]]) for key in keys]


def _count(group: Any, name: str, path: Path) -> int:
    value = group.attrs.get(name)
    if not isinstance(value, (int, np.integer)) or not 0 <= value <= MOST_LAYERS:
        raise BadFile(f"{path}: {name!r} is {value!r:.40}, no number of layers or arrays.")
    return int(value)


# --- attributes: texts and lists of names, whole or in pieces (``name0``, ``name1``, ...)


def _text(group: Any, name: str, where: Any) -> str | None:
    """An attribute's text, or None."""
    keys = _pieces(group, name)
    found = "".join(piece for key in keys for piece in _values(group, key, where))
    if len(found) > LARGEST_TEXT:
        raise BadFile(f"{where}: the attribute {name!r} is longer than {LARGEST_TEXT} bytes.")
    return found if keys else None


def _names(group: Any, name: str, where: Any) -> list[str]:
    """The names in an attribute."""
    keys = _pieces(group, name)
    if not keys:
        raise BadFile(f"{where} has no attribute {name!r}: it is damaged, or no weights of Keras.")
    found = [value for key in keys for value in _values(group, key, where)]
    if len(found) > MOST_NAMES or any(len(n) > LONGEST_NAME for n in found):
        raise BadFile(f"{where}: the attribute {name!r} holds more names than a model can have.")
    return found


def _pieces(group: Any, name: str) -> list[str]:
    if name in group.attrs:
        return [name]
    keys: list[str] = []
    while f"{name}{len(keys)}" in group.attrs:
        keys.append(f"{name}{len(keys)}")
    return keys


def _values(group: Any, key: str, where: Any) -> list[str]:
    """An attribute's texts; anything else, and what claims more than a file may hold, is refused.

    Its size is looked at before it is read.
    """
    found = group.attrs.get_id(key)
    if math.prod(found.shape or (0,)) * found.dtype.itemsize > LARGEST_TEXT:
        raise BadFile(f"{where}: the attribute {key!r} is larger than {LARGEST_TEXT} bytes.")
    textual = h5py.check_string_dtype(found.dtype) is not None or found.dtype.kind in "SUO"
    if not textual and 0 not in (found.shape or ()):
        raise BadFile(f"{where}: the attribute {key!r} holds {found.dtype}, no text.")
    value = group.attrs[key]
    texts = list(value.flat) if isinstance(value, np.ndarray) else [value]
    texts = [t.decode("utf-8", errors="replace") if isinstance(t, bytes) else t for t in texts]
    for text in texts:
        if not isinstance(text, str):
            raise BadFile(f"{text!r:.80} stands where a name is expected.")
    return texts


# --- writing


def write_model(model: Any, config: Mapping[str, Any], file: Any, include_optimizer: bool) -> None:
    """Write config, weights, compile settings and optimizer state into an open file."""
    with h5py.File(file, "w") as h5:
        _note_writer(h5)
        kept = {k: config[k] for k in ("class_name", "config")}
        h5.attrs["model_config"] = json.dumps(kept).encode()
        _write_layers(h5.create_group("model_weights"), model)
        if include_optimizer and model.compiled and model.optimizer is not None:
            h5.attrs["training_config"] = json.dumps(_training_config(model)).encode()
            _write_arrays(h5.create_group("optimizer_weights"), model.optimizer.variables)


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
    kept = {k: compiled.get(k) for k in COMPILE}
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
    wanted = to_snake_case(getattr(registry[value], "__name__", value))
    classes = (c for c in registry.values() if isinstance(c, type))
    cls = next((c for c in classes if to_snake_case(c.__name__) == wanted), None)
    return value if cls is None else cls(name=value)


def _note_writer(group: Any) -> None:
    group.attrs["backend"], group.attrs["keras_version"] = "jax", KERAS_VERSION


def _write_layers(root: Any, model: Any) -> None:
    _write_names(root, "layer_names", [layer.name for layer in model.layers])
    _note_writer(root)
    for layer in model.layers:
        variables = layer.trainable_weights + layer.non_trainable_weights
        _write_arrays(root.create_group(layer.name), variables)
    _write_arrays(root.create_group(TOP), own_variables(model))


def _write_arrays(group: Any, variables: Iterable[Any]) -> None:
    names: list[str] = []
    for variable in variables:
        name = variable.path if variable.path not in names else f"{variable.path}_{len(names)}"
        names.append(name)
        array = np.asarray(variable.stored)
        array = array if array.dtype.kind in NUMBERS else array.astype("float32")
        group.create_dataset(name, data=array)
    _write_names(group, "weight_names", names)


def _write_names(group: Any, key: str, names: list[str]) -> None:
    encoded = np.array([n.encode() for n in names], dtype="S") if names else np.zeros(0, "S1")
    if encoded.nbytes <= LARGEST_ATTRIBUTE:
        group.attrs[key] = encoded
        return
    per_piece = max(LARGEST_ATTRIBUTE // encoded.itemsize, 1)
    for i, start in enumerate(range(0, len(encoded), per_piece)):
        group.attrs[f"{key}{i}"] = encoded[start : start + per_piece]
