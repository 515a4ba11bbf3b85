"""What the shapes of a call are where code insists on numbers for sizes that nobody knows yet.

The call is traced with numbers, twice for each attempt: what differs between the two traces depends
on the unknown size and is unknown too, in shapes as in messages. Nobody sees the numbers.
"""

import contextlib
import contextvars
import io
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

Shape = tuple[int | None, ...]

PRIMES = (83, 89)  # two unlikely sizes
DIVISIBLE = (240, 480)  # sizes that split into equal parts, and are larger than most windows
SMALL, MOST_CANDIDATES = (1, 2, 3), 8  # what an axis may be asked to have besides sizes around it

_one_at_a_time = threading.RLock()


_probing: contextvars.ContextVar[bool] = contextvars.ContextVar("probing", default=False)


def is_probing() -> bool:
    """Whether what is traced now has sizes that are not the real ones."""
    return _probing.get()


Trace = Callable[[list[Shape]], Any]
Group = list[list[Shape]]  # shapes that must all do, so that what differs between them is seen


def probed(trace: Trace, shapes: list[Shape], known: list[Shape], asked: set[int] | None) -> list:
    """The results of the first attempt that succeeds; where they differ, a size is unknown.

    Args:
        trace: takes the shapes with numbers in them.
        shapes: those of the call's symbolic tensors.
        known: those of its other arrays.
        asked: sizes among its settings; None: sizes that an axis may have to match are not tried.

    Raises:
        Undecided: where no attempt succeeds.
    """
    for attempt in _attempts(shapes, known, asked):
        results = [found for group in attempt for found in _all_or_none(trace, group)]
        if results:
            return results
    raise Undecided([_run(trace, [_filled(s, size) for s in shapes])[1] for size in PRIMES])


class Undecided(Exception):
    """No sizes could be found for which a call succeeds; the cause is the call's own error."""

    def __init__(self, errors: list[Any]) -> None:
        super().__init__()
        self.cause = _without_numbers(*errors) if all(errors) else None


def _all_or_none(trace: Trace, group: Group) -> list:
    results = []
    for filled in group:
        found, error = _run(trace, filled)
        if error is not None:
            return []
        results.append(found)
    return results


def _run(trace: Trace, filled: list[Shape]) -> tuple[Any, Exception | None]:
    try:
        with _quiet():
            return trace(filled), None
    except Exception as error:  # whichever it is: it may be one of these numbers alone
        return None, error


def _attempts(
    shapes: list[Shape], known: list[Shape], asked: set[int] | None
) -> Iterator[list[Group]]:
    """The likeliest first: any size will do, or one that broadcasts, that splits, that matches."""
    around = [[*shapes[:i], *shapes[i + 1 :], *known] for i in range(len(shapes))]
    met = [_met(shape, others) for shape, others in zip(shapes, around, strict=True)]
    yield [[[_filled(shape, size) for shape in shapes] for size in PRIMES]]
    if any(size is not None for sizes in met for size in sizes):
        ones = [[d and 1 for d in sizes] for sizes in met]
        either = zip(PRIMES, (ones, met), strict=True)
        yield [[list(map(_filled, shapes, [size] * len(shapes), fits)) for size, fits in either]]
    yield [[[_filled(shape, size) for shape in shapes] for size in DIVISIBLE]]
    if asked is not None:
        yield [[[_filled(shape, size) for shape in shapes] for size in SMALL[1:]]]
        yield from _matching(shapes, {*SMALL, *asked, *(d for s in (*shapes, *known) for d in s)})


def _matching(shapes: list[Shape], sizes: set[int | None]) -> Iterator[list[Group]]:
    """One unknown axis after the other with every size that it may have to match."""
    candidates = sorted(d for d in sizes if d and d > 0)[:MOST_CANDIDATES]
    for i, shape in enumerate(shapes):
        for axis in (a for a, d in enumerate(shape) if d is None):
            fits = [(*shape[:axis], d, *shape[axis + 1 :]) for d in candidates]
            tried = [[*shapes[:i], one, *shapes[i + 1 :]] for one in fits]
            yield [[[_filled(s, size) for s in some] for size in PRIMES] for some in tried]


def _filled(shape: Shape, size: int, first: Sequence[int | None] | None = None) -> Shape:
    """The shape with numbers for unknown sizes: those of ``first``, where it has them."""
    wanted = first or (None,) * len(shape)
    both = zip(shape, wanted, strict=True)
    return tuple(d if d is not None else size if w is None else w for d, w in both)


def _met(shape: Shape, others: list[Shape]) -> list[int | None]:
    """For each axis the size above 1 that broadcasting meets there in other tensors."""
    met: list[int | None] = []
    for place in range(-len(shape), 0):
        sizes = [s[place] for s in others if len(s) >= -place and s[place] not in (None, 1)]
        met.append(sizes[0] if sizes else None)
    return met


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Nothing that this thread prints or warns of in the meantime is heard: it names numbers."""
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        out, err = OutputOfOthers(sys.stdout), OutputOfOthers(sys.stderr)
        token = _probing.set(True)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                yield
        finally:
            _probing.reset(token)


class OutputOfOthers(io.TextIOBase):
    """A stream that passes on what other threads than its maker's write."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.maker = stream, threading.get_ident()

    def write(self, text: str) -> int:
        """Pass the text on, or drop it."""
        return len(text) if threading.get_ident() == self.maker else self.stream.write(text)

    def flush(self) -> None:
        """Pass it on."""
        self.stream.flush()


_NUMBERS = re.compile(r"-?\d+")


def _without_numbers(one: Exception, other: Exception) -> Exception | None:
    """The error with None for the numbers that differ in its two texts, if nothing else does."""
    texts = str(one), str(other)
    between = [_NUMBERS.split(text) for text in texts]
    if type(one) is not type(other) or between[0] != between[1]:
        return None
    pairs = zip(*(_NUMBERS.findall(text) for text in texts), strict=True)
    words = [a if a == b else "None" for a, b in pairs] + [""]
    one.args = ("".join(x for pair in zip(between[0], words, strict=True) for x in pair),)
    return one
