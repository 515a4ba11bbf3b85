"""What is in a model file, told from its headers and config: nothing is built, nothing is run."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from lurnet.core.names import to_snake_case
from lurnet.saving import archive, hdf5, npz, shards, tensors
from lurnet.saving.configs import parse
from lurnet.saving.entries import VARS, Entry
from lurnet.saving.files import FOLDER, HDF5, NPZ, SAFETENSORS, ZIP, as_path, kind_of
from lurnet.saving.legacy import attributes, groups

CONTAINERS = {
    **{"zip": "archive (.keras)", "folder": "folder", "safetensors": "safetensors"},
    **{"shards": "map of weights in several HDF5 files", "npz": "NumPy archive (.npz)"},
}
OLD_HDF5 = "HDF5 of Keras 1 and 2 (.h5)"
#: Whose arrays are no parameters: the state of training, of metrics, of random numbers.
TRAINING, STATE = ("optimizer", "optimizer_weights"), ("metrics", "seed_generator")


class Found(NamedTuple):
    """What the headers say: texts, and arrays by path."""

    about: dict[str, Any]
    config: dict[str, Any] | None
    settings: Any
    entries: Mapping[str, Entry]
    layout: str = ""


def contents(filepath: Any) -> dict[str, Any]:
    """What a model file holds, as plain data.

    Errors: BadFile for what is no model file, or is damaged.

    >>> import lurnet, tempfile, pathlib
    >>> model = lurnet.Sequential([lurnet.Input((3,)), lurnet.layers.Dense(2, name="d")])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save(pathlib.Path(folder) / "m.keras")
    ...     found = contents(pathlib.Path(folder) / "m.keras")
    >>> found["parameters"], found["layers"]
    (8, [{'name': 'd', 'class': 'Dense', 'shapes': [[3, 2], [2]], 'parameters': 8}])
    """
    path = as_path(filepath)
    kind = kind_of(path)
    found = _READ.get(kind, _read_flat)(path, kind)
    mine = {k: e for k, e in found.entries.items() if _role(k) == ""}
    state = [e for k, e in found.entries.items() if _role(k) == "training"]
    sizes: Counter[str] = Counter()
    for entry in mine.values():
        sizes[entry.dtype] += _count(entry)
    return {
        "file": str(path),
        "bytes": _bytes(path),
        "container": found.layout or CONTAINERS[kind],
        "holds": "a whole model" if found.config else "weights",
        "about": {k: v for k, v in found.about.items() if isinstance(v, (str, int, float))},
        "model": _model(found.config),
        "parameters": sum(sizes.values()),
        "dtypes": dict(sizes),
        "layers": list(_rows(found.config, mine)),
        "compiled": _compiled(found.settings),
        "optimizer_state": {"arrays": len(state), "bytes": sum(e.nbytes for e in state)},
    }


def _role(place: str) -> str:
    parts = place.split("/")
    if parts[0] in TRAINING:
        return "training"
    return "state" if set(STATE) & set(parts) else ""


def _count(entry: Entry) -> int:
    total = 1
    for n in entry.shape:
        total *= n
    return total


def _bytes(path: Path) -> int:
    files = path.iterdir() if path.is_dir() else [path]
    return sum(p.stat().st_size for p in files if p.is_file())


# --- reading


def _read_archive(path: Path, kind: str) -> Found:
    with archive.parts_of(path) as parts:
        about = parse(parts.text(archive.METADATA), f"{archive.METADATA} of {path}")
        config = parse(parts.text(archive.CONFIG), f"{archive.CONFIG} of {path}")
        with parts.weights() as source, hdf5.opened(source, path) as file:
            entries = hdf5.entries(file, path)
    return Found(about, config, config.get("compile_config"), entries)


def _read_tensors(path: Path, kind: str) -> Found:
    about = tensors.about(path)
    text = about.pop("config", None)
    config = None if text is None else parse(text, f"The config in {path}")
    with tensors.opened(path) as entries:
        return Found(about, config, (config or {}).get("compile_config"), entries)


def _read_flat(path: Path, kind: str) -> Found:
    opened = npz.opened if kind == NPZ else shards.opened
    with opened(path) as entries:
        return Found({}, None, None, entries)


def _read_hdf5(path: Path, kind: str) -> Found:
    with hdf5.opened(path, path) as file:
        if not groups.is_legacy(file):
            return Found({}, None, None, hdf5.entries(file, path), "HDF5 (.weights.h5)")
        where = str(path)
        root = groups.root_of(file, path)
        about = {
            name: attributes.text(file, name, where) or attributes.text(root, name, where)
            for name in ("keras_version", "backend")
        }
        config, settings = (_parsed(file, f"{n}_config", where) for n in ("model", "training"))
        entries = hdf5.entries(file, path)
        inner = {k.removeprefix("model_weights/"): e for k, e in entries.items()}
        return Found(about, config, settings, inner, OLD_HDF5)


def _parsed(file: Any, name: str, where: str) -> dict[str, Any] | None:
    text = attributes.text(file, name, where)
    return None if text is None else parse(text, f"{name} of {where}")


_READ = {ZIP: _read_archive, FOLDER: _read_archive, SAFETENSORS: _read_tensors, HDF5: _read_hdf5}


# --- telling


def _model(config: Any) -> dict[str, Any] | None:
    if not config:
        return None
    inner = config.get("config")
    name = inner.get("name") if isinstance(inner, dict) else None
    return {"class": str(config.get("class_name")), "name": name if isinstance(name, str) else None}


def _layers(config: Any) -> Iterator[tuple[str, str]]:
    """Class and name of the layers that a config lists; Keras 1 had no dict around the list."""
    inner = (config or {}).get("config")
    listed = inner.get("layers") if isinstance(inner, dict) else inner
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("config"), dict):
            name = entry["config"].get("name") or entry.get("name")
            yield str(entry.get("class_name")), str(name)


def _rows(config: Any, entries: Mapping[str, Entry]) -> Iterator[dict[str, Any]]:
    """One row for each layer, with its arrays; then arrays that belong to none."""
    left = dict(entries)
    used: Counter[str] = Counter()
    for kind, name in _layers(config):
        if kind == "InputLayer":
            continue
        snake = to_snake_case(kind)
        place = f"layers/{snake}_{used[snake]}" if used[snake] else f"layers/{snake}"
        used[snake] += 1
        mine = [k for k in left if k.startswith((f"{place}/", f"{name}/"))]
        yield _row(name, kind, [left.pop(k) for k in mine])
    owners: dict[str, list[Entry]] = {}
    for key, entry in left.items():
        owner = f"/{key}".rpartition(f"/{VARS}/")[0] or key.rpartition("/")[0] or key
        owners.setdefault(owner.strip("/"), []).append(entry)
    for owner, some in sorted(owners.items()):
        yield _row(owner, "", some)


def _row(name: str, kind: str, entries: list[Entry]) -> dict[str, Any]:
    shapes = [list(e.shape) for e in entries]
    total = sum(_count(e) for e in entries)
    return {"name": name, "class": kind, "shapes": shapes, "parameters": total}


def _compiled(settings: Any) -> dict[str, str] | None:
    if not isinstance(settings, dict):
        return None
    optimizer = settings.get("optimizer", settings.get("optimizer_config"))
    named = {"optimizer": optimizer, "loss": settings.get("loss")}
    named["metrics"] = settings.get("metrics")
    return {k: _word(v) for k, v in named.items() if v}


def _word(value: Any) -> str:
    """A setting in a word or two: an object by its class, a function by its name."""
    if isinstance(value, list):
        return ", ".join(_word(v) for v in value)
    if isinstance(value, dict):
        kind, inner = value.get("class_name"), value.get("config")
        if kind is None:
            return ", ".join(f"{k}: {_word(v)}" for k, v in value.items())
        if kind == "function" or not isinstance(inner, dict):
            return str(inner)
        rate = inner.get("learning_rate", inner.get("lr"))
        return f"{kind} ({rate:g})" if isinstance(rate, (int, float)) else str(kind)
    return str(value)
