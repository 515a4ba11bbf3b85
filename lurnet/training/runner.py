"""Running epochs of steps on the device, over arrays or over a stream of batches."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from lurnet.core import donation
from lurnet.kernels.common.choice import on_cpu
from lurnet.kernels.costs import costs
from lurnet.training import device
from lurnet.training.data.arrays import ArrayData, take
from lurnet.training.data.gathering import RUNNING, Gathering, StagedBatches
from lurnet.training.data.staging import StagingBuffers, bytes_per_sample
from lurnet.training.data.streams import Stream
from lurnet.training.overrides import makes_logs
from lurnet.training.pace import Interruption, Pace
from lurnet.training.protocol import Trainable
from lurnet.training.steps import Steps

Look = tuple[int, int, dict[str, Any]]  # first step, step after the last, logs on the device


class ArrayRunner(Steps):
    """Epochs over arrays.

    Each step gathers its samples: on a GPU from a copy on the device, on a CPU from the arrays
    where they lie. Where a program cannot read them there (no library in C, rows that are not
    contiguous), the host gathers the samples of some steps at a time, while the steps before are
    computed.

    What is in ``meanwhile`` is called once, when the first steps have been started.
    """

    def __init__(self, model: Trainable, kind: str, data: ArrayData) -> None:
        super().__init__(model, kind)
        self.data, self.size = data, data.batch_size
        self.rest = data.count % self.size
        self.arrays = device.to_host(data.data)
        self.held = None if model.run_eagerly else device.resident(self.arrays)
        self._begin(0)
        per_step = self.size * bytes_per_sample(self.arrays)
        self.span = (
            self.whole
            if self.held is not None
            else max(1, min(self.whole, costs().staging_bytes // per_step))
        )
        self.staging = (
            StagingBuffers(self.arrays, self.span * self.size) if self.held is None else None
        )
        self.meanwhile: list[Callable[[], None]] = [self.prepare]

    def epoch(
        self,
        rng: np.random.Generator | None,
        pace: Pace,
        before: Callable[[int], None],
        interruption: Interruption,
        part: int = 0,
    ) -> Iterator[Look]:
        """All steps of an epoch, a part of a pass, in as many calls as the pace asks for."""
        self._begin(part)
        order = self.data.order(rng, part)
        rows = order if self.held is None else device.resident(order)
        ready = self._staged(order, 0)
        self.ready.clear()  # somebody may have frozen a layer since
        done = 0
        while done < self.steps:
            before(done)
            first = done // self.span * self.span if done < self.whole else done
            left = min(first + self.span, self.whole) - done if done < self.whole else 1
            steps = pace.steps(left)
            logs = self._steps(ready, rows, done - first, steps, done < self.whole)
            if steps == left and done + steps < self.steps:  # while the device works
                ready = self._staged(order, done + steps)
            while self.meanwhile:
                self.meanwhile.pop()()
            device.wait(logs)
            pace.ran(steps)
            yield done, done + steps, logs
            done += steps
            interruption.check()

    def _begin(self, part: int) -> None:
        """Note how many steps an epoch has, and how many of them are on whole batches."""
        self.steps = self.data.steps_of(part)
        self.whole = min(self.data.count // self.size - part * self.data.steps, self.steps)

    def prepare(self) -> None:
        """Have what an epoch needs compiled, while the caller goes on."""
        if self.model.run_eagerly or makes_logs(self.model, self.kind):
            return  # what a step of the user's own returns is known only when it has been traced
        state = donation.arrays(self.variables)
        index = None if self.held is None else device.resident(self.data.order(None))
        sizes = [self.size] * (self.whole > 0) + [self.rest] * (self.whole < self.steps)
        for size in sizes:
            rows = self.staging.buffers[0] if self.staging is not None else self.held
            if size == self.rest and self.staging is not None:
                rows = take(self.arrays, slice(size))
            self.loop(size, self.size, (state, None, rows, index, np.int32(0), np.int32(1)))

    def _staged(self, order: np.ndarray, first: int) -> Any:
        """The samples of the steps from ``first`` on, as many as a staging buffer holds."""
        if self.held is not None:
            return self.held
        rows = order[first * self.size :][: self.span * self.size]
        if first >= self.whole:  # the last batch is smaller: arrays of its own
            return take(self.arrays, rows)
        assert self.staging is not None
        return self.staging.gather(rows)

    def _steps(self, data: Any, order: Any, start: int, steps: int, whole: bool) -> dict[str, Any]:
        """Start some steps of a buffer; returns the logs, for which whoever reads them waits."""
        size = self.size if whole else self.rest
        if self.model.run_eagerly:
            return self._run_eagerly(data, size, start, steps)
        if self.held is not None:
            first = start if whole else self.whole
            return self.start(size, self.size, data, order, (first, first + steps))
        on_device = device.to_device(data)
        return self.start(size, self.size, on_device, None, (start, start + steps))

    def _run_eagerly(self, data: Any, size: int, start: int, steps: int) -> dict[str, Any]:
        logs: dict[str, Any] = {}
        for i in range(start, start + steps):
            rows = slice(i * self.size, i * self.size + size)
            logs = self.eagerly(device.to_device(take(data, rows), copy=True))
        return logs


class StreamRunner(Steps):
    """Epochs over a stream: several small batches in a call, large ones and odd ones by themselves.

    The next call waits at the device while one runs, unless somebody listens to batches. Then a
    generator is asked for a batch after the one before has been told of, as in Keras.
    """

    def __init__(self, model: Trainable, kind: str, data: Stream) -> None:
        super().__init__(model, kind)
        self.data = data
        self.gathering = Gathering(1 if model.run_eagerly else data.steps)

    def epoch(
        self,
        rng: np.random.Generator | None,
        pace: Pace,
        before: Callable[[int], None],
        interruption: Interruption,
        part: int = 0,
    ) -> Iterator[Look]:
        """All steps of an epoch; where the source ends early, so does the epoch."""
        items = self.data.epoch(rng, self.gathering, part)
        self.on_shape.clear()  # somebody may have frozen a layer since
        self.ready.clear()
        most = RUNNING if pace.every is None else 1
        early = RUNNING if self.data.indexed or most > 1 else 1
        if most == 1 and not on_cpu():  # a buffer would be sent for each batch
            self.gathering.span = 0
        running: deque[tuple[Look, Any]] = deque()  # calls, and the items that end with them
        item, done = None, 0

        def patience() -> float:
            busy = running and not device.computed(running[-1][0][2])
            return costs().stream_patience[bool(busy)] if early > 1 else 0.0

        try:
            while True:
                if item is None and len(running) < early:
                    item = items.next(bool(running), patience)
                if item is not None and len(running) < most:
                    before(done)
                    steps, logs, over = self._call(item, pace)
                    running.append(((done, done + steps, logs), item if over else None))
                    item, done = None if over else item, done + steps
                elif running:
                    look, used = running.popleft()
                    device.wait(look[2])
                    pace.ran(look[1] - look[0])
                    items.give_back(used)
                    yield look
                    interruption.check()
                else:
                    break
        finally:
            device.wait([look[2] for look, _ in running])  # they read what is lent
        self.data.on_epoch_end()

    def _call(self, item: Any, pace: Pace) -> tuple[int, dict[str, Any], bool]:
        """Start a batch, or some staged batches; how many, the logs, whether none is left."""
        if not isinstance(item, StagedBatches):
            return pace.steps(1), self.on_batch(item), True
        if item.data is None:
            item.data = device.readable(item.room)
        start, item.start = item.start, item.start + pace.steps(item.count - item.start)
        logs = self.start(item.size, item.size, item.data, None, (start, item.start))
        return item.start - start, logs, item.start == item.count


def make_runner(
    model: Trainable, kind: str, data: ArrayData | Stream
) -> ArrayRunner | StreamRunner:
    """The runner for a kind of data."""
    if isinstance(data, ArrayData):
        return ArrayRunner(model, kind, data)
    return StreamRunner(model, kind, data)
