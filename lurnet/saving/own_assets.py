"""Files that layers of the user's own keep: what ``save_assets`` and ``load_assets`` are for.

Each gets a scratch folder of its own: ``assets/layers/mine/``, as in Keras 3. On loading, a file's
members are unpacked to nowhere else, and only those below the places of such layers.
"""

import contextlib
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from lurnet.core.errors import BadFile
from lurnet.layers.preprocessing.host import HostLayer
from lurnet.saving.entries import joined
from lurnet.saving.walk import places

ASSETS = "assets"
LONGEST = 1_000  #: letters of a path


def keepers(model: Any) -> dict[str, Any]:
    """Layers and optimizers with files of their own, by place; lurnet's layers keep texts only."""
    found = {p: h for p, h in places(model).items() if hasattr(h, "save_assets")}
    ours = HostLayer.save_assets, HostLayer.load_assets
    return {
        p: h
        for p, h in found.items()
        if (type(h).save_assets, getattr(type(h), "load_assets", None)) != ours
    }


@contextlib.contextmanager
def saved(model: Any) -> Iterator[dict[str, Path]]:
    """The files that the layers want kept, by member name, in a scratch folder."""
    with tempfile.TemporaryDirectory(prefix="lurnet-") as scratch:
        root = Path(scratch) / ASSETS
        for place, holder in keepers(model).items():
            (root / place).mkdir(parents=True, exist_ok=True)
            holder.save_assets(str(root / place))
        files = sorted(p for p in root.rglob("*") if p.is_symlink() or not p.is_dir())
        for path in files:
            if path.is_symlink() or not path.is_file():
                raise BadFile(
                    f"save_assets() made {path.relative_to(root)}, which is a link or no plain "
                    "file: write a file that holds the data themselves."
                )
        found = {path.relative_to(scratch).as_posix(): path for path in files}
        for name in found:
            check_name(name, "save_assets()")
        yield found


def load(model: Any, parts: Any, path: Path) -> set[str]:
    """Let the layers read their files; returns the names of those that were unpacked for them.

    Args:
        model: the model.
        parts: the parts of the model file, open for reading.
        path: the model file, for errors.
    """
    names = parts.asset_names()
    owners = {place: h for place, h in keepers(model).items() if hasattr(h, "load_assets")}
    if not names or not owners:
        return set()
    wanted = {n for n in names if any(n.startswith(joined(ASSETS, p) + "/") for p in owners)}
    for name in wanted:
        check_name(name, str(path))
    folders = {str(p) for name in wanted for p in PurePosixPath(name).parents}
    if folders & wanted:
        raise BadFile(f"{path}: {min(folders & wanted)} is a file and a folder at once: refused.")
    parts.check_assets()
    with tempfile.TemporaryDirectory(prefix="lurnet-") as scratch:
        for name in sorted(wanted):
            target = Path(scratch) / name
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("xb") as file:
                    parts.copy_asset(name, file)
            except OSError as error:
                if isinstance(error, BadFile):
                    raise
                raise BadFile(f"{path}: {name} cannot be unpacked: {error.strerror}.") from None
        for place, holder in owners.items():
            folder = Path(scratch) / ASSETS / place
            holder.load_assets(str(folder) if folder.is_dir() else None)  # None as in Keras
    return wanted


def warn_unsaved(model: Any, ending: str) -> None:
    """Tell of layers whose files a format has no place for."""
    for holder in keepers(model).values():
        warnings.warn(
            f"{ending} files have no place for what {type(holder).__name__} {holder.name!r} keeps "
            "by save_assets(): it is left out. Save the model as .keras.",
            stacklevel=5,
        )


def check_name(name: str, where: str) -> None:
    """A member's name must be a plain path below ``assets/``, on every system."""
    parts = name.split("/")
    odd = any(c in name for c in "\\:\0") or not name.isprintable() or len(name) > LONGEST
    odd = odd or any(p in ("", ".", "..") or len(p.encode()) > 255 for p in parts)
    if odd or PurePosixPath(name).is_absolute():
        raise BadFile(
            f"{where}: {name!r} is no plain path below {ASSETS}/: refused. Names are made of "
            "printable letters without '\\\\' and ':', and lead nowhere else."
        )
