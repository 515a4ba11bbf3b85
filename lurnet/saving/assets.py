"""Texts that layers keep beside the weights, such as vocabularies: ``assets/`` of an archive.

A text lies under its layer's place: ``assets/layers/string_lookup/vocabulary.txt``. Keras 3 writes
the same.
"""

import warnings
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from lurnet.core.errors import BadFile, BadValue
from lurnet.layers.preprocessing.host import HostLayer
from lurnet.layers.preprocessing.lookup import Lookup
from lurnet.saving.entries import joined
from lurnet.saving.own_assets import ASSETS
from lurnet.saving.walk import places


def written(model: Any) -> dict[str, bytes]:
    """All texts of a model's layers by the member's name."""
    found = {}
    for place, layer in _keepers(model):
        for name, text in layer.assets().items():
            try:
                found[joined(ASSETS, place, name)] = text.encode()
            except UnicodeEncodeError as error:
                raise BadFile(
                    f"Layer {layer.name!r} has a token that is no Unicode text, so it cannot be "
                    f"written as UTF-8: {error}."
                ) from None
    return found


def refuse_untold(model: Any, told: list, ending: str) -> None:
    """Where a file has no place for texts, each vocabulary must stand in its layer's config."""
    for _, layer in _keepers(model):
        if isinstance(layer, Lookup) and layer.assets() and not any(x is layer for x in told):
            raise BadFile(
                f"Layer {layer.name!r} has learned a vocabulary, for which {ending} files have no "
                f"place, since the config of {type(model).__name__} does not describe its layers. "
                "Save the model as .keras."
            )


def take(model: Any, names: Collection[str], read: Callable[[str], bytes], path: Path) -> set[str]:
    """Give each layer its texts; the names come from the model, never from the file.

    Returns the names of those that were taken.
    """
    left = set(names)
    for place, layer in _keepers(model):
        members = {name: joined(ASSETS, place, name) for name in layer.asset_names}
        texts = {n: _text(read(m), m, path) for n, m in members.items() if m in left}
        left -= set(members.values())
        if texts:
            try:
                layer.take_assets(texts)
            except BadValue as error:
                raise BadFile(f"{path}: {', '.join(members.values())}: {error}") from None
    return set(names) - left


def warn_left(left: Collection[str], path: Path) -> None:
    """Tell of texts and files that nobody took."""
    if left:
        warnings.warn(
            f"{path} holds {', '.join(sorted(left)[:5])}, which no layer of the model takes.",
            stacklevel=4,
        )


def _keepers(model: Any) -> list[tuple[str, HostLayer]]:
    return [(place, h) for place, h in places(model).items() if isinstance(h, HostLayer)]


def _text(data: bytes, member: str, path: Path) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise BadFile(f"{path}: {member} is no text in UTF-8: {error}.") from None
