"""The library's steps of optimizers: all weights by one call."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from lurnet.ops.native.calls import call, float32

_NUMBERS_AND_SLOTS = {
    "sgd": (1, 0),
    "momentum": (2, 1),
    "nesterov": (2, 1),
    "adam": (4, 2),
    "rmsprop": (4, 1),
    "rmsprop_momentum": (5, 2),
}
STEPS = tuple(_NUMBERS_AND_SLOTS)  #: in the order of src/sums.h


def update(step: str, numbers: Sequence[Array], *lists: Sequence[Array]) -> list[list[Array]]:
    """New weights and slots, given a step's numbers, all weights, all gradients, all of each slot.

    They take the place of the old ones, which are copied only where something else reads them.
    """
    _check(step, numbers, lists)
    weights, _, *slots = lists
    count = len(weights)
    changed = [*weights, *(a for slot in slots for a in slot)]
    first = len(numbers)
    places = [first + i if i < count else first + i + count for i in range(len(changed))]
    new = call(
        "update",
        *numbers,
        *(a for one in lists for a in one),
        results=[jax.ShapeDtypeStruct(a.shape, a.dtype) for a in changed],
        same={place: i for i, place in enumerate(places)},
        how=np.array([STEPS.index(step)], np.int64),
    )
    return [list(new[i : i + count]) for i in range(0, len(changed), count)]


def zeros(shapes: Sequence[tuple[int, ...]]) -> list[Array]:
    """An array of zeros for each shape."""
    results = [float32(*shape) for shape in shapes]
    return list(call("zeros", results=results))


def _check(step: str, numbers: Sequence[Array], lists: Sequence[Sequence[Array]]) -> None:
    """The library trusts what it is given."""
    wanted = _NUMBERS_AND_SLOTS[step]
    if (len(numbers), len(lists) - 2) != wanted or any(n.shape for n in numbers):
        raise TypeError(f"{step!r} takes {wanted[0]} numbers and {wanted[1]} slots.")
    for arrays in zip(*lists, strict=True):
        if len({a.shape for a in arrays}) > 1:
            raise TypeError(f"Shapes of one weight differ: {[a.shape for a in arrays]}.")
    if any(a.dtype != jnp.float32 for one in (numbers, *lists) for a in one):
        raise TypeError("The library updates float32 weights only.")
