"""HDF5: written plainly, read without following anything that leads out of the file."""

import contextlib
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from lurnet.core.errors import BadFile
from lurnet.saving.entries import FREE_SIZE, VARS, Entry, check_sizes, joined
from lurnet.saving.files import reading

MOST_OBJECTS, DEEPEST = 1_000_000, 200
#: HDF5's own (gzip, shuffle, checksum, szip, nbit, scale-offset), and h5py's lzf.
FILTERS = {1, 2, 3, 4, 5, 6, 32000}
_PLAIN = "biufc"


@contextlib.contextmanager
def opened(source: Any, path: Path) -> Iterator[h5py.File]:
    """An HDF5 file, or a file object that holds one, for reading; damage becomes BadFile."""
    with reading(path), h5py.File(source, "r") as file:
        yield file


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
    if item.dtype.kind in _PLAIN:
        return item.dtype
    said = item.attrs.get("dtype")
    narrow = _narrow_dtypes().get(said) if isinstance(said, str) else None
    fits = narrow is not None and narrow.itemsize == item.dtype.itemsize
    return narrow if fits and item.dtype.kind == "V" else None


def _narrow_dtypes() -> dict[str, np.dtype]:
    import ml_dtypes

    names = ("bfloat16", "float8_e4m3fn", "float8_e5m2")
    return {name: np.dtype(getattr(ml_dtypes, name)) for name in names}


def write(file: h5py.File, owner: str, name: str, arrays: Mapping[str, Any]) -> None:
    """Write a layer's own arrays into ``owner/vars``, with the layer's name beside."""
    group = file.create_group(joined(owner, VARS))
    group.attrs["name"] = name
    for key, value in arrays.items():
        array = np.asarray(value)
        if array.dtype.kind in _PLAIN:
            group.create_dataset(key, data=array)
        else:  # bfloat16 and float8: h5py knows their bytes only
            raw = array.view(np.dtype(f"V{array.dtype.itemsize}"))
            group.create_dataset(key, data=raw).attrs["dtype"] = array.dtype.name
