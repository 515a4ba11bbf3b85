"""Small helpers for arrays on the host: one-hot labels, unit length, equal length, two parts."""

import random
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from lurnet.core.errors import BadType, BadValue


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """One-hot rows of integer labels: (...) or (..., 1) to (..., num_classes), float64.

    ``num_classes`` is the largest label plus one when it is not given. Raises `BadValue` for a
    label below 0 or not below ``num_classes``.

    >>> to_categorical([0, 2, 1]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    labels = np.asarray(x).astype("int64")
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    if not num_classes:
        if not labels.size:
            raise BadValue("to_categorical: there are no labels; pass `num_classes`.")
        num_classes = int(labels.max()) + 1
    if labels.size and not 0 <= labels.min() <= labels.max() < num_classes:
        raise BadValue(
            f"to_categorical: labels must be from 0 to {num_classes - 1} (`num_classes` is "
            f"{num_classes}), but they run from {labels.min()} to {labels.max()}."
        )
    return (labels[..., None] == np.arange(num_classes)).astype("float64")


def normalize(x: Any, axis: int | None = -1, order: float | str = 2) -> np.ndarray:
    """Scale to unit length along an axis, ``x / norm(x)``; where the norm is 0, x stays 0.

    ``order`` is that of `numpy.linalg.norm`. With ``axis=None`` the whole array has one norm. A row
    (d,) comes back as (1, d), as in Keras.

    >>> normalize([[3.0, 4.0], [0.0, 0.0]]).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    x = np.asarray(x)
    if x.ndim < 2:
        x, axis = x.reshape(1, -1), None if axis is None else -1
    norm = np.asarray(np.linalg.norm(x, order, axis, keepdims=axis is not None))  # pyright: ignore
    return x / np.where(norm == 0, np.ones_like(norm), norm)


