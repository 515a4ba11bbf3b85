"""npz: arrays by name in a zip archive; an array of objects would be a pickle, and is refused."""

import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lurnet.core.errors import BadFile
from lurnet.saving.door import NUMBERS, Entry, check_sizes
from lurnet.saving.formats.base import ModelFile

ENDING = ".npy"
#: How the header of each version of the format is read.
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


class Npz(ModelFile):
    """Arrays by name, or by number."""

    container = "NumPy archive (.npz)"

    @staticmethod
    def detect(path: Path, head: bytes) -> bool:
        """A zip archive of nothing but arrays."""
        if head[:2] != b"PK" or not zipfile.is_zipfile(path):
            return False
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
        return bool(names) and all(name.endswith(ENDING) for name in names)

    def arrays(self) -> Mapping[str, Entry]:
        """The arrays by name."""
        archive = self.stack.enter_context(zipfile.ZipFile(self.path))
        found: dict[str, Entry] = {}
        for info in archive.infolist():
            name = info.filename.removesuffix(ENDING)
            if name in found:
                raise BadFile(f"{self.path} holds {name!r} more than once: refused.")
            found[name] = _entry(archive, info, f"{self.path}, array {name!r}")
        check_sizes(found, self.path)
        return found


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
    header = _HEADERS.get(np.lib.format.read_magic(member))
    if header is None:
        raise BadFile(f"{where}: of a version of the format that holds no plain arrays.")
    try:
        shape, fortran, dtype = header(member)
    except Exception as error:  # it is parsed as Python's literals are, which can fail in any way
        raise BadFile(f"{where}: its header is damaged: {error!r:.100}.") from None
    if dtype.hasobject:
        raise BadFile(f"{where}: Python objects, which is a pickle; it could run code. Refused.")
    if dtype.kind not in NUMBERS or any(n < 0 for n in shape):
        raise BadFile(f"{where}: {dtype} of shape {shape} is no array of numbers: refused.")
    return shape, fortran, dtype
