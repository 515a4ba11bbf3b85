"""Prediction: few programs and few calls, whatever the number of samples.

Where samples are computed apart, batches are filled up to a few sizes, so that no size compiles
anew, and many of them are computed in one call.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from lurnet.callbacks.base import CallbackList
from lurnet.callbacks.standard import standard_callbacks
from lurnet.core import donation, tree
from lurnet.core.advice import WrongShape
from lurnet.core.errors import BadValue
from lurnet.core.forked import forks, require_threads
from lurnet.core.masking import get_mask
from lurnet.core.variable import in_scope
from lurnet.layers import context
from lurnet.layers.state import flatten_layers
from lurnet.layers.version import version_of
from lurnet.ops import native
from lurnet.ops.lowering.choice import in_c, on_cpu
from lurnet.training import device, device_loop, program
from lurnet.training.batches import Batches
from lurnet.training.compiled import host_stage
from lurnet.training.data.arrays import ArrayData, joined, take
from lurnet.training.data.batch import unpack_x_y_sample_weight
from lurnet.training.data.gathering import (
    PATIENCE,
    Collecting,
    Gathering,
    StagedBatches,
    copied,
    own,
)
from lurnet.training.data.staging import StagingBuffers, bytes_per_sample
from lurnet.training.data.streams import Stream
from lurnet.training.pace import Interruption, interruptible
from lurnet.training.peak_activation import peak_output, peak_written
from lurnet.training.per_sample import has_own_code, has_side_outputs, model_is_per_sample
from lurnet.training.steps import Steps
from lurnet.training.straight import Read, Straight

#: Sizes that smaller batches are filled up to: at most four times the samples, mostly far less.
#: 32 is what people mostly take; us filled up to 64 | as they are: conv 32-32 1600 | 900.
SIZES = (1, 4, 16, 32, 64, 256)
#: Bytes of a batch in the layer where it is largest, and of input in a call, chosen where the
#: caller leaves it open. ms for 10,000 images in batches of 16 | 64 | 256: conv 32-32
#: 130 | 124 | 236, conv 32-64-128 430 | 450 | 700, dense 64-64 9.1 | 7.2 | 5.8; in calls of
#: 4 | 8 | 32 MB: conv 32-32 96.5 | 93.7 | 94.7, dense 64-64 5.5 | 5.0 | 4.9, of which the first
#: product alone is 3.1 and gathering 1.2. Larger calls tell less often how far they are.
BATCH_BYTES = 8 * 2**20
CALL_BYTES = 8 * 2**20
#: Samples up to which arrays like those seen before go straight to their program.
FEW = 32


def _ignore(done: int) -> None:
    """Nobody wants to know."""


class Predictor(Steps):
    """A model's outputs for any number of samples.

    It holds the model's variables: ask ``predictor`` for the one that fits the model as it is now.
    Each call computes with the weights of one moment.
    """

    def __init__(self, model: Any) -> None:
        super().__init__(model, "predict")
        self.host = host_stage(model)
        self.apart = model_is_per_sample(model) and not model.run_eagerly
        layers = flatten_layers(model)
        self.plain = self.apart and not any(has_side_outputs(x) or has_own_code(x) for x in layers)
        self.largest = peak_output(model)
        self.known: dict[Any, Any] = {}
        straight = self.apart and self.host is None
        self.short = Straight(self._recipe, SIZES) if straight else None
        self.batches = Batches(self._recipe, peak_written(model)) if straight else None

    def at_once(self, x: Any) -> Any:
        """The outputs for a few samples, if an array like this went through here before, or None.

        All that is looked at and looked up on the way to a program depends on the model as it is,
        the array's shape and its dtype.
        """
        if self.short is None or x.shape[:1] > (FEW,) or forks():
            return None
        run = self.known.get((x.shape, x.dtype))
        if run is None:
            return None
        self.short.note(x)
        return run(donation.snapshot(self.variables), x)

    def __call__(
        self, x: Any, batch_size: int | None = None, tell: Callable[[int], None] = _ignore
    ) -> Any:
        """The outputs for nested arrays of any one length.

        Args:
            x: the arrays.
            batch_size: samples in a batch, None: as many as suit.
            tell: told now and then how many samples are done.
        """
        count = _length(x)
        try:
            return self._outputs(x, count, batch_size, tell)
        except WrongShape as error:
            raise error.of(count) from error

    def _outputs(
        self, x: Any, count: int, batch_size: int | None, tell: Callable[[int], None]
    ) -> Any:
        if self.host is not None and self.host.is_all:
            return self.host.finish(x)
        if forks():
            return self._by_plans(x, count, tell)
        if not self.apart:
            return self._each(x, count, batch_size or 32, tell)
        if self.batches is not None and count > FEW:
            outputs = self.batches(x, tell)
            if outputs is not None:
                return outputs
        size = batch_size or self._size(x)
        if count <= size:
            return self._batch(x, count)
        return self._loops(x, count, size, tell)

    def _by_plans(self, x: Any, count: int, tell: Callable[[int], None]) -> Any:
        """The outputs in a forked process, which has no threads of JAX."""
        outputs = None if self.batches is None else self.batches(x, tell)
        if outputs is None:
            require_threads()
        return outputs

    def program(self, make: Callable, facts: str, donate: bool, *args: Any) -> Any:
        """The executable for the model as it is now, not as it was when it was first used."""
        if not self.apart:
            return super().program(make, facts, donate, *args)
        key = self.key(f"{facts} {program.shapes(args)}")
        return program.compiled(make(), key, donate, *args)

    def _size(self, x: Any) -> int:
        return max((s for s in SIZES if s <= samples_that_suit(x, self.largest)), default=SIZES[0])

    def _each(self, x: Any, count: int, size: int, tell: Callable[[int], None]) -> Any:
        """Batch after batch, each as it is."""
        parts, state = [], donation.snapshot(self.variables)
        for start in range(0, count, size):
            parts.append(self._exact(state, take(x, slice(start, start + size))))
            tell(min(start + size, count))
        return parts[0] if len(parts) == 1 else joined(parts)

    def _batch(self, x: Any, count: int) -> Any:
        """One batch, filled up to one of a few sizes."""
        if self.short is not None and count <= FEW:
            self.short.note(x)
        size = next((s for s in SIZES if s >= count), count)
        state = donation.snapshot(self.variables)
        outputs = self._exact(state, x if size == count else _filled(x, count, size))
        return outputs if size == count else take(_on_host(outputs), slice(0, count))

    def _exact(self, state: list, x: Any) -> Any:
        if self.model.run_eagerly:
            return self.step(device.to_device(x))
        x = device.narrowed(x)
        key = _shapes(x)
        if key not in self.known:
            self.known[key] = self.program(self._one_batch, "outputs", False, state, x)
        if self.apart:
            return self.known[key](state, x)
        new, outputs = self.known[key](state, x)
        if new:  # a call with training=True changes state
            for place, array in new.items():
                state[place] = array
            device.adopt(self.variables, new)
        return outputs

    def _recipe(self, x: np.ndarray) -> Read | None:
        """The library's calls that the outputs for x consist of, if they do, and what they read."""
        if not in_c(x.dtype):
            return None
        found = native.recipe(self._one_batch(), donation.arrays(self.variables), x)
        return None if found is None else (found, [self.variables[i] for i in found.state])

    def _one_batch(self) -> Callable:
        if self.apart:
            return device_loop.output_program(self.step, self.variables)
        return device_loop.batch_program(self.step, self.variables, lambda outputs: outputs, False)

    def _loops(self, x: Any, count: int, size: int, tell: Callable[[int], None]) -> Any:
        """Many batches in each call."""
        room = max(1, CALL_BYTES // (size * max(1, bytes_per_sample(x))))
        rows = size * 2 ** (min(-(-count // size), room) - 1).bit_length()
        part = _parts(device.to_host(x), rows)
        outputs, running, state = [], None, donation.snapshot(self.variables)
        try:
            for start in range(0, count, rows):
                steps = -(-min(rows, count - start) // size)
                made = self._loop(state, *part(start, steps * size), rows, size, steps)
                if running is not None:
                    outputs.append(device.wait(running))  # its buffer is the next to be filled
                    tell(start)
                running = made
        finally:
            device.wait(running)  # it reads the arrays
        return take(joined([*outputs, running]), slice(0, count))

    def _loop(self, state: list, x: Any, first: int, rows: int, size: int, steps: int) -> Any:
        key = size, rows, _shapes(x)
        if key not in self.known:
            spec = device_loop.returned_zeros(self.step, self.variables, x, size)
            zeros = tree.map_structure(lambda a: np.zeros((rows, *a.shape[1:]), a.dtype), spec)
            zeros = device.to_device(zeros, copy=True)
            run = device_loop.output_loop(self.step, self.variables, size)
            args = state, x, np.int32(0), np.int32(1), zeros
            self.known[key] = self.program(lambda: run, f"loop {size}", False, *args), zeros
        run, zeros = self.known[key]
        return run(state, x, np.int32(first), np.int32(steps), zeros)


def _parts(arrays: Any, rows: int) -> Callable[[int, int], tuple[Any, int]]:
    """What gives the samples from ``start`` on, ``count`` of at most ``rows``, and their first.

    The program reads the arrays where they lie, if it can; otherwise they are copied into windows,
    the next ones while the device works.
    """
    held = device.resident(arrays) if on_cpu() else None
    if held is not None:
        return lambda start, count: (held, start)
    windows = StagingBuffers(arrays, rows)
    return lambda start, count: (device.to_device(windows.stretch(start, count)), 0)


def samples_that_suit(x: Any, largest: int) -> int:
    """How many samples like these make a batch that computes fast: its values stay in the cache.

    ``largest``: bytes of a sample's largest output of a layer.
    """
    return min(max(SIZES), BATCH_BYTES // max(1, largest, bytes_per_sample(x)))


def called(model: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    """What ``model(x)`` gives, from a compiled program; None where it must run as it is written.

    That is so in training mode, within other calls and traces, and where the call does more than
    compute: code of the user's own, losses, masks.
    """
    if len(args) != 1 or kwargs.get("training") or kwargs.keys() - {"training"} or not model.built:
        return None
    x = args[0]
    if not (context.undisturbed() and not in_scope() and _are_plain(x)):
        return None
    call = predictor(model)
    if not call.plain:
        return None
    # The device may still read the array when the caller, who has the outputs, fills it anew.
    return device.to_device(call(copied(x)))


def called_before(model: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    """``called`` for a few samples in an array like one before, looking at no more than may differ.

    None: it takes the long way. us for an image, the long way | this one: 784-64-64-10 29 | 14.
    """
    if len(args) != 1 or (
        kwargs and (len(kwargs) > 1 or kwargs.get("training", True) is not False)
    ):
        return None
    x = args[0]
    call = _known_for(model, x)
    if call is None or not call.plain or get_mask(x) is not None:
        return None
    if not context.undisturbed() or in_scope():
        return None
    outputs = None if call.short is None else call.short.wrapped(x)
    return call.at_once(own(x)) if outputs is None else outputs


def predicted_before(model: Any, x: Any, batch_size: int | None) -> Any:
    """What ``predict`` gives without callbacks, found like that of ``called_before``.

    us for an image, the long way | this one: 784-64-64-10 56 | 14.
    """
    call = _known_for(model, x)
    if call is None or (batch_size is not None and (batch_size,) != x.shape[:1]):
        return None
    outputs = None if call.short is None else call.short(x)
    if outputs is None and (outputs := call.at_once(x)) is not None:
        outputs = _on_host(outputs)
    return outputs


def _known_for(model: Any, x: Any) -> "Predictor | None":
    """The predictor of a model that has not changed since, where x is nothing but an array."""
    version = model.__dict__.get("_version")
    if version is None or not version.is_current():
        return None
    subclass = isinstance(x, np.ndarray) and type(x) is not np.ndarray
    return version.predictor if device.is_concrete(x) and not subclass else None


def _are_plain(x: Any) -> bool:
    if isinstance(x, (list, tuple, dict)):
        return all(map(_are_plain, x.values() if isinstance(x, dict) else x)) and len(x) > 0
    return device.is_concrete(x) and x.ndim > 0 and x.shape[0] > 0 and get_mask(x) is None


def predictor(model: Any) -> Predictor:
    """The predictor of a model as it is now, kept until one of its layers changes."""
    version = version_of(model)
    kept = version.predictor
    if kept is None:
        flags, kept = version.flags(), Predictor(model)
        if version.flags() == flags:  # else somebody has frozen a layer meanwhile
            version.predictor = kept
    return kept


def predict(
    model: Any,
    data: ArrayData | Stream,
    batch_size: int | None,
    callbacks: Any,
    verbose: int | str,
) -> Any:
    """Outputs for all samples; as one computation unless somebody wants to see batches."""
    call = predictor(model)
    events = standard_callbacks(callbacks, model, verbose=verbose, epochs=1, steps=data.steps)
    model.stop_predicting = False
    events.on_predict_begin()
    with interruptible() as interruption:
        if isinstance(data, Stream) or events.wants_predict_batches:
            outputs = _batches(call, data, events, interruption)
        else:
            outputs = _all(call, data, batch_size, events, interruption)
    events.on_predict_end()
    return _on_host(outputs)


def _all(
    call: Predictor,
    data: ArrayData,
    batch_size: int | None,
    events: CallbackList,
    interruption: Interruption,
) -> Any:
    def tell(done: int) -> None:
        events.on_predict_progress(min(-(-done // data.batch_size), data.steps), dict)
        interruption.check()

    outputs = _on_host(call(data.limited(data.x), batch_size, tell))
    tell(data.count)
    return outputs


def _batches(
    call: Predictor,
    data: ArrayData | Stream,
    events: CallbackList,
    interruption: Interruption,
) -> Any:
    if isinstance(data, Stream) and call.apart and not events.wants_predict_batches:
        return joined(list(_gathered(call, data, events, interruption)) or _nothing())
    parts = []
    for i, x in enumerate(_inputs(data)):
        events.on_predict_batch_begin(i)
        parts.append(call(x, batch_size=_length(x)))
        if events.wants_predict_batches:
            events.on_predict_batch_end(i, {"outputs": parts[-1]})
        events.on_predict_progress(i + 1, dict)
        interruption.check()
        if call.model.stop_predicting:
            break
    return joined(parts or _nothing())


def _length(x: Any) -> int:
    return next(a.shape[0] for a in tree.leaves(x) if a is not None)


def _nothing() -> Any:
    raise BadValue("There is nothing to predict: x holds no batch.")


def _gathered(
    call: Predictor, data: Stream, events: CallbackList, interruption: Interruption
) -> Iterator[Any]:
    """The outputs of small batches together, as far as they have come when the last are done."""
    inputs = data.inputs()
    steps = 1 if call.host is not None else data.steps
    items, done = Collecting(((x, None, None) for x in inputs), Gathering(steps), own=True), 0
    try:
        while (item := items.next(False, lambda: PATIENCE[False])) is not None:
            gathered = isinstance(item, StagedBatches)
            x = take(item.room, slice(item.count * item.size)) if gathered else item
            outputs = _on_host(call(unpack_x_y_sample_weight(x)[0]))
            items.give_back(item)
            yield outputs
            done += item.count if gathered else 1
            events.on_predict_progress(done, dict)
            interruption.check()
    finally:
        inputs.close()  # type: ignore[attr-defined]


def _inputs(data: ArrayData | Stream) -> Iterator[Any]:
    if isinstance(data, Stream):
        yield from data.inputs()
        return
    for i in range(data.steps):
        yield take(data.x, slice(i * data.batch_size, (i + 1) * data.batch_size))


def _shapes(x: Any) -> Any:
    if hasattr(x, "shape"):
        return x.shape, x.dtype
    return str(tree.map_structure(lambda a: a if a is None else (a.shape, str(a.dtype)), x))


def _filled(x: Any, count: int, size: int) -> Any:
    """Arrays of ``size`` rows: these, then zeros."""

    def fill(a: Any) -> Any:
        if a is None:
            return None
        room = np.zeros((size, *a.shape[1:]), a.dtype)
        room[:count] = a
        return room

    return tree.map_structure(fill, x)


def _on_host(x: Any) -> Any:
    return tree.map_structure(np.asarray, x)
