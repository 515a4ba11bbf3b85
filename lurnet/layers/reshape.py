"""The same numbers in another shape or order."""

import math
from collections.abc import Sequence
from typing import Annotated, Any

from lurnet import ops
from lurnet.core.errors import BadValue
from lurnet.core.fields import Convert, PositiveInt, fields, is_int
from lurnet.core.types import Int
from lurnet.layers.base import Layer
from lurnet.layers.input_spec import InputSpec, describe
from lurnet.layers.options import DataFormat

__all__ = ["Flatten", "Reshape", "Permute", "RepeatVector"]


def _sizes(_: Any, value: Any) -> tuple[int, ...]:
    given = tuple(value) if isinstance(value, (list, tuple)) else (value,)
    if not all(is_int(v) for v in given):
        raise BadValue(f"must be a tuple of integers, not {value!r}.")
    return tuple(int(v) for v in given)


@fields
class Flatten(Layer):
    """All axes but the batch axis in one: (b, ...) to (b, n); a vector (b,) becomes (b, 1).

    >>> Flatten()(ops.ones((2, 3, 4))).shape
    (2, 12)
    """

    data_format: DataFormat = None  #: "channels_first" moves the channels last before

    per_sample = True

    def setup(self) -> None:
        """The input has a batch axis."""
        super().setup()
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Any) -> Any:
        """The flat input."""
        if self.data_format == "channels_first" and len(inputs.shape) > 2:
            inputs = ops.moveaxis(inputs, 1, -1)
        return ops.reshape(inputs, (inputs.shape[0], _product(inputs.shape[1:])))


def _product(sizes: tuple) -> Any:
    """The product of known sizes, or -1 where the engine has to find it."""
    return math.prod(sizes) if all(isinstance(d, int) for d in sizes) else -1


@fields
class Reshape(Layer):
    """Another shape for each sample: (b, ...) to (b, *target_shape).

    >>> Reshape((3, -1))(ops.ones((2, 12))).shape
    (2, 3, 4)
    """

    target_shape: Annotated[
        Any, Convert(_sizes, Int | Sequence[Int])
    ]  #: without the batch axis; one size may be -1

    per_sample = True

    def setup(self) -> None:
        """At most one size can be left to be found."""
        super().setup()
        if self.target_shape.count(-1) > 1:
            raise BadValue(f"Reshape: only one size may be -1, not {self.target_shape}.")

    def call(self, inputs: Any) -> Any:
        """The input in its new shape."""
        self._check(inputs.shape[1:])
        return ops.reshape(inputs, (inputs.shape[0], *self._found(inputs.shape[1:])))

    def _found(self, sizes: tuple) -> tuple:
        """The target with the size that is left to be found, if it can be: of no samples too."""
        have, known = _product(sizes), math.prod(d for d in self.target_shape if d != -1)
        if have == -1 or not known:
            return self.target_shape
        return tuple(have // known if d == -1 else d for d in self.target_shape)

    def _check(self, sizes: tuple) -> None:
        if not all(isinstance(d, int) for d in sizes):
            return
        have, known = math.prod(sizes), math.prod(d for d in self.target_shape if d != -1)
        free = -1 in self.target_shape
        if (not known or have % known) if free else have != known:
            raise BadValue(
                f"{describe(self)} cannot make {self.target_shape} ({known} numbers"
                f"{' or a multiple' if free else ''}) out of samples of shape {tuple(sizes)} "
                f"({have} numbers)."
            )


@fields
class Permute(Layer):
    """The axes of each sample in another order.

    >>> Permute((2, 1))(ops.ones((5, 3, 4))).shape
    (5, 4, 3)
    """

    dims: Annotated[
        Any, Convert(_sizes, Int | Sequence[Int])
    ]  #: old places of the axes, counted from 1

    per_sample = True

    def setup(self) -> None:
        """Each axis must come once."""
        super().setup()
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise BadValue(
                f"Permute: `dims` must hold each of 1 to {len(self.dims)} once (the batch axis, "
                f"0, stays where it is), not {self.dims}."
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: Any) -> Any:
        """The input with its axes in the new order."""
        return ops.transpose(inputs, (0, *self.dims))


@fields
class RepeatVector(Layer):
    """Each vector n times: (b, d) to (b, n, d).

    >>> RepeatVector(3)(ops.ones((2, 4))).shape
    (2, 3, 4)
    """

    n: PositiveInt  #: how often

    per_sample = True

    def setup(self) -> None:
        """The input is a batch of vectors."""
        super().setup()
        self.input_spec = InputSpec(ndim=2)

    def input_advice(self, shape: tuple) -> str:
        """What to write for an input that is no batch of vectors."""
        return " Put keras.layers.Flatten() before it." if len(shape) > 2 else ""

    def call(self, inputs: Any) -> Any:
        """The repeated vectors."""
        return ops.repeat(ops.expand_dims(inputs, 1), self.n, axis=1)
