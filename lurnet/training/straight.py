"""Predictions of small networks for a few samples, without XLA: plans, and when to have one."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lurnet.core.variable import Variable
from lurnet.ops import native
from lurnet.ops.lowering.choice import lowering, on_cpu

#: Calls with one kind of array after which there is a plan, if there can be one: to find out takes
#: some 5 ms, as long as a plan saves in 500 calls.
CALLS = 3
#: How long all may take, in multiply-adds: of one sample, whose program seldom has two threads at
#: work, and of some. us, plan | program on two cores, of one, 4 and 16 samples:
#:   784-64-64-10 (58,000 multiply-adds a sample): 2.7 | 11, 4.2 | 13, 11 | 22
#:   784-500-300-10 (570,000): 31 | 45, 43 | 74, 90 | 114   784-512-512-10: 34 | 49, 54 | 46, 139 | 90
#:   28x28 conv 32-32 (1.5 million): 18 | 30, 65 | 63, 251 | 168   32x32x3 conv 16-32: 19 | 32, 86 | 82
#:   32x32x3 conv 32-64 (6.2 million): 80 | 107, 280 | 165   28x28 conv 32-64-128 (7.9): 82 | 124
MOST_OF_ONE, MOST = 2**23, 2**22
KINDS = 8  #: of arrays that there are plans for, the latest


class Straight:
    """A model's plans, for arrays of each shape."""

    def __init__(self, make: Callable[[], Callable]) -> None:
        self.make = make
        self.plans: dict[Any, Any] = {}  # a plan, None: there is none, or how often it was asked

    def __call__(self, variables: Sequence[Variable], x: np.ndarray) -> np.ndarray | None:
        """The outputs for an array like those that were noted, or None."""
        plan = self.plans.get((x.shape, x.dtype))
        if plan is None:
            return None
        if type(plan) is int:
            if plan < CALLS:
                self.plans[x.shape, x.dtype] += 1
                return None
            plan = self.plans[x.shape, x.dtype] = self._planned(variables, x)
            if plan is None:
                return None
        return plan([v._array for v in variables], x)

    def note(self, x: np.ndarray) -> None:
        """Arrays like this may come again."""
        if x.dtype == np.float32 and (x.shape, x.dtype) not in self.plans:
            while len(self.plans) >= KINDS:
                del self.plans[next(iter(self.plans))]
            self.plans[x.shape, x.dtype] = 1

    def _planned(self, variables: Sequence[Variable], x: np.ndarray) -> native.Plan | None:
        if not (on_cpu() and lowering() == "auto" and native.lanes()):
            return None
        recipe = native.recipe(self.make(), [v._array for v in variables], x)
        most = MOST_OF_ONE if len(x) == 1 else MOST
        return native.Plan(recipe) if recipe and recipe.multiply_adds <= most else None
