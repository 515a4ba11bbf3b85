"""What to write for labels that do not fit the loss: only what then works is said."""

from typing import Any

import numpy as np

from lurnet.core.advice import fits

_SPARSE = "loss='sparse_categorical_crossentropy'"
#: By how many axes samples have besides that of the units: the layer that pools over them.
POOLING = {n: f"keras.layers.GlobalAveragePooling{n}D()" for n in (1, 2, 3)}


def for_numbers(values: np.ndarray, units: int, ignored: int | None = None) -> str:
    """For class numbers that do not run from 0 to units - 1."""
    if not _are_whole(values):
        return " Class numbers are whole numbers from 0."
    if units == 1 and ignored is None and _are_of_two(values):
        return f" For two classes and one unit use loss='binary_crossentropy'{_as_bits(values)}."
    how, classes = numbered(values, units)
    if ignored is not None:  # it would be another number
        classes, how = int(values.max()) + 1, ""
        if values.min() < 0:
            return f" Number the classes from 0, beside the {ignored} that is ignored."
    more = f"give the last layer {classes} units" if classes > max(units, 1) else ""
    write = f"write {how}" if how else ""
    said = " and ".join(filter(None, (write, more)))
    return f" Classes are numbered from 0: {said}."


def _are_of_two(values: np.ndarray) -> bool:
    seen = set(np.unique(values).tolist())
    return seen <= {0, 1} or seen <= {-1, 1}


def _as_bits(values: np.ndarray) -> str:
    return ", with the labels (y + 1) // 2" if values.min() < 0 else ""


def numbered(values: np.ndarray, units: int) -> tuple[str, int]:
    """How to number classes from 0, "" where they are, and how many units that takes."""
    low, high, seen = int(values.min()), int(values.max()), np.unique(values)
    if len(seen) == 2 and (low, high) == (-1, 1):
        return "(y + 1) // 2", 2
    if low >= 0 and high < units:
        return "", units
    if high - low < units or high - low + 1 == len(seen):
        shift = "" if low == 0 else f"y - {low}" if low > 0 else f"y + {-low}"
        return shift, max(units, high - low + 1)
    return "np.searchsorted(np.unique(y), y)", max(units, len(seen))


def _are_whole(values: np.ndarray) -> bool:
    return bool((values == np.round(values)).all())


def for_rows(label: Any, is_array: bool) -> str:
    """What to write, by what is in the rows."""
    values = np.asarray(label) if is_array else np.ones(1)
    bits, ones = bool(np.isin(values, (0, 1)).all()), np.abs(values.sum(-1) - 1).max() < 1e-3
    if bits and ones:
        return " They are one-hot: use loss='categorical_crossentropy', or y.argmax(-1)."
    if ones:
        return " They are shares of classes: use loss='categorical_crossentropy'."
    if bits and is_array:
        return " Rows hold several classes: use loss='binary_crossentropy', and a sigmoid."
    return " Give one class number for each row of the predictions."


def for_one_hot(label: Any, wanted: tuple) -> str:
    """For class numbers where rows are wanted."""
    classes, shape = wanted[-1], tuple(label.shape)
    shape = shape[:-1] if len(shape) == len(wanted) and shape[-1] == 1 else shape
    if not hasattr(label, "__array__") or not fits(shape[1:], wanted[1:-1]) or classes is None:
        return ""
    values = np.asarray(label)
    if not values.size or not _are_whole(values):
        return " Class numbers would be whole numbers from 0."
    if classes == 1 and _are_of_two(values):
        return for_numbers(values, classes)
    how, units = numbered(values, classes)
    if units > classes:
        there = f", with {how}," if how else ""
        return (
            f" They are no class numbers below {classes}. For class numbers use {_SPARSE}{there} "
            f"and give the last layer {units} units."
        )
    return (
        f" They are class numbers: {'' if how else f'use {_SPARSE}, or '}write "
        f"keras.utils.to_categorical({how or 'y'}, {classes})."
    )


def for_range(values: np.ndarray, wanted: tuple) -> str:
    """For targets outside 0 to 1 where shares are wanted."""
    if np.isin(values, (-1, 1)).all():
        return " For labels of -1 and 1 use loss='hinge', or (y + 1) / 2."
    if len(np.unique(values)) == 2:
        return f" For two classes write (y == {values.max():g})."
    if values.size == len(values) and wanted[1:] in ((1,), ()) and _are_whole(values):
        how, units = numbered(values, 1)
        there = f", with the labels {how}" if how else ""
        return (
            f" For class numbers give the last layer {units} units and activation='softmax', and "
            f"use {_SPARSE}{there}."
        )
    if values.min() >= 0 and 1 < values.max() <= 255:
        return " For pixels from 0 to 255 write y / 255."
    return " Change the targets, or the loss."


def for_shape(label: Any, wanted: tuple, shares: bool) -> str:
    """For targets of another shape than the predictions."""
    one = tuple(label.shape[1:]) in ((), (1,))
    if one and len(wanted) > 2 and len(wanted) - 2 in POOLING:
        return for_more_axes(len(wanted) - 2)
    if not (one and shares and hasattr(label, "__array__")) or len(wanted) != 2:
        return ""
    values = np.asarray(label)
    if not values.size or not _are_whole(values) or values.min() < 0 or values.max() >= wanted[-1]:
        return ""
    return f" For class numbers use {_SPARSE}, and activation='softmax' in the last layer."


def for_more_axes(axes: int) -> str:
    """For predictions with axes that labels of whole samples do not have."""
    steps = ", or take return_sequences=True from the last recurrent layer" if axes == 1 else ""
    return (
        " For one prediction per sample put keras.layers.Flatten() or "
        f"{POOLING[axes]} before the last Dense layer{steps}."
    )
