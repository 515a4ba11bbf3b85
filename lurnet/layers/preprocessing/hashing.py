"""Strings and whole numbers as numbers below a bound, by hashing: no vocabulary is needed."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np

from lurnet.core.dtypes import as_policy
from lurnet.core.errors import BadValue
from lurnet.core.fields import Convert, PositiveInt, fields, is_int
from lurnet.core.types import DTypeLike, Int
from lurnet.layers.input_spec import describe
from lurnet.layers.preprocessing.category import Dense, Mode, encode, encodes_samples
from lurnet.layers.preprocessing.hashes import bucket, crossed
from lurnet.layers.preprocessing.host import HostLayer, texts_of

__all__ = ["Hashing", "HashedCrossing"]


def salted(_: Any, value: Any) -> list[int] | None:
    """A key of two numbers, from one or two."""
    given = [value, value] if is_int(value) else value
    if given is None:
        return None
    if not isinstance(given, (list, tuple)) or len(given) != 2 or not all(map(is_int, given)):
        raise BadValue(f"must be a whole number or two of them, not {value!r}.")
    return [int(v) for v in given]


def _whole(layer: Any, value: Any) -> Any:
    """Whole numbers by default where the number itself is given."""
    return as_policy("int64" if value is None and layer.output_mode == "int" else value)


Whole = Annotated[Any, Convert(_whole, DTypeLike)]
Salt = Annotated[Any, Convert(salted, Int | Sequence[Int] | None)]


def mapped(array: np.ndarray, number: Any) -> np.ndarray:
    """``number(text)`` of each element, called once for each different one."""
    seen: dict[Any, int] = {}
    found = [
        seen[t] if t in seen else seen.setdefault(t, number(t)) for t in array.ravel().tolist()
    ]
    return np.array(found, "int64").reshape(array.shape)


def as_bytes(value: Any) -> bytes:
    """A text, or a number written out, as UTF-8."""
    return (value if isinstance(value, str) else str(int(value))).encode()


@fields
class Hashing(HostLayer):
    """Strings or numbers as numbers below ``num_bins``, by their FarmHash.

    With a ``salt`` it is SipHash, which nobody who does not know the salt can make collide.

    >>> Hashing(3)([["A"], ["B"], ["C"], ["D"], ["E"]]).tolist()
    [[1], [0], [1], [1], [2]]
    """

    num_bins: PositiveInt  #: number of different results
    mask_value: str | int | None = None  #: value that becomes 0; then nothing else does
    salt: Salt = None  #: key of SipHash, one or two whole numbers
    output_mode: Mode = "int"  #: the number itself, or a vector as CategoryEncoding makes it
    sparse: Dense = False  #: only False
    dtype: Whole = None  #: dtype of the result; None: whole numbers where the number is given

    per_sample = encodes_samples

    def indices(self, inputs: np.ndarray) -> np.ndarray:
        """The numbers."""
        masked = self.mask_value is not None and self.num_bins > 1
        count = self.num_bins - masked
        found = mapped(inputs, lambda t: bucket(as_bytes(t), count, self.salt))
        if masked:
            found = np.where(inputs == self.mask_value, 0, found + 1)
        return found.astype("int32")

    def encoded(self, indices: Any) -> Any:
        """The numbers or vectors."""
        return encode(indices, self.output_mode, self.num_bins, self.compute_dtype)


@fields
class HashedCrossing(HostLayer):
    """Several features together as one number below ``num_bins``, by hashing.

    Each input is (batch,) or (batch, 1), of strings or whole numbers.

    >>> layer = HashedCrossing(5)
    >>> layer([np.array(["A", "B", "A"]), np.array([101, 101, 102])]).tolist()
    [1, 4, 3]
    """

    num_bins: PositiveInt  #: number of different results
    output_mode: Literal["int", "one_hot"] = "int"  #: the number itself, or a vector
    sparse: Dense = False  #: only False
    dtype: Whole = None  #: dtype of the result; None: whole numbers where the number is given

    per_sample = True
    _after = {"name": "sparse", "dtype": "name"}

    def index_shape(self, inputs: Any) -> tuple:
        """Shape of the numbers: that of each input."""
        if not isinstance(inputs, (list, tuple)) or len(inputs) < 2:
            raise BadValue(f"{describe(self)} takes a list of at least two inputs: [a, b].")
        shapes = {tuple(x.shape) for x in inputs}
        shape = next(iter(shapes))
        if len(shapes) > 1 or len(shape) > 2 or shape[1:] not in ((), (1,)):
            raise BadValue(
                f"{describe(self)}: all inputs must have one shape, (batch,) or (batch, 1), but "
                f"they have {sorted(shapes, key=str)}."
            )
        return shape

    def call(self, inputs: Any) -> Any:
        """The numbers or vectors."""
        arrays = [texts_of(x) for x in inputs] if isinstance(inputs, (list, tuple)) else inputs
        self.index_shape(arrays)
        if any(a.dtype.kind not in "iubO" for a in arrays):
            raise BadValue(f"{describe(self)} takes strings and whole numbers, not fractions.")
        columns = [[as_bytes(v) if isinstance(v, str) else v for v in a.ravel()] for a in arrays]
        found = [
            crossed([v if isinstance(v, bytes) else int(v) for v in row], self.num_bins)
            for row in zip(*columns, strict=True)
        ]
        return self.encoded(np.array(found, "int32").reshape(arrays[0].shape))

    def encoded(self, indices: Any) -> Any:
        """The numbers or vectors."""
        return encode(indices, self.output_mode, self.num_bins, self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        config = super().get_config()
        return {k: config[k] for k in ("num_bins", "output_mode", "sparse", "name")} | {
            "dtype": self.dtype
        }
