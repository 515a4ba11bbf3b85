"""Running epochs of steps on the device, over arrays or over a stream of batches."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from lurnet.training import program
from lurnet.training.data.arrays import ArrayData
from lurnet.training.data.batch import pack_x_y_sample_weight
from lurnet.training.data.streams import Stream
from lurnet.training.pace import Interruption, Pace
from lurnet.training.structure import structure_key

Look = tuple[int, int, dict[str, Any]]  # first step, step after the last, logs on the device


class Steps:
    """A model's training or testing step, with the variables that it may read and write.

    Args:
        model: the model.
        kind: "train" or "test".
    """

    def __init__(self, model: Any, kind: str) -> None:
        self.model, self.kind = model, kind
        self.step: Callable = model._step_function(kind)
        self.variables = model._step_variables(kind)

    def logs(self, returned: Any) -> dict[str, Any]:
        """What a step of the user's own returned, else the metrics' values so far."""
        return self.model.get_metrics_result() if returned is None else returned

    def program(self, make: Callable, facts: str, donate: bool, *args: Any) -> Any:
        """The executable for arguments of these shapes: the model's, or of an equal model's."""
        flags = "".join("01"[v.trainable] for v in self.variables)
        local = (self.kind, facts, program.shapes(args), flags)
        known = self.model._programs
        if local not in known:
            key = structure_key(self.model, f"{self.kind} {facts}", local[2])
            known[local] = program.compiled(make(), key, donate, *args)
        return known[local]

    def on_batch(self, batch: Any) -> dict[str, Any]:
        """One step on a batch; returns the logs, still on the device."""
        if self.model.run_eagerly:
            return self.logs(self.step(batch))
        batch = program.to_device(batch)
        state = program.state_of(self.variables)

        def make() -> Callable:
            return program.batch_program(self.step, self.variables, self.logs)

        run = self.program(make, "batch", True, state, batch)
        new, logs = run(state, batch)
        program.adopt(self.variables, new)
        return logs


class ArrayRunner(Steps):
    """Epochs over arrays that lie on the device; see ``program.epoch_program``."""

    def __init__(self, model: Any, kind: str, data: ArrayData) -> None:
        super().__init__(model, kind)
        self.data = data
        self.arrays = data.data if model.run_eagerly else program.to_device(data.data)
        self.last: dict[int, Any] = {}

    def epoch(
        self,
        rng: np.random.Generator | None,
        pace: Pace,
        before: Callable[[int], None],
        interruption: Interruption,
    ) -> Iterator[Look]:
        """All steps of an epoch, in as many calls as the pace asks for."""
        order = self.data.order(rng)
        whole = min(self.data.count // self.data.batch_size, self.data.steps)
        on_device = order if self.model.run_eagerly else program.to_device(order)
        done = 0
        while done < self.data.steps:
            before(done)
            left = whole - done if done < whole else 1
            size = self.data.batch_size if done < whole else self.data.count % self.data.batch_size
            steps = pace.steps(left)
            logs = self._run(on_device, size, done, done + steps)
            pace.ran(steps)
            yield done, done + steps, logs
            done += steps
            interruption.check()

    def _run(self, order: Any, size: int, start: int, stop: int) -> dict[str, Any]:
        if self.model.run_eagerly:
            return self._run_eagerly(order, size, start, stop)
        state = program.state_of(self.variables)
        if size not in self.last:
            own = self.model._has_own_step(self.kind)
            args = (self.step, self.variables, self.arrays, size)
            self.last[size] = program.returned_zeros(*args) if own else None
        args = (state, self.last[size], self.arrays, order, np.int32(start), np.int32(stop))
        stride = self.data.batch_size

        def make() -> Callable:
            return program.epoch_program(self.step, self.variables, size, stride, self.logs)

        run = self.program(make, f"epoch {size} {stride}", True, *args)
        new, self.last[size], logs = run(*args)
        program.adopt(self.variables, program.wait(new))
        return logs

    def _run_eagerly(self, order: Any, size: int, start: int, stop: int) -> dict[str, Any]:
        logs: dict[str, Any] = {}
        for i in range(start, stop):
            rows = order[i * self.data.batch_size :][:size]
            batch = program.to_device(program.rows(self.arrays, rows))
            logs = self.logs(self.step(batch))
        return logs


class StreamRunner(Steps):
    """Epochs over a stream, a batch at a time."""

    def __init__(self, model: Any, kind: str, data: Stream) -> None:
        super().__init__(model, kind)
        self.data = data

    def epoch(
        self,
        rng: np.random.Generator | None,
        pace: Pace,
        before: Callable[[int], None],
        interruption: Interruption,
    ) -> Iterator[Look]:
        """All steps of an epoch; where the source ends early, so does the epoch."""
        batches = self.data.epoch(rng)
        done = 0
        try:
            for batch in batches:
                before(done)
                yield done, done + 1, self.on_batch(pack_x_y_sample_weight(*batch))
                done += 1
                interruption.check()
        finally:
            batches.close()  # type: ignore[attr-defined]
        self.data.on_epoch_end()


def make_runner(model: Any, kind: str, data: ArrayData | Stream) -> ArrayRunner | StreamRunner:
    """The runner for a kind of data."""
    if isinstance(data, ArrayData):
        return ArrayRunner(model, kind, data)
    return StreamRunner(model, kind, data)
