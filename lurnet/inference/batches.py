"""A function of a model, compiled for few sizes of batches and run over arrays, one after another.

What looks at a model's inside, samples it or explains it goes through here, and so does ``predict``
where a program is called batch by batch.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from lurnet.core import donation, tree
from lurnet.core.errors import BadType
from lurnet.core.types import Int
from lurnet.kernels.costs import costs
from lurnet.training import device, device_loop, program
from lurnet.training.building import output_spec
from lurnet.training.compiled import on_host as to_host_stage
from lurnet.training.data.arrays import (
    check_lengths,
    joined,
    lengths,
    standardize,
    symbols_of,
    take,
)
from lurnet.training.data.staging import bytes_per_sample
from lurnet.training.per_sample import model_is_per_sample
from lurnet.training.protocol import Trainable
from lurnet.training.steps import Steps

#: Sizes that smaller batches are filled up to: at most four times the samples, mostly far less.
SIZES = (1, 4, 16, 32, 64, 256)
BATCH = 32  #: samples in a batch where each is computed as it is


def ignore(done: int) -> None:
    """Nobody wants to know how many samples are done."""


class BatchedFunction:
    """A function over a model's variables, for nested arrays of any one length.

    Args:
        session: the model's variables and programs.
        fn: a function of nested tensors, the first axis of each counting samples, in and out.
        facts: what, with the model's structure and the shapes, says which computation ``fn`` is,
            so that programs can be found again; None: they are this object's alone.
        fills: whether samples are computed apart, so that batches may be filled up.
        writes: whether ``fn`` changes variables: random streams go on.
        eager: whether ``fn`` runs as it is written.
    """

    def __init__(
        self,
        session: Steps,
        fn: Callable[..., Any],
        facts: str | None,
        fills: bool = False,
        writes: bool = False,
        eager: bool = False,
    ) -> None:
        self.session, self.fn, self.facts = session, fn, facts
        self.variables: list[Any] = session.variables
        self.fills, self.writes, self.eager = fills and not eager, writes, eager
        self.programs: dict[Any, Callable[..., Any]] = {}  # by shapes and dtypes

    def __call__(self, arrays: Any, size: int, progress: Callable[[int], None] = ignore) -> Any:
        """What the function gives for batches of so many samples, with the weights of one moment.

        ``progress`` is told how many samples are done, or under way.
        """
        count = length(arrays)
        filled = next((s for s in SIZES if s >= count), count) if count <= size else size
        parts, state = [], donation.snapshot(self.variables)
        for start in range(0, count, size):
            stop = min(start + size, count)
            batch = arrays if stop - start == count else take(arrays, slice(start, stop))
            parts.append(self._batch(state, batch, stop - start, filled))
            progress(stop)
        return parts[0] if len(parts) == 1 else joined(parts)

    def _batch(self, state: list, x: Any, count: int, filled: int) -> Any:
        if not self.fills or count == filled:
            return self._run(state, x)
        return take(on_host(self._run(state, _padded(x, count, filled))), slice(count))

    def _run(self, state: list, x: Any) -> Any:
        if self.eager:
            return self.fn(device.to_device(x))
        x = device.narrowed(x)
        key = shapes_of(x)
        if key not in self.programs:
            self.programs[key] = self._compiled(state, x)
        if not self.writes:
            return self.programs[key](state, x)
        new, outputs = self.programs[key](state, x)
        for i, array in new.items():
            state[i] = array
        device.adopt(self.variables, new)
        return outputs

    def _compiled(self, state: list, x: Any) -> Callable[..., Any]:
        def make() -> Callable[..., Any]:
            if self.writes:
                return device_loop.batch_program(self.fn, self.variables, lambda y: y, False)
            return device_loop.output_program(self.fn, self.variables)

        if self.facts is None:
            return program.compiled(make(), None, False, state, x)
        return self.session.program(make, self.facts, False, state, x)


def map_batches(
    model: Trainable,
    fn: Callable[..., Any],
    arrays: Any,
    batch_size: Int | None = None,
    facts: str | None = None,
    draws: bool = False,
) -> Any:
    """``fn(arrays)`` for all rows: nested arrays in, nested NumPy arrays out.

    Args:
        model: the model whose variables ``fn`` reads.
        fn: see ``BatchedFunction``; it must not mix samples where the model does not.
        arrays: nested arrays.
        batch_size: samples in a call, 32 if None.
        facts: see ``BatchedFunction``.
        draws: whether ``fn`` draws random numbers, whose streams then go on.
    """
    check_lengths(arrays, None, None)
    session = Steps(model, "predict")
    run = BatchedFunction(session, fn, facts, model_is_per_sample(model), draws, model.run_eagerly)
    return on_host(run(arrays, int(batch_size or BATCH)))


def as_inputs(model: Trainable, x: Any) -> Any:
    """The model's inputs as nested arrays; the model is built for them where it is not yet."""
    if hasattr(x, "__next__") or not hasattr(x, "__len__"):
        raise BadType(
            f"Model {model.name!r}: this takes arrays, but x is a {type(x).__name__}. Take a batch "
            "out of it first."
        )
    x = standardize(to_host_stage(model, x), "x")
    if not model.built:
        output_spec(model, symbols_of(x, min(BATCH, check_lengths(x, None, None))))
    return x


def samples_that_suit(x: Any, largest: int) -> int:
    """How many samples like these make a batch that computes fast: its values stay in the cache.

    ``largest``: bytes of a sample's largest output of a layer.
    """
    return min(max(SIZES), costs().predict_batch_bytes // max(1, largest, bytes_per_sample(x)))


def length(x: Any) -> int:
    """How many samples nested arrays hold."""
    return lengths(x)[0]


def on_host(x: Any) -> Any:
    """Nested arrays as NumPy's."""
    return tree.map_structure(np.asarray, x)


def shapes_of(x: Any) -> Any:
    """What a program is compiled for: hashable."""
    if hasattr(x, "shape"):
        return x.shape, x.dtype
    return str(tree.map_structure(lambda a: a if a is None else (a.shape, str(a.dtype)), x))


def _padded(x: Any, count: int, size: int) -> Any:
    """Arrays of ``size`` rows: these, then zeros."""

    def pad(a: Any) -> Any:
        if a is None:
            return None
        room = np.zeros((size, *a.shape[1:]), a.dtype)
        room[:count] = a
        return room

    return tree.map_structure(pad, x)
