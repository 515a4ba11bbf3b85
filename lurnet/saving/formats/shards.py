"""Weights in several HDF5 files with a map that says what is where, as Keras 3.15 writes them.

``big.weights.json`` is the map; ``big_00000.weights.h5``, ... hold the arrays. An old set is
replaced as a whole: new files take numbers that the old map does not use, then the map is replaced,
then the old files go.
"""

import contextlib
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lurnet.core.errors import BadFile, BadValue, LurnetError
from lurnet.saving.atomic import check_target, replacing
from lurnet.saving.configs import parse
from lurnet.saving.door import LARGEST_TEXT, VARS, Entry, joined
from lurnet.saving.formats import hdf5
from lurnet.saving.formats.base import ModelFile, head_of, no_model
from lurnet.saving.formats.hdf5 import Group

GB = 2**30
LARGEST_SHARD = 5.0  #: GB, where nothing is said
MOST_SHARDS = 100_000
ENDING, SHARD_ENDING = ".weights.json", ".weights.h5"


class Shards(ModelFile):
    """Weights by place in several files; this one is their map."""

    container = "map of weights in several HDF5 files"

    @staticmethod
    def detect(path: Path, head: bytes) -> bool:
        """JSON that begins as a map does."""
        return head.lstrip()[:1] == b"{" and b'"weight_map"' in head

    def arrays(self) -> Mapping[str, Entry]:
        """The arrays of all files by path."""
        wanted: dict[str, set[str]] = {}
        for place, names in _places(self.path).items():
            for name in names:
                wanted.setdefault(name, set()).add(place.strip("/"))
        found: dict[str, Entry] = {}
        for name, owners in wanted.items():
            shard = self.path.with_name(name)
            head = head_of(shard)
            if not hdf5.Weights.detect(shard, head):
                raise no_model(shard, head)
            for key, entry in self.stack.enter_context(hdf5.Weights(shard)).arrays().items():
                if key.rpartition("/")[0] in owners:
                    if key in found:
                        raise BadFile(f"{self.path}: the array {key!r} is in two files: refused.")
                    found[key] = entry
        return found


# --- writing


def write(groups: Sequence[Group], path: Path, limit: float | None, overwrite: bool = True) -> None:
    """Write arrays into files of at most ``limit`` GB, and the map at last.

    Errors: BadValue for an array larger than that.
    """
    check_target(path, overwrite)
    cut = _cut(groups, (LARGEST_SHARD if limit is None else limit) * GB)
    before = _old_shards(path)
    free = (name for name in _numbered(path) if name not in before)
    names = list(itertools.islice(free, len(cut)))
    places: dict[str, list[str]] = {}
    for name, shard in zip(names, cut, strict=True):
        _write_shard(shard, path.with_name(name))
        for owner, _, _ in shard:
            places.setdefault(f"/{joined(owner, VARS)}", []).append(name)
    total = sum(np.asarray(a).nbytes for _, _, arrays in groups for a in arrays.values())
    about = {"metadata": {"total_size": total}, "weight_map": places}
    with replacing(path) as file:
        file.write(json.dumps(about, indent=4).encode())
    _remove(before, path)


def _numbered(path: Path) -> Iterator[str]:
    """The names of files that belong to a map, in order."""
    stem = path.name.removesuffix(ENDING)
    return (f"{stem}_{i:05}{SHARD_ENDING}" for i in itertools.count())


def _remove(old: set[str], path: Path) -> None:
    """Remove the files of the old set. Keras opens number 0 before it looks into the map: an empty
    one stays in its place."""
    for i, name in zip(range(MOST_SHARDS), _numbered(path), strict=False):
        if name in old and i == 0:
            _write_shard([], path.with_name(name))
        elif name in old:
            path.with_name(name).unlink(missing_ok=True)


def _cut(groups: Sequence[Group], size: float) -> list[list[Group]]:
    """The groups in order, cut where the next array would not fit any more."""
    shards: list[list[Group]] = [[]]
    used = 0
    for owner, name, arrays in groups:
        for key, array in arrays.items():
            needed = np.asarray(array).nbytes
            if needed > size:
                raise BadValue(
                    f"The array {joined(owner, VARS, key)!r} takes {needed / GB:.3g} GB, more than "
                    f"max_shard_size={size / GB:.3g}: allow larger files."
                )
            if used + needed > size:
                shards.append([])
                used = 0
            used += needed
            last = shards[-1][-1] if shards[-1] else None
            if last is None or last[0] != owner:
                shards[-1].append((owner, name, {}))
            shards[-1][-1][2][key] = array  # type: ignore[index]
    return shards


def _write_shard(shard: Sequence[Group], path: Path) -> None:
    with replacing(path) as file:
        hdf5.write(file, shard)


def _old_shards(path: Path) -> set[str]:
    """The files of the set that is about to be replaced."""
    with contextlib.suppress(OSError, LurnetError):
        return {name for names in _places(path).values() for name in names}
    return set()


# --- reading


def _places(path: Path) -> dict[str, list[str]]:
    """The map: layers' places, and the files that hold their arrays."""
    if path.stat().st_size > LARGEST_TEXT:
        raise BadFile(f"{path} is too large for a map of weights: refused.")
    found = parse(path.read_bytes(), str(path)).get("weight_map")
    if not isinstance(found, dict):
        raise BadFile(f"{path} has no 'weight_map': it is no map of weights.")
    places = {place: [n] if isinstance(n, str) else n for place, n in found.items()}
    for place, names in places.items():
        for name in names if isinstance(names, list) else [None]:
            _check_name(name, place, path)
    return places


def _check_name(name: Any, place: str, path: Path) -> None:
    plain = isinstance(name, str) and name.endswith(SHARD_ENDING)
    if not plain or Path(name).name != name or "\\" in name or "\0" in name:
        raise BadFile(
            f"{path} says that {place!r} is in {name!r}: a map of weights names files of its own "
            f"folder that end in {SHARD_ENDING!r}. Refused."
        )
    if path.with_name(name).is_symlink():
        raise BadFile(f"{path}: {name} is a link, which may lead out of the folder: refused.")
