"""Branches, loops and maps over tensors, in a form that compiles."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from lurnet.core import tree
from lurnet.core.symbolic import Tensor, op
from lurnet.core.traced import is_traced

__all__ = [
    "cond", "switch", "while_loop", "fori_loop", "scan", "associative_scan", "map",
    "vectorized_map", "vectorize",
]  # fmt: skip


@op
def cond(pred: Tensor, true_fn: Callable[..., Any], false_fn: Callable[..., Any]) -> Any:
    """``true_fn()`` if ``pred`` is true, else ``false_fn()``; both give the same shapes.

    >>> int(cond(True, lambda: 1, lambda: 2))
    1
    """
    return lax.cond(pred, true_fn, false_fn)


@op
def switch(index: Tensor, branches: list[Callable[..., Any]], *operands: Tensor) -> Any:
    """``branches[index](*operands)``; an index outside the list means its nearest end.

    >>> int(switch(1, [lambda x: x, lambda x: -x], 3))
    -3
    """
    index = jnp.asarray(index, "int32")
    if not is_traced(index):  # known: one branch runs, and none is compiled
        return branches[min(max(int(index), 0), len(branches) - 1)](*operands)
    return lax.switch(index, branches, *operands)


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    maximum_iterations: int | None = None,
) -> Any:
    """``loop_vars = body(*loop_vars)`` as long as ``cond(*loop_vars)``, at most so many times.

    >>> int(while_loop(lambda i: i < 3, lambda i: i + 1, 0))
    3
    """
    several = isinstance(loop_vars, (list, tuple))
    first = tuple(loop_vars) if several else (loop_vars,)

    def go_on(state: tuple) -> Any:
        more = cond(*state[1])
        return more if maximum_iterations is None else (state[0] < maximum_iterations) & more

    def step(state: tuple) -> tuple:
        result = body(*state[1])
        return state[0] + 1, tuple(result) if several else (_only(result),)

    last = lax.while_loop(go_on, step, (0, first))[1]
    return type(loop_vars)(last) if several else last[0]


def _only(result: Any) -> Any:
    """What a body gave for one variable: it, or a list or tuple of it alone."""
    return result[0] if isinstance(result, (list, tuple)) else result


def fori_loop(lower: Any, upper: Any, body_fun: Callable[..., Any], init_val: Any) -> Any:
    """``value = body_fun(i, value)`` for i from ``lower`` to ``upper - 1``.

    >>> int(fori_loop(0, 4, lambda i, total: total + i, 0))
    6
    """
    return lax.fori_loop(lower, upper, body_fun, init_val)


def scan(
    f: Callable[..., Any],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: int = 1,
) -> tuple[Any, Any]:
    """``carry, y = f(carry, x)`` over the first axis of ``xs``: the last carry, and all y stacked.

    >>> scan(lambda total, x: (total + x, total), 0, jnp.array([1, 2, 3]))
    (Array(6, dtype=int32), Array([0, 1, 3], dtype=int32, weak_type=True))
    """
    return lax.scan(f, init, xs, length, reverse, unroll)


def associative_scan(
    f: Callable[..., Any], elems: Any, reverse: bool = False, axis: int = 0
) -> Any:
    """Running results of an associative ``f(a, b)`` along an axis, in about log n steps.

    >>> associative_scan(lambda a, b: a + b, jnp.array([1, 2, 3])).tolist()
    [1, 3, 6]
    """
    return lax.associative_scan(f, elems, reverse, axis)


def map(f: Callable[..., Any], xs: Any) -> Any:
    """``f`` of each slice along the first axis, one after the other, stacked.

    >>> map(lambda x: x * x, jnp.array([1, 2, 3])).tolist()
    [1, 4, 9]
    """
    return lax.map(f, xs)


def vectorized_map(function: Callable[..., Any], elements: Any) -> Any:
    """``function`` of each slice along the first axis, all at once, stacked.

    >>> vectorized_map(lambda x: x * x, jnp.array([1, 2, 3])).tolist()
    [1, 4, 9]
    """
    return jax.vmap(function)(tree.map_structure(jnp.asarray, elements))


def vectorize(
    pyfunc: Callable[..., Any], *, excluded: Any = None, signature: str | None = None
) -> Callable[..., Any]:
    """A function of numbers made one of tensors, with broadcasting.

    ``excluded`` lists arguments to leave alone; ``signature``, as "(n),(n)->()", says which axes
    the function itself takes.

    >>> vectorize(lambda a, b: a + b)(jnp.array([1, 2]), 3).tolist()
    [4, 5]
    """
    return jnp.vectorize(pyfunc, excluded=excluded or set(), signature=signature)
