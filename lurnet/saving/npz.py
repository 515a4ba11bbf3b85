"""npz: arrays by name in a zip archive; an array of objects would be a pickle, and is refused."""

import contextlib
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from lurnet.core.errors import BadFile
from lurnet.saving.entries import Entry, check_sizes
from lurnet.saving.files import reading, unpacking

ENDING = ".npy"
_PLAIN = "biufc"
#: How the header of each version of the format is read.
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


@contextlib.contextmanager
def opened(path: Path) -> Iterator[dict[str, Entry]]:
    """The arrays of a file by name, nothing of them read yet."""
    with reading(path), unpacking(path), zipfile.ZipFile(path) as archive:
        found = {}
        for info in archive.infolist():
            name = info.filename.removesuffix(ENDING)
            if name in found:
                raise BadFile(f"{path} holds {name!r} more than once: refused.")
            found[name] = _entry(archive, info, f"{path}, array {name!r}")
        check_sizes(found, path)
        yield found


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str) -> Entry:
    with archive.open(info) as member:
        shape, _, dtype = _header(member, where)
    size = math.prod(shape) * dtype.itemsize

    def read() -> np.ndarray:
        with archive.open(info) as member:
            shape, fortran, dtype = _header(member, where)
            flat = np.frombuffer(member.read(size), dtype)
        return flat.reshape(shape, order="F" if fortran else "C")

    return Entry(shape, size, info.compress_size, read, dtype.name)


def _header(member: Any, where: str) -> tuple[tuple[int, ...], bool, np.dtype]:
    file: BinaryIO = member
    header = _HEADERS.get(np.lib.format.read_magic(file))
    if header is None:
        raise BadFile(f"{where}: of a version of the format that holds no plain arrays.")
    try:
        shape, fortran, dtype = header(file)
    except Exception as error:  # it is parsed as Python's literals are, which can fail in any way
        raise BadFile(f"{where}: its header is damaged: {error!r:.100}.") from None
    if dtype.hasobject:
        raise BadFile(f"{where}: Python objects, which is a pickle; it could run code. Refused.")
    if dtype.kind not in _PLAIN or any(n < 0 for n in shape):
        raise BadFile(f"{where}: {dtype} of shape {shape} is no array of numbers: refused.")
    return shape, fortran, dtype
