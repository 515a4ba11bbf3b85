"""The kinds of constructor argument that many layers share: each with its conversion and check."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from lurnet import activations, constraints, initializers, regularizers
from lurnet.core.dtypes import as_policy
from lurnet.core.errors import BadValue
from lurnet.core.fields import Check, Convert, by_name, is_int, is_number
from lurnet.core.settings import standardize_data_format
from lurnet.core.types import DTypeLike, Int, Named, NamedFunction

if TYPE_CHECKING:
    Initializer = Regularizer = Constraint = Activation = Any
else:
    Initializer = by_name(initializers.registry, Named)
    Regularizer = by_name(regularizers.registry)
    Constraint = by_name(constraints.registry)
    Activation = Annotated[Any, Convert(lambda layer, value: activations.get(value), NamedFunction)]


def lowered(_: Any, value: Any) -> Any:
    """A name in lower case."""
    return value.lower() if isinstance(value, str) else value


Padding = Annotated[
    Literal["valid", "same"], Convert(lowered, Literal["valid", "same", "VALID", "SAME"])
]
PaddingOrCausal = Annotated[
    Literal["valid", "same", "causal"],
    Convert(lowered, Literal["valid", "same", "causal", "VALID", "SAME", "CAUSAL"]),
]
DataFormat = Annotated[
    Any,
    Convert(
        lambda layer, value: standardize_data_format(value),
        Literal["channels_last", "channels_first"] | None,
    ),
]
Policy = Annotated[Any, Convert(lambda layer, value: as_policy(value), DTypeLike)]
Name = Annotated[
    Any,
    Check(
        "a string without '/', or None",
        lambda v: isinstance(v, str) and "/" not in v,
        str | None,
    ),
]


def per_axis(layer: Any, value: Any, least: int = 1) -> tuple[int, ...] | None:
    """One int, or one per spatial axis of the layer, as a tuple; None stays None."""
    if value is None:
        return None
    given = tuple(value) if isinstance(value, (list, tuple)) else (value,) * layer.rank
    if len(given) != layer.rank or not all(is_int(v) and v >= least for v in given):
        kind = "a positive integer" if least else "an integer of 0 or more"
        raise BadValue(f"must be {kind} or {layer.rank} of them, not {value!r}.")
    return tuple(int(v) for v in given)


def pairs_per_axis(layer: Any, value: Any) -> tuple:
    """(before, after) for each spatial axis, from one int, one per axis, or a pair per axis."""
    given = list(value) if isinstance(value, (list, tuple)) else [value] * layer.rank
    if layer.rank == 1 and len(given) == 2:  # a single axis takes its pair without nesting
        given = [given]
    pairs = [tuple(v) if isinstance(v, (list, tuple)) else (v, v) for v in given]
    good = all(len(p) == 2 and all(is_int(v) and v >= 0 for v in p) for p in pairs)
    if len(pairs) != layer.rank or not good:
        raise BadValue(
            f"must be an integer of 0 or more, {layer.rank} of them, or {layer.rank} pairs "
            f"(before, after), not {value!r}."
        )
    return pairs[0] if layer.rank == 1 else tuple(pairs)


def axes_of(_: Any, value: Any) -> Any:
    """One axis as an int, several as a list."""
    return list(value) if isinstance(value, (list, tuple)) else value


_NOT_NEGATIVE = Check("a number >= 0", lambda v: is_number(v) and v >= 0)
NotNegative = Annotated[float, _NOT_NEGATIVE]
MaybeNotNegative = Annotated[float | None, _NOT_NEGATIVE]
MaybePositive = Annotated[
    int | None, Check("a positive integer, or None", lambda v: is_int(v) and v > 0)
]
PerAxis = Annotated[Any, Convert(per_axis, Int | Sequence[Int] | None)]
PerAxisOrZero = Annotated[
    Any, Convert(lambda layer, value: per_axis(layer, value, least=0), Int | Sequence[Int] | None)
]
Pairs = Annotated[Any, Convert(pairs_per_axis, Int | Sequence[Int | Sequence[Int]])]
Axes = Annotated[Any, Convert(axes_of, Int | Sequence[Int])]
