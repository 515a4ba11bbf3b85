"""Layers that take several inputs and give one."""

import functools
import string
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from lurnet import ops
from lurnet.core.errors import BadValue
from lurnet.core.fields import Convert, fields, is_int
from lurnet.core.masking import get_mask
from lurnet.layers.base import Layer
from lurnet.layers.input_spec import describe
from lurnet.layers.per_sample import beside_axis

__all__ = [
    "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot", "add",
    "subtract", "multiply", "average", "maximum", "minimum", "concatenate", "dot",
]  # fmt: skip


class Merge(Layer):
    """Base of layers over a list of inputs, combined value by value in one shape."""

    supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Check that there is a list of inputs, and that their shapes fit together."""
        if not isinstance(input_shape, (list, tuple)) or _is_one_shape(input_shape):
            raise BadValue(
                f"{describe(self)} takes a list of inputs, but it got one input of shape "
                f"{input_shape}: write {type(self).__name__}()([a, b])."
            )
        self._check_shapes([tuple(s) for s in input_shape])

    def _check_shapes(self, shapes: list[tuple]) -> None:
        rank = max(map(len, shapes))
        for axis, sizes in enumerate(zip(*(_aligned(s, rank) for s in shapes), strict=True)):
            if len({d for d in sizes if d not in (1, None)}) > 1:
                raise BadValue(
                    f"{describe(self)} cannot combine inputs of shapes "
                    f"{', '.join(map(str, shapes))}: the sizes differ on axis {axis}."
                )

    def call(self, inputs: Sequence[Any]) -> Any:
        """All inputs combined."""
        return self._merge_function(_same_rank(list(inputs)))

    def _merge_function(self, inputs: list[Any]) -> Any:
        """Inputs of one rank combined."""
        raise NotImplementedError

    keeps_mask = True

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """What any input's mask leaves in; none where one of the inputs has none."""
        masks = self._one_each(inputs, mask)
        if any(m is None for m in masks):
            return None
        return functools.reduce(ops.logical_or, masks)

    def _one_each(self, inputs: Any, mask: Any) -> list[Any]:
        """A mask, or None, for each input."""
        if mask is None:
            return [None]
        several = isinstance(inputs, (list, tuple)) and isinstance(mask, (list, tuple))
        if not several or len(inputs) != len(mask):
            raise BadValue(
                f"{describe(self)}: `mask` must be a list with one mask, or None, for each of the "
                f"inputs, but there are {_number_of(inputs)} and {_number_of(mask)}."
            )
        return list(mask)


def _is_one_shape(shape: Any) -> bool:
    return all(d is None or isinstance(d, int) for d in shape)


def _aligned(shape: tuple, rank: int) -> tuple:
    """A shape with axes of size 1 put in after the batch axis, up to ``rank``."""
    return (*shape[:1], *(1,) * (rank - len(shape)), *shape[1:])


def _same_rank(inputs: list[Any]) -> list[Any]:
    rank = max(len(x.shape) for x in inputs)
    return [
        x if len(x.shape) == rank else ops.reshape(x, _aligned(tuple(x.shape), rank))
        for x in inputs
    ]


def _number_of(value: Any) -> str:
    return f"{len(value)} in a list" if isinstance(value, (list, tuple)) else "one alone"


def _with_rank_of(x: Any, mask: Any) -> Any:
    """A mask with axes of size 1 put at its end, up to the rank of x."""
    for _ in range(len(x.shape) - len(mask.shape)):
        mask = ops.expand_dims(mask, -1)
    return mask


def _masks(inputs: Sequence[Any]) -> list[Any]:
    """The inputs' masks with as many axes as the inputs, None where there is none."""
    masks = [get_mask(x) for x in inputs]
    pairs = zip(inputs, masks, strict=True)
    return [mask if mask is None else _with_rank_of(x, mask) for x, mask in pairs]


def _masked(fn: Callable[..., Any], inputs: Sequence[Any]) -> tuple[Any, Any]:
    """Inputs combined in pairs by ``fn``; a value that is masked out gives way to one that is not.

    Returns the result and its mask.
    """
    given, inputs = _masks(inputs), _same_rank(list(inputs))
    if all(m is None for m in given):
        return functools.reduce(fn, inputs), None
    masks = [
        ops.ones_like(x, dtype="bool") if m is None else m
        for x, m in zip(inputs, given, strict=True)
    ]
    pairs = list(zip(inputs, _same_rank(masks), strict=True))

    def join(a: tuple, b: tuple) -> tuple:
        (x, real_x), (y, real_y) = a, b
        one = ops.where(real_x, x, y)
        same = ops.equal(real_x, real_y)
        return ops.where(same, fn(x, y), one), ops.logical_or(real_x, real_y)

    return functools.reduce(join, pairs)


