"""A function of a model, compiled once and run over arrays batch after batch."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lurnet.core import donation, tree
from lurnet.core.errors import BadType
from lurnet.training import device, device_loop, program
from lurnet.training.building import output_spec
from lurnet.training.compiled import on_host
from lurnet.training.data.arrays import check_lengths, joined, standardize, symbols_of, take
from lurnet.training.per_sample import model_is_per_sample
from lurnet.training.steps import Steps

BATCH = 32


def as_inputs(model: Any, x: Any) -> Any:
    """The model's inputs as nested arrays; the model is built for them where it is not yet."""
    if hasattr(x, "__next__") or not hasattr(x, "__len__"):
        raise BadType(
            f"Model {model.name!r}: this takes arrays, but x is a {type(x).__name__}. Take a batch "
            "out of it first."
        )
    x = standardize(on_host(model, x), "x")
    if not model.built:
        output_spec(model, symbols_of(x, min(BATCH, check_lengths(x, None, None))))
    return x


def map_batches(
    model: Any,
    fn: Callable,
    arrays: Any,
    batch_size: int | None = None,
    facts: str | None = None,
    draws: bool = False,
) -> Any:
    """``fn(arrays)`` for all rows: nested arrays in, nested NumPy arrays out.

    Args:
        model: the model whose variables ``fn`` reads.
        fn: a function of nested tensors, the first axis of each counting samples, in and out. It
            must not mix samples where the model does not.
        arrays: nested arrays.
        batch_size: samples in a call, 32 if None.
        facts: what, with the model's structure and the shapes, says which computation ``fn`` is,
            so that the program can be found again; None: it is compiled for this call alone.
        draws: whether ``fn`` draws random numbers, whose streams then go on.
    """
    count = check_lengths(arrays, None, None)
    size = min(batch_size or BATCH, count)
    call = fn if model.run_eagerly else _compiled(model, fn, facts, draws)
    fills = model_is_per_sample(model)
    parts = []
    for start in range(0, count, size):
        kept = min(size, count - start)
        rows = np.arange(start, start + (size if fills else kept))
        rows = np.minimum(rows, count - 1)  # the last batch is filled up
        made = call(device.to_device(take(arrays, rows)))
        end = kept if fills else None
        parts.append(tree.map_structure(lambda a, end=end: np.asarray(a)[:end], made))
    return joined(parts)


def _compiled(model: Any, fn: Callable, facts: str | None, draws: bool) -> Callable:
    steps = Steps(model, "predict")
    known: dict[Any, Any] = {}  # programs by the length of a batch

    def make() -> Callable:
        if draws:
            return device_loop.batch_program(fn, steps.variables, lambda returned: returned, False)
        return device_loop.output_program(fn, steps.variables)

    state = donation.snapshot(steps.variables)

    def run(batch: Any) -> Any:
        size = next(a.shape[0] for a in tree.leaves(batch) if a is not None)
        if size not in known:
            known[size] = (
                program.compiled(make(), None, False, state, batch)
                if facts is None
                else steps.program(make, facts, False, state, batch)
            )
        if not draws:
            return known[size](state, batch)
        new, made = known[size](state, batch)
        for place, array in new.items():
            state[place] = array
        device.adopt(steps.variables, new)
        return made

    return run
