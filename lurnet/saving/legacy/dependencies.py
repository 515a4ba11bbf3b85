"""Places of weights in files of tf.keras 2.12 and 2.13, which named a model's layers otherwise.

They wrote ``_layer_checkpoint_dependencies/dense_1/vars/0`` where ``layers/dense_1/vars/0`` stands
today, and the numbers of one class's layers may have gaps; their order is that of the layers.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from lurnet.core.names import to_snake_case
from lurnet.saving.entries import Entry, joined
from lurnet.saving.walk import is_graph, places

LAYERS = "_layer_checkpoint_dependencies"


def replaced(model: Any, entries: Mapping[str, Entry]) -> Mapping[str, Entry]:
    """The arrays of a file under the places that a model's layers have today."""
    if not any(LAYERS in key.split("/") for key in entries):
        return entries
    today = _moves(model, entries)
    return {_moved(key, today): entry for key, entry in entries.items()}


def _moves(model: Any, entries: Mapping[str, Entry]) -> dict[str, str]:
    """Today's places by those in the file, for the layers of all stacks and graphs."""
    found = places(model)
    by_layer = {id(holder): place for place, holder in found.items()}
    then: dict[str, str] = {}
    for place, holder in found.items():  # outer models stand before inner ones
        if is_graph(holder):
            inside = joined(_moved(place, then), LAYERS)
            for layer, name in _named(holder.layers, inside, entries):
                then.setdefault(by_layer[id(layer)], joined(inside, name))
    return {old: new for new, old in then.items()}


def _named(layers: list, inside: str, entries: Mapping[str, Entry]) -> Iterator[tuple[Any, str]]:
    """Layers that have weights, each with its name in the file: by class, in order."""
    start = f"{inside}/"
    there = {key[len(start) :].split("/")[0] for key in entries if key.startswith(start)}
    for kind in dict.fromkeys(to_snake_case(type(layer).__name__) for layer in layers):
        names = sorted((n for n in there if _number(n, kind) >= 0), key=lambda n: _number(n, kind))
        mine = [x for x in layers if to_snake_case(type(x).__name__) == kind and x.weights]
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