class Add(Merge):
    """The sum of the inputs.

    >>> Add()([ops.ones((1, 2)), ops.ones((1, 2))]).tolist()
    [[2.0, 2.0]]
    """

    per_sample = True

    def _merge_function(self, inputs: list[Any]) -> Any:
        """``a + b + ...``."""
        return functools.reduce(ops.add, inputs)


class Subtract(Merge):
    """The difference of two inputs.

    >>> Subtract()([ops.ones((1, 2)), ops.ones((1, 2))]).tolist()
    [[0.0, 0.0]]
    """

    per_sample = True

    def _check_shapes(self, shapes: list[tuple]) -> None:
        if len(shapes) != 2:
            raise BadValue(f"{describe(self)} takes two inputs, but it got {len(shapes)}.")
        super()._check_shapes(shapes)

    def _merge_function(self, inputs: list[Any]) -> Any:
        """``a - b``."""
        return ops.subtract(*inputs)


class Multiply(Merge):
    """The product of the inputs; what a mask leaves out counts as 1, or 0 where it is out in all.

    >>> Multiply()([2 * ops.ones((1, 2)), 3 * ops.ones((1, 2))]).tolist()
    [[6.0, 6.0]]
    """

    per_sample = True

    def call(self, inputs: Sequence[Any]) -> Any:
        """``a * b * ...``."""
        y, mask = _masked(ops.multiply, list(inputs))
        return y if mask is None else ops.where(mask, y, ops.zeros_like(y))


class Average(Merge):
    """The mean of the inputs.

    >>> Average()([ops.zeros((1, 2)), ops.ones((1, 2))]).tolist()
    [[0.5, 0.5]]
    """

    per_sample = True

    def _merge_function(self, inputs: list[Any]) -> Any:
        """``(a + b + ...) / n``."""
        return functools.reduce(ops.add, inputs) / len(inputs)


class Maximum(Merge):
    """The largest of the inputs, value by value; what a mask leaves out does not count.

    >>> Maximum()([ops.zeros((1, 2)), ops.ones((1, 2))]).tolist()
    [[1.0, 1.0]]
    """

    per_sample = True

    def call(self, inputs: Sequence[Any]) -> Any:
        """``max(a, b, ...)``."""
        return _masked(ops.maximum, list(inputs))[0]


class Minimum(Merge):
    """The smallest of the inputs, value by value; what a mask leaves out does not count.

    >>> Minimum()([ops.zeros((1, 2)), ops.ones((1, 2))]).tolist()
    [[0.0, 0.0]]
    """

    per_sample = True

    def call(self, inputs: Sequence[Any]) -> Any:
        """``min(a, b, ...)``."""
        return _masked(ops.minimum, list(inputs))[0]


