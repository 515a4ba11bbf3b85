"""Files whose arrays have other names than places: variables' paths, or numbers."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lurnet.core.errors import BadFile
from lurnet.saving.entries import VARS, Entry, joined
from lurnet.saving.walk import places

NUMBERED = "arr_"  # what numpy.savez calls arrays without a name


def placed(model: Any, entries: Mapping[str, Entry], path: Path) -> dict[str, Entry]:
    """The entries under the places that the model has for them.

    Names are places already, or the variables' paths (``dense/kernel``, also with dots,
    also after a model's name), or
    ``arr_0``, ``arr_1``, ... in the order of ``model.get_weights()``, as ``numpy.savez`` writes.
    """
    if any(f"/{VARS}/" in f"/{name}" for name in entries):
        return dict(entries)
    if all(name == f"{NUMBERED}{i}" for i, name in enumerate(_in_order(entries))):
        ours = {id(v): place for place, v in _variables(model)}
        targets = [ours[id(v)] for v in model.weights]
        if len(targets) != len(entries):
            raise BadFile(
                f"{path} holds {len(entries)} arrays by number, but {type(model).__name__} "
                f"{model.name!r} has {len(targets)} weights."
            )
        return {t: entries[n] for t, n in zip(targets, _in_order(entries), strict=True)}
    by_path = {v.path.removeprefix(f"{model.name}/"): place for place, v in _variables(model)}
    named = {name: _known(name.replace(".", "/"), by_path) for name in entries}
    strange = [name for name, key in named.items() if key is None]
    if strange:
        raise BadFile(
            f"{path} names its arrays {', '.join(map(repr, strange[:5]))}, but the variables of "
            f"{type(model).__name__} {model.name!r} are {', '.join(map(repr, list(by_path)[:5]))}: "
            "give the layers those names, or set the arrays with model.set_weights(...)."
        )
    return {by_path[key]: entries[name] for name, key in named.items() if key is not None}


def _known(name: str, by_path: Mapping[str, str]) -> str | None:
    """A variable's path, with or without the model's name before it, which is often made up."""
    return next((n for n in (name, name.partition("/")[2]) if n in by_path), None)


def _in_order(entries: Mapping[str, Entry]) -> list[str]:
    return sorted(entries, key=lambda name: (len(name), name))


def _variables(model: Any) -> Iterator[tuple[str, Any]]:
    for place, holder in places(model).items():
        for i, variable in enumerate(getattr(holder, "_own_variables", ())):
            yield joined(place, VARS, str(i)), variable
