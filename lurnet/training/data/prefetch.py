"""Fetching ahead: a thread gets the next batches while the consumer works."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any


def prefetch(make: Callable[[], Iterator], size: int) -> Iterator[Any]:
    """What an iterator gives, fetched by a thread while the consumer works.

    An error of the iterator is raised after all that came before it.

    Args:
        make: makes the iterator, on the thread.
        size: items fetched ahead.
    """
    items = _Waiting(size)
    thread = threading.Thread(target=items.fetch, args=(make,), daemon=True, name="lurnet-fetch")
    thread.start()
    try:
        while items.next():
            yield items.taken
    finally:
        items.stop()
        thread.join()


class _Waiting:
    """What the thread has fetched and the consumer has not yet taken."""

    def __init__(self, size: int) -> None:
        self.size = max(1, size)
        self.items: deque = deque()
        self.taken: Any = None
        self.ended, self.stopped = False, False
        self.error: BaseException | None = None
        self.changed = threading.Condition()

    # --- for the consumer

    def next(self) -> bool:
        """Take the next item; False where there is none any more."""
        with self.changed:
            self.changed.wait_for(lambda: self.items or self.ended)
            if self.items:
                self.taken = self.items.popleft()
                self.changed.notify()
                return True
        if self.error is not None:
            raise self.error
        return False

    def stop(self) -> None:
        """Nothing is wanted any more."""
        with self.changed:
            self.stopped = True
            self.changed.notify()

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
        with self.changed:
            self.changed.wait_for(lambda: self.stopped or len(self.items) < self.size)
            self.items.append(item)
            self.changed.notify()
            return not self.stopped
