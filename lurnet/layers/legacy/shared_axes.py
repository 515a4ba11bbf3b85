"""The shape of parameters that are the same along some axes."""

from collections.abc import Sequence
from typing import Annotated, Any

from lurnet.core.fields import Convert
from lurnet.core.types import Int


def _listed(_: Any, value: Any) -> list[int] | None:
    axes = [value] if isinstance(value, int) else list(value or ())
    return [a for a in axes if a is not None] or None


SharedAxes = Annotated[Any, Convert(_listed, Int | Sequence[Int] | None)]


def parameter_shape(input_shape: Sequence[Any], shared: Sequence[int] | None) -> tuple:
    """An input's shape without the batch axis, of size 1 along the shared axes (from 1 on).

    >>> parameter_shape((None, 8, 8, 3), [1, 2])
    (1, 1, 3)
    """
    return tuple(1 if i in (shared or ()) else d for i, d in enumerate(input_shape))[1:]
