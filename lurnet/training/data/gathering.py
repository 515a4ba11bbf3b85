"""Staging buffers of a stream: small batches are gathered, to be computed in one call."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from lurnet.core import tree
from lurnet.core.dtypes import narrow
from lurnet.kernels.costs import costs
from lurnet.training.data.batch import pack_x_y_sample_weight
from lurnet.training.data.staging import StagingBuffers, bytes_per_sample

#: Batches in a buffer at most. A call to the device costs 0.1 to 0.2 ms, some 1 us a step of these.
MOST = 128
#: Calls to the device at a time: one waits while the other runs.
RUNNING = 2
#: Seconds that a buffer takes for filling at most while the device is idle, and while it is busy.


@dataclass
class StagedBatches:
    """Successive batches of equal shapes, one after another in arrays with room for more."""

    room: Any  # nested NumPy arrays
    size: int  # samples in a batch
    count: int = 0  # batches
    start: int = 0  # batches that have been computed, or will be
    data: Any = None  # what a program reads; None: nobody has made it yet


class Gathering:
    """The staging buffers of a stream, for batches of the shapes that its first one has.

    Args:
        steps: batches in an epoch, None if unknown.
    """

    def __init__(self, steps: int | None) -> None:
        self.steps = steps
        self.span = -1  # batches in a buffer; -1: no batch has come yet
        self.size, self.layout = 0, None
        self.free: list[Any] = []
        self._staging: StagingBuffers | None = None

    def restart(self) -> None:
        """All buffers are free again."""
        self.free = [] if self._staging is None else list(self._staging.buffers)

    def takes(self, batch: Any) -> bool:
        """Whether a batch goes into a buffer, rather than by itself to the device."""
        layout = tree.map_structure(_layout_of, batch)
        if self.span < 0:
            self._fit(batch)
            self.layout = layout
        return self.span > 1 and layout == self.layout

    def _fit(self, batch: Any) -> None:
        arrays = [a for a in tree.leaves(batch) if a is not None]
        sizes = {a.shape[0] if a.ndim else 0 for a in arrays}
        plain = all(isinstance(a, np.ndarray) and a.dtype.kind not in "OUS" for a in arrays)
        self.span = 0
        if not plain or len(sizes) != 1 or 0 in sizes:
            return
        (self.size,) = sizes
        room = costs().staging_bytes // max(1, self.size * bytes_per_sample(batch))
        self.span = min(room, MOST, MOST if self.steps is None else self.steps)
        if self.span > 1:
            empty = tree.map_structure(_empty, batch)
            self._staging = StagingBuffers(empty, self.span * self.size)
            self.restart()

    def staged(self) -> StagedBatches:
        """An empty buffer, which must be free."""
        return StagedBatches(self.free.pop(), self.size)

    def put(self, batch: Any, staged: StagedBatches) -> bool:
        """Copy a batch behind the others of a buffer; returns whether there is room for more."""
        rows = slice(staged.count * self.size, (staged.count + 1) * self.size)
        for room, array in zip(tree.leaves(staged.room), tree.leaves(batch), strict=True):
            if array is not None:
                room[rows] = array
        staged.count += 1
        return staged.count < self.span


def _layout_of(array: Any) -> Any:
    return None if array is None else (array.shape, array.dtype)


def _empty(array: Any) -> Any:
    return None if array is None else np.empty((0, *array.shape[1:]), narrow(array.dtype))


class Collecting:
    """The batches of an epoch, staged; those that fit into none come by themselves.

    They are fetched on the consumer's own thread, while the device works on what came before: a
    thread of its own would wait for the interpreter as long as it takes to compute some steps.

    Args:
        batches: the epoch's.
        gathering: the buffers.
        own: whether arrays are the source's own, which it never fills anew.
    """

    def __init__(self, batches: Iterator, gathering: Gathering, own: bool) -> None:
        self.batches, self.gathering, self.own = batches, gathering, own
        self.kept: Any = None  # the batch after a buffer, into which it did not fit
        self.error: Exception | None = None
        gathering.restart()

    def next(self, busy: bool, patience: Callable[[], float]) -> Any:
        """Staged batches, the buffer full or its time over, or one batch; None: there are no more.

        An error of the source comes when all before it has been computed.

        Args:
            busy: whether the device still computes what came before.
            patience: says after how many seconds a buffer is not filled any more.
        """
        staged, began = None, time.perf_counter()
        while (batch := self._fetch()) is not None:
            if not self.gathering.takes(batch):
                if staged is None:
                    return batch if self.own else copied(batch)
                self.kept = batch
                return staged
            staged = staged or self.gathering.staged()
            room = self.gathering.put(batch, staged)
            batch = None  # the source's next one may lie in its memory
            if not room or time.perf_counter() - began > patience():
                return staged
        if staged is None and self.error is not None and not busy:
            raise self.error
        return staged

    def _fetch(self) -> Any:
        if self.kept is not None:
            kept, self.kept = self.kept, None
            return kept
        try:
            batch = None if self.error is not None else next(self.batches, None)
        except Exception as error:
            self.error, batch = error, None
        return None if batch is None else pack_x_y_sample_weight(*batch)

    def give_back(self, item: Any) -> None:
        """It has been computed: a buffer may be filled anew."""
        if isinstance(item, StagedBatches):
            self.gathering.free.append(item.room)


def copied(batch: Any) -> Any:
    """A batch in memory of its own."""
    return tree.map_structure(own, batch)


def own(x: Any) -> Any:
    """A NumPy array in memory of its own; anything else as it is."""
    return x.copy() if isinstance(x, np.ndarray) else x
