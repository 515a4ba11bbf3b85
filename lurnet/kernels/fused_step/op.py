"""An optimizer's step for all weights: in one call of the library in C where it has the step.

Each loop that XLA compiles takes 9 ms of a first start, and a step is one to three for each weight;
the call takes nothing.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from lurnet.core.traced import is_traced
from lurnet.kernels.common.call import Call, float32, integers
from lurnet.kernels.common.choice import in_c
from lurnet.kernels.common.loading import library

_FUSED_STEP = Call("fused_step")
_ZEROS = Call("zeros")


def fused(*names: str) -> Callable[..., Any]:
    """Decorator of a step's formula: the library's steps that compute it, if it has them.

    A formula takes the step's numbers, a weight, the weight's gradient and its slots, and gives the
    new weight and slots. Names differ in how many numbers and slots there are.
    """

    def named(formula: Callable[..., Any]) -> Callable[..., Any]:
        formula.fused = names  # type: ignore[attr-defined]
        return formula

    return named


def is_fused(weights: Sequence[Array], gradients: Sequence[Array]) -> bool:
    """Whether one call of the library can do a step for these.

    Not outside a program: there each list of shapes would be one to compile.
    """
    arrays = [*weights, *gradients]
    wanted = jnp.dtype("float32")
    return any(map(is_traced, arrays)) and all(a.dtype == wanted for a in arrays) and in_c(wanted)


def fused_step(
    formula: Callable[..., Any], numbers: Sequence[Any], *lists: Sequence[Array]
) -> Sequence:
    """A step given all weights, all gradients, all of each slot: all weights, all of each slot.

    It is one call if the library has the step, which must be allowed by `is_fused`.
    """
    numbers = [jnp.asarray(n, jnp.float32) for n in numbers]
    name = kernel_of(formula, len(numbers), len(lists) - 2)
    if name is None:
        return _one_by_one(formula, numbers, *lists)
    return _in_c((name, formula), numbers, *lists)


def kernel_of(formula: Callable[..., Any], numbers: int, slots: int) -> str | None:
    """The library's step that computes a formula of so many numbers and slots, by name."""
    found = library()
    known = found.manifest.steps if found else {}
    names = getattr(formula, "fused", ())
    return next((n for n in names if known.get(n, ())[1:] == (numbers, slots)), None)


@fused("sgd")
def _scaled_sum(numbers: Sequence[Any], w: Any, g: Any) -> tuple:
    (share,) = numbers
    return (w - share * g,)


def added(sums: Sequence[Array], arrays: Sequence[Array], share: float) -> Sequence:
    """``sum + share * array`` for each two, in one call where the library applies."""
    if is_fused(sums, arrays):
        return fused_step(_scaled_sum, [-share], sums, arrays)[0]
    return [total + share * x for total, x in zip(sums, arrays, strict=True)]


def zeros_like(arrays: Sequence[Array]) -> list[Array]:
    """Zeros of the same shapes, in one call where the library applies."""
    if is_fused(arrays, arrays):
        return list(_ZEROS(results=[float32(*x.shape) for x in arrays]))
    return [jnp.zeros_like(x) for x in arrays]


def _one_by_one(
    formula: Callable[..., Any], numbers: Sequence[Array], *lists: Sequence[Array]
) -> Sequence:
    done = [formula(numbers, *arrays) for arrays in zip(*lists, strict=True)]
    return [list(one) for one in zip(*done, strict=True)]


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _in_c(
    step: tuple[str, Callable[..., Any]], numbers: Sequence[Array], *lists: Sequence[Array]
) -> list:
    """New weights and slots take the place of the old ones, which are copied only where something
    else reads them."""
    _check(step[0], numbers, lists)
    weights, _, *slots = lists
    count, first = len(weights), len(numbers)
    changed = [*weights, *(a for slot in slots for a in slot)]
    new = _FUSED_STEP(
        *numbers,
        *(a for one in lists for a in one),
        results=[jax.ShapeDtypeStruct(a.shape, a.dtype) for a in changed],
        same={first + i + (i >= count) * count: i for i in range(len(changed))},
        how=integers(library().manifest.steps[step[0]][0]),  # type: ignore[union-attr]
    )
    return [list(new[i : i + count]) for i in range(0, len(changed), count)]


@_in_c.defjvp
def _derivatives(step: tuple[str, Callable[..., Any]], values: tuple, tangents: tuple) -> tuple:
    """Those of the formula itself: of every order, forward and backward."""
    return jax.jvp(partial(_one_by_one, step[1]), values, tangents)


def _check(step: str, numbers: Sequence[Array], lists: Sequence[Sequence[Array]]) -> None:
    """The library trusts what it is given."""
    if any(n.shape for n in numbers):
        raise TypeError(
            f"The numbers of {step!r} are no single ones: {[n.shape for n in numbers]}."
        )
    for arrays in zip(*lists, strict=True):
        if len({a.shape for a in arrays}) > 1:
            raise TypeError(f"Shapes of one weight differ: {[a.shape for a in arrays]}.")
    if any(a.dtype != jnp.float32 for one in (numbers, *lists) for a in one):
        raise TypeError("The library updates float32 weights only.")
