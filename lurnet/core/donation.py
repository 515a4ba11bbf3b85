"""The arrays of variables between threads: what anybody may still read is never donated.

A program that trains is given the arrays for good: it writes the new weights over them. So that
another thread meets neither deleted arrays nor some of one step and some of the next:

- who shares arrays marks the variables first, and looks that the arrays are still theirs
  afterwards: ``shared``, ``snapshot``;
- who trains takes all arrays away first, and then looks for marks: ``run_donating``. Readers that
  come meanwhile wait for the new ones. A marked array is copied, and the copy donated.

A mark tells the thread, and goes when there is a new array. Where another thread reads while this
one trains, the arrays stay until the steps under way are computed: nobody waits for these.
"""

import threading
from collections.abc import Callable, Sequence
from operator import is_
from threading import get_ident
from typing import Any

from lurnet.core.forked import renewed_after_fork

gate = threading.Condition(threading.Lock())


@renewed_after_fork
def _after_fork() -> None:
    gate.__init__(threading.Lock())  # another thread may have been inside


class Donatable:
    """What holds an array that may be given away, in ``_array``; none while it is taken."""

    shared_with: int | None = None  #: the thread that was shown the array, if any

    _array: Any

    @property
    def is_taken(self) -> bool:
        """Whether a program is being started with the array."""
        return "_array" not in self.__dict__


def shared(owner: Donatable) -> Any:
    """An owner's array, for anybody to keep."""
    while True:
        array = owner._array
        owner.shared_with = get_ident()
        if owner._array is array:
            return array


def snapshot(owners: Sequence[Any]) -> list:
    """The arrays of some owners, all of one moment, for anybody to keep.

    What is no ``Donatable`` has an ``_array`` too, which nobody takes.
    """
    takers, reader = [o for o in owners if isinstance(o, Donatable)], get_ident()
    while True:
        arrays = [o._array for o in owners]
        for owner in takers:
            owner.shared_with = reader
        held = {id(o): a for o, a in zip(owners, arrays, strict=True)}
        if all(o._array is held[id(o)] for o in takers):
            return arrays


def arrays(owners: Sequence[Any]) -> list:
    """The arrays of some owners as they are now: their shapes count, and nobody computes."""
    return [o._array for o in owners]


def are_of(arrays: Sequence[Any], owners: Sequence[Any]) -> bool:
    """Whether these, which ``snapshot`` gave once, are still the owners' arrays."""
    return all(map(is_, arrays, [o._array for o in owners]))


def replace(owners: Sequence[Any], arrays: Sequence[Any]) -> None:
    """Give owners new arrays, which nobody else holds, all at one moment."""
    _take(owners)
    _put(owners, arrays)


def run_donating(
    owners: Sequence[Any],
    run: Callable[[list], tuple],
    copied: Callable[[Any], Any],
    wait: Callable[[Any], Any],
) -> tuple:
    """Run a program that is given the arrays for good and returns new ones, and what else it does.

    Args:
        owners: of the arrays.
        run: starts the program on arrays; returns the new ones and the rest.
        copied: makes a copy of an array.
        wait: waits until arrays are computed.
    """
    taken = _take(owners)
    new, marks = taken, [getattr(o, "shared_with", None) for o in owners]
    try:
        if not any(mark not in (None, get_ident()) for mark in marks):
            given, seen = [], set()
            for array, mark in zip(taken, marks, strict=True):  # a shared one goes but once
                given.append(array if mark is None and id(array) not in seen else copied(array))
                seen.add(id(array))
            new, *rest = run(given)
            return tuple(rest)
    finally:
        _put(owners, new, marks if new is taken else None)
    new, *rest = run([copied(array) for array in taken])
    wait(new)
    replace(owners, new)
    return tuple(rest)


def _take(owners: Sequence[Any]) -> list:
    """All arrays; who asks for one waits until there is another."""
    takers = [o for o in owners if isinstance(o, Donatable)]
    for owner in takers:
        _ = owner._array  # it may be made only now
    with gate:
        gate.wait_for(lambda: not any(o.is_taken for o in takers))
        return [o.__dict__.pop("_array") if isinstance(o, Donatable) else o._array for o in owners]


def _put(owners: Sequence[Any], arrays: Sequence[Any], marks: Sequence[Any] | None = None) -> None:
    """End of ``_take``: what was taken must have been so by this thread."""
    with gate:
        for i, (owner, array) in enumerate(zip(owners, arrays, strict=True)):
            if isinstance(owner, Donatable):
                owner.shared_with = None if marks is None else marks[i]
            owner._array = array
        gate.notify_all()
