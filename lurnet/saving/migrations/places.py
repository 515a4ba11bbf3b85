"""Places of weights and vocabularies in files of tf.keras 2.12 and 2.13.

Those wrote ``_layer_checkpoint_dependencies/dense_1/vars/0`` where ``layers/dense_1/vars/0`` stands
today, and the numbers of one class's layers may have gaps; their order is that of the layers.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from lurnet.core.names import to_snake_case
from lurnet.layers.preprocessing.lookup import VocabularyLayer
from lurnet.saving import walk
from lurnet.saving.door import joined

LAYERS = "_layer_checkpoint_dependencies"


def today(model: Any, names: Collection[str], assets: bool) -> dict[str, str]:
    """Today's names by those in the file; ``assets`` are below a folder."""
    if not any(LAYERS in name.split("/") for name in names):
        return {}
    below = {name.partition("/")[2] if assets else name: name for name in names}
    moves = _moves(model, below, assets)
    folder = {name: name[: len(name) - len(key)] for key, name in below.items()}
    return {name: folder[name] + _moved(key, moves) for key, name in below.items()}


def _keeps(layer: Any, assets: bool) -> bool:
    """Whether a layer has arrays, or assets, in a file."""
    learns = isinstance(layer, VocabularyLayer)
    if assets:
        return layer.vocabulary is None if learns else hasattr(layer, "save_assets")
    return learns and layer.output_mode == "tf_idf" or bool(layer.weights)


def _moves(model: Any, names: Collection[str], assets: bool) -> dict[str, str]:
    """Today's places by those in the file, for the layers of all stacks and graphs."""
    found = walk.places(model)
    by_layer = {id(holder): place for place, holder in found.items()}
    then: dict[str, str] = {}
    for place, holder in found.items():  # outer models stand before inner ones
        if walk.is_graph(holder):
            inside = joined(_moved(place, then), LAYERS)
            mine = [layer for layer in holder.layers if _keeps(layer, assets)]
            for layer, name in _named(mine, inside, names):
                then.setdefault(by_layer[id(layer)], joined(inside, name))
    return {old: new for new, old in then.items()}


def _named(layers: list, inside: str, paths: Collection[str]) -> Iterator[tuple[Any, str]]:
    """Layers that keep something, each with its name in the file: by class, in order."""
    start = f"{inside}/"
    there = {key[len(start) :].split("/")[0] for key in paths if key.startswith(start)}
    for kind in dict.fromkeys(to_snake_case(type(layer).__name__) for layer in layers):
        names = sorted((n for n in there if _number(n, kind) >= 0), key=lambda n: _number(n, kind))
        mine = [x for x in layers if to_snake_case(type(x).__name__) == kind]
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
