"""Running epochs of steps on the device, over arrays or over a stream of batches."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from lurnet.core import donation
from lurnet.core.registry import known
from lurnet.core.variable import commit, values
from lurnet.layers.version import version_of
from lurnet.training import program
from lurnet.training.compiled import Compiled
from lurnet.training.data.arrays import ArrayData
from lurnet.training.data.gathering import PATIENCE, RUNNING, Gathering, StagedBatches
from lurnet.training.data.staging import BYTES, StagingBuffers, bytes_per_sample
from lurnet.training.data.streams import Stream
from lurnet.training.facts import training_of
from lurnet.training.pace import Interruption, Pace
from lurnet.training.structure import digest_of, program_numbers, structure_key

Look = tuple[int, int, dict[str, Any]]  # first step, step after the last, logs on the device


class Steps:
    """A model's training or testing step, with the variables that it may read and write.

    Training writes the variables at every call. Testing leaves them alone: it has the weights of
    one moment, and counts on its own, so that it may go on beside a training of the same model.

    Args:
        model: the model.
        kind: "train" or "test", or "predict" for what reads the model alone.
    """

    def __init__(self, model: Any, kind: str) -> None:
        self.model, self.kind = model, kind
        self.programs = (version_of(model) if kind == "predict" else training_of(model)).programs
        self.step: Callable = model._step_function(kind)
        self.variables: list[Any] = self._all_variables()
        self.own: list[Any] = []  # testing: the state, and which of it has been written
        self.written: set[int] = set()
        self.on_shape: dict[str, Any] = {}  # programs for batches given one by one
        self.ready: dict[int, Any] = {}  # loops over batches of a size
        self.last: dict[int, Any] = {}  # what their steps returned

    def _all_variables(self) -> list[Any]:
        model = self.model

        def find() -> list[Any]:
            return [*model._step_variables(self.kind), *program_numbers(model)]

        if self.kind == "predict" or model._gradient_watchers:
            return find()
        key = "variables", self.kind, version_of(model).flags()
        return training_of(model).once(key, find)

    def batches_done(self, steps: int) -> int:
        """How many of the caller's batches some steps have done."""
        return steps

    def logs(self, returned: Any) -> dict[str, Any]:
        """What a step of the user's own returned, else the metrics' values so far."""
        return self.model.get_metrics_result() if returned is None else returned

    def program(self, make: Callable, facts: str, donate: bool, *args: Any) -> Any:
        """The executable for arguments of these shapes: the model's, or of an equal model's."""
        return self.program_soon(make, facts, donate, *args).result()

    def program_soon(self, make: Callable, facts: str, donate: bool, *args: Any) -> Any:
        """``program``, compiled while the caller goes on."""
        local = (
            self.kind, facts, program.shapes(args), version_of(self.model).flags(), self._watching()
        )  # fmt: skip
        if local not in self.programs:
            key = self.key(f"{facts} {local[2]}")
            self.programs[local] = program.compiled_soon(make(), key, donate, *args)
        return self.programs[local]

    def _watching(self) -> Any:
        """What tells those who look at the gradients of a step from others."""
        watchers = self.model._gradient_watchers
        if self.kind != "train" or not watchers:
            return None
        return digest_of(watchers, self.variables) or tuple(watchers)

    def key(self, facts: str) -> str | None:
        """What tells a program of the model, as it is now, from all others; None: nothing does."""
        return structure_key(self.model, self.kind, self.variables, facts)

    def facts(self) -> str:
        """What tells the program of a single batch from others of its kind."""
        return "batch"

    # --- testing: a state of its own

    def begin(self) -> None:
        """Start a pass: the metrics anew, and, to test, with the weights of this moment."""
        if self.kind != "test" or self.model.run_eagerly:
            self.model.reset_metrics()
            return
        fresh = _fresh(self.model)
        arrays = donation.snapshot(self.variables)
        self.own = [fresh.get(id(v), a) for v, a in zip(self.variables, arrays, strict=True)]
        self.written = {i for i, v in enumerate(self.variables) if id(v) in fresh}

    def end(self) -> None:
        """Show in the variables what a pass of testing has written, but to an epoch under way."""
        if self.kind != "test" or self.model.run_eagerly:
            return
        keeps = {id(v) for v in self.model.metrics_variables} if self.model._in_epoch else set()
        places = [i for i in sorted(self.written) if id(self.variables[i]) not in keeps]
        donation.replace([self.variables[i] for i in places], [self.own[i] for i in places])

    def _run(self, run: Callable, *args: Any) -> tuple:
        """Start a program; returns what it does beside the state."""
        if self.kind != "test":
            return program.advanced(self.variables, lambda state: run(state, *args))
        new, *rest = run(self.own, *args)
        for place, array in new.items():
            self.own[place] = array
        self.written.update(new)
        return tuple(rest)

    # --- one batch, and many

    def on_batch(self, batch: Any) -> dict[str, Any]:
        """One step on a batch; returns the logs, still on the device."""
        if self.model.run_eagerly:
            return self.eagerly(program.to_device(batch, copy=True))
        batch, training = program.narrowed(batch), self.kind != "test"

        def make() -> Callable:
            return program.batch_program(self.step, self.variables, self.logs, training)

        shape = program.shapes(batch)
        if shape not in self.on_shape:
            state = program.state_of(self.variables)
            self.on_shape[shape] = self.program(make, self.facts(), training, state, batch)
        return self._run(self.on_shape[shape], batch)[0]

    def eagerly(self, batch: Any) -> dict[str, Any]:
        """One step in Python, on real numbers; what layers add to the loss ends with it."""
        with values([], []) as scope:
            logs = self.logs(self.step(batch))
        commit(scope)
        return logs

    def start(
        self, size: int, stride: int, data: Any, index: Any, bounds: tuple[int, int]
    ) -> dict[str, Any]:
        """Start the steps between the bounds; returns the logs, for which whoever reads them waits.

        Step i takes ``size`` samples of the data, or of its rows ``index``, from ``i * stride`` on.
        """
        if size not in self.last:
            own = self.model._makes_logs(self.kind)
            facts = self.step, self.variables, data, size
            self.last[size] = program.returned_zeros(*facts) if own else None
        args = (self.last[size], data, index, *map(np.int32, bounds))
        run = self.loop(size, stride, (program.state_of(self.variables), *args)).result()
        self.last[size], logs = self._run(run, *args)
        if not logs:  # the next call may be given the variables before anybody has waited for them
            program.wait(self.own or program.state_of(self.variables))
        return logs

    def loop(self, size: int, stride: int, args: tuple) -> Any:
        """The program of ``start``, which may still be compiled."""
        training = self.kind != "test"

        def make() -> Callable:
            facts = self.step, self.variables, size, stride, self.logs
            return program.epoch_program(*facts, training)

        if size not in self.ready:
            self.ready[size] = self.program_soon(make, f"epoch {size} {stride}", training, *args)
        return self.ready[size]


