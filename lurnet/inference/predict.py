"""Model.predict: outputs for all samples, with callbacks, from arrays or a source of batches."""

import contextlib
from collections.abc import Generator, Iterator
from typing import Any

from lurnet.callbacks.base import CallbackList
from lurnet.callbacks.standard import standard_callbacks
from lurnet.core.errors import BadValue
from lurnet.core.types import Int
from lurnet.inference.batches import length, on_host
from lurnet.inference.predictor import Predictor, predictor
from lurnet.kernels.costs import costs
from lurnet.training.building import output_spec
from lurnet.training.data.arrays import ArrayData, joined, symbols_of, take
from lurnet.training.data.batch import unpack_x_y_sample_weight
from lurnet.training.data.gathering import Collecting, Gathering, StagedBatches
from lurnet.training.data.given import make_data
from lurnet.training.data.streams import Stream
from lurnet.training.epochs import warn_if_short
from lurnet.training.fixed_batch import remembered_batch
from lurnet.training.pace import interruptible
from lurnet.training.protocol import Trainable

#: Inputs that are computed at once, how many of the caller's batches they are, and how many samples
#: a batch of the computation has (None: as many as suit).
Piece = tuple[Any, int, Int | None]


def predict(
    model: Trainable,
    x: Any,
    batch_size: Int | None,
    verbose: int | str,
    steps: Int | None,
    callbacks: Any,
) -> Any:
    """Outputs for all samples; as one computation unless somebody wants to see batches."""
    batch_size = remembered_batch(model) if batch_size is None else batch_size
    data = make_data(model, x, batch_size=batch_size, steps=steps)
    if not model.built:
        first = data.x if isinstance(data, ArrayData) else data.peek()[0]
        size = data.batch_size if isinstance(data, ArrayData) else length(first)
        output_spec(model, symbols_of(first, size))
    events = standard_callbacks(callbacks, model, verbose=verbose, epochs=1, steps=data.steps)
    model.stop_predicting = False
    events.on_predict_begin()
    call = predictor(model)
    with contextlib.closing(_pieces(call, data, batch_size, events)) as pieces:
        outputs = _outputs(call, data, pieces, events)
    events.on_predict_end()
    return outputs


def _outputs(
    call: Predictor, data: ArrayData | Stream, pieces: Iterator[Piece], events: CallbackList
) -> Any:
    """The outputs for all pieces, on the host; callbacks are told how far it is."""
    model, parts, done = call.forward.model, [], 0
    with interruptible() as interruption:
        for x, batches, batch_size in pieces:
            samples = data.batch_size if isinstance(data, ArrayData) else -(-length(x) // batches)

            def progress(count: int, begun: int = done, samples: int = samples) -> None:
                steps = begun + -(-count // samples)
                events.on_predict_progress(min(steps, data.steps or steps), dict)
                interruption.check()

            if events.wants_predict_batches:
                events.on_predict_batch_begin(done)
            outputs = call(x, batch_size, progress)
            if events.wants_predict_batches:
                events.on_predict_batch_end(done, {"outputs": outputs})
            parts.append(on_host(outputs))
            progress(length(x))
            done += batches
            if model.stop_predicting:
                break
    if not parts:
        raise BadValue("There is nothing to predict: x holds no batch.")
    if not model.stop_predicting:
        warn_if_short(data, done, "while predicting", "steps")
    return parts[0] if len(parts) == 1 else joined(parts)


def _pieces(
    call: Predictor, data: ArrayData | Stream, batch_size: Int | None, events: CallbackList
) -> Generator[Piece, None, None]:
    """All of the arrays at once, merged batches of a stream, or batch after batch."""
    if isinstance(data, Stream):
        if call.forward.per_sample and not events.wants_predict_batches:
            yield from _merged(call, data)
        else:
            for x in data.inputs():
                yield x, 1, length(x)
    elif not events.wants_predict_batches:
        yield data.limited(data.x), data.steps, batch_size
    else:
        for i in range(data.steps):
            x = take(data.x, slice(i * data.batch_size, (i + 1) * data.batch_size))
            yield x, 1, length(x)


def _merged(call: Predictor, data: Stream) -> Generator[Piece, None, None]:
    """Small batches together, as many as have come when those before are computed."""
    inputs = data.inputs()
    gathering = Gathering(1 if call.forward.host is not None else data.steps)
    items = Collecting(((x, None, None) for x in inputs), gathering, own=True)
    try:
        while (item := items.next(False, lambda: costs().stream_patience[False])) is not None:
            merged = isinstance(item, StagedBatches)
            x = take(item.room, slice(item.count * item.size)) if merged else item
            yield unpack_x_y_sample_weight(x)[0], item.count if merged else 1, None
            items.give_back(item)
    finally:
        inputs.close()  # type: ignore[attr-defined]
