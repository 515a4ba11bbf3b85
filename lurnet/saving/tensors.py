"""safetensors: arrays by name in one flat file, nothing but arrays."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lurnet.saving.entries import Entry
from lurnet.saving.files import reading


def packed(arrays: Mapping[str, Any]) -> bytes:
    """The bytes of a safetensors file."""
    from safetensors.numpy import save

    return save({k: np.ascontiguousarray(v) for k, v in arrays.items()}, {"format": "lurnet"})


@contextlib.contextmanager
def opened(path: Path) -> Iterator[dict[str, Entry]]:
    """The arrays of a file by name, nothing of them read yet."""
    from safetensors import SafetensorError, safe_open

    with reading(path):
        try:
            with safe_open(path, framework="numpy") as file:
                yield {name: _entry(file, name) for name in file.keys()}  # noqa: SIM118
        except SafetensorError as error:
            raise ValueError(str(error)) from None


def _entry(file: Any, name: str) -> Entry:
    shape = tuple(file.get_slice(name).get_shape())
    size = int(np.prod(shape, dtype=float)) * 8
    return Entry(shape, size, size, lambda: file.get_tensor(name))
