"""Arrays as training data: checked, split, weighted; they go to the device once."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from lurnet.core import tree
from lurnet.core.dtypes import is_float
from lurnet.core.errors import BadValue
from lurnet.core.settings import floatx
from lurnet.core.symbolic import SymbolicTensor
from lurnet.core.types import Int, Real
from lurnet.inference.host_stage import HostOutputs
from lurnet.layers.preprocessing.host import decoded
from lurnet.training.data.batch import pack_x_y_sample_weight
from lurnet.training.data.frames import Place, from_table, holds_texts, numbers_of


def is_array(x: Any) -> bool:
    """Whether a value is an array: NumPy's, JAX's, or one that NumPy can take (pandas, torch)."""
    if isinstance(x, np.generic):  # one number, or one text
        return False
    return hasattr(x, "shape") and hasattr(x, "dtype") or hasattr(x, "to_numpy")


def as_numpy(x: Any, argument: str, texts: bool = False) -> Any:
    """An array in the dtype training takes: floats in ``floatx()``; JAX arrays stay as they are.

    With ``texts``, strings may be in it: they come as an array of objects.
    """
    if x is None:
        return None
    if type(x) is not np.ndarray:
        if hasattr(x, "__jax_array__") or type(x).__module__.startswith("jax"):
            return x
        if hasattr(x, "to_numpy"):
            x = x.to_numpy() if texts and holds_texts(x) else from_table(x, argument)
        elif hasattr(x, "detach"):  # a torch tensor
            x = x.detach().cpu().numpy()
        x = np.asarray(x)
    if x.dtype.kind in "OUSTmM":
        if texts and holds_texts(x):
            return _as_texts(x, argument)
        x = numbers_of(x, Place(argument, argument))
    kind = x.dtype.kind  # names are slow: a stream asks of every batch
    return x.astype(floatx(), copy=False) if kind == "f" or kind == "V" and is_float(x.dtype) else x


def _as_texts(x: np.ndarray, argument: str) -> np.ndarray:
    flat = x.ravel().tolist()
    wrong = next((i for i, t in enumerate(flat) if not isinstance(t, (str, bytes))), None)
    if wrong is not None:
        raise BadValue(
            f"{argument} holds {flat[wrong]!r} at index {np.unravel_index(wrong, x.shape)[0]}, "
            "where a text belongs. Missing texts? Fill them: frame.fillna(''). Rows of unequal "
            "length? Fill them up to one length, or give whole texts."
        )
    return decoded(x)


def standardize(values: Any, argument: str, texts: bool = False) -> Any:
    """Nested lists, tuples and dicts of arrays; a list of plain numbers is one array.

    ``texts``: whether arrays may hold strings.
    """
    if values is None:
        return None
    if type(values) is np.ndarray:
        return as_numpy(values, argument, texts)
    if (
        isinstance(values, (list, tuple))
        and not any(is_array(v) or tree.is_nested(v) or v is None for v in values)
        or isinstance(values, (list, tuple))
        and _is_rows(values)
    ):
        values = _as_array(values)
    if is_array(values):
        array = as_numpy(values, argument, texts)
        return array[:, None] if _is_frame_column(values) else array
    named = _named(values, argument)
    return tree.map_structure(lambda v: as_numpy(v, next(named), texts), values)


def _as_array(rows: Any) -> np.ndarray:
    """A list as an array; one of unequal rows is an array of rows, which are no numbers."""
    try:
        return np.asarray(rows)
    except ValueError:
        array = np.empty(len(rows), object)
        for i, row in enumerate(rows):
            array[i] = row
        return array


def _named(values: Any, argument: str) -> Iterator[str]:
    """How a program writes each leaf, in the order in which they are walked."""
    if isinstance(values, dict):
        for key in tree.keys(values):
            yield from _named(values[key], f"{argument}[{key!r}]")
    elif isinstance(values, (list, tuple)):
        for i, item in enumerate(values):
            yield from _named(item, f"{argument}[{i}]")
    else:
        yield argument


def _is_frame_column(values: Any) -> bool:
    """A pandas Series: Keras takes it for a column."""
    return hasattr(values, "to_frame") and getattr(values, "ndim", 0) == 1


def _is_rows(values: Any) -> bool:
    """A list of lists of numbers, written out as one array."""
    first = values[0] if values else None
    if not isinstance(first, (list, tuple)):
        return False
    return not any(is_array(leaf) for leaf in tree.leaves(values))


def lengths(data: Any) -> list[int]:
    """First sizes of all arrays."""
    return [len(x) if not x.shape else x.shape[0] for x in tree.leaves(data) if x is not None]


def check_lengths(x: Any, y: Any, sample_weight: Any) -> int:
    """The common number of samples, or an error that says which differs."""
    counts = {"x": lengths(x), "y": lengths(y), "sample_weight": lengths(sample_weight)}
    every = {n for some in counts.values() for n in some}
    if not every:
        raise BadValue("There is no data: x is None or empty.")
    if len(every) > 1:
        said = ", ".join(f"{k} has {_shown(v)}" for k, v in counts.items() if v)
        given = {"x": x, "y": y, "sample_weight": sample_weight}
        rows = {k: v for k, v in given.items() if len(counts[k]) in every}
        raise BadValue(
            f"All arrays must hold the same number of samples, but {said}. The first axis counts "
            f"the samples.{''.join(stack_advice(v, k) for k, v in rows.items())}"
        )
    (count,) = every
    if count == 0:
        raise BadValue("There are no samples: the arrays are empty.")
    return count


def _shown(counts: list[int]) -> str:
    """Numbers of samples, as far as they differ."""
    if len(counts) > 2 and len(set(counts)) == 1:
        return f"{counts[0]} in each of {len(counts)} arrays"
    return " and ".join(map(str, counts))


def stack_advice(given: Any, name: str) -> str:
    """What to write where a list of arrays, which stands for several inputs, may be samples."""
    if not isinstance(given, (list, tuple)) or len(given) < 2:
        return ""
    shapes = {getattr(v, "shape", None) for v in given}
    if len(shapes) != 1 or None in shapes:
        return ""
    return (
        f" A list stands for several inputs or outputs. If {name} is a list of samples, write "
        f"np.stack({name})."
    )


def take(data: Any, rows: Any) -> Any:
    """The same rows of all arrays."""
    return tree.map_structure(lambda x: None if x is None else x[rows], data)


def joined(parts: list) -> Any:
    """The rows of some parts of equal structure, one after another, as NumPy arrays."""
    return tree.map_structure(lambda *xs: np.concatenate([np.asarray(x) for x in xs]), *parts)


def symbols_of(data: Any, size: int | None) -> Any:
    """The symbols of a batch of so many samples, None: of any number."""
    return tree.map_structure(lambda x: None if x is None else _symbol_of(x, size), data)


def _symbol_of(x: Any, size: int | None) -> SymbolicTensor:
    return SymbolicTensor((size, *x.shape[1:]) if x.shape else (), dtype=x.dtype)


def split(data: Any, fraction: float) -> tuple[Any, Any]:
    """The first part for training, the last ``fraction`` for validation, before any shuffling."""
    if not 0 < fraction < 1:
        raise BadValue(f"`validation_split` must lie between 0 and 1, but it is {fraction!r}.")
    count = lengths(data)[0]
    cut = int(count * (1.0 - fraction))
    if cut in (0, count):
        raise BadValue(
            f"`validation_split={fraction}` of {count} samples leaves nothing to train on or to "
            "validate with."
        )
    return take(data, slice(None, cut)), take(data, slice(cut, None))


def as_steps(steps: Any) -> int | None:
    """A number of steps as it is given; None: as many as there are."""
    if steps is not None and (isinstance(steps, str) or steps != int(steps)):
        raise BadValue(f"The number of steps must be a whole number, but it is {steps!r}.")
    return None if steps is None else int(steps)


def class_weighted(y: Any, sample_weight: Any, class_weight: Mapping[int, Real]) -> np.ndarray:
    """Sample weights from class weights: of class numbers, or of the one-hot label's class."""
    if tree.is_nested(y) or y is None:
        raise BadValue(
            "`class_weight` works for models with one output. With several, give sample_weight."
        )
    labels = np.asarray(y)
    if labels.ndim > 1 and labels.shape[-1] > 1:
        labels = labels.argmax(-1)
    labels = labels.reshape(labels.shape[0], -1)[:, 0] if labels.ndim > 1 else labels
    weights = np.ones(len(labels), "float32")
    for label, weight in class_weight.items():
        weights[np.round(labels) == label] = weight
    return weights if sample_weight is None else weights * np.asarray(sample_weight)


