"""Predictions of small networks for a few samples, without XLA: plans, and when to have one."""

import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lurnet.core import donation
from lurnet.core.forked import forks
from lurnet.core.variable import Variable
from lurnet.ops import native

#: Calls with arrays of one shape after which there is a plan, if there can be one: to find out
#: takes some 5 ms.
CALLS = 3
#: How long all may take, in multiply-adds: of one sample, whose program seldom has two threads at
#: work, and of some. us, plan | program on two cores, of one, 4 and 16 samples:
#:   784-64-64-10 (58,000 multiply-adds a sample): 2.7 | 11, 4.2 | 13, 11 | 22
#:   784-500-300-10 (570,000): 31 | 45, 43 | 74, 90 | 114
#:   784-512-512-10 (690,000): 34 | 49, 54 | 46, 139 | 90
#:   28x28 conv 32-32 (1.5 million): 18 | 30, 65 | 63, 251 | 168
#:   32x32x3 conv 16-32 (1.4 million): 19 | 32, 86 | 82, 336 | 226
#:   32x32x3 conv 32-64 (6.2 million): 80 | 107, 280 | 165, 1131 | 609
#:   28x28 conv 32-64-128 (7.9 million): 82 | 124, 299 | 359, 1220 | 1305
MOST_OF_ONE, MOST = 2**23, 2**22
#: The same for batches that a program takes among zeros, filled up to a size that it is made for.
#: `predict`, us, plan | program, of 2, 8 and 12 samples:
#:   784-64-64-10: 7 | 98, 9 | 97, 11 | 94     784-512-512-10: 58 | 155, 73 | 237, 95 | 196
#:   28x28 conv 32-32: 44 | 167, 164 | 368, 234 | 389
#:   28x28 conv 32-64-128: 156 | 285, 583 | 844, 865 | 892
MOST_FILLED = 2**25
KINDS = 64  #: shapes of arrays that there are plans for, the first ones: each has its memory

Read = tuple[native.Recipe, list[Variable]]  #: a recipe and what it reads
_Reading = tuple[native.Plan, list[Variable]]  # the same as a plan
_FLOAT32 = np.dtype("float32")


class Straight:
    """A model's plans, for arrays of each shape.

    Args:
        recipe: gives an array's recipe, if it has one, and the variables that it reads.
        sizes: of the batches that there are programs for.
    """

    def __init__(self, recipe: Callable[[np.ndarray], Read | None], sizes: Sequence[int]) -> None:
        self.recipe, self.sizes = recipe, sizes
        self.plans: dict[Any, _Reading | None] = {}  # None: there is none
        self.asked: dict[Any, int] = {}  # how often, before that was known
        self.lock = threading.Lock()

    def __call__(self, x: Any) -> np.ndarray | None:
        """The outputs for an array like those that were noted, or None."""
        if type(x) is not np.ndarray or x.dtype is not _FLOAT32:
            return None
        found = self.plans.get(x.shape) or self._due(x)
        if found is None:
            return None
        plan, variables = found
        state = plan.state
        if state is None or not donation.are_of(state, variables):
            state = donation.snapshot(variables)
        return plan(state, x)

    def wrapped(self, x: Any) -> Any:
        """The same as a JAX array."""
        outputs = self(x)
        return None if outputs is None else native.wrapper(outputs.shape)(outputs)

    def note(self, x: Any) -> None:
        """Arrays like this may come again."""
        if type(x) is not np.ndarray or x.dtype != _FLOAT32 or x.shape in self.plans:
            return
        with self.lock:
            if len(self.plans) + len(self.asked) < KINDS:
                self.asked.setdefault(x.shape, 1)

    def _due(self, x: np.ndarray) -> _Reading | None:
        """The plan if it is time for one."""
        if forks():  # there is nothing else: the programs' threads are those of another process
            self.plans[x.shape] = self._planned(x)
        if x.shape not in self.asked:
            return self.plans.get(x.shape)
        with self.lock:
            asked = self.asked.pop(x.shape, 0)
            if 0 < asked < CALLS:
                self.asked[x.shape] = asked + 1
            elif asked:
                self.plans[x.shape] = self._planned(x)
            return self.plans.get(x.shape)

    def _planned(self, x: np.ndarray) -> _Reading | None:
        found = self.recipe(x)
        if found is None or found[0].multiply_adds > self._most(len(x)):
            return None
        return native.Plan(found[0]), found[1]

    def _most(self, count: int) -> int:
        if forks():
            return sys.maxsize
        if count not in self.sizes:
            return MOST_FILLED
        return MOST_OF_ONE if count == 1 else MOST
