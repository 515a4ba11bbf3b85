"""What layers keep beside the weights, below ``assets/`` and the layer's place, as in Keras 3.

Our own layers keep texts, such as vocabularies: ``assets/layers/string_lookup/vocabulary.txt``. The
user's own keep files, by ``save_assets`` and ``load_assets``: each gets a scratch folder, and on
loading only members below the places of such layers are unpacked, to nowhere else.
"""

import contextlib
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from lurnet.core.errors import BadFile, BadValue
from lurnet.layers.preprocessing.host import HostLayer
from lurnet.layers.preprocessing.lookup import Lookup
from lurnet.saving.door import FREE_RATIO, FREE_SIZE, MB, joined, reading
from lurnet.saving.formats.base import ModelFile
from lurnet.saving.formats.keras import ASSETS
from lurnet.saving.walk import places

LONGEST = 1_000  #: letters of a path


def _texts_keepers(model: Any) -> list[tuple[str, HostLayer]]:
    return [(place, h) for place, h in places(model).items() if isinstance(h, HostLayer)]


def _files_keepers(model: Any) -> dict[str, Any]:
    """Layers and optimizers with files of their own, by place; ours keep texts only."""
    ours = HostLayer.save_assets, HostLayer.load_assets
    return {
        place: h
        for place, h in places(model).items()
        if hasattr(h, "save_assets")
        and (type(h).save_assets, getattr(type(h), "load_assets", None)) != ours
    }


# --- writing


def texts(model: Any) -> dict[str, bytes]:
    """All texts of a model's layers by the member's name."""
    found = {}
    for place, layer in _texts_keepers(model):
        for name, text in layer.assets().items():
            try:
                found[joined(ASSETS, place, name)] = text.encode()
            except UnicodeEncodeError as error:
                raise BadFile(
                    f"Layer {layer.name!r} has a token that is no Unicode text, so it cannot be "
                    f"written as UTF-8: {error}."
                ) from None
    return found


@contextlib.contextmanager
def files(model: Any) -> Iterator[dict[str, Path]]:
    """The files that the layers want kept, by member name, in a scratch folder."""
    with tempfile.TemporaryDirectory(prefix="lurnet-") as scratch:
        root = Path(scratch) / ASSETS
        for place, holder in _files_keepers(model).items():
            (root / place).mkdir(parents=True, exist_ok=True)
            holder.save_assets(str(root / place))
        found = sorted(p for p in root.rglob("*") if p.is_symlink() or not p.is_dir())
        for path in found:
            if path.is_symlink() or not path.is_file():
                raise BadFile(
                    f"save_assets() made {path.relative_to(root)}, which is a link or no plain "
                    "file: write a file that holds the data themselves."
                )
            _check_name(path.relative_to(scratch).as_posix(), "save_assets()")
        yield {path.relative_to(scratch).as_posix(): path for path in found}


def refuse_untold(model: Any, told: list, ending: str) -> None:
    """Where a file has no place for texts, each vocabulary must stand in its layer's config."""
    for _, layer in _texts_keepers(model):
        if isinstance(layer, Lookup) and layer.assets() and not any(x is layer for x in told):
            raise BadFile(
                f"Layer {layer.name!r} has learned a vocabulary, for which {ending} files have no "
                f"place, since the config of {type(model).__name__} does not describe its layers. "
                "Save the model as .keras."
            )


def warn_unsaved(model: Any, ending: str) -> None:
    """Tell of layers whose files a format has no place for."""
    for holder in _files_keepers(model).values():
        warnings.warn(
            f"{ending} files have no place for what {type(holder).__name__} {holder.name!r} keeps "
            "by save_assets(): it is left out. Save the model as .keras.",
            stacklevel=5,
        )


# --- reading


def load(model: Any, file: ModelFile, names: Mapping[str, str]) -> None:
    """Give each layer what a file holds for it, and warn of what no layer takes.

    Args:
        model: the model.
        file: the open file.
        names: the file's names of texts and files, by those that they have today.
    """
    taken = _take_texts(model, file, names) | _load_files(model, file, names)
    left = sorted(names.keys() - taken)
    if left:
        warnings.warn(
            f"{file.path} holds {', '.join(left[:5])}, which no layer of the model takes.",
            stacklevel=4,
        )


def _take_texts(model: Any, file: ModelFile, names: Mapping[str, str]) -> set[str]:
    """The names that are looked for come from the model, never from the file."""
    taken = set()
    for place, layer in _texts_keepers(model):
        members = {name: joined(ASSETS, place, name) for name in layer.asset_names}
        there = {n: m for n, m in members.items() if m in names and m not in taken}
        taken |= set(there.values())
        found = {n: _text(file, m, names[m]) for n, m in there.items()}
        if found:
            try:
                layer.take_assets(found)
            except BadValue as error:
                raise BadFile(f"{file.path}: {', '.join(members.values())}: {error}") from None
    return taken


def _text(file: ModelFile, member: str, name: str) -> str:
    """A text; one that unpacks to far more than the whole file is refused."""
    claimed = file.asset_sizes()[name]
    if claimed > min(MB + FREE_RATIO * file.size, FREE_SIZE):
        raise BadFile(_bomb(file, name, claimed))
    with reading(file.path), file.open_asset(name) as content:
        data = content.read()
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise BadFile(f"{file.path}: {member} is no text in UTF-8: {error}.") from None


def _bomb(file: ModelFile, what: str, claimed: int) -> str:
    return (
        f"{file.path}: {what} would unpack to {claimed} bytes, from a file of {file.size}: refused."
    )


def _load_files(model: Any, file: ModelFile, names: Mapping[str, str]) -> set[str]:
    """Let the user's own layers read their files; the names of those unpacked for them."""
    owners = {place: h for place, h in _files_keepers(model).items() if hasattr(h, "load_assets")}
    if not names or not owners:
        return set()
    wanted = {n for n in names if any(n.startswith(joined(ASSETS, p) + "/") for p in owners)}
    for name in wanted:
        _check_name(name, str(file.path))
    folders = {str(p) for name in wanted for p in PurePosixPath(name).parents}
    if folders & wanted:
        twice = min(folders & wanted)
        raise BadFile(f"{file.path}: {twice} is a file and a folder at once: refused.")
    claimed = sum(file.asset_sizes().values())
    if claimed > FREE_SIZE + FREE_RATIO * file.size:
        raise BadFile(_bomb(file, f"the files in {ASSETS}/", claimed))
    with tempfile.TemporaryDirectory(prefix="lurnet-") as scratch:
        for name in sorted(wanted):
            target = Path(scratch) / name
            with reading(file.path), file.open_asset(names[name]) as content:
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("xb") as copy:
                    shutil.copyfileobj(content, copy, MB)
        for place, holder in owners.items():
            folder = Path(scratch) / ASSETS / place
            holder.load_assets(str(folder) if folder.is_dir() else None)  # None as in Keras
    return wanted


def _check_name(name: str, where: str) -> None:
    """A member's name must be a plain path below ``assets/``, on every system."""
    parts = name.split("/")
    odd = any(c in name for c in "\\:\0") or not name.isprintable() or len(name) > LONGEST
    odd = odd or any(p in ("", ".", "..") or len(p.encode()) > 255 for p in parts)
    if odd or PurePosixPath(name).is_absolute():
        raise BadFile(
            f"{where}: {name!r} is no plain path below {ASSETS}/: refused. Names are made of "
            "printable letters without '\\\\' and ':', and lead nowhere else."
        )
