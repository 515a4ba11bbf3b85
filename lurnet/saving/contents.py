"""What is in a model file, told from its headers and config: nothing is built, nothing is run."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from lurnet.core.names import to_snake_case
from lurnet.saving.door import VARS, Entry, as_path, reading
from lurnet.saving.formats import opened

#: Whose arrays are no parameters: the state of training, of metrics, of random numbers.
TRAINING, STATE = ("optimizer", "optimizer_weights"), ("metrics", "seed_generator")


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
    with opened(path) as file, reading(path):
        about, config, arrays = file.about(), file.config() or {}, file.arrays()
        size, container = file.size, file.container
    mine = {k: e for k, e in arrays.items() if _role(k) == ""}
    state = [e for k, e in arrays.items() if _role(k) == "training"]
    sizes: Counter[str] = Counter()
    for entry in mine.values():
        sizes[entry.dtype] += math.prod(entry.shape)
    return {
        "file": str(path),
        "bytes": size,
        "container": container,
        "holds": "a whole model" if config else "weights",
        "about": {k: v for k, v in about.items() if isinstance(v, (str, int, float))},
        "model": _model(config),
        "parameters": sum(sizes.values()),
        "dtypes": dict(sizes),
        "layers": list(_rows(config, mine)),
        "compiled": _compiled(config.get("training_config", config.get("compile_config"))),
        "optimizer_state": {"arrays": len(state), "bytes": sum(e.nbytes for e in state)},
    }


def _role(place: str) -> str:
    parts = place.split("/")
    if parts[0] in TRAINING:
        return "training"
    return "state" if set(STATE) & set(parts) else ""


def _model(config: Any) -> dict[str, Any] | None:
    if not config:
        return None
    inner = config.get("config")
    name = inner.get("name") if isinstance(inner, dict) else None
    return {"class": str(config.get("class_name")), "name": name if isinstance(name, str) else None}


def _layers(config: Any) -> Iterator[tuple[str, str]]:
    """Class and name of the layers that a config lists; Keras 1 had no dict around the list."""
    inner = config.get("config")
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
    total = sum(math.prod(e.shape) for e in entries)
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
