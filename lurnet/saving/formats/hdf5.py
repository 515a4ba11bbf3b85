"""HDF5: written plainly, read without following anything that leads out of the file."""

import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from lurnet.core.errors import BadFile
from lurnet.saving.door import FREE_SIZE, NUMBERS, VARS, Entry, check_sizes, joined
from lurnet.saving.formats.base import ModelFile

MOST_OBJECTS, DEEPEST = 1_000_000, 200
#: HDF5's own (gzip, shuffle, checksum, szip, nbit, scale-offset), and h5py's lzf.
FILTERS = {1, 2, 3, 4, 5, 6, 32000}
#: Arrays of one layer: its place, its name, its arrays by key.
Group = tuple[str, str, Mapping[str, Any]]


class Weights(ModelFile):
    """Weights by place: ``.weights.h5``."""

    container = "HDF5 (.weights.h5)"

    @staticmethod
    def detect(path: Path, head: bytes) -> bool:
        """Every HDF5 file that is none of an older layout."""
        return head.startswith(b"\x89HDF\r\n\x1a\n")

    @cached_property
    def file(self) -> h5py.File:
        """The open file."""
        return self.stack.enter_context(h5py.File(self.path, "r"))

    def arrays(self) -> Mapping[str, Entry]:
        """The arrays by path."""
        return entries(self.file, self.path)


def datasets(file: h5py.File, path: Path) -> dict[str, h5py.Dataset]:
    """All arrays by path. Links to elsewhere, virtual and external data are refused."""
    found: dict[str, h5py.Dataset] = {}
    seen: set[Any] = set()
    stack: list[tuple[str, Any, int]] = [("", file, 0)]
    while stack:
        place, group, depth = stack.pop()
        for name in group:
            full = joined(place, name.replace("\\", "/"))  # Keras 2 on Windows wrote backslashes
            _check_link(group, name, full, path)
            item = group[name]
            address = (h5py.h5o.get_info(item.id).fileno, h5py.h5o.get_info(item.id).addr)
            if address in seen or full in found or len(seen) > MOST_OBJECTS or depth > DEEPEST:
                raise BadFile(f"{path}: {full!r} leads back to another part of the file: refused.")
            seen.add(address)
            if isinstance(item, h5py.Group):
                stack.append((full, item, depth + 1))
            elif isinstance(item, h5py.Dataset):
                found[full] = _checked(item, full, path)
            else:
                raise BadFile(f"{path}: {full!r} is no array: refused.")
    return found


def _check_link(group: Any, name: str, full: str, path: Path) -> None:
    link = group.get(name, getlink=True)
    parts = {"", ".", ".."} & set(full.split("/"))
    if type(link) is not h5py.HardLink or parts:
        raise BadFile(
            f"{path}: {full!r} is a link ({type(link).__name__}) that may lead out of the file. A "
            "model file holds its arrays itself: refused."
        )


def _checked(item: h5py.Dataset, full: str, path: Path) -> h5py.Dataset:
    if item.is_virtual or item.external:
        raise BadFile(f"{path}: the data of {full!r} are in another file: refused.")
    if item.chunks and math.prod(item.chunks) * item.dtype.itemsize > max(FREE_SIZE, item.nbytes):
        raise BadFile(f"{path}: the pieces {item.chunks} of {full!r} are too large: refused.")
    properties = item.id.get_create_plist()
    filters = {properties.get_filter(i)[0] for i in range(properties.get_nfilters())}
    if filters - FILTERS:
        raise BadFile(
            f"{path}: {full!r} can only be read with the filter {min(filters - FILTERS)}, which is "
            "no part of HDF5 and would be loaded as a program: refused."
        )
    return item


def entries(file: h5py.File, path: Path) -> dict[str, Entry]:
    """The arrays of a file by path, nothing of them read yet."""
    found = {}
    for full, item in datasets(file, path).items():
        dtype = _dtype(item)
        if dtype is None or item.shape is None:
            raise BadFile(f"{path}: {full!r} holds {item.dtype}, no numbers: refused.")
        size, stored = math.prod(item.shape) * dtype.itemsize, item.id.get_storage_size()
        found[full] = Entry(item.shape, size, stored, _reader(item, dtype), dtype.name)
    check_sizes(found, path)
    return found


def _reader(item: h5py.Dataset, dtype: np.dtype) -> Any:
    def read() -> np.ndarray:
        array = np.asarray(item[()])
        return array if array.dtype == dtype else array.view(dtype)

    return read


def _dtype(item: h5py.Dataset) -> np.dtype | None:
    """The dtype of an array; bfloat16 and float8 are stored as bytes, with their name beside."""
    if item.dtype.kind in NUMBERS:
        return item.dtype
    name = str(item.attrs.get("dtype"))
    if item.dtype.kind != "V" or name not in ("bfloat16", "float8_e4m3fn", "float8_e5m2"):
        return None
    import ml_dtypes

    narrow = np.dtype(getattr(ml_dtypes, name))
    return narrow if narrow.itemsize == item.dtype.itemsize else None


def write(file: Any, groups: Iterable[Group]) -> None:
    """Write layers' own arrays into ``place/vars``, with the layer's name beside, into a file."""
    with h5py.File(file, "w") as h5:
        for place, name, arrays in groups:
            group = h5.create_group(joined(place, VARS))
            group.attrs["name"] = name
            for key, value in arrays.items():
                array = np.asarray(value)
                if array.dtype.kind in NUMBERS:
                    group.create_dataset(key, data=array)
                else:  # bfloat16 and float8: h5py knows their bytes only
                    raw = array.view(np.dtype(f"V{array.dtype.itemsize}"))
                    group.create_dataset(key, data=raw).attrs["dtype"] = array.dtype.name
