"""A model's step as compiled programs, for one batch and for many, and the state it may write."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lurnet.core import donation
from lurnet.core.registry import known
from lurnet.core.variable import commit, values
from lurnet.training import device, device_loop, program
from lurnet.training.compiled import compilation_of
from lurnet.training.overrides import is_overridden, makes_logs
from lurnet.training.own_steps import step_function, step_variables
from lurnet.training.protocol import Trainable
from lurnet.training.session import session_of
from lurnet.training.structure import digest_of, runtime_hyperparameters, structure_key


class Steps:
    """A model's training or testing step, with the variables that it may read and write.

    Training writes the variables at every call. Testing leaves them alone: it has the weights of
    one moment, and counts on its own, so that it may go on beside a training of the same model.

    Args:
        model: the model.
        kind: "train" or "test", or "predict" for what reads the model alone.
    """

    facts = "batch"  #: what tells the program of a single batch from others of its kind

    def __init__(self, model: Trainable, kind: str) -> None:
        self.model, self.kind = model, kind
        session = session_of(model)
        self.programs = session.programs if kind == "predict" else session.training.programs
        self.step: Callable[..., Any] = step_function(model, kind)
        self.variables: list[Any] = self._all_variables()
        self.own: list[Any] = []  # testing: the state, and which of it has been written
        self.written: set[int] = set()
        self.on_shape: dict[str, Any] = {}  # programs for batches given one by one
        self.ready: dict[int, Any] = {}  # loops over batches of a size
        self.last: dict[int, Any] = {}  # what their steps returned

    def _all_variables(self) -> list[Any]:
        model = self.model

        def find() -> list[Any]:
            return [*step_variables(model, self.kind), *runtime_hyperparameters(model)]

        if self.kind == "predict" or compilation_of(model).watchers:
            return find()
        session = session_of(model)
        return session.training.once(("variables", self.kind, session.version.flags()), find)

    def batches_done(self, steps: int) -> int:
        """How many of the caller's batches some steps have done."""
        return steps

    def logs(self, returned: Any) -> dict[str, Any]:
        """What a step of the user's own returned, else the metrics' values so far."""
        return self.model.get_metrics_result() if returned is None else returned

    def program(self, make: Callable[..., Any], facts: str, donate: bool, *args: Any) -> Any:
        """The executable for arguments of these shapes: the model's, or of an equal model's."""
        return self.program_soon(make, facts, donate, *args).result()

    def program_soon(self, make: Callable[..., Any], facts: str, donate: bool, *args: Any) -> Any:
        """``program``, compiled while the caller goes on."""
        shapes, flags = program.shapes(args), session_of(self.model).version.flags()
        local = self.kind, facts, shapes, flags, self._watching()
        if local not in self.programs:
            key = self.key(f"{facts} {shapes}")
            self.programs[local] = program.compiled_soon(make(), key, donate, *args)
        return self.programs[local]

    def _watching(self) -> Any:
        """What tells those who look at the gradients of a step from others."""
        watchers = compilation_of(self.model).watchers
        if self.kind != "train" or not watchers:
            return None
        return digest_of(watchers, self.variables) or tuple(watchers)

    def key(self, facts: str) -> str | None:
        """What tells a program of the model, as it is now, from all others; None: nothing does."""
        return structure_key(self.model, self.kind, self.variables, facts)

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
        keeps = (
            {id(v) for v in self.model.metrics_variables}
            if compilation_of(self.model).in_epoch
            else set()
        )
        places = [i for i in sorted(self.written) if id(self.variables[i]) not in keeps]
        donation.replace([self.variables[i] for i in places], [self.own[i] for i in places])

    def _run(self, run: Callable[..., Any], *args: Any) -> tuple:
        """Start a program; returns what it does beside the state."""
        if self.kind != "test":
            return device.run_donating(self.variables, lambda state: run(state, *args))
        new, *rest = run(self.own, *args)
        for place, array in new.items():
            self.own[place] = array
        self.written.update(new)
        return tuple(rest)

    # --- one batch, and many

    def on_batch(self, batch: Any) -> dict[str, Any]:
        """One step on a batch; returns the logs, still on the device."""
        if self.model.run_eagerly:
            return self.eagerly(device.to_device(batch, copy=True))
        batch, training = device.narrowed(batch), self.kind != "test"

        def make() -> Callable[..., Any]:
            return device_loop.batch_program(self.step, self.variables, self.logs, training)

        shape = program.shapes(batch)
        if shape not in self.on_shape:
            state = donation.arrays(self.variables)
            self.on_shape[shape] = self.program(make, self.facts, training, state, batch)
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
            own = makes_logs(self.model, self.kind)
            facts = self.step, self.variables, data, size
            self.last[size] = device_loop.returned_zeros(*facts) if own else None
        args = (self.last[size], data, index, *map(np.int32, bounds))
        run = self.loop(size, stride, (donation.arrays(self.variables), *args)).result()
        self.last[size], logs = self._run(run, *args)
        if not logs:  # the next call may be given the variables before anybody has waited for them
            device.wait(self.own or donation.arrays(self.variables))
        return logs

    def loop(self, size: int, stride: int, args: tuple) -> Any:
        """The program of ``start``, which may still be compiled."""
        training = self.kind != "test"

        def make() -> Callable[..., Any]:
            facts = self.step, self.variables, size, stride, self.logs
            return device_loop.epoch_program(*facts, training)

        if size not in self.ready:
            self.ready[size] = self.program_soon(make, f"epoch {size} {stride}", training, *args)
        return self.ready[size]


def starts_plainly(model: Trainable) -> bool:
    """Whether metrics begin with the same numbers each time: a user's own may do anything."""
    own = is_overridden(model, "reset_metrics")
    return not own and all(known(type(m)) is not None for m in model.metrics)


def _fresh(model: Trainable) -> dict[int, Any]:
    """What metrics begin with, by the ids of their variables. Testing gives no array away."""

    def reset() -> dict[int, Any]:
        with values([], []) as scope:
            model.reset_metrics()
        return scope.arrays

    training = session_of(model).training
    if training.once("starts plainly", lambda: starts_plainly(model)):
        return training.once("fresh metrics", reset)
    return reset()
