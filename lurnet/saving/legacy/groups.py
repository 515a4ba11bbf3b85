"""The arrays of an old HDF5 file by layer, in the order in which the file names them."""

from pathlib import Path
from typing import Any, NamedTuple

import h5py
import numpy as np

from lurnet.core.errors import BadFile
from lurnet.saving import hdf5
from lurnet.saving.entries import Entry, joined
from lurnet.saving.legacy import attributes
from lurnet.saving.legacy.versions import Writer, writer_of

#: The variables that a model holds itself, beside its layers.
TOP = "top_level_model_weights"
MOST_LAYERS = 100_000


class Stored(NamedTuple):
    """One layer's arrays."""

    name: str
    arrays: list[tuple[str, Entry]]


def is_legacy(file: h5py.File) -> bool:
    """Whether a file has the layout of Keras 1 and 2."""
    keys = ("layer_names", "model_config")
    return any(attributes.has(file, k) for k in keys) or any(
        ("nb_layers" in file.attrs, "model_weights" in file)
    )


def root_of(file: h5py.File, path: Path) -> Any:
    """The group whose attributes name the layers."""
    inside = "model_weights" in file and not attributes.has(file, "layer_names")
    return group(file, "model_weights", path) if inside else file


def group(parent: Any, name: str, path: Path) -> Any:
    """A group inside another, which must lie in the file itself."""
    if type(parent.get(name, getlink=True)) is not h5py.HardLink:
        raise BadFile(f"{path}: {name!r} is missing, or a link that may lead out of the file.")
    found = parent[name]
    if not isinstance(found, h5py.Group):
        raise BadFile(f"{path}: {name!r} is no group of arrays: the file is damaged.")
    return found


def stored(root: Any, path: Path) -> list[Stored]:
    """All layers with their arrays; nothing of the arrays is read."""
    entries = hdf5.entries(root, path)
    if "nb_layers" in root.attrs:
        return _numbered(root, entries, path)
    found = []
    layer_names = attributes.names(root, "layer_names", str(path))
    if TOP in root and TOP not in layer_names:
        layer_names.append(TOP)
    for name in layer_names:
        found.append(Stored(name, arrays_of(group(root, name, path), entries, name, path)))
    return found


def arrays_of(
    inner: Any, entries: dict[str, Entry], place: str, path: Path
) -> list[tuple[str, Entry]]:
    """The arrays that a group's attribute names, in its order."""
    keys = attributes.names(inner, "weight_names", f"{path}: {place!r}")
    return [(key, _entry(entries, joined(place, key), path)) for key in keys]


def _entry(entries: dict[str, Entry], full: str, path: Path) -> Entry:
    found = entries.get("/".join(p for p in full.split("/") if p))
    if found is None:
        raise BadFile(f"{path} names an array {full!r} that is not in it: it is damaged.")
    return found


def _numbered(root: Any, entries: dict[str, Entry], path: Path) -> list[Stored]:
    """The first layout: ``layer_0/param_0`` and so on."""
    found = []
    for k in range(_count(root, "nb_layers", path)):
        inner = group(root, f"layer_{k}", path)
        keys = [f"param_{p}" for p in range(_count(inner, "nb_params", path))]
        arrays = [(key, _entry(entries, f"layer_{k}/{key}", path)) for key in keys]
        found.append(Stored(f"layer_{k}", arrays))
    return found


def _count(group: Any, name: str, path: Path) -> int:
    value = group.attrs.get(name)
    if not isinstance(value, (int, np.integer)) or not 0 <= value <= MOST_LAYERS:
        raise BadFile(f"{path}: {name!r} is {value!r:.40}, no number of layers or arrays.")
    return int(value)


def writer(file: h5py.File, root: Any, layers: list[Stored], config: Any, path: Path) -> Writer:
    """Who wrote the file. Before Keras 2 it does not tell the engine, but TensorFlow's names do."""
    version = _about(file, root, "keras_version", path)
    engine = _about(file, root, "backend", path)
    if config is None and version is None:
        version = "1"
    found = writer_of(config or {}, version, engine)
    if found.major > 1 or found.engine:
        return found
    array_names = [name for layer in layers for name, _ in layer.arrays]
    tensorflow = any(":" in name for name in array_names)
    return found._replace(engine="tensorflow" if tensorflow else "theano")


def _about(file: Any, root: Any, name: str, path: Path) -> str | None:
    return attributes.text(file, name, str(path)) or attributes.text(root, name, str(path))
