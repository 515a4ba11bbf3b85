"""Staging buffers on the host: the next steps' batches are gathered while the device works."""

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from lurnet.core import tree

ALIGNMENT = 64  # an aligned array becomes the device's own without a copy

#: Memory of buffers no longer used. New memory costs the system 4 us a page, 17 ms for two.
_spare: list[np.ndarray] = []
_SPARE_LIMIT = 4


class StagingBuffers:
    """Two buffers in turn, so that one can be filled while the device reads the other.

    Args:
        data: nested NumPy arrays with a common first axis.
        rows: samples in a buffer.
    """

    def __init__(self, data: Any, rows: int) -> None:
        self.data, self.turn = data, 0
        blocks: list[np.ndarray] = []
        self.buffers = [_buffers(data, rows, blocks) for _ in range(2)]
        weakref.finalize(self, _give_back, blocks)

    def gather(self, index: np.ndarray) -> Any:
        """The samples of these numbers, in this order, in the buffer whose turn it is."""
        return self._fill(lambda x, out: np.take(x, index, 0, out[: len(index)], "clip"))

    def stretch(self, start: int, rows: int) -> Any:
        """The samples from ``start`` on, up to ``rows``, and zeros after the last of them."""

        def copy(x: np.ndarray, out: np.ndarray) -> None:
            part = x[start : start + len(out)]
            out[: len(part)] = part
            out[len(part) : rows] = 0

        return self._fill(copy)

    def _fill(self, put: Callable[[np.ndarray, np.ndarray], Any]) -> Any:
        buffer = self.buffers[self.turn]
        self.turn = 1 - self.turn
        filled = set()
        for out, x in zip(tree.leaves(buffer), tree.leaves(self.data), strict=True):
            if x is not None and id(out) not in filled:
                put(x, out)
                filled.add(id(out))
        return buffer


def _buffers(data: Any, rows: int, blocks: list[np.ndarray]) -> Any:
    """An empty array for each in the data; an autoencoder's x and y are one array and share it."""
    made: dict[int, Any] = {}

    def like(x: Any) -> Any:
        if x is not None and id(x) not in made:
            shape = (rows, *x.shape[1:])
            size = int(np.prod(shape)) * x.dtype.itemsize
            blocks.append(_block(size + ALIGNMENT))
            made[id(x)] = _aligned(blocks[-1], size).view(x.dtype).reshape(shape)
        return None if x is None else made[id(x)]

    return tree.map_structure(like, data)


def _block(size: int) -> np.ndarray:
    """Bytes of an earlier training where they suffice and are not far too many, else new ones."""
    for i, block in enumerate(_spare):
        if size <= block.size <= 2 * size:
            return _spare.pop(i)
    return np.empty(size, "uint8")


def _give_back(blocks: list[np.ndarray]) -> None:
    _spare.extend(blocks)
    del _spare[:-_SPARE_LIMIT]


def _aligned(block: np.ndarray, size: int) -> np.ndarray:
    start = -block.ctypes.data % ALIGNMENT
    return block[start : start + size]


def bytes_per_sample(data: Any) -> int:
    """Bytes that one sample takes in all arrays together."""
    arrays = [x for x in tree.leaves(data) if x is not None]
    return sum(x.nbytes // max(1, x.shape[0]) for x in arrays)
