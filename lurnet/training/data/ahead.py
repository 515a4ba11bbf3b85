"""Fetching ahead: a thread gets the next batches, small ones in windows, while the device works."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from lurnet.core import tree
from lurnet.core.dtypes import narrow
from lurnet.training.data.batch import pack_x_y_sample_weight
from lurnet.training.data.windows import BYTES, Windows, bytes_per_sample

#: Batches in a window at most. A call to the device costs 0.1 to 0.2 ms, some 1 us a step of these.
MOST = 128
#: Calls to the device at a time: one is prepared while the other runs.
RUNNING = 2


@dataclass
class Window:
    """Successive batches of equal shapes, one after another in arrays with room for more."""

    room: Any  # nested NumPy arrays
    size: int  # samples in a batch
    count: int = 0  # batches
    start: int = 0  # batches that have been computed, or will be
    data: Any = None  # what a program reads; None: nobody has made it yet


class Gathering:
    """The windows of a stream, for batches of the shapes that its first one has.

    Args:
        steps: batches in an epoch, None if unknown.
        sent: what makes of a full window's arrays what a program reads.
    """

    def __init__(self, steps: int | None, sent: Callable[[Any], Any]) -> None:
        self.steps, self.sent = steps, sent
        self.span = -1  # batches in a window; -1: no batch has come yet
        self.size, self.layout = 0, None
        self.free: list[Any] = []
        self._windows: Windows | None = None

    def restart(self) -> None:
        """All windows are free again."""
        self.free = [] if self._windows is None else list(self._windows.buffers)

    def takes(self, batch: Any) -> bool:
        """Whether a batch goes into a window, rather than by itself to the device."""
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
        room = BYTES // max(1, self.size * bytes_per_sample(batch))
        self.span = min(room, MOST, MOST if self.steps is None else self.steps)
        if self.span > 1:
            empty = tree.map_structure(_empty, batch)
            self._windows = Windows(empty, self.span * self.size, RUNNING + 1)
            self.restart()

    def window(self) -> Window:
        """An empty window, which must be free."""
        room = self.free.pop()
        return Window(room, self.size)

    def put(self, batch: Any, window: Window) -> bool:
        """Copy a batch behind the others of a window; returns whether there is room for more."""
        rows = slice(window.count * self.size, (window.count + 1) * self.size)
        for room, array in zip(tree.leaves(window.room), tree.leaves(batch), strict=True):
            if array is not None:
                room[rows] = array
        window.count += 1
        if window.count == self.span:
            window.data = self.sent(window.room)
        return window.count < self.span


def _layout_of(array: Any) -> Any:
    return None if array is None else (array.shape, array.dtype)


def _empty(array: Any) -> Any:
    return None if array is None else np.empty((0, *array.shape[1:]), narrow(array.dtype))


class Ahead:
    """What an iterator gives, fetched by a thread while the consumer works.

    With a ``gathering``, what comes are windows of batches, and the batches that fit into none. A
    window comes as soon as it holds one batch, so a slow source keeps nobody waiting, and is the
    consumer's until it gives it back. An error of the iterator is raised after all that came before
    it.

    Args:
        make: makes the iterator, on the thread.
        size: items fetched ahead.
        gathering: the windows, None: each batch comes by itself.
        own: whether arrays are the iterator's own, which it never fills anew.
    """

    def __init__(
        self,
        make: Callable[[], Iterator],
        size: int,
        gathering: Gathering | None = None,
        own: bool = True,
    ) -> None:
        self.size, self.gathering, self.own = max(1, size), gathering, own
        self.items: deque = deque()
        self.open: Window | None = None  # the last item, while there is room in it
        self.ended, self.stopped = False, False
        self.error: BaseException | None = None
        self.changed = threading.Condition()
        if gathering is not None:
            gathering.restart()
        arguments = {"args": (make,), "daemon": True, "name": "lurnet-fetch"}
        self.thread = threading.Thread(target=self.fetch, **arguments)
        self.thread.start()

    # --- for the consumer

    def __iter__(self) -> Iterator:
        try:
            while (item := self.next()) is not None:
                yield item
        finally:
            self.stop()

    def next(self, wait: bool = True) -> Any:
        """Take the next item; None where none has come, or after waiting, where none will come."""
        with self.changed:
            if wait:
                self.changed.wait_for(lambda: self.items or self.ended)
            if self.items:
                taken = self.items.popleft()
                self.open = None if taken is self.open else self.open
                self.changed.notify()
                return taken
        if wait and self.error is not None:
            raise self.error
        return None

    def give_back(self, item: Any) -> None:
        """It has been computed: a window may be filled anew."""
        if isinstance(item, Window) and self.gathering is not None:
            with self.changed:
                self.gathering.free.append(item.room)
                self.changed.notify()

    def stop(self) -> None:
        """Nothing is wanted any more."""
        with self.changed:
            self.stopped = True
            self.changed.notify()
        self.thread.join()

    # --- for the thread

    def fetch(self, make: Callable[[], Iterator]) -> None:
        """Get items until there are no more, or no more are wanted."""
        try:
            for item in make():
                if not self._put(item):
                    return
        except BaseException as error:  # handed over: the consumer raises it
            self.error = error
        finally:
            with self.changed:
                self.ended = True
                self.changed.notify()

    def _put(self, item: Any) -> bool:
        gathering = self.gathering
        if gathering is not None:
            item = pack_x_y_sample_weight(*item)
            if gathering.takes(item):
                return self._gather(item, gathering)
        item = item if self.own else tree.map_structure(_copied, item)
        with self.changed:
            self.open = None
            return self._wait(lambda: len(self.items) < self.size) and self._add(item)

    def _gather(self, batch: Any, gathering: Gathering) -> bool:
        with self.changed:  # while a batch is copied, the consumer may not take its window
            if self.open is None:
                if not self._wait(lambda: gathering.free):
                    return False
                self.open = gathering.window()
                self.items.append(self.open)
            if not gathering.put(batch, self.open):
                self.open = None
            self.changed.notify()
            return not self.stopped

    def _add(self, item: Any) -> bool:
        self.items.append(item)
        self.changed.notify()
        return True

    def _wait(self, ready: Callable[[], Any]) -> bool:
        """Wait until there is room; False where nothing is wanted any more."""
        self.changed.wait_for(lambda: self.stopped or ready())
        return not self.stopped


def _copied(array: Any) -> Any:
    return np.array(array) if isinstance(array, np.ndarray) else array
