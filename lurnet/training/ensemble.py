"""Equal models trained as one program: their state has a batch axis, the data are the same."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lurnet import ops
from lurnet.core import donation
from lurnet.core.errors import BadValue
from lurnet.core.seeds import make_default_seed
from lurnet.training import device, device_loop
from lurnet.training import epochs as loop
from lurnet.training.compiled import host_stage
from lurnet.training.data.arrays import ArrayData
from lurnet.training.data.batch import unpack_x_y_sample_weight
from lurnet.training.data.given import fit_data, make_data
from lurnet.training.overrides import makes_logs
from lurnet.training.pace import Interruption, Pace, interruptible
from lurnet.training.protocol import Trainable
from lurnet.training.steps import Steps


class Plan:
    """What a ``fit`` sees and how long it lasts.

    Args:
        model: one of those that will see it.
        arguments: those of ``fit``, without callbacks.
    """

    def __init__(self, model: Trainable, arguments: dict[str, Any]) -> None:
        given = dict(arguments)
        self.epochs, self.initial = int(given.pop("epochs", 1)), int(given.pop("initial_epoch", 0))
        self.frequency = given.pop("validation_freq", 1)
        self.data, self.checked = fit_data(model, **given)


class Fit:
    """What one model's ``fit`` begins with: built, checked, its seed drawn; and its history.

    Args:
        model: a compiled model.
        plan: what it will see.
    """

    def __init__(self, model: Trainable, plan: Plan) -> None:
        self.model, self.plan = model, plan
        loop.prepare(model, plan.data, training=True)
        if plan.checked is not None:
            loop.prepare(model, plan.checked)
        self.seed = make_default_seed()
        self.history: dict[str, list[Any]] = {}

    @property
    def key(self) -> str | None:
        """Equal for models that can be trained as one by this plan; None for one that cannot."""
        model, plan = self.model, self.plan
        arrays = isinstance(plan.data, ArrayData) and isinstance(plan.checked, ArrayData | None)
        own = makes_logs(model, "train") or makes_logs(model, "test")
        if own or model.run_eagerly or not arrays or plan.data.parts > 1 or host_stage(model):
            return None
        return Steps(model, "train").key("fit")


class State:
    """The variables of several equal models, each along a first axis."""

    def __init__(self, models: Sequence[Trainable]) -> None:
        self.models = models
        self.arrays: dict[int, Any] = {}
        self.rows: dict[int, tuple] = {}

    def of(self, rows: Sequence[tuple]) -> list[Any]:
        """The arrays of some variables; a row holds the same variable of each model."""
        for row in rows:
            if id(row[0]) not in self.arrays:
                self.arrays[id(row[0])] = ops.stack(donation.arrays(row))
                self.rows[id(row[0])] = row
        return [self.arrays[id(row[0])] for row in rows]

    def adopt(self, rows: Sequence[tuple], arrays: Sequence[Any]) -> None:
        """Take new arrays; the old ones have been given away."""
        self.arrays |= {id(row[0]): array for row, array in zip(rows, arrays, strict=True)}

    def reset_metrics(self) -> None:
        """Start all metrics anew."""
        for model in self.models:
            model.reset_metrics()
        for variable in self.models[0].metrics_variables:
            self.arrays.pop(id(variable), None)

    def write_back(self) -> None:
        """Give each model its own part."""
        for key, array in self.arrays.items():
            parts = [device.to_device(part, copy=True) for part in device.to_host(array)]
            donation.replace(self.rows[key], parts)
        self.arrays.clear()


class EnsembleRunner:
    """Epochs of several equal models over the same arrays.

    Args:
        state: that of the models.
        kind: "train" or "test".
        data: what all of them see.
    """

    def __init__(self, state: State, kind: str, data: Any) -> None:
        steps = [Steps(model, kind) for model in state.models]
        self.first, self.rows = steps[0], list(zip(*(s.variables for s in steps), strict=True))
        self.state, self.data, self.size = state, data, data.batch_size
        self.arrays = device.to_device(data.data)
        self.whole = min(data.count // self.size, data.steps)

    def epoch(
        self, rngs: Sequence[np.random.Generator | None], interruption: Interruption
    ) -> list[dict[str, Any]]:
        """All steps of an epoch; returns the logs of each model."""
        self.state.reset_metrics()
        orders = self.data.order(None)
        if rngs[0] is not None:
            orders = np.stack([self.data.order(rng) for rng in rngs])
        order, pace, logs, done = device.to_device(orders), Pace(), {}, 0
        while done < self.data.steps:
            left = self.whole - done if done < self.whole else 1
            steps = pace.steps(left)
            size = self.size if done < self.whole else self.data.count % self.size
            logs = self._run(size, order, done, done + steps)
            pace.ran(steps)
            done += steps
            interruption.check()
        found = device.to_host(logs)
        return [loop.as_floats({k: v[i] for k, v in found.items()}) for i in range(len(rngs))]

    def _run(self, size: int, order: Any, start: int, stop: int) -> dict[str, Any]:
        bounds = np.int32(start), np.int32(stop)
        args = (self.state.of(self.rows), None, self.arrays, order, *bounds)
        first = self.first

        def make() -> Callable[..., Any]:
            run = device_loop.epoch_program(
                first.step, first.variables, size, self.size, first.logs
            )
            return device_loop.for_models(run, own_order=order.ndim > 1)

        compiled = first.program(make, f"ensemble {size} {self.size}", True, *args)
        new, _, logs = compiled(*args)
        self.state.adopt(self.rows, device.wait(new))
        return logs


def fit(fits: Sequence[Fit], told: Callable[[int, list[dict[str, Any]]], None]) -> None:
    """Train models of equal keys, of one plan; each gets its ``history``.

    ``told`` hears the number of every epoch that is over, and the logs of all models.
    """
    state, plan = State([f.model for f in fits]), fits[0].plan
    assert isinstance(plan.data, ArrayData)
    training = EnsembleRunner(state, "train", plan.data)
    testing = EnsembleRunner(state, "test", plan.checked) if plan.checked is not None else None
    with interruptible() as interruption:
        for epoch in range(plan.initial, plan.epochs):
            orders = [np.random.default_rng((f.seed, epoch)) for f in fits]
            logs = training.epoch(orders, interruption)
            if testing is not None and loop.is_validation_epoch(epoch, plan.frequency):
                more = testing.epoch([None] * len(fits), interruption)
                logs = [
                    a | {f"val_{k}": v for k, v in b.items()}
                    for a, b in zip(logs, more, strict=True)
                ]
            for f, found in zip(fits, logs, strict=True):
                for name, value in found.items():
                    f.history.setdefault(name, []).append(value)
            told(epoch, logs)
    state.write_back()
    for f in fits:
        loop.finish_training(f.model)


def evaluate(models: Sequence[Any], data: Any, batch_size: int | None) -> list[dict[str, Any]]:
    """Loss and metrics of each of some equal models on test arrays, ``(x, y)`` or so."""
    arrays = make_data(models[0], *unpack_x_y_sample_weight(data), batch_size)
    if not isinstance(arrays, ArrayData):
        raise BadValue("Test data for several models at once must be arrays, (x, y).")
    for model in models:
        loop.prepare(model, arrays)
    with interruptible() as interruption:
        return EnsembleRunner(State(models), "test", arrays).epoch(
            [None] * len(models), interruption
        )
