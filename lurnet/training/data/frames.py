"""Tables and arrays of objects as numbers: what is a number becomes one, the rest is named.

A frame or a series of pandas, polars or the like is known by what it can do; none is imported.
"""

import numbers
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from lurnet.core.errors import BadValue
from lurnet.core.settings import floatx

_TEXT = (str, bytes)
_LAYERS = (
    "put a TextVectorization, StringLookup or Hashing layer for them into a Sequential or "
    "functional model"
)


class Place(NamedTuple):
    """Where values come from: in words, and as a program writes it."""

    words: str
    code: str
    of_table: bool = False


def is_frame(x: Any) -> bool:
    """Whether a value is a table with named columns."""
    return hasattr(x, "to_numpy") and hasattr(x, "columns")


def from_table(x: Any, argument: str) -> np.ndarray:
    """A frame or a series as one array of numbers, or of texts where it holds nothing else."""
    if not is_frame(x):
        return from_series(x, Place(argument, argument, True))
    columns = list(_columns(x))
    plain = {str(column.dtype) for _, column in columns}
    if not columns or len(plain) == 1 and _is_plain(plain.pop()):
        return x.to_numpy()
    return _joined([from_series(c, _column(argument, name)) for name, c in columns])


def from_series(column: Any, place: Place) -> np.ndarray:
    """One column as an array of numbers; a missing value is NaN."""
    array = np.asarray(column.to_numpy())
    if array.dtype.kind in "mM":
        raise BadValue(_of_time(array, place))
    return numbers_of(array, place) if holds_objects(array) else array


def holds_objects(array: np.ndarray) -> bool:
    """Whether an array holds texts or objects, which may be numbers."""
    return array.dtype.kind in "OUST"


def holds_texts(values: Any) -> bool:
    """Whether a text is among the values of an array or a table."""
    array = np.asarray(values.to_numpy() if hasattr(values, "to_numpy") else values)
    if array.dtype.kind != "O":
        return holds_objects(array)
    return any(isinstance(v, _TEXT) for v in array.ravel().tolist())


def numbers_of(array: np.ndarray, place: Place) -> np.ndarray:
    """An array of objects as flags, whole numbers or floats; a missing one is NaN.

    >>> numbers_of(np.array([1, 2.5, None], object), Place("x", "x")).tolist()
    [1.0, 2.5, nan]
    """
    if array.dtype.kind in "mM":
        raise BadValue(_of_time(array, place))
    flat = array.ravel().tolist()
    if not all(isinstance(v, (bool, np.bool_)) for v in flat):
        found = [v if _is_whole(v) else _as_float(v) for v in flat]
        wrong = next((i for i, v in enumerate(found) if v is None), None)
        if wrong is not None:
            raise BadValue(_of_object(flat[wrong], wrong, array, place))
        flat = found
    made = np.array(flat)
    made = made.astype(floatx()) if made.dtype.kind == "O" else made  # too large for an integer
    return made.reshape(array.shape)


def _joined(columns: list[np.ndarray]) -> np.ndarray:
    dtype = np.result_type(*columns)
    dtype = floatx() if dtype.kind == "f" else dtype
    return np.stack([x.astype(dtype, copy=False) for x in columns], axis=1)


def _is_plain(dtype: str) -> bool:
    try:
        return np.dtype(dtype).kind in "biuf"
    except TypeError:  # a dtype of the table's own, such as Int64 or category
        return False


def _columns(frame: Any) -> Iterator[tuple[Any, Any]]:
    """Names and columns; in pandas one name may stand for several."""
    if hasattr(frame, "items"):
        return iter(frame.items())
    return ((name, frame[name]) for name in frame.columns)


def _column(argument: str, name: Any) -> Place:
    return Place(f"{argument}: column {name!r}", f"{argument}[{name!r}]", True)


def _is_whole(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _is_missing(value: Any) -> bool:
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def _as_float(value: Any) -> float | None:
    """A number, NaN for a missing one, None for what is none."""
    if _is_missing(value):
        return float("nan")
    if isinstance(value, (numbers.Real, np.bool_)) or type(value).__name__ == "Decimal":
        return float(value)
    single = getattr(value, "shape", None) == () and hasattr(value, "dtype")
    return float(value) if single and np.dtype(str(value.dtype)).kind in "biuf" else None


# --- what to write instead


def _of_object(value: Any, index: int, array: np.ndarray, place: Place) -> str:
    row, *rest = (int(i) for i in np.unravel_index(index, array.shape))
    kind = "the text" if isinstance(value, _TEXT) else f"a {type(value).__name__},"
    where = f"row {row}" + (f", column {rest[0]}" if rest else "")
    said = f"{place.words} holds {kind} {value!r:.60} in {where}, where a number belongs. "
    if len(rest) == 1:
        array, place = array[:, rest[0]], Place(place.words, f"{place.code}[:, {rest[0]}]")
    if isinstance(value, _TEXT):
        return said + _of_text(array, place)
    if isinstance(value, (list, tuple, np.ndarray)):
        return said + _of_rows(array, place)
    if hasattr(value, "timestamp"):
        return said + "Turn times into numbers: their .timestamp() gives seconds."
    return said + "Replace it by a number, or leave it out."


def _of_text(array: np.ndarray, place: Place) -> str:
    """Advice for texts, by whether they are numbers and by what holds them."""
    texts = array.ravel().tolist()
    if all(_is_number_in_text(v) for v in texts):
        to_numbers = f"pandas.to_numeric({place.code})"
        plain = f"{place.code}.astype('{floatx()}')"
        return f"They are numbers in quotes: write {to_numbers if place.of_table else plain}."
    if place.of_table:
        return f"Number them: {place.code}.astype('category').cat.codes, or {_LAYERS}."
    if array.ndim == 1 and all(isinstance(v, type(texts[0])) for v in texts):
        return f"Number them: numpy.unique({place.code}, return_inverse=True)[1], or {_LAYERS}."
    return f"Replace them by numbers, or {_LAYERS}."


def _is_number_in_text(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _of_rows(array: np.ndarray, place: Place) -> str:
    rows = array.ravel().tolist()
    shapes = {np.shape(v) for v in rows if isinstance(v, np.ndarray) or _is_flat(v)}
    if len(shapes) == 1 and all(map(np.ndim, rows)):
        return f"All rows have the shape {shapes.pop()}: write numpy.stack({place.code})."
    if array.ndim == 1 and all(_is_flat(v) for v in rows):
        return (
            "The rows are of unequal length: write "
            f"keras.utils.pad_sequences({place.code}, dtype='{floatx()}')."
        )
    return "Give all rows the same shape."


def _is_flat(row: Any) -> bool:
    return isinstance(row, (list, tuple, np.ndarray)) and all(
        isinstance(v, numbers.Real) for v in row
    )


def _of_time(array: np.ndarray, place: Place) -> str:
    times = array.dtype.kind == "M"
    kind = "times" if times else "spans of time"
    span = f"({place.code} - {place.code}.min())" if times else place.code
    if place.of_table:
        seconds = f"{span}.dt.total_seconds()"
    else:
        seconds = f"{span} / numpy.timedelta64(1, 's')"
    return (
        f"{place.words} holds {kind} ({array.dtype}), where numbers belong. For seconds write "
        f"{seconds}."
    )
