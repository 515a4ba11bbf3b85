"""Prefetching: a thread gets the next batches while the consumer works."""

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any


def prefetch(make: Callable[[], Iterator], size: int) -> Iterator[Any]:
    """What an iterator gives, fetched by a thread while the consumer works.

    An error of the iterator is raised after all that came before it.

    Args:
        make: makes the iterator, on the thread.
        size: items fetched in advance.
    """
    items: queue.Queue = queue.Queue(max(1, size))  # each with the error in its place
    stopped = threading.Event()

    def fetch() -> None:
        try:
            for item in make():
                items.put((item, None))
                if stopped.is_set():
                    return
            items.put((None, StopIteration()))
        except BaseException as error:  # handed over: the consumer raises it
            items.put((None, error))

    thread = threading.Thread(target=fetch, daemon=True, name="lurnet-fetch")
    thread.start()
    try:
        while True:
            item, error = items.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item
            del item  # it may be large
    finally:
        stopped.set()
        while thread.is_alive():  # it may wait for room
            with contextlib.suppress(queue.Empty):
                items.get(timeout=0.01)
