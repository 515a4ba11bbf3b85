"""Rows of an array that lies in the host's memory, read by a program where they are."""

from typing import Any

import jax
from jax import Array

from lurnet.kernels.common.call import Call

_GATHER_ROWS = Call("gather_rows")


def gather_rows(address: Array, index: Array, shape: tuple, dtype: Any) -> Array:
    """Rows of `shape` of an array of the host's: (n,) int32 to (n, *shape).

    `address`: the array's, as two halves, and its number of rows: (3,) uint32.
    """
    results = jax.ShapeDtypeStruct((*index.shape, *shape), dtype)
    return _GATHER_ROWS(address, index, results=results)
