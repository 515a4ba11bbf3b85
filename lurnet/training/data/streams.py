"""Streams of batches: generators, ``PyDataset`` and other iterables."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from lurnet.core.errors import BadValue
from lurnet.core.types import Int, Real
from lurnet.inference.host_stage import HostOutputs
from lurnet.training.data.arrays import as_steps, class_weighted, standardize
from lurnet.training.data.batch import unpack_x_y_sample_weight
from lurnet.training.data.gathering import Collecting, Gathering, copied
from lurnet.training.data.prefetch import prefetch


class PyDataset:
    """Batches by number: subclass it with ``__getitem__(i)`` and ``__len__()``.

    ``__getitem__`` gives ``(x, y)`` or ``(x, y, sample_weight)``; ``on_epoch_end`` is called after
    every epoch.

    Args:
        workers: kept for compatibility: batches are fetched while the device works.
        use_multiprocessing: kept for compatibility.
        max_queue_size: batches that ``predict`` fetches ahead.
    """

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ) -> None:
        self.workers, self.use_multiprocessing = workers, use_multiprocessing
        self.max_queue_size = max_queue_size

    def __getitem__(self, index: int) -> Any:
        """Batch number ``index``."""
        raise NotImplementedError(f"{type(self).__name__} needs __getitem__(self, index).")

    @property
    def num_batches(self) -> int | None:
        """Number of batches, None: endless."""
        size = getattr(self, "__len__", None)
        return None if size is None else size()

    def on_epoch_begin(self) -> None:
        """Called before every epoch."""

    def on_epoch_end(self) -> None:
        """Called after every epoch."""


class Stream:
    """A source of batches, which may be endless, and how many of them make an epoch.

    Args:
        source: a PyDataset, a generator, or anything that can be iterated.
        steps: batches in an epoch; None: until the source ends. The next goes on after them.
        shuffle: whether a PyDataset's batches come in a new order every epoch.
        class_weight: weight by class number.
        on_host: what each batch's inputs go through first, on the host.
    """

    def __init__(
        self,
        source: Any,
        steps: Int | None = None,
        shuffle: bool = False,
        class_weight: Mapping[int, Real] | None = None,
        on_host: Callable[[Any], Any] = lambda x: x,
    ) -> None:
        self.source, self.shuffle = source, shuffle
        self.limit = as_steps(steps)
        self.class_weight, self.on_host = class_weight, on_host
        self.indexed = hasattr(source, "__getitem__") and hasattr(source, "__len__")
        self.ended = False  #: whether an iterator, which cannot begin anew, has no more batches
        self._running: Any = None
        self._first: list = []
        self._begun = False  # told of an epoch that has not begun here yet
        if not self.indexed and not hasattr(source, "__iter__"):
            raise BadValue(
                f"x is a {type(source).__name__}, which is neither an array nor a source of "
                "batches. Give arrays, a generator of (x, y) batches, or a keras.utils.PyDataset."
            )

    @property
    def steps(self) -> int | None:
        """Batches in an epoch, None where only the end of the source tells."""
        if self.limit is not None:
            return self.limit
        return len(self.source) if hasattr(self.source, "__len__") else None

    @property
    def parts(self) -> int:
        """Epochs that a pass over a PyDataset takes; what else gives batches goes on by itself."""
        if self.limit is None or not self.indexed:
            return 1
        return max(1, -(-len(self.source) // max(1, self.limit)))

    @property
    def count(self) -> int | None:
        """Number of samples: a stream does not know it."""
        return None

    def peek(self) -> Any:
        """The first batch, which will still come."""
        if not self._begun and not self._first:
            self._begin()
            self._begun = True
        if self.indexed:
            return self._standard(self.source[0])
        if not self._first:
            try:
                self._first = [next(self._iterator())]
            except StopIteration:
                raise BadValue("The source of batches is empty: it gave not one.") from None
        return self._standard(self._first[0])

    def _iterator(self) -> Iterator:
        if self._running is None:
            self._running = iter(self.source)
        return self._running

    def epoch(
        self, rng: np.random.Generator | None, gathering: Gathering, part: int = 0
    ) -> Collecting:
        """The batches of one epoch, in windows as far as they fit into some.

        Where an epoch of a PyDataset is a part of a pass, ``part`` is its number. A generator may
        fill the same arrays anew for its next batch.
        """
        self._begin()
        return Collecting(self._batches(rng, part), gathering, own=self.indexed)

    def inputs(self) -> Iterator[Any]:
        """The inputs of one epoch's batches, fetched ahead."""
        self._begin()
        own = (lambda x: x) if self.indexed else copied

        def fetch() -> Iterator[Any]:
            for x, *_ in self._batches(None, 0):
                yield own(x)

        return prefetch(fetch, getattr(self.source, "max_queue_size", 2))

    def _begin(self) -> None:
        """Tell the source of an epoch, before its first batch is fetched."""
        if not self._begun and hasattr(self.source, "on_epoch_begin"):
            self.source.on_epoch_begin()
        self._begun = False

    def _batches(self, rng: np.random.Generator | None, part: int) -> Iterator[Any]:
        if self.indexed:
            rows: Any = range(len(self.source))
            if self.shuffle and rng is not None:
                rows = rng.permutation(len(self.source))
            if self.limit is not None:
                rows = rows[part * self.limit :][: self.limit]
            yield from (self._standard(self.source[int(i)]) for i in rows)
            return
        done, anew = 0, self._running is None
        while self.limit is None or done < self.limit:
            batch = self._first.pop() if self._first else next(self._iterator(), _END)
            if batch is _END:
                self._running = None  # a list or data set starts anew in the next epoch
                self.ended = hasattr(self.source, "__next__")
                if done or anew or self.ended:
                    return
                anew = True  # the epoch before has had the last batch
                continue
            yield self._standard(batch)
            done += 1

    def _standard(self, batch: Any) -> tuple:
        x, y, weight = unpack_x_y_sample_weight(batch)
        x = self.on_host(x)
        x, y = standardize(x, "x", texts=isinstance(x, HostOutputs)), standardize(y, "y")
        weight = standardize(weight, "sample_weight")
        if self.class_weight is not None:
            weight = class_weighted(y, weight, self.class_weight)
        return x, y, weight

    def on_epoch_end(self) -> None:
        """Tell the source that an epoch is over."""
        if hasattr(self.source, "on_epoch_end"):
            self.source.on_epoch_end()


_END = object()
