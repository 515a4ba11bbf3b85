"""Mistakes that are caught before anything is compiled or lost."""

from typing import Any

import numpy as np

from lurnet.core import tree
from lurnet.core.advice import fits
from lurnet.core.dtypes import is_float
from lurnet.core.errors import BadState, BadValue
from lurnet.core.traits import stated
from lurnet.core.variable import values
from lurnet.training import program, step
from lurnet.training.data.arrays import take
from lurnet.training.outputs import Outputs


def require_compiled(model: Any, method: str) -> None:
    """``fit`` and ``evaluate`` need a loss, and ``fit`` an optimizer."""
    if not model.compiled:
        raise BadState(
            f"{type(model).__name__} {model.name!r} is not compiled. Before {method}() write "
            "model.compile(optimizer='adam', loss='...', metrics=['accuracy'])."
        )


_COMPARING = "train_step", "test_step", "compute_loss"


def check_data(model: Any, batch: tuple, y_pred: Any) -> None:
    """Compare data with the model's predictions; see the functions below.

    What a step or a ``compute_loss`` of the user's own compares, nobody can tell.
    """
    _, y, _ = batch
    if y is None or any(model._has_own(name) for name in _COMPARING):
        return
    loss = model._compile_loss
    if loss is None or not loss.built:
        return
    outputs: Outputs = loss.outputs
    labels, preds = outputs.flat(y), outputs.flat(y_pred)
    for name, fn, label, pred in zip(outputs.names, loss.losses, labels, preds, strict=True):
        if fn is not None and label is not None:
            where = f"output {name!r}" if outputs.count > 1 else "the output"
            check_labels(fn, label, pred, where)


def check_finite(model: Any, batch: tuple, size: int | None) -> None:
    """No NaN or infinity in the data where the loss comes out as one: it would take every weight.

    The loss of a batch with such a value tells; a model may well drop, fill or mask them. What a
    training step of the user's own makes of them nobody can tell.

    Args:
        model: the model, which is built.
        batch: x, y and sample weights, of all samples or of one batch.
        size: samples of a batch of them, None: all.
    """
    if model._has_own_step("train"):
        return
    for argument, data in zip(("x", "y"), batch, strict=False):
        for array in tree.leaves(data):
            place = None if array is None else _first_bad(array)
            if place is not None and not np.isfinite(_loss_near(model, batch, size, place[0])):
                raise BadValue(
                    f"{argument} holds values that are NaN or infinite, the first at index "
                    f"{place}. With them the loss is no number, and training makes every weight "
                    f"NaN. Look at it with {argument}[{place[0]}], and drop or fill such rows: "
                    f"np.nan_to_num({argument}, posinf=0, neginf=0)."
                )


def _loss_near(model: Any, batch: tuple, size: int | None, row: int) -> float:
    """The loss of the batch that a sample is in, in inference mode."""
    count = next(len(a) for a in tree.leaves(batch) if a is not None)
    start = 0 if size is None else max(0, min(row, count - size))
    rows = slice(start, start + (size or count))
    x, y, weight = (program.to_device(take(part, rows), copy=True) for part in batch)
    with values([], []):
        y_pred = model.call_for(x, training=False)
        return float(step.loss_of(model, x, y, y_pred, weight, training=False))


def _first_bad(array: Any) -> tuple[int, ...] | None:
    """The index of the first NaN or infinity in a float array."""
    if not is_float(array.dtype):
        return None
    values = np.asarray(array)
    if _surely_finite(values):
        return None
    bad = ~np.isfinite(values)  # squares may overflow where no value is infinite
    return tuple(int(i) for i in np.argwhere(bad)[0]) if bad.any() else None


def _surely_finite(values: np.ndarray) -> bool:
    """Whether the sum of squares is finite: the quickest look for a NaN or infinity."""
    if not values.flags.c_contiguous or values.dtype.name not in ("float32", "float64"):
        return False
    flat = values.reshape(-1)
    with np.errstate(all="ignore"):
        return bool(np.isfinite(np.dot(flat, flat)))


def check_labels(fn: Any, label: Any, pred: Any, where: str) -> None:
    """Labels that do not fit the loss: shape, range, class numbers for one-hot and the reverse."""
    kind = stated(type(fn), "label_kind")
    kind = kind(fn) if callable(kind) else kind
    is_array = hasattr(label, "__array__")
    if kind == "classes":
        check_sparse(fn, label, pred, where, is_array)
    elif kind == "one-hot":
        check_one_hot(label, pred, where)
    elif kind in ("values", "shares"):
        check_shape(label, pred, where)
    if kind == "shares" and is_array:
        check_range(label, where)


