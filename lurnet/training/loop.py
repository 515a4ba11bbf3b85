"""The host's part of fit, evaluate and predict: epochs, events, logs."""

from typing import Any

import numpy as np

from lurnet.callbacks.base import CallbackList
from lurnet.callbacks.standard import standard_callbacks
from lurnet.core.errors import BadValue
from lurnet.core.seeds import make_default_seed
from lurnet.training.checks import check_data
from lurnet.training.data.arrays import ArrayData, is_array, split, standardize
from lurnet.training.data.batch import unpack_x_y_sample_weight
from lurnet.training.data.streams import Stream
from lurnet.training.pace import Interruption, Pace, interruptible
from lurnet.training.runner import ArrayRunner, make_runner
from lurnet.training.testing import make_tester


def make_data(
    model: Any,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    batch_size: int | None = None,
    steps: int | None = None,
    shuffle: bool | str = False,
    class_weight: dict[int, float] | None = None,
) -> ArrayData | Stream:
    """Arrays or a stream from what fit, evaluate and predict take, after the model's host part."""
    if is_array(x) or isinstance(x, (list, tuple, dict)):
        return ArrayData(
            model._on_host(x), y, sample_weight, batch_size, shuffle, class_weight, steps
        )
    if y is not None or sample_weight is not None:
        raise BadValue(
            f"x is a {type(x).__name__} that gives whole batches, so y and sample_weight must "
            "come out of it too: let it give (x, y) or (x, y, sample_weight)."
        )
    return Stream(x, steps, bool(shuffle), class_weight, model._on_host)


def fit_data(
    model: Any,
    x: Any = None,
    y: Any = None,
    batch_size: int | None = None,
    validation_split: float = 0.0,
    validation_data: Any = None,
    shuffle: bool | str = True,
    class_weight: dict[int, float] | None = None,
    sample_weight: Any = None,
    steps_per_epoch: int | None = None,
    validation_steps: int | None = None,
    validation_batch_size: int | None = None,
) -> tuple[ArrayData | Stream, ArrayData | Stream | None]:
    """The data to train on and those to validate with, from the arguments of ``fit``."""
    part = None
    if validation_split and validation_data is None:
        x = model._on_host(x)
        (x, y, sample_weight), part = split_off(x, y, sample_weight, validation_split)
    data = make_data(model, x, y, sample_weight, batch_size, steps_per_epoch, shuffle, class_weight)
    given = validation_data if part is None else part
    size = validation_batch_size or batch_size
    return data, checked_data(model, given, data, size, validation_steps)


def prepare(model: Any, data: ArrayData | Stream) -> None:
    """Build the model, resolve losses and metrics, and look for mistakes; nothing runs yet."""
    whole = isinstance(data, ArrayData)
    batch = (data.x, data.y, data.sample_weight) if whole else data.peek()
    y_pred = model._symbolic_build(batch)
    check_data(model, batch, y_pred)


def fit(
    model: Any,
    data: ArrayData | Stream,
    validation: ArrayData | Stream | None,
    callbacks: Any,
    epochs: int,
    initial_epoch: int,
    verbose: int | str,
    validation_freq: Any,
) -> Any:
    """Train, telling the callbacks; returns the History callback."""
    prepare(model, data)
    if validation is not None:
        prepare(model, validation)
    seed = make_default_seed()
    events = standard_callbacks(
        callbacks, model, verbose=verbose, epochs=epochs, steps=data.steps, history=True
    )
    model._gradient_watchers = events.gradient_watchers
    runner = make_runner(model, "train", data)
    tester = None
    if validation is not None:
        tester = make_tester(model, validation, events.wants_test_batches)
    if isinstance(runner, ArrayRunner) and isinstance(tester, ArrayRunner):
        runner.meanwhile.insert(0, tester.prepare)
    pace = Pace(every=1 if events.wants_batches else None, seconds=events.look_seconds)
    model.stop_training = False
    logs: dict[str, Any] = {}
    model._resume_epoch = 0  # BackupAndRestore sets it, when training begins
    events.on_train_begin()
    begin = epoch = max(initial_epoch, model._resume_epoch)
    with interruptible() as interruption:
        try:
            for epoch in range(begin, epochs):
                part = (epoch - initial_epoch) % data.parts
                rng = np.random.default_rng((seed, epoch - part))  # one order for the whole pass
                model._in_epoch = True
                logs = run_epoch(model, runner, rng, part, epoch, events, pace, interruption)
                model._in_epoch = False
                if tester is not None and is_validation_epoch(epoch, validation_freq):
                    found = run_test(model, tester, events, interruption)
                    logs |= {f"val_{k}": v for k, v in found.items()}
                events.on_epoch_end(epoch, logs)
                if model.stop_training:
                    break
        except KeyboardInterrupt:
            say_interrupted(model, epoch, epochs)
            events.on_train_end(logs)
            raise
        finally:
            model._in_epoch = False
    model._finish_training()
    events.on_train_end(logs)
    return model.history


