"""safetensors: arrays by name in one flat file, nothing but arrays and some text.

Eight bytes say how long the header is; the header is JSON that gives each array's dtype, shape and
place; the arrays follow without gaps (github.com/huggingface/safetensors).
"""

import io
import json
import math
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import ml_dtypes  # noqa: F401 - makes "bfloat16" and "float8" names that NumPy knows
import numpy as np

from lurnet.core.errors import BadFile
from lurnet.saving.configs import parse
from lurnet.saving.door import LARGEST_TEXT, MB, Entry
from lurnet.saving.formats.base import ModelFile

LARGEST_HEADER = 100 * MB
ABOUT = "__metadata__"
DTYPES = {
    **{"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"},
    **{"I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8", "BOOL": "bool"},
    **{"U64": "uint64", "U32": "uint32", "U16": "uint16", "U8": "uint8", "C64": "complex64"},
    **{"F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2"},
}
_CODES = {name: code for code, name in DTYPES.items()}
#: Texts among those about the arrays: the model's config, and those that layers keep.
CONFIG, ASSETS = "config", "assets"


class Safetensors(ModelFile):
    """Arrays by place or name, and perhaps the config of a whole model."""

    container, holds_config = "safetensors", True

    @staticmethod
    def detect(path: Path, head: bytes) -> bool:
        """A length that may be one, and the beginning of JSON."""
        return head[8:9] == b"{" and int.from_bytes(head[:8], "little") < LARGEST_HEADER

    @cached_property
    def _parsed(self) -> tuple[dict[str, Entry], dict[str, str]]:
        file = self.stack.enter_context(self.path.open("rb"))
        return _entries(file, self.size, str(self.path))

    def about(self) -> dict[str, Any]:
        """The texts beside the arrays, but for the two below."""
        return {k: v for k, v in self._parsed[1].items() if k not in (CONFIG, ASSETS)}

    def config(self, compile: bool = True) -> dict[str, Any] | None:
        """The config of a whole model."""
        text = self._parsed[1].get(CONFIG)
        if text is None:
            return None
        if len(text) > LARGEST_TEXT:
            raise BadFile(f"The config in {self.path} is larger than {LARGEST_TEXT // MB} MB.")
        return parse(text, f"The config in {self.path}")

    def arrays(self) -> Mapping[str, Entry]:
        """The arrays by name."""
        return self._parsed[0]

    @cached_property
    def _texts(self) -> dict[str, bytes]:
        texts = parse(self._parsed[1].get(ASSETS, "{}"), f"The texts in {self.path}")
        if not all(isinstance(t, str) for t in texts.values()):
            raise BadFile(f"{self.path}: {ASSETS!r} must hold texts by name.")
        return {name: text.encode("utf-8", "replace") for name, text in texts.items()}

    def asset_sizes(self) -> dict[str, int]:
        """Sizes of the layers' texts."""
        return {name: len(text) for name, text in self._texts.items()}

    def open_asset(self, name: str) -> BinaryIO:
        """A layer's text."""
        return io.BytesIO(self._texts[name])


def write(file: Any, arrays: Mapping[str, Any], about: Mapping[str, str]) -> None:
    """Write arrays by name, and texts about them, one after the other into an open file."""
    found = {name: np.asarray(a) for name, a in arrays.items()}
    names = sorted(found, key=lambda n: (-found[n].itemsize, n))  # so that all lie aligned
    header: dict[str, Any] = {ABOUT: dict(about)}
    end = 0
    for name in names:
        start, end = end, end + found[name].nbytes
        code = _CODES.get(found[name].dtype.name)
        if code is None:
            raise BadFile(f"{name!r} has dtype {found[name].dtype}, which safetensors cannot hold.")
        header[name] = {"dtype": code, "shape": found[name].shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file.write(len(text).to_bytes(8, "little") + text)
    for name in names:
        file.write(_bytes(found[name]))


def _bytes(array: np.ndarray) -> Any:
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return np.ascontiguousarray(little).reshape(-1).view(np.uint8).data


def packed(arrays: Mapping[str, Any]) -> bytes:
    """The bytes of a safetensors file."""
    file = io.BytesIO()
    write(file, arrays, {"format": "lurnet"})
    return file.getvalue()


def unpacked(data: bytes) -> dict[str, Entry]:
    """The arrays in the bytes of a safetensors file by name."""
    return _entries(io.BytesIO(data), len(data), "These bytes")[0]


def _entries(file: BinaryIO, size: int, where: str) -> tuple[dict[str, Entry], dict[str, str]]:
    length = int.from_bytes(file.read(8), "little")
    if length > min(size - 8, LARGEST_HEADER):
        raise BadFile(f"{where}: cut off, or no safetensors file (a header of {length} bytes).")
    header = parse(file.read(length), f"The header of {where}")
    texts = header.pop(ABOUT, {})
    if not isinstance(texts, dict) or not all(isinstance(v, str) for v in texts.values()):
        raise BadFile(f"{where}: {ABOUT} must hold texts by name.")
    found, ends = {}, {}
    for name, said in header.items():
        dtype, shape, (start, end) = _checked(said, f"{where}, array {name!r}")
        found[name] = _entry(file, 8 + length + start, dtype, shape)
        ends[start, end] = name
    _check_places(sorted(ends), size - 8 - length, sum(e.nbytes for e in found.values()), where)
    return found, texts


def _checked(said: Any, where: str) -> tuple[np.dtype, tuple[int, ...], tuple[int, int]]:
    try:
        dtype = np.dtype(DTYPES[said["dtype"]])
        shape, (start, end) = tuple(said["shape"]), said["data_offsets"]
        whole = all(type(n) is int and n >= 0 for n in (*shape, start, end))
    except (KeyError, TypeError, ValueError):
        raise BadFile(f"{where}: {said!r:.200} does not describe one.") from None
    if not whole or end - start != math.prod(shape) * dtype.itemsize:
        raise BadFile(f"{where}: {said!r:.200} contradicts itself.")
    return dtype, shape, (start, end)


def _check_places(places: list[tuple[int, int]], size: int, total: int, where: str) -> None:
    last = 0
    for start, end in places:
        if start != last:
            raise BadFile(f"{where}: the arrays overlap or leave gaps at byte {start}.")
        last = end
    if last != size or total != size:
        raise BadFile(
            f"{where} is cut off or has more in it than its header says: {last} bytes are "
            f"described, {size} are there."
        )


def _entry(file: BinaryIO, place: int, dtype: np.dtype, shape: tuple[int, ...]) -> Entry:
    size = math.prod(shape) * dtype.itemsize

    def read() -> np.ndarray:
        file.seek(place)
        return np.frombuffer(file.read(size), dtype.newbyteorder("<")).reshape(shape)

    return Entry(shape, size, size, read, dtype.name)