def check_sparse(fn: Any, label: Any, pred: Any, where: str, is_array: bool) -> None:
    """Class numbers from 0 to classes - 1."""
    classes = pred.shape[-1]
    if label.ndim == len(pred.shape) and label.shape[-1] == classes and classes > 1:
        raise BadValue(
            f"The labels for {where} are rows of {classes}, of shape {tuple(label.shape)}, but the "
            f"loss sparse_categorical_crossentropy takes class numbers.{_for_rows(label, is_array)}"
        )
    if not is_array or classes is None:
        return
    values = np.asarray(label)
    ignored = getattr(fn, "ignore_class", None)
    seen = values if ignored is None else values[values != ignored]
    if seen.size and (seen.min() < 0 or seen.max() >= classes):
        raise BadValue(
            f"The labels for {where} run from {seen.min():g} to {seen.max():g}, but the last layer "
            f"has {classes} units, for classes 0 to {classes - 1}. Give it "
            f"{int(seen.max()) + 1} units, or number the classes from 0."
        )


def _for_rows(label: Any, is_array: bool) -> str:
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


def check_one_hot(label: Any, pred: Any, where: str) -> None:
    """As many columns as the last layer has units."""
    classes = pred.shape[-1]
    fewer = label.ndim < len(pred.shape) or (label.shape[-1] == 1 and classes != 1)
    if fewer:
        raise BadValue(
            f"The labels for {where} have the shape {tuple(label.shape)}, but the loss "
            f"categorical_crossentropy takes one-hot rows of {classes}."
            f"{_for_numbers(label, pred.shape)}"
        )
    if classes is not None and label.shape[-1] != classes:
        raise BadValue(
            f"The labels for {where} have {label.shape[-1]} columns, but the last layer has "
            f"{classes} units. Give it {label.shape[-1]} units."
        )


def _for_numbers(label: Any, wanted: tuple) -> str:
    """What to write, where labels may be class numbers."""
    classes, shape = wanted[-1], tuple(label.shape)
    shape = shape[:-1] if len(shape) == len(wanted) and shape[-1] == 1 else shape
    if not hasattr(label, "__array__") or not fits(shape[1:], wanted[1:-1]) or classes is None:
        return ""
    values = np.asarray(label)
    if not values.size or (values != np.round(values)).any() or values.min() < 0:
        return " Class numbers would be whole numbers from 0."
    if values.max() >= classes:
        return (
            f" They are no class numbers below {classes}: the largest is {values.max():g}. Number "
            f"the classes from 0, or give the last layer {int(values.max()) + 1} units."
        )
    return (
        " They are class numbers: use loss='sparse_categorical_crossentropy', or "
        f"keras.utils.to_categorical(y, {classes})."
    )


def check_shape(label: Any, pred: Any, where: str) -> None:
    """Targets of the predictions' shape, up to a last axis of size 1."""
    a, b = tuple(label.shape[1:]), tuple(pred.shape[1:])
    if a and b and a[-1] == 1 and len(a) == len(b) + 1:
        a = a[:-1]
    if a and b and b[-1] == 1 and len(b) == len(a) + 1:
        b = b[:-1]
    if (a, b) in (((), (1,)), ((1,), ())):
        return
    if len(a) != len(b) or any(None not in (i, j) and i != j for i, j in zip(a, b, strict=True)):
        raise BadValue(
            f"The targets for {where} have shape {tuple(label.shape[1:])} per sample, but the "
            f"model predicts {tuple(pred.shape[1:])}. Change the last layer or the targets so that "
            "both are equal."
        )


def check_range(label: Any, where: str) -> None:
    """Targets of binary cross-entropy lie between 0 and 1."""
    values = np.asarray(label)
    if values.size and (values.min() < 0 or values.max() > 1):
        raise BadValue(
            f"The targets for {where} run from {values.min():g} to {values.max():g}, but "
            f"binary_crossentropy takes values from 0 to 1.{_for_range(values)}"
        )


def _for_range(values: np.ndarray) -> str:
    """What to write, by the values."""
    if np.isin(values, (-1, 1)).all():
        return " For labels of -1 and 1 use loss='hinge', or (y + 1) / 2."
    if values.min() >= 0 and 1 < values.max() <= 255 and len(np.unique(values[:1000])) > 2:
        return " For pixels from 0 to 255 write y / 255."
    if len(np.unique(values)) == 2:
        return f" For two classes write (y == {values.max():g})."
    return " Change the targets, or the loss."
