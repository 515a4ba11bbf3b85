"""The loops that are compiled: one program runs any number of steps, however often the host looks.

They are pure functions of the variables' arrays: ``state``, in the order of ``variables``.
"""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from jax import lax

from lurnet.core import donation
from lurnet.core.variable import Variable, values
from lurnet.kernels.gather_rows import borrowed


def epoch_program(
    step: Callable[..., Any],
    variables: Sequence[Variable],
    batch_size: int,
    stride: int,
    logs: Callable[..., Any],
    whole: bool = True,
) -> Callable[..., Any]:
    """``(state, last, data, order, start, stop) -> (state, last, logs)``: steps start to stop.

    Step i takes the samples ``order[i * stride:][:batch_size]`` of the data, or,
    where ``order`` is None, those that stand there. The loop's length is an argument: it is never
    differentiated, so it may be. ``last`` holds what the step itself returned last (its logs, where
    it is the user's own). Unless ``whole``, only the state that is written comes back, by place.
    """

    def run(state: list, last: Any, data: Any, order: Any, start: Any, stop: Any) -> tuple:
        written: set[int] = set()

        def body(i: Any, carried: tuple) -> tuple:
            state, _ = carried
            batch = borrowed.each_once(lambda x: take(x, order, i * stride, batch_size), data)
            with values(variables, state) as scope:
                returned = step(batch)
                written.update(scope.written)
                return [scope[v] for v in variables], returned

        state, last = lax.fori_loop(start, stop, body, (state, last))
        with values(variables, state):
            shown = logs(last)
        return (state if whole else _written(variables, state, written)), last, shown

    return run


def for_models(run: Callable[..., Any], own_order: bool) -> Callable[..., Any]:
    """An epoch's program for several equal models at once, along a first axis of their state.

    The data are the same for all; the order is each model's own, or one for all.
    """
    return jax.vmap(run, in_axes=(0, 0, None, 0 if own_order else None, None, None))


def take(x: Any, order: Any, start: Any, size: int) -> Any:
    """``size`` samples from ``start`` on, in the given order."""
    if order is not None:
        index = take(order, None, start, size)
    elif borrowed.is_borrowed(x):
        index = borrowed.row_numbers(start, size)
    else:
        return lax.dynamic_slice_in_dim(x, start, size)
    return x.rows(index) if borrowed.is_borrowed(x) else x.at[index].get(mode="promise_in_bounds")


def output_loop(
    call: Callable[..., Any], variables: Sequence[Variable], size: int
) -> Callable[..., Any]:
    """``(state, x, first, steps, outputs) -> outputs``: some batches from sample ``first`` on."""

    def run(state: list, x: Any, first: Any, steps: Any, outputs: Any) -> Any:
        def body(i: Any, outputs: Any) -> Any:
            batch = borrowed.each_once(lambda a: take(a, None, first + i * size, size), x)
            with values(variables, state):
                made = call(batch)
            return jax.tree.map(
                lambda all_, part: lax.dynamic_update_slice_in_dim(all_, part, i * size, 0),
                outputs,
                made,
            )

        return lax.fori_loop(0, steps, body, outputs)

    return run


def batch_program(
    step: Callable[..., Any],
    variables: Sequence[Variable],
    logs: Callable[..., Any],
    whole: bool = True,
) -> Callable[..., Any]:
    """``(state, batch) -> (state, logs)``: one step on a batch given as it is.

    Unless ``whole``, only the state that the step writes comes back, by its place.
    """

    def run(state: list, batch: Any) -> tuple:
        with values(variables, state) as scope:
            returned = step(batch)
            shown = logs(returned)
            new = [scope[v] for v in variables]
            return (new if whole else _written(variables, new, scope.written)), shown

    return run


def _written(variables: Sequence[Variable], arrays: Sequence[Any], ids: Any) -> dict[int, Any]:
    return {i: a for i, (v, a) in enumerate(zip(variables, arrays, strict=True)) if id(v) in ids}


def output_program(call: Callable[..., Any], variables: Sequence[Variable]) -> Callable[..., Any]:
    """``(state, x) -> outputs``, reading the variables only."""

    def run(state: list, x: Any) -> Any:
        with values(variables, state):
            return call(x)

    return run


def returned_zeros(
    step: Callable[..., Any], variables: Sequence[Variable], data: Any, size: int
) -> Any:
    """Zeros of the shape of what a step returns, to start its loop with."""

    def one(state: list, batch: Any) -> Any:
        with values(variables, state):
            return step(batch)

    batch = borrowed.each_once(lambda x: jax.ShapeDtypeStruct((size, *x.shape[1:]), x.dtype), data)
    spec = jax.eval_shape(one, donation.arrays(variables), batch)
    return jax.tree.map(lambda s: np.zeros(s.shape, s.dtype), spec)
