"""The host's part of fit and evaluate: epochs, events, logs."""

import warnings
from typing import Any

import numpy as np

from lurnet.callbacks.base import CallbackList
from lurnet.callbacks.standard import standard_callbacks
from lurnet.core.advice import WrongShape
from lurnet.core.errors import BadValue
from lurnet.core.seeds import make_default_seed
from lurnet.core.types import Int
from lurnet.inference.evaluate import make_tester
from lurnet.layers import added
from lurnet.training.building import build_for
from lurnet.training.checks import check_data, check_finite
from lurnet.training.compiled import compilation_of
from lurnet.training.data.arrays import ArrayData, lengths
from lurnet.training.data.streams import Stream
from lurnet.training.overrides import is_overridden
from lurnet.training.pace import Interruption, Pace, interruptible
from lurnet.training.protocol import Trainable
from lurnet.training.runner import ArrayRunner, make_runner
from lurnet.training.running import fitting, gathering_metrics, in_epoch


def prepare(model: Trainable, data: ArrayData | Stream, training: bool = False) -> None:
    """Build the model, resolve losses and metrics, and look for mistakes; nothing runs yet."""
    added.current().clear(model)
    if isinstance(data, ArrayData):
        batch, size = (data.x, data.y, data.sample_weight), data.batch_size
    else:
        batch = data.peek()
        size = lengths(batch[0])[0]
    try:
        y_pred = build_for(model, batch, size)
    except WrongShape as error:
        if isinstance(data, ArrayData):
            raise error.of(data.count) from error
        raise
    check_data(model, batch, y_pred)
    if training:
        check_finite(model, batch, size)


def fit(
    model: Trainable,
    data: ArrayData | Stream,
    validation: ArrayData | Stream | None,
    callbacks: Any,
    epochs: int,
    initial_epoch: Int,
    verbose: int | str,
    validation_freq: Any,
) -> Any:
    """Train, telling the callbacks; returns the History callback."""
    prepare(model, data, training=True)
    if validation is not None:
        prepare(model, validation)
    seed, logs = make_default_seed(), {}
    with fitting(model):
        events = standard_callbacks(
            callbacks, model, verbose=verbose, epochs=epochs, steps=data.steps, history=True
        )
        history, made = model.history, compilation_of(model)
        made.watchers, made.resume_epoch = events.gradient_watchers, 0
        own = is_overridden(model, "evaluate")
        runner, tester = make_runners(model, data, None if own else validation, events)
        pace = Pace(every=1 if events.wants_batches else None, seconds=events.look_seconds)
        model.stop_training = False
        events.on_train_begin()
        begin = epoch = max(initial_epoch, made.resume_epoch)  # BackupAndRestore sets it
        with interruptible() as interruption:
            try:
                for epoch in range(begin, epochs):
                    part = (epoch - initial_epoch) % data.parts
                    rng = np.random.default_rng((seed, epoch - part))  # one order for a whole pass
                    found = run_epoch(model, runner, rng, part, epoch, events, pace, interruption)
                    if found is None and epoch > begin:
                        break
                    logs = found or _no_batch()
                    if validation is not None and is_validation_epoch(epoch, validation_freq):
                        if own:
                            tested = evaluated(model, validation, events)
                        else:
                            tested = run_test(model, tester, events, interruption)
                        logs |= {f"val_{k}": v for k, v in tested.items()}
                    events.on_epoch_end(epoch, dict(logs))
                    if data.ended and data.limit is None and epoch + 1 < epochs:
                        warn_ran_out(data, f"after epoch {epoch + 1}", "")
                    if model.stop_training or data.ended:
                        break
            except KeyboardInterrupt:
                say_interrupted(model, epoch, epochs)
                events.on_train_end(logs)
                raise
        finish_training(model)
        events.on_train_end(logs)
    return history


def finish_training(model: Trainable) -> None:
    """What a training that was not broken off ends with."""
    compilation_of(model).watchers = []
    if model.optimizer is not None:
        model.optimizer.finalize_variable_values(model.trainable_variables)


def make_runners(
    model: Trainable,
    data: ArrayData | Stream,
    validation: ArrayData | Stream | None,
    events: CallbackList,
) -> tuple[Any, Any]:
    """What trains and what validates, if anything; their programs are compiled side by side."""
    runner, tester = make_runner(model, "train", data), None
    if validation is not None:
        tester = make_tester(model, validation, events.wants_test_batches)
    if isinstance(runner, ArrayRunner) and isinstance(tester, ArrayRunner):
        runner.meanwhile.insert(0, tester.prepare)
    return runner, tester