def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: Literal["pre", "post"] = "pre",
    truncating: Literal["pre", "post"] = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Put sequences of different lengths into one array (n, maxlen, ...).

    Shorter ones are filled with ``value`` at the start ("pre") or at the end ("post"); longer ones
    lose their start or end. ``maxlen`` is the longest length when it is not given.

    >>> pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2).tolist()
    [[0, 1], [2, 3], [5, 6]]
    """
    for name, choice in (("padding", padding), ("truncating", truncating)):
        if choice not in ("pre", "post"):
            raise BadValue(
                f"pad_sequences: `{name}` must be 'pre' or 'post', but it is {choice!r}."
            )
    lengths = _lengths(sequences)
    if maxlen is None:
        maxlen = max(lengths, default=0)
    if isinstance(value, str) and np.dtype(dtype).kind not in "OUS":
        raise BadValue(
            f"pad_sequences: the fill value {value!r} does not fit dtype {dtype!r}; "
            "write dtype=object."
        )
    shape = next(
        (np.asarray(s).shape[1:] for s, n in zip(sequences, lengths, strict=True) if n), ()
    )
    out = np.full((len(lengths), maxlen, *shape), value, dtype)
    for i, (sequence, length) in enumerate(zip(sequences, lengths, strict=True)):
        kept = min(length, maxlen)
        if not kept:
            continue
        start = length - kept if truncating == "pre" else 0
        part = np.asarray(sequence[start : start + kept], dtype)
        if part.shape[1:] != shape:
            raise BadValue(
                f"pad_sequences: the elements of sequence {i} have shape {part.shape[1:]}, "
                f"but those before it have {shape}."
            )
        start = maxlen - kept if padding == "pre" else 0
        out[i, start : start + kept] = part
    return out


def _lengths(sequences: Sequence[Any]) -> list[int]:
    if not hasattr(sequences, "__len__"):
        raise BadValue(
            "pad_sequences: `sequences` must be a list of sequences, "
            f"but it is of type {type(sequences).__name__}."
        )
    for i, sequence in enumerate(sequences):
        if not hasattr(sequence, "__len__"):
            raise BadValue(f"pad_sequences: element {i} is {sequence!r}, which is no sequence.")
    return [len(sequence) for sequence in sequences]


def split_dataset(
    dataset: Any,
    left_size: float | None = None,
    right_size: float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[Any, Any]:
    """Split data into a left and a right part, such as training and test.

    ``dataset`` is an array, or a list, tuple or dict of arrays of equal length (nested if need be),
    and both parts have its structure, so ``(x, y)`` gives ``(x_left, y_left), (x_right, y_right)``.
    There are no dataset objects here: `fit` takes the parts as they are, and ``preferred_backend``
    is accepted and has no effect. A list of numbers counts as an array.

    A size is a fraction (float from 0 to 1) or a number of samples (int); the one not given is what
    is left over. ``shuffle`` takes the samples in an order drawn from ``seed``.

    >>> (x, y), (x_test, y_test) = split_dataset((np.ones((10, 3)), np.ones(10)), left_size=0.8)
    >>> x.shape, y_test.shape
    ((8, 3), (2,))
    """
    del preferred_backend
    total = _common_length(dataset)
    left, right = _sizes(total, left_size, right_size)
    order = list(range(total))
    if shuffle:
        random.Random(seed).shuffle(order)
    return _take(dataset, order[:left]), _take(dataset, order[total - right :])


def _children(data: Any) -> list[Any] | None:
    """The parts of a container of arrays; None for an array or a list of numbers."""
    if isinstance(data, dict):
        return list(data.values())
    if isinstance(data, list | tuple) and any(hasattr(part, "__len__") for part in data):
        return list(data)
    return None


def _common_length(dataset: Any) -> int:
    parts = _children(dataset)
    if parts is None:
        if not hasattr(dataset, "__len__"):
            raise BadType(
                "split_dataset: takes an array, or a list, tuple or dict of arrays, "
                f"but `dataset` is of type {type(dataset).__name__}."
            )
        return len(dataset)
    lengths = [_common_length(part) for part in parts]
    if len(set(lengths)) != 1:
        raise BadValue(f"split_dataset: the arrays must have one length, but they have {lengths}.")
    return lengths[0]


def _take(dataset: Any, rows: list[int]) -> Any:
    if isinstance(dataset, dict):
        return {name: _take(part, rows) for name, part in dataset.items()}
    parts = _children(dataset)
    if parts is None:
        return np.asarray(dataset)[rows]
    taken = [_take(part, rows) for part in parts]
    return tuple(taken) if isinstance(dataset, tuple) else taken


def _sizes(total: int, left: float | None, right: float | None) -> tuple[int, int]:
    """Both sizes as numbers of samples."""
    if left is None and right is None:
        raise BadValue(
            "split_dataset: pass `left_size` or `right_size`, for example left_size=0.8."
        )
    counts = [
        _count(total, size, name) for size, name in ((left, "left_size"), (right, "right_size"))
    ]
    first = counts[0] if counts[0] is not None else total - (counts[1] or 0)
    second = counts[1] if counts[1] is not None else total - first
    if first + second > total or not first or not second:
        raise BadValue(
            f"split_dataset: {total} samples cannot be split into {first} and {second}; "
            f"left_size={left}, right_size={right}."
        )
    return first, second


def _count(total: int, size: float | None, name: str) -> int | None:
    if size is None:
        return None
    if isinstance(size, bool) or not isinstance(size, int | float | np.integer | np.floating):
        raise BadType(f"split_dataset: `{name}` must be an int or a float, but it is {size!r}.")
    whole = isinstance(size, int | np.integer)
    if not 0 <= size <= (total if whole else 1):
        limit = f"an int from 0 to {total}" if whole else "a float from 0 to 1"
        raise BadValue(f"split_dataset: `{name}` must be {limit}, but it is {size}.")
    return int(size) if whole else round(size * total)
