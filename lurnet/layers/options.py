"""The kinds of constructor argument that many layers share: each with its conversion and check."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from lurnet import activations, constraints, initializers, regularizers
from lurnet.core.dtypes import as_policy
from lurnet.core.errors import BadValue
from lurnet.core.fields import Check, Convert, by_name, is_int
from lurnet.core.settings import standardize_data_format

if TYPE_CHECKING:
    Initializer = Regularizer = Constraint = Activation = Any
else:
    Initializer = by_name(initializers.registry)
    Regularizer = by_name(regularizers.registry)
    Constraint = by_name(constraints.registry)
    Activation = Annotated[Any, Convert(lambda layer, value: activations.get(value))]

Padding = Literal["valid", "same"]
DataFormat = Annotated[Any, Convert(lambda layer, value: standardize_data_format(value))]
Policy = Annotated[Any, Convert(lambda layer, value: as_policy(value))]
Name = Annotated[
    Any, Check("a string without '/', or None", lambda v: isinstance(v, str) and "/" not in v)
]


def per_axis(layer: Any, value: Any) -> tuple[int, ...] | None:
    """One int, or one per spatial axis of the layer, as a tuple; None stays None."""
    if value is None:
        return None
    given = (value,) * layer.rank if is_int(value) else tuple(value)
    if len(given) != layer.rank or not all(is_int(v) and v > 0 for v in given):
        raise BadValue(f"must be a positive integer or {layer.rank} of them, not {value!r}.")
    return tuple(int(v) for v in given)


PerAxis = Annotated[Any, Convert(per_axis)]
