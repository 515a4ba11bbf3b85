"""Windows of samples on the host: the next steps' batches are gathered while the device works."""

from typing import Any

import numpy as np

from lurnet.core import tree

#: Bytes of a window. Large enough that a call to the device costs nothing beside it, small enough
#: to leave the memory to the data set: 784-64-64-10 at batch 128 runs some 80 steps in one (25 ms).
BYTES = 32 * 2**20
ALIGNMENT = 64  # an aligned array becomes the device's own without a copy


class Windows:
    """Two buffers in turn, so that one can be filled while the device reads the other.

    Args:
        data: nested NumPy arrays with a common first axis.
        rows: samples in a window.
    """

    def __init__(self, data: Any, rows: int) -> None:
        self.data, self.turn = data, 0
        self.buffers = [_buffers(data, rows) for _ in range(2)]

    def gather(self, index: np.ndarray) -> Any:
        """The samples of these numbers, in this order, in the buffer whose turn it is."""
        buffer = self.buffers[self.turn]
        self.turn = 1 - self.turn

        filled = set()
        for out, x in zip(tree.leaves(buffer), tree.leaves(self.data), strict=True):
            if x is not None and id(out) not in filled:
                np.take(x, index, axis=0, out=out[: len(index)], mode="clip")
                filled.add(id(out))
        return buffer


def _buffers(data: Any, rows: int) -> Any:
    """An empty array for each in the data; an autoencoder's x and y are one array and share it."""
    made: dict[int, Any] = {}

    def like(x: Any) -> Any:
        if x is not None and id(x) not in made:
            made[id(x)] = aligned((rows, *x.shape[1:]), x.dtype)
        return None if x is None else made[id(x)]

    return tree.map_structure(like, data)


def aligned(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """An empty array that starts at a multiple of ``ALIGNMENT``."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    raw = np.empty(size + ALIGNMENT, "uint8")
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start : start + size].view(dtype).reshape(shape)


def bytes_per_sample(data: Any) -> int:
    """Bytes that one sample takes in all arrays together."""
    arrays = [x for x in tree.leaves(data) if x is not None]
    return sum(x.nbytes // max(1, x.shape[0]) for x in arrays)
