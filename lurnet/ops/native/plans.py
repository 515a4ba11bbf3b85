"""Many batches through equal plans, each core taking one batch after another."""

import os

import numpy as np

from lurnet.kernels.common.loading import plans
from lurnet.ops.native.plan import Plan
from lurnet.ops.native.recipe import Recipe


class Plans:
    """Equal plans, one for each core; one caller at a time."""

    def __init__(self, recipe: Recipe) -> None:
        self.plans = [Plan(recipe) for _ in range(_cores())]
        self.pointers = np.array([p.plan.value for p in self.plans], np.uint64)
        self.size, *self.shape = self.plans[0].output.shape

    def __call__(self, state: list, x: np.ndarray) -> np.ndarray | None:
        """The outputs for x, whose rows lie one behind another; None: better ask the program.

        `state`: the arrays that the recipe reads, in its order, which nobody gives away meanwhile.
        """
        first = self.plans[0]
        if not first.acquire():  # another thread is at it
            return None
        try:
            return self._computed(x) if all(plan.ready(state) for plan in self.plans) else None
        finally:
            first.lock.release()

    def _computed(self, x: np.ndarray) -> np.ndarray:
        outputs = np.empty((len(x), *self.shape), np.float32)
        rest = len(x) % self.size
        whole = len(x) - rest
        if whole:
            self._run(x, outputs, whole // self.size)
        if rest:
            filled, last = np.zeros_like(self.plans[0].input), np.empty_like(self.plans[0].output)
            filled[:rest] = x[whole:]
            self._run(filled, last, 1)
            outputs[whole:] = last[:rest]
        return outputs

    def _run(self, x: np.ndarray, outputs: np.ndarray, count: int) -> None:
        bytes_of_batches = (self.size * a[:1].nbytes for a in (x, outputs))
        ends = x.ctypes.data, outputs.ctypes.data, *self.plans[0].ends
        facts = np.array([*ends, *bytes_of_batches], np.int64)
        pointers = self.pointers.ctypes.data
        plans().lurnet_plan_batches(pointers, len(self.plans), facts.ctypes.data, count)


def _cores() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
