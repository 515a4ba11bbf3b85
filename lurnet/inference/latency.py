"""The latency path: small networks for a few samples, without XLA, on the calling thread."""

import sys
import threading
from typing import Any

import numpy as np

from lurnet.core.forked import forks
from lurnet.core.types import Int
from lurnet.inference.batches import SIZES
from lurnet.inference.executor import FEW, Forward, Progress
from lurnet.inference.instance import GraphInstance
from lurnet.kernels.costs import costs

#: Calls with arrays of one shape after which its graph is captured: that takes some 5 ms.
CALLS = 3
_FLOAT32 = np.dtype("float32")


class LatencyPath:
    """A model's captured graphs, one for arrays of each shape that comes often.

    Args:
        forward: the model's forward pass.
        shapes: how many shapes have a graph, the first ones: each has its memory.
    """

    def __init__(self, forward: Forward, shapes: int = 64) -> None:
        self.forward, self.shapes = forward, shapes
        #: the graph for a shape; None: there is none; a number: calls so far
        self.known: dict[tuple, GraphInstance | int | None] = {}
        self.lock = threading.Lock()

    def takes(self, x: Any, count: int) -> bool:
        """Whether there is a graph for the array's shape."""
        del count
        return type(x) is np.ndarray and isinstance(self.known.get(x.shape), GraphInstance)

    def run(self, x: Any, count: int, batch_size: Int | None, progress: Progress) -> Any:
        """The outputs; None where another thread is at it."""
        del count, batch_size, progress
        return self.run_again(x)

    def run_again(self, x: Any) -> np.ndarray | None:
        """The outputs for an array of a shape that comes often, or None."""
        if type(x) is not np.ndarray or x.dtype is not _FLOAT32:
            return None
        found = self.known.get(x.shape, 0)
        if type(found) is int:
            found = self._counted(x)
        return None if found is None else found(x)  # type: ignore[operator]

    def _counted(self, x: np.ndarray) -> GraphInstance | None:
        """The graph if it is time for one."""
        if not self.forward.is_pure or not x.ndim or not x.size or len(x) > FEW:
            return None
        if forks():  # no threads of XLA's: there is nothing else; the lock may be another thread's
            self.known[x.shape] = found = self._captured(x)
            return found
        with self.lock:
            calls = self.known.get(x.shape, 0)
            if not isinstance(calls, int):  # another thread was quicker
                return calls
            if calls + 1 == CALLS:
                self.known[x.shape] = found = self._captured(x)
                return found
            if calls or len(self.known) < self.shapes:
                self.known[x.shape] = calls + 1
            return None

    def _captured(self, x: np.ndarray) -> GraphInstance | None:
        found = self.forward.capture(x)
        if found is None or found[0].multiply_adds > _most(len(x)):
            return None
        return GraphInstance(*found)


def _most(count: int) -> int:
    """Multiply-adds up to which a graph for so many samples pays (docs/lab/inference.md)."""
    if forks():
        return sys.maxsize
    if count not in SIZES:
        return costs().graph_padded
    return costs().graph_of_one if count == 1 else costs().graph
