"""Names for the kinds of settings that ops take, and how they are brought into one form."""

from collections.abc import Sequence
from typing import Any, overload

from lurnet.core.dtypes import narrow, standardize_dtype

Axis = int | Sequence[int] | None
Shape = int | Sequence[int | None]
DType = Any


@overload
def axes(axis: int | Sequence[int]) -> int | tuple[int, ...]: ...
@overload
def axes(axis: Axis) -> int | tuple[int, ...] | None: ...
def axes(axis: Axis) -> int | tuple[int, ...] | None:
    """An axis, or several as a tuple.

    >>> axes([0, 1]), axes(-1)
    ((0, 1), -1)
    """
    return tuple(axis) if isinstance(axis, Sequence) else axis


def per_axis(value: int | Sequence[int], rank: int) -> tuple[int, ...]:
    """One number per axis, from one for all or from a sequence of them.

    >>> per_axis(2, 3), per_axis([1, 2], 2)
    ((2, 2, 2), (1, 2))
    """
    return (value,) * rank if isinstance(value, int) else tuple(value)


def given(dtype: DType) -> str | None:
    """The dtype as the engine has it; None stays None, for "that of the input".

    >>> given("int64"), given(None)
    ('int32', None)
    """
    return None if dtype is None else narrow(dtype)


def chosen(dtype: DType) -> str:
    """The dtype as the engine has it; None is ``floatx()``.

    >>> chosen(None), chosen("float64")
    ('float32', 'float32')
    """
    return narrow(standardize_dtype(dtype))
