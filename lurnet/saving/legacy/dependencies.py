"""Places of weights and vocabularies in files of tf.keras 2.12 and 2.13.

Those wrote ``_layer_checkpoint_dependencies/dense_1/vars/0`` where ``layers/dense_1/vars/0`` stands
today, and the numbers of one class's layers may have gaps; their order is that of the layers.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from lurnet.core.errors import BadFile
from lurnet.core.names import to_snake_case
from lurnet.layers.preprocessing.lookup import VocabularyLayer
from lurnet.saving.entries import Entry, joined
from lurnet.saving.own_assets import ASSETS
from lurnet.saving.walk import is_graph, places

LAYERS = "_layer_checkpoint_dependencies"


def replaced(model: Any, entries: Mapping[str, Entry]) -> Mapping[str, Entry]:
    """The arrays of a file under the places that a model's layers have today."""
    if not _are_old(entries):
        return entries
    today = _moves(model, entries, _keeps_arrays)
    return {_moved(key, today): entry for key, entry in entries.items()}


def names_today(model: Any, names: Collection[str], path: Path) -> dict[str, str]:
    """The names of layers' files in an archive, below ``assets/``, by those they have today."""
    if not _are_old(names):
        return {name: name for name in names}
    below = {name.partition("/")[2]: name for name in names}
    today = _moves(model, below, _keeps_files)
    found = {joined(ASSETS, _moved(key, today)): name for key, name in below.items()}
    if len(found) < len(names):
        raise BadFile(f"{path} names two files in {ASSETS}/ that mean the same one: refused.")
    return found


def _are_old(names: Collection[str]) -> bool:
    return any(LAYERS in name.split("/") for name in names)


def _keeps_arrays(layer: Any) -> bool:
    weighs = isinstance(layer, VocabularyLayer) and layer.output_mode == "tf_idf"
    return weighs or bool(layer.weights)


def _keeps_files(layer: Any) -> bool:
    if isinstance(layer, VocabularyLayer):
        return layer.vocabulary is None  # it has learned its words
    return hasattr(layer, "save_assets")


def _moves(model: Any, names: Collection[str], keeps: Callable[[Any], bool]) -> dict[str, str]:
    """Today's places by those in the file, for the layers of all stacks and graphs."""
    found = places(model)
    by_layer = {id(holder): place for place, holder in found.items()}
    then: dict[str, str] = {}
    for place, holder in found.items():  # outer models stand before inner ones
        if is_graph(holder):
            inside = joined(_moved(place, then), LAYERS)
            for layer, name in _named(holder.layers, inside, names, keeps):
                then.setdefault(by_layer[id(layer)], joined(inside, name))
    return {old: new for new, old in then.items()}


def _named(
    layers: list, inside: str, paths: Collection[str], keeps: Callable[[Any], bool]
) -> Iterator[tuple[Any, str]]:
    """Layers that keep something, each with its name in the file: by class, in order."""
    start = f"{inside}/"
    there = {key[len(start) :].split("/")[0] for key in paths if key.startswith(start)}
    for kind in dict.fromkeys(to_snake_case(type(layer).__name__) for layer in layers):
        names = sorted((n for n in there if _number(n, kind) >= 0), key=lambda n: _number(n, kind))
        mine = [x for x in layers if to_snake_case(type(x).__name__) == kind and keeps(x)]
        if len(mine) == len(names):
            yield from zip(mine, names, strict=True)


def _number(name: str, kind: str) -> int:
    """0 for ``dense``, 3 for ``dense_3``, -1 for another class's name."""
    rest = name.removeprefix(f"{kind}_")
    return 0 if name == kind else int(rest) if rest != name and rest.isdecimal() else -1


def _moved(place: str, moves: Mapping[str, str]) -> str:
    """A place whose longest known beginning is exchanged."""
    parts = place.split("/")
    for end in range(len(parts), 0, -1):
        start = "/".join(parts[:end])
        if start in moves:
            return "/".join([moves[start], *parts[end:]])
    return place
