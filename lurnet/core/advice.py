"""What to write for data of a shape that does not fit: only what was seen to fit is said."""

import itertools
import math
from collections.abc import Sequence

from lurnet.core.errors import BadValue

Shape = Sequence[int | None]


class WrongShape(BadValue):
    """Data of another shape than a model's input.

    Args:
        where: whose input it is.
        seen: the shape of one sample of the data.
        wanted: the shape of one sample of the input.
        count: how many samples the data hold, where that is known.
    """

    def __init__(self, where: str, seen: Shape, wanted: Shape, count: int | None = None) -> None:
        self.where, self.seen, self.wanted = where, seen, wanted
        found = shape_advice(seen, wanted, count) + _of_batch(seen, wanted, count)
        super().__init__(
            f"{where}: expected {(None, *wanted)}, but the data have shape {(count, *seen)}. "
            f"{found or 'Change the data, or the shape in keras.Input(shape=...).'}"
        )

    def __reduce__(self) -> tuple:
        return WrongShape, (self.where, self.seen, self.wanted)

    def of(self, count: int) -> "WrongShape":
        """The same for data of so many samples."""
        return WrongShape(self.where, self.seen, self.wanted, count)


def fits(seen: Shape, wanted: Shape) -> bool:
    """Whether sizes agree, where both are known."""
    pairs = zip(seen, wanted, strict=False)
    return len(seen) == len(wanted) and all(None in (a, b) or a == b for a, b in pairs)


def shape_advice(seen: Shape, wanted: Shape, count: int | None = None, name: str = "x") -> str:
    """What to write so that data fit; an empty string where nothing is sure to.

    Args:
        seen: the data's sizes, without the batch axis.
        wanted: those that are expected; None is any.
        count: the size of the data's first axis, where it is known.
        name: what the program calls the data.

    >>> shape_advice((3, 32, 32), (32, 32, 3))
    'The axes are in another order: write np.moveaxis(x, 1, -1).'
    >>> shape_advice((28, 1), (28, 28, 1), count=28)
    'If x is one sample: write x[None].'
    >>> shape_advice((14, 56), (28, 28))
    ''
    """
    if len(seen) == len(wanted):
        return _of_order(seen, wanted, name)
    missing = _of_missing(seen, wanted, count, name)
    if missing or None in seen or None in wanted:
        return missing
    return _of_flat(tuple(seen), tuple(wanted), name)  # type: ignore[arg-type]


def _of_order(seen: Shape, wanted: Shape, name: str) -> str:
    """Axes in another order; a plain reshape would mix what they hold."""
    last_first = (*seen[1:], seen[0])
    first_last = (seen[-1], *seen[:-1])
    said = "The axes are in another order: write"
    if fits(last_first, wanted):
        return f"{said} np.moveaxis({name}, 1, -1)."
    if fits(first_last, wanted):
        return f"{said} np.moveaxis({name}, -1, 1)."
    if len(seen) > 2 and fits(seen[:-1], wanted[:-1]) and (seen[-1], wanted[-1]) == (1, 3):
        return f"For grey pictures write np.repeat({name}, 3, axis=-1)."
    orders = itertools.islice(itertools.permutations(range(len(seen))), 120)
    found = [o for o in orders if fits([seen[i] for i in o], wanted)]
    if len(found) != 1:
        return ""
    return f"{said} np.transpose({name}, {(0, *(i + 1 for i in found[0]))})."


def _of_missing(seen: Shape, wanted: Shape, count: int | None, name: str) -> str:
    """The axis of the batch or of the channels is not there."""
    if len(seen) == len(wanted) - 2:
        return _of_two_missing(seen, wanted, count, name)
    if len(seen) != len(wanted) - 1:
        return ""
    options = []
    if fits((count, *seen), wanted):
        options.append(f"If {name} is one sample: write {name}[None].")
    if fits(seen, wanted[:-1]) and wanted[-1] in (1, None):
        options.append(f"The channel axis is missing: write {name}[..., None].")
    if fits(seen, wanted[:-1]) and wanted[-1] == 3:
        options.append(f"For grey pictures write np.repeat({name}[..., None], 3, axis=-1).")
    return " Or: ".join(options)


def _of_two_missing(seen: Shape, wanted: Shape, count: int | None, name: str) -> str:
    """One sample without channels: neither the batch axis nor that of the channels is there."""
    if count is None or not fits((count, *seen), wanted[:-1]):
        return ""
    if wanted[-1] in (1, None):
        return f"The axes of batch and channels are missing: write {name}[None, ..., None]."
    grey = wanted[-1] == 3 and len(wanted) > 2
    shaped = f"np.repeat({name}[None, ..., None], 3, axis=-1)"
    return f"For one grey picture write {shaped}." if grey else ""


def _of_batch(seen: Shape, wanted: Shape, count: int | None) -> str:
    """The number of samples was written into the input's shape."""
    if len(seen) == len(wanted) - 1 and seen and fits((count, *seen), wanted):
        return (
            f" If x is {count or 'many'} samples: an Input's shape is that of one, "
            f"keras.Input({tuple(seen)})."
        )
    return ""


def _of_flat(seen: tuple[int, ...], wanted: tuple[int, ...], name: str) -> str:
    """Vectors that are to be arrays, the reverse, and axes of size 1."""
    same = [d for d in seen if d != 1] == [d for d in wanted if d != 1]
    if math.prod(seen) != math.prod(wanted) or not (same or 1 in (len(seen), len(wanted))):
        return ""
    shaped = f"{name}.reshape({(-1, *wanted)})"
    if same or len(wanted) < 3 or wanted[-1] == 1:
        return f"The sizes agree: write {shaped}."
    planes = f"{name}.reshape({(-1, wanted[-1], *wanted[:-1])})"
    return (
        f"The sizes agree. Where a pixel's channels lie side by side, write {shaped}. Where one "
        f"channel comes after the other, write np.moveaxis({planes}, 1, -1)."
    )
