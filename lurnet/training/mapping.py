"""A function of a model, compiled once and run over arrays batch after batch."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lurnet.core import lending, tree
from lurnet.core.errors import BadType
from lurnet.training import program
from lurnet.training.data.arrays import check_lengths, joined, standardize, symbol_of, take
from lurnet.training.runner import Steps

BATCH = 32


def as_inputs(model: Any, x: Any) -> Any:
    """The model's inputs as nested arrays; the model is built for them where it is not yet."""
    if hasattr(x, "__next__") or not hasattr(x, "__len__"):
        raise BadType(
            f"Model {model.name!r}: this takes arrays, but x is a {type(x).__name__}. Take a batch "
            "out of it first."
        )
    x = standardize(model._on_host(x), "x")
    if not model.built:
        model._output_spec(tree.map_structure(symbol_of, x))
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
            must not mix samples.
        arrays: nested arrays.
        batch_size: samples in a call, 32 if None.
        facts: what, with the model's structure and the shapes, says which computation ``fn`` is,
            so that the program can be found again; None: it is compiled for this call alone.
        draws: whether ``fn`` draws random numbers, whose streams then go on.
    """
    count = check_lengths(arrays, None, None)
    size = min(batch_size or BATCH, count)
    call = fn if model.run_eagerly else _compiled(model, fn, facts, draws)
    parts = []
    for start in range(0, count, size):
        rows = np.minimum(np.arange(start, start + size), count - 1)  # the last batch is filled up
        kept = min(size, count - start)
        made = call(program.to_device(take(arrays, rows)))
        parts.append(tree.map_structure(lambda a, n=kept: np.asarray(a)[:n], made))
    return joined(parts)


def _compiled(model: Any, fn: Callable, facts: str | None, draws: bool) -> Callable:
    steps = Steps(model, "predict")
    known: list[Any] = []

    def make() -> Callable:
        if draws:
            return program.batch_program(fn, steps.variables, lambda returned: returned, False)
        return program.output_program(fn, steps.variables)

    state = lending.whole(steps.variables)

    def run(batch: Any) -> Any:
        if not known:
            known.append(
                program.compiled(make(), None, False, state, batch)
                if facts is None
                else steps.program(make, facts, False, state, batch)
            )
        if not draws:
            return known[0](state, batch)
        new, made = known[0](state, batch)
        for place, array in new.items():
            state[place] = array
        program.written(steps.variables, new)
        return made

    return run
