"""What fit, evaluate and predict are given, as arrays or as a stream of batches."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from lurnet.core.errors import BadValue
from lurnet.core.types import Int, Real
from lurnet.training.compiled import on_host
from lurnet.training.data.arrays import ArrayData, is_array, split, standardize
from lurnet.training.data.batch import unpack_x_y_sample_weight
from lurnet.training.data.streams import Stream
from lurnet.training.fixed_batch import remembered_batch
from lurnet.training.protocol import Trainable


def make_data(
    model: Trainable,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    batch_size: Int | None = None,
    steps: Int | None = None,
    shuffle: bool | str = False,
    class_weight: Mapping[int, Real] | None = None,
) -> ArrayData | Stream:
    """Arrays or a stream from what fit, evaluate and predict take, after the model's host part."""
    if is_array(x) or isinstance(x, (list, tuple, dict)):
        batch_size = remembered_batch(model) if batch_size is None else batch_size
        return ArrayData(
            on_host(model, x), y, sample_weight, batch_size, shuffle, class_weight, steps
        )
    if x is None:
        raise BadValue(
            "x is None: there are no inputs. Give arrays, fit(x, y), or batches, fit(data)."
        )
    if y is not None or sample_weight is not None:
        raise BadValue(
            f"x is a {type(x).__name__} that gives whole batches, so y and sample_weight must "
            "come out of it too: let it give (x, y) or (x, y, sample_weight)."
        )
    return Stream(x, steps, bool(shuffle), class_weight, partial(on_host, model))


def fit_data(
    model: Trainable,
    x: Any = None,
    y: Any = None,
    batch_size: Int | None = None,
    validation_split: float = 0.0,
    validation_data: Any = None,
    shuffle: bool | str = True,
    class_weight: Mapping[int, Real] | None = None,
    sample_weight: Any = None,
    steps_per_epoch: Int | None = None,
    validation_steps: Int | None = None,
    validation_batch_size: Int | None = None,
) -> tuple[ArrayData | Stream, ArrayData | Stream | None]:
    """The data to train on and those to validate with, from the arguments of ``fit``."""
    part = None
    if validation_split and validation_data is None:
        x = on_host(model, x)
        (x, y, sample_weight), part = split_off(x, y, sample_weight, validation_split)
    data = make_data(model, x, y, sample_weight, batch_size, steps_per_epoch, shuffle, class_weight)
    given = validation_data if part is None else part
    size = validation_batch_size or batch_size
    return data, checked_data(model, given, data, size, validation_steps)


def checked_data(
    model: Trainable,
    given: Any,
    train: ArrayData | Stream,
    batch_size: Int | None,
    steps: Int | None,
) -> ArrayData | Stream | None:
    """The data to validate with, in batches like the training data's unless told otherwise."""
    if given is None:
        return None
    if batch_size is None and isinstance(train, ArrayData):
        batch_size = train.batch_size
    if isinstance(given, (list, tuple)):
        return make_data(model, *unpack_x_y_sample_weight(tuple(given)), batch_size, steps)
    return make_data(model, given, batch_size=batch_size, steps=steps)


def split_off(x: Any, y: Any, weight: Any, fraction: float) -> tuple[tuple, tuple]:
    """Training and validation parts of arrays."""
    if not (is_array(x) or isinstance(x, (list, tuple, dict))):
        raise BadValue(
            f"`validation_split` needs arrays, but x is a {type(x).__name__}: give "
            "validation_data=... instead."
        )
    standard = [standardize(v, n) for v, n in ((x, "x"), (y, "y"), (weight, "sample_weight"))]
    parts = split(standard, fraction)
    return tuple(parts[0]), tuple(parts[1])