def run_epoch(
    model: Trainable,
    runner: Any,
    rng: np.random.Generator,
    part: int,
    epoch: int,
    events: CallbackList,
    pace: Pace,
    interruption: Interruption,
) -> dict[str, float] | None:
    """One epoch of training, a part of a pass; the logs as plain floats, sorted by name.

    None where the source of batches had not one more.
    """
    with gathering_metrics(model), in_epoch(model):
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
        if not model.stop_training:
            warn_if_short(runner.data, seen, f"in epoch {epoch + 1}", "steps_per_epoch")
        return as_floats(logs) if seen else None


def run_test(
    model: Trainable, runner: Any, events: CallbackList, interruption: Interruption
) -> dict[str, float]:
    """One pass over test data; returns the logs as plain floats."""
    with gathering_metrics(model):
        events.on_test_begin()  # it may put other weights in
        runner.begin()
        pace = Pace(every=1 if events.wants_test_batches else None, seconds=events.look_seconds)
        logs: dict[str, Any] = {}
        done, model.stop_evaluating = 0, False
        for start, stop, logs in runner.epoch(None, pace, events.on_test_batch_begin, interruption):
            done = runner.batches_done(stop)
            events.on_test_progress(done, lambda logs=logs: as_floats(logs))
            if events.wants_test_batches:
                events.on_test_batch_end(start, as_floats(logs))
            if model.stop_evaluating:
                break
        if not model.stop_evaluating:
            warn_if_short(runner.data, done, "while testing", "steps")
        found = as_floats(logs)
        runner.end()
    events.on_test_end(dict(found))
    return found


def evaluated(model: Any, data: ArrayData | Stream, events: CallbackList) -> dict[str, float]:
    """A validation by an ``evaluate`` of the user's own."""
    options = {"steps": data.limit, "callbacks": events, "verbose": 0, "return_dict": True}
    if isinstance(data, Stream):
        return model.evaluate(data.source, **options)
    options |= {"sample_weight": data.sample_weight, "batch_size": data.batch_size}
    return model.evaluate(data.x, data.y, **options)


def warn_if_short(data: ArrayData | Stream, seen: int, where: str, argument: str) -> None:
    """Say so if the data had fewer batches than were asked for."""
    if seen == 0 or (data.limit is not None and seen < data.limit):
        wanted = "" if data.limit is None else f" of the {data.limit} that {argument} asks for"
        warn_ran_out(data, where, f", after {seen} batches{wanted}")


def warn_ran_out(data: ArrayData | Stream, where: str, when: str) -> None:
    """Say that there are no more batches, and what that means for the run."""
    goes_on = "The run ends here" if data.ended else "The run goes on"
    warnings.warn(
        f"The data ran out {where}{when}. {goes_on} with what has been computed. Let a generator "
        "go on (while True: yield ...), or ask for fewer batches.",
        stacklevel=6,
    )


def _no_batch() -> Any:
    raise BadValue("There is nothing to train on: the source of batches gave not one.")


def as_floats(logs: dict[str, Any]) -> dict[str, Any]:
    """Logs fetched from the device; numbers as floats, sorted by name, as Keras shows them."""
    found: dict[str, Any] = {}
    for name, value in sorted(logs.items()):
        found |= as_floats(value) if isinstance(value, dict) else {name: _as_float(value)}
    return found


def _as_float(value: Any) -> Any:
    array = np.asarray(value)
    if array.ndim or array.dtype.kind not in "biuf":
        return value if isinstance(value, str) else array
    return float(array)


def is_validation_epoch(epoch: int, frequency: Any) -> bool:
    """Whether to validate after this epoch: every n epochs, or in the listed ones (from 1)."""
    if isinstance(frequency, int):
        return (epoch + 1) % frequency == 0
    return epoch + 1 in frequency


def say_interrupted(model: Trainable, epoch: Int, epochs: int) -> None:
    """One line on what is left after Ctrl-C."""
    print(
        f"\nStopped by Ctrl-C in epoch {epoch + 1} of {epochs}: the model keeps the weights of its "
        "last step, and model.history the epochs that were finished."
    )


def evaluate(
    model: Trainable, data: ArrayData | Stream, callbacks: Any, verbose: int | str
) -> dict[str, float]:
    """Loss and metrics on test data."""
    prepare(model, data)
    events = callbacks
    if not isinstance(callbacks, CallbackList):
        events = standard_callbacks(callbacks, model, verbose=verbose, epochs=1, steps=data.steps)
    with interruptible() as interruption:
        tester = make_tester(model, data, events.wants_test_batches)
        return run_test(model, tester, events, interruption)
