"""The throughput path: many samples without XLA, in batches, each core taking one after another."""

import os
from typing import Any

import numpy as np

from lurnet.core import donation
from lurnet.core.forked import forks
from lurnet.core.types import Int
from lurnet.inference.executor import FEW, Forward, Progress
from lurnet.inference.instance import GraphInstance, run_batches
from lurnet.kernels.costs import costs
from lurnet.training.peak_activation import peak_written

SHAPES = 8  #: shapes of samples that have graphs, the first ones


class ThroughputPath:
    """A model's captured graphs for batches, one for each core, by the shape of a sample."""

    def __init__(self, forward: Forward) -> None:
        self.forward = forward
        self.written = peak_written(forward.model)
        self.known: dict[tuple, list[GraphInstance]] = {}  # []: there are none

    def takes(self, x: Any, count: int) -> bool:
        """Whether there are many samples, and graphs for them."""
        return (count > FEW or forks() > 0) and _is_readable(x) and bool(self._graphs(x))

    def run(self, x: Any, count: int, batch_size: Int | None, progress: Progress) -> Any:
        """The outputs; None where another thread is at it."""
        del batch_size
        graphs = self._graphs(x)
        first, state = graphs[0], donation.snapshot(graphs[0].variables)
        size = len(first.input)
        rows = max(1, costs().predict_call_bytes // max(1, size * x[:1].nbytes)) * size
        outputs = np.empty((count, *first.output.shape[1:]), np.float32)
        for start in range(0, count, rows):
            if not first.acquire():
                return None
            try:
                if not all(graph.is_ready(state) for graph in graphs):
                    return None
                run_batches(graphs, x[start : start + rows], outputs[start : start + rows])
            finally:
                first.lock.release()
            progress(min(start + rows, count))
        return outputs

    def run_again(self, x: Any) -> None:
        """None: for many samples, what it costs to start is nothing."""

    def _graphs(self, x: np.ndarray) -> list[GraphInstance]:
        shape = x.shape[1:]
        if shape not in self.known and len(self.known) < SHAPES:
            self.known[shape] = self._captured(x)
        return self.known.get(shape, [])

    def _captured(self, x: np.ndarray) -> list[GraphInstance]:
        most = costs().graph_batch_bytes // max(1, self.written, x[:1].nbytes)
        most = min(costs().graph_batch, most)
        size = 2 ** (max(1, most).bit_length() - 1)
        found = self.forward.capture(np.broadcast_to(x[:1], (size, *x.shape[1:])))
        return [] if found is None else [GraphInstance(*found) for _ in range(_cores())]


def _is_readable(x: Any) -> bool:
    """Whether the library reads the array where it lies."""
    return type(x) is np.ndarray and x.dtype == np.float32 and x.flags.c_contiguous and x.ndim > 1


def _cores() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
