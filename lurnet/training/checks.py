"""Mistakes that are caught before anything is compiled or lost."""

from typing import Any

import numpy as np

from lurnet.core import tree
from lurnet.core.advice import fits
from lurnet.core.dtypes import is_float
from lurnet.core.errors import BadState, BadValue
from lurnet.core.traits import stated
from lurnet.core.variable import values
from lurnet.training import labels, step
from lurnet.training.compiled import compilation_of
from lurnet.training.data.arrays import take
from lurnet.training.device import to_device
from lurnet.training.overrides import is_overridden
from lurnet.training.protocol import Trainable


def require_compiled(model: Trainable, method: str) -> None:
    """``fit`` and ``evaluate`` need a loss, and ``fit`` an optimizer."""
    if not model.compiled:
        raise BadState(
            f"{type(model).__name__} {model.name!r} is not compiled. Before {method}() write "
            "model.compile(optimizer='adam', loss='...', metrics=['accuracy'])."
        )


_COMPARING = "train_step", "test_step", "compute_loss"


def check_data(model: Trainable, batch: tuple, y_pred: Any) -> None:
    """Compare data with the model's predictions; see the functions below.

    What a step or a ``compute_loss`` of the user's own compares, nobody can tell.
    """
    _, y, _ = batch
    if y is None or any(is_overridden(model, name) for name in _COMPARING):
        return
    loss = compilation_of(model).loss
    if loss is None or loss.outputs is None:
        return
    outputs = loss.outputs
    rows = zip(outputs.names, loss.losses, outputs.flat(y), outputs.flat(y_pred), strict=True)
    for name, fn, label, pred in rows:
        if fn is not None and label is not None:
            where = f"output {name!r}" if outputs.count > 1 else "the output"
            check_labels(fn, label, pred, where)


def check_finite(model: Trainable, batch: tuple, size: int | None) -> None:
    """No NaN or infinity in the data where the loss comes out as one: it would take every weight.

    The loss of a batch with such a value tells; a model may well drop, fill or mask them. What a
    training step of the user's own makes of them nobody can tell.

    Args:
        model: the model, which is built.
        batch: x, y and sample weights, of all samples or of one batch.
        size: samples of a batch of them, None: all.
    """
    if is_overridden(model, "train_step"):
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


def _loss_near(model: Trainable, batch: tuple, size: int | None, row: int) -> float:
    """The loss of the batch that a sample is in, in inference mode."""
    count = next(len(a) for a in tree.leaves(batch) if a is not None)
    start = 0 if size is None else max(0, min(row, count - size))
    rows = slice(start, start + (size or count))
    x, y, weight = (to_device(take(part, rows), copy=True) for part in batch)
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
        check_shape(label, pred, where, kind == "shares")
    if kind == "shares" and is_array:
        check_range(label, pred, where)


def check_sparse(fn: Any, label: Any, pred: Any, where: str, is_array: bool) -> None:
    """Class numbers from 0 to classes - 1."""
    classes = pred.shape[-1]
    check_axes(tuple(label.shape[1:]), label, pred, where)
    if label.ndim == len(pred.shape) and label.shape[-1] == classes and classes > 1:
        raise BadValue(
            f"The labels for {where} are rows of {classes}, of shape {tuple(label.shape)}, but the "
            "loss sparse_categorical_crossentropy takes class numbers."
            f"{labels.for_rows(label, is_array)}"
        )
    if not is_array or classes is None:
        return
    values = np.asarray(label)
    ignored = getattr(fn, "ignore_class", None)
    seen = values if ignored is None else values[values != ignored]
    if seen.size and (seen.min() < 0 or seen.max() >= classes):
        raise BadValue(
            f"The labels for {where} run from {seen.min():g} to {seen.max():g}, but the last layer "
            f"has {classes} units, for classes 0 to {classes - 1}."
            f"{labels.for_numbers(seen, classes, ignored)}"
        )


def check_axes(shape: tuple, label: Any, pred: Any, where: str) -> None:
    """One label for each sample, where the model predicts something for each of its parts.

    Args:
        shape: the axes of a sample's parts that the labels have.
        label: the labels.
        pred: the predictions.
        where: which output it is.
    """
    wanted = tuple(pred.shape[1:-1])
    if shape in ((), (1,)) and not fits(shape, wanted) and len(wanted) in labels.POOLING:
        raise BadValue(
            f"The labels for {where} have shape {tuple(label.shape[1:])} per sample, but the model "
            f"predicts {tuple(pred.shape[1:])}.{labels.for_more_axes(len(wanted))}"
        )


def check_one_hot(label: Any, pred: Any, where: str) -> None:
    """As many columns as the last layer has units."""
    classes = pred.shape[-1]
    own = label.ndim > 1 and label.shape[-1] == classes
    check_axes(tuple(label.shape[1 : -1 if own else None]), label, pred, where)
    fewer = label.ndim < len(pred.shape) or (label.shape[-1] == 1 and classes != 1)
    if fewer:
        raise BadValue(
            f"The labels for {where} have the shape {tuple(label.shape)}, but the loss "
            f"categorical_crossentropy takes one-hot rows of {classes}."
            f"{labels.for_one_hot(label, pred.shape)}"
        )
    if classes is not None and label.shape[-1] != classes:
        raise BadValue(
            f"The labels for {where} have {label.shape[-1]} columns, but the last layer has "
            f"{classes} units. Give it {label.shape[-1]} units."
        )


def check_shape(label: Any, pred: Any, where: str, shares: bool = False) -> None:
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
            f"both are equal.{labels.for_shape(label, pred.shape, shares)}"
        )


def check_range(label: Any, pred: Any, where: str) -> None:
    """Targets of binary cross-entropy lie between 0 and 1."""
    values = np.asarray(label)
    if values.size and (values.min() < 0 or values.max() > 1):
        raise BadValue(
            f"The targets for {where} run from {values.min():g} to {values.max():g}, but "
            f"binary_crossentropy takes values from 0 to 1.{labels.for_range(values, pred.shape)}"
        )
