"""Predictions for many samples without XLA: in batches, each core taking one after another."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lurnet.core import donation
from lurnet.core.variable import Variable
from lurnet.ops import native
from lurnet.training.straight import Read

#: Samples of a batch, and bytes of one where it is largest: all that is written of it stays in a
#: core's cache. ms for 10,000, by program | in batches of 4, 16 and 64:
#:   784-64-64-10 7.0 | 5.8, 4.3, 4.3   784-500-300-10 35.8 | 63.5, 34.7, 31.8
#:   28x28 conv 32-64-128 594 | 472, 375, 440   32x32x3 conv 32-32-64-64 1513 | 1232, 1259, 1291
MOST, BYTES = 64, 2**19
ROOM = 8 * 2**20  #: bytes of input that go through before Python has its turn again
KINDS = 8  #: shapes of samples that there are plans for, the first ones

_Reading = tuple[native.Plans, list[Variable]]  # plans and what they read


class Batches:
    """A model's plans, for samples of each shape.

    Args:
        recipe: gives a batch's recipe, if it has one, and the variables that it reads.
        written: bytes of a sample in the layer where what is written is largest.
    """

    def __init__(self, recipe: Callable[[np.ndarray], Read | None], written: int) -> None:
        self.recipe, self.written = recipe, written
        self.plans: dict[tuple, _Reading | None] = {}  # None: there is none

    def __call__(self, x: Any, tell: Callable[[int], None]) -> np.ndarray | None:
        """The outputs for all samples; None: better ask the program.

        ``tell`` is told now and then how many are done.
        """
        found = self._found(x) if _is_readable(x) else None
        if found is None:
            return None
        plans, variables = found
        state, parts = donation.snapshot(variables), []
        rows = max(1, ROOM // (plans.size * x[:1].nbytes)) * plans.size
        for start in range(0, len(x), rows):
            outputs = plans(state, x[start : start + rows])
            if outputs is None:
                return None
            parts.append(outputs)
            tell(min(start + rows, len(x)))
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _found(self, x: np.ndarray) -> _Reading | None:
        shape = x.shape[1:]
        if shape not in self.plans and len(self.plans) < KINDS:
            self.plans[shape] = self._made(x)
        return self.plans.get(shape)

    def _made(self, x: np.ndarray) -> _Reading | None:
        most = min(MOST, BYTES // max(1, self.written, x[:1].nbytes))
        size = 2 ** (max(1, most).bit_length() - 1)
        batch = np.broadcast_to(x[:1], (size, *x.shape[1:]))
        found = self.recipe(batch)
        return None if found is None else (native.Plans(found[0]), found[1])


def _is_readable(x: Any) -> bool:
    """Whether the library reads the array where it lies."""
    return type(x) is np.ndarray and x.dtype == np.float32 and x.flags.c_contiguous and x.ndim > 1