def starts_plainly(model: Any) -> bool:
    """Whether metrics begin with the same numbers each time: a user's own may do anything."""
    plain = type(model).reset_metrics is Compiled.reset_metrics and "reset_metrics" not in vars(
        model
    )
    return plain and all(known(type(m)) is not None for m in model.metrics)


def _fresh(model: Any) -> dict[int, Any]:
    """What metrics begin with, by the ids of their variables. Testing gives no array away."""

    def reset() -> dict[int, Any]:
        with values([], []) as scope:
            model.reset_metrics()
        return scope.arrays

    training = training_of(model)
    if training.once("starts plainly", lambda: starts_plainly(model)):
        return training.once("fresh metrics", reset)
    return reset()


class ArrayRunner(Steps):
    """Epochs over arrays.

    Each step gathers its samples: on a GPU from a copy on the device, on a CPU from the arrays
    where they lie. Where a program cannot read them there (no library in C, rows that are not
    contiguous), the host gathers the samples of some steps at a time, while the steps before are
    computed.

    What is in ``meanwhile`` is called once, when the first steps have been started.
    """

    def __init__(self, model: Any, kind: str, data: ArrayData) -> None:
        super().__init__(model, kind)
        self.data, self.size = data, data.batch_size
        self.rest = data.count % self.size
        self.arrays = program.to_host(data.data)
        self.held = None if model.run_eagerly else program.resident(self.arrays)
        self._begin(0)
        per_step = self.size * bytes_per_sample(self.arrays)
        self.span = (
            self.whole if self.held is not None else max(1, min(self.whole, BYTES // per_step))
        )
        self.windows = (
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
        rows = order if self.held is None else program.resident(order)
        ready = self._window(order, 0)
        self.ready.clear()  # somebody may have frozen a layer since
        done = 0
        while done < self.steps:
            before(done)
            first = done // self.span * self.span if done < self.whole else done
            left = min(first + self.span, self.whole) - done if done < self.whole else 1
            steps = pace.steps(left)
            logs = self._steps(ready, rows, done - first, steps, done < self.whole)
            if steps == left and done + steps < self.steps:  # while the device works
                ready = self._window(order, done + steps)
            while self.meanwhile:
                self.meanwhile.pop()()
            program.wait(logs)
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
        if self.model.run_eagerly or self.model._makes_logs(self.kind):
            return  # what a step of the user's own returns is known only when it has been traced
        state = program.state_of(self.variables)
        index = None if self.held is None else program.resident(self.data.order(None))
        sizes = [self.size] * (self.whole > 0) + [self.rest] * (self.whole < self.steps)
        for size in sizes:
            rows = self.windows.buffers[0] if self.windows is not None else self.held
            if size == self.rest and self.windows is not None:
                rows = program.rows(self.arrays, slice(size))
            self.loop(size, self.size, (state, None, rows, index, np.int32(0), np.int32(1)))

    def _window(self, order: np.ndarray, first: int) -> Any:
        """The samples of the steps from ``first`` on, as many as a window holds."""
        if self.held is not None:
            return self.held
        rows = order[first * self.size :][: self.span * self.size]
        if first >= self.whole:  # the last batch is smaller: arrays of its own
            return program.rows(self.arrays, rows)
        assert self.windows is not None
        return self.windows.gather(rows)

    def _steps(self, data: Any, order: Any, start: int, steps: int, whole: bool) -> dict[str, Any]:
        """Start some steps of a window; returns the logs, for which whoever reads them waits."""
        size = self.size if whole else self.rest
        if self.model.run_eagerly:
            return self._run_eagerly(data, size, start, steps)
        if self.held is not None:
            first = start if whole else self.whole
            return self.start(size, self.size, data, order, (first, first + steps))
        on_device = program.to_device(data)
        return self.start(size, self.size, on_device, None, (start, start + steps))

    def _run_eagerly(self, data: Any, size: int, start: int, steps: int) -> dict[str, Any]:
        logs: dict[str, Any] = {}
        for i in range(start, start + steps):
            rows = slice(i * self.size, i * self.size + size)
            logs = self.eagerly(program.to_device(program.rows(data, rows), copy=True))
        return logs


class StreamRunner(Steps):
    """Epochs over a stream: several small batches in a call, large ones and odd ones by themselves.

    The next call waits at the device while one runs, unless somebody listens to batches. Then a
    generator is asked for a batch after the one before has been told of, as in Keras.
    """

    def __init__(self, model: Any, kind: str, data: Stream) -> None:
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
        if most == 1 and not program.on_cpu():  # a window would be sent for each batch
            self.gathering.span = 0
        running: deque[tuple[Look, Any]] = deque()  # calls, and the items that end with them
        item, done = None, 0

        def patience() -> float:
            busy = running and not program.computed(running[-1][0][2])
            return PATIENCE[bool(busy)] if early > 1 else 0.0

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
                    program.wait(look[2])
                    pace.ran(look[1] - look[0])
                    items.give_back(used)
                    yield look
                    interruption.check()
                else:
                    break
        finally:
            program.wait([look[2] for look, _ in running])  # they read what is lent
        self.data.on_epoch_end()

    def _call(self, item: Any, pace: Pace) -> tuple[int, dict[str, Any], bool]:
        """Start a batch, or some batches of a window; how many, the logs, whether none is left."""
        if not isinstance(item, StagedBatches):
            return pace.steps(1), self.on_batch(item), True
        if item.data is None:
            item.data = program.readable(item.room)
        start, item.start = item.start, item.start + pace.steps(item.count - item.start)
        logs = self.start(item.size, item.size, item.data, None, (start, item.start))
        return item.start - start, logs, item.start == item.count


def make_runner(model: Any, kind: str, data: ArrayData | Stream) -> ArrayRunner | StreamRunner:
    """The runner for a kind of data."""
    if isinstance(data, ArrayData):
        return ArrayRunner(model, kind, data)
    return StreamRunner(model, kind, data)
