"""Texts and lists of names among the attributes of an HDF5 group, read with limits."""

import math
from typing import Any

import h5py
import numpy as np

from lurnet.core.errors import BadFile
from lurnet.saving.files import MB

LARGEST_TEXT, MOST_NAMES, LONGEST_NAME = 64 * MB, 1_000_000, 10_000


def text(group: Any, name: str, where: str) -> str | None:
    """An attribute's text, whole or in numbered pieces (``name0``, ``name1``, ...); or None."""
    keys = _pieces(group, name)
    if not keys:
        return None
    found = "".join(_text(piece) for key in keys for piece in _values(group, key, where))
    if len(found) > LARGEST_TEXT:
        raise BadFile(f"{where}: the attribute {name!r} is longer than {LARGEST_TEXT} bytes.")
    return found


def names(group: Any, name: str, where: str) -> list[str]:
    """The names in an attribute, which may be cut into numbered pieces as well."""
    keys = _pieces(group, name)
    if not keys:
        raise BadFile(f"{where} has no attribute {name!r}: it is damaged, or no weights of Keras.")
    found = [_text(value) for key in keys for value in _values(group, key, where)]
    if len(found) > MOST_NAMES or any(len(n) > LONGEST_NAME for n in found):
        raise BadFile(f"{where}: the attribute {name!r} holds more names than a model can have.")
    return found


def has(group: Any, name: str) -> bool:
    """Whether a group has an attribute, whole or in pieces."""
    return bool(_pieces(group, name))


def _pieces(group: Any, name: str) -> list[str]:
    if name in group.attrs:
        return [name]
    keys: list[str] = []
    while f"{name}{len(keys)}" in group.attrs:
        keys.append(f"{name}{len(keys)}")
    return keys


def _values(group: Any, key: str, where: str) -> list[Any]:
    """An attribute's values; what is no text, or claims more than a file may hold, is refused."""
    found = group.attrs.get_id(key)
    textual = h5py.check_string_dtype(found.dtype) is not None
    if math.prod(found.shape or (0,)) * found.dtype.itemsize > LARGEST_TEXT:
        raise BadFile(f"{where}: the attribute {key!r} is larger than {LARGEST_TEXT} bytes.")
    if not textual and found.dtype.kind not in "SUO" and 0 not in (found.shape or ()):
        raise BadFile(f"{where}: the attribute {key!r} holds {found.dtype}, no text.")
    value = group.attrs[key]
    return list(value.flat) if isinstance(value, np.ndarray) else [value]


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if isinstance(value, str):
        return value
    raise BadFile(f"{value!r:.80} stands where a name is expected.")