class ArrayData:
    """Data that lie in memory whole; batches are index sets.

    Args:
        x, y, sample_weight: arrays, or nested lists, tuples or dicts of them.
        batch_size: samples in a step.
        shuffle: True: every epoch in a new order; "batch": whole batches in a new order.
        class_weight: weight by class number.
        steps: batches in an epoch; None: all. The next epoch goes on with the batches after them.
    """

    def __init__(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        batch_size: Int | None = None,
        shuffle: bool | str = False,
        class_weight: Mapping[int, Real] | None = None,
        steps: Int | None = None,
    ) -> None:
        self.x = standardize(x, "x", texts=isinstance(x, HostOutputs))
        self.y = standardize(y, "y")
        self.sample_weight = standardize(sample_weight, "sample_weight")
        self.count = check_lengths(self.x, self.y, self.sample_weight)
        if class_weight is not None:
            self.sample_weight = class_weighted(self.y, self.sample_weight, class_weight)
        batch_size = 32 if batch_size is None else batch_size
        if not isinstance(batch_size, (int, np.integer)) or batch_size < 1:
            raise BadValue(f"`batch_size` must be a positive integer, but it is {batch_size!r}.")
        self.batch_size = min(int(batch_size), self.count)
        self.shuffle, self.limit = shuffle, as_steps(steps)
        self.ended = False  # arrays begin anew

    @property
    def data(self) -> Any:
        """The arrays as a batch would hold them."""
        return pack_x_y_sample_weight(self.x, self.y, self.sample_weight)

    @property
    def batches(self) -> int:
        """Batches in a pass over all samples, the last, smaller one included."""
        return -(-self.count // self.batch_size)

    @property
    def steps(self) -> int:
        """Steps in an epoch, at most."""
        return self.batches if self.limit is None else min(self.batches, self.limit)

    @property
    def parts(self) -> int:
        """Epochs that a pass over all samples takes."""
        return -(-self.batches // max(1, self.steps))

    def steps_of(self, part: int) -> int:
        """Steps in an epoch that is this part of a pass; the last part may be shorter."""
        return min(self.steps, self.batches - part * self.steps)

    def limited(self, data: Any) -> Any:
        """The samples of an epoch's steps alone."""
        rows = self.steps * self.batch_size
        return data if rows >= self.count else take(data, slice(rows))

    def order(self, rng: np.random.Generator | None, part: int = 0) -> np.ndarray:
        """The order of the samples in a pass, from where its ``part`` begins."""
        return np.roll(self._pass(rng), -part * self.steps * self.batch_size)

    def _pass(self, rng: np.random.Generator | None) -> np.ndarray:
        if rng is None or not self.shuffle:
            return np.arange(self.count, dtype="int32")
        if self.shuffle != "batch":
            return rng.permutation(self.count).astype("int32")
        whole = self.count // self.batch_size * self.batch_size
        rows = np.arange(whole, dtype="int32").reshape(-1, self.batch_size)
        rest = np.arange(whole, self.count, dtype="int32")
        return np.concatenate([rng.permutation(rows).ravel(), rest])