@fields
class Concatenate(Merge):
    """The inputs one after another along an axis.

    >>> Concatenate()([ops.zeros((1, 2)), ops.ones((1, 1))]).tolist()
    [[0.0, 0.0, 1.0]]
    """

    axis: int = -1  #: the axis along which they follow each other

    per_sample = beside_axis

    def _check_shapes(self, shapes: list[tuple]) -> None:
        rank = len(shapes[0])
        axis = self.axis + rank if self.axis < 0 else self.axis
        rest = [s[:axis] + s[axis + 1 :] for s in shapes]
        fits = all(len(s) == rank for s in shapes) and all(
            len({d for d in sizes if d is not None}) <= 1 for sizes in zip(*rest, strict=True)
        )
        if not fits:
            raise BadValue(
                f"{describe(self)} cannot join inputs of shapes {', '.join(map(str, shapes))} "
                f"along axis {self.axis}: all other axes must have the same size."
            )

    def call(self, inputs: Sequence[Any]) -> Any:
        """The joined inputs."""
        return ops.concatenate(list(inputs), axis=self.axis)

    keeps_mask = True

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The masks joined likewise; along the last axis, a step is in if it is in any input."""
        masks = self._one_each(inputs, mask)
        if all(m is None for m in masks):
            return None
        whole = []
        for x, one in zip(inputs, masks, strict=True):
            one = ops.ones_like(x, dtype="bool") if one is None else _with_rank_of(x, one)
            whole.append(ops.logical_or(one, ops.zeros_like(x, dtype="bool")))
        return ops.any(ops.concatenate(whole, axis=self.axis), axis=-1)


def _axes(_: Any, value: Any) -> Any:
    if not is_int(value) and not (isinstance(value, (list, tuple)) and all(map(is_int, value))):
        raise BadValue(f"must be an integer or two of them, not {value!r}.")
    if not is_int(value) and len(value) != 2:
        raise BadValue(f"must be one axis or two, not {value!r}.")
    return value if is_int(value) else tuple(value)


@fields
class Dot(Merge):
    """Sums of products of two inputs along one axis of each, sample by sample.

    >>> Dot(axes=1)([ops.ones((2, 3)), ops.ones((2, 3))]).tolist()
    [[3.0], [3.0]]
    """

    axes: Annotated[Any, Convert(_axes)]  #: axis of both inputs, or (first's, second's); not 0
    normalize: bool = False  #: whether to scale to length 1 before: then it is the cosine

    per_sample = True

    def _check_shapes(self, shapes: list[tuple]) -> None:
        if len(shapes) != 2:
            raise BadValue(f"{describe(self)} takes two inputs, but it got {len(shapes)}.")
        a, b = self._both(*shapes)
        sizes = shapes[0][a], shapes[1][b]
        if None not in sizes and sizes[0] != sizes[1]:
            raise BadValue(
                f"{describe(self)} cannot multiply shapes {shapes[0]} and {shapes[1]}: axis {a} of "
                f"the first has size {sizes[0]}, axis {b} of the second {sizes[1]}."
            )

    def _both(self, first: Any, second: Any) -> tuple[int, int]:
        axes = (self.axes, self.axes) if is_int(self.axes) else self.axes
        found = tuple(a % len(s) for a, s in zip(axes, (first, second), strict=True))
        if 0 in found:
            raise BadValue(f"{describe(self)}: axis 0 is the batch axis, which stays: {axes}.")
        return found  # type: ignore[return-value]

    def call(self, inputs: Sequence[Any]) -> Any:
        """The sums of products: the batch axis, the first's other axes, the second's."""
        x, y = inputs
        a, b = self._both(x.shape, y.shape)
        if self.normalize:
            x, y = ops.normalize(x, axis=a), ops.normalize(y, axis=b)
        letters = iter(string.ascii_letters[2:])
        left = ["a" if i == 0 else "b" if i == a else next(letters) for i in range(len(x.shape))]
        right = ["a" if i == 0 else "b" if i == b else next(letters) for i in range(len(y.shape))]
        kept = [c for c in left + right if c not in "ab"]
        out = ops.einsum(f"{''.join(left)},{''.join(right)}->a{''.join(kept)}", x, y)
        return out if kept else ops.expand_dims(out, -1)

    keeps_mask = True

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        """The steps are gone, and the masks with them."""
        return


# --- the layers as functions


def add(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """The sum of the inputs: ``Add(**kwargs)(inputs)``."""
    return Add(**kwargs)(inputs)


def subtract(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """The difference of two inputs: ``Subtract(**kwargs)(inputs)``."""
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """The product of the inputs: ``Multiply(**kwargs)(inputs)``."""
    return Multiply(**kwargs)(inputs)


def average(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """The mean of the inputs: ``Average(**kwargs)(inputs)``."""
    return Average(**kwargs)(inputs)


def maximum(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """The largest of the inputs, value by value: ``Maximum(**kwargs)(inputs)``."""
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """The smallest of the inputs, value by value: ``Minimum(**kwargs)(inputs)``."""
    return Minimum(**kwargs)(inputs)


def concatenate(inputs: Sequence[Any], axis: int = -1, **kwargs: Any) -> Any:
    """The inputs one after another: ``Concatenate(axis, **kwargs)(inputs)``."""
    return Concatenate(axis, **kwargs)(inputs)


def dot(inputs: Sequence[Any], axes: Any = -1, **kwargs: Any) -> Any:
    """Sums of products of two inputs: ``Dot(axes, **kwargs)(inputs)``."""
    return Dot(axes, **kwargs)(inputs)