def run_epoch(
    model: Any,
    runner: Any,
    rng: np.random.Generator,
    part: int,
    epoch: int,
    events: CallbackList,
    pace: Pace,
    interruption: Interruption,
) -> dict[str, float]:
    """One epoch of training, a part of a pass; returns the logs as plain floats, sorted by name."""
    runner.begin()
    events.on_epoch_begin(epoch)
    logs: dict[str, Any] = {}
    seen = 0
    for start, stop, logs in runner.epoch(
        rng, pace, events.on_train_batch_begin, interruption, part
    ):
        seen = stop
        events.on_train_progress(stop, lambda logs=logs: as_floats(logs))
        if events.wants_batches:
            events.on_train_batch_end(start, as_floats(logs))
        if model.stop_training:
            break
    if seen == 0:
        raise BadValue(
            f"Epoch {epoch + 1} got no batch: the source of batches has ended. A generator must go "
            "on (while True: yield ...), or give steps_per_epoch so that it lasts."
        )
    return as_floats(logs)


def run_test(
    model: Any, runner: Any, events: CallbackList, interruption: Interruption
) -> dict[str, float]:
    """One pass over test data; returns the logs as plain floats."""
    events.on_test_begin()  # it may put other weights in
    runner.begin()
    pace = Pace(every=1 if events.wants_test_batches else None, seconds=events.look_seconds)
    logs: dict[str, Any] = {}
    for start, stop, logs in runner.epoch(None, pace, events.on_test_batch_begin, interruption):
        done = runner.batches_done(stop)
        events.on_test_progress(done, lambda logs=logs: as_floats(logs))
        if events.wants_test_batches:
            events.on_test_batch_end(start, as_floats(logs))
    found = as_floats(logs)
    runner.end()
    events.on_test_end(found)
    return found


def as_floats(logs: dict[str, Any]) -> dict[str, Any]:
    """Logs fetched from the device; numbers as floats, sorted by name, as Keras shows them."""
    return {k: _as_float(v) for k, v in sorted(logs.items())}


def _as_float(value: Any) -> Any:
    array = np.asarray(value)
    return float(array) if array.ndim == 0 else array


def is_validation_epoch(epoch: int, frequency: Any) -> bool:
    """Whether to validate after this epoch: every n epochs, or in the listed ones (from 1)."""
    if isinstance(frequency, int):
        return (epoch + 1) % frequency == 0
    return epoch + 1 in frequency


def checked_data(
    model: Any, given: Any, train: ArrayData | Stream, batch_size: int | None, steps: int | None
) -> ArrayData | Stream | None:
    """The data to validate with, in batches like the training data's unless told otherwise."""
    if given is None:
        return None
    if batch_size is None and isinstance(train, ArrayData):
        batch_size = train.batch_size
    if isinstance(given, (list, tuple)):
        return make_data(model, *unpack_x_y_sample_weight(tuple(given)), batch_size, steps)
    return make_data(model, given, batch_size=batch_size, steps=steps)


def split_off(x: Any, y: Any, weight: Any, fraction: float) -> tuple[tuple, tuple]:
    """Training and validation parts of arrays."""
    if not (is_array(x) or isinstance(x, (list, tuple, dict))):
        raise BadValue(
            f"`validation_split` needs arrays, but x is a {type(x).__name__}: give "
            "validation_data=... instead."
        )
    standard = [standardize(v, n) for v, n in ((x, "x"), (y, "y"), (weight, "sample_weight"))]
    parts = split(standard, fraction)
    return tuple(parts[0]), tuple(parts[1])


def say_interrupted(model: Any, epoch: int, epochs: int) -> None:
    """One line on what is left after Ctrl-C."""
    print(
        f"\nStopped by Ctrl-C in epoch {epoch + 1} of {epochs}: the model keeps the weights of its "
        "last step, and model.history the epochs that were finished."
    )


def evaluate(
    model: Any, data: ArrayData | Stream, callbacks: Any, verbose: int | str
) -> dict[str, float]:
    """Loss and metrics on test data."""
    prepare(model, data)
    events = standard_callbacks(callbacks, model, verbose=verbose, epochs=1, steps=data.steps)
    with interruptible() as interruption:
        tester = make_tester(model, data, events.wants_test_batches)
        return run_test(model, tester, events, interruption)
