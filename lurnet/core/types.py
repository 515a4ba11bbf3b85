"""Types of what users give: the aliases that public signatures are written in.

An alias for arguments takes every form that is right, and no more; what comes back is a plain type.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypedDict

import numpy as np


class SupportsArray(Protocol):
    """What NumPy can read: its arrays, those of JAX, TensorFlow and PyTorch, tables, Variables."""

    def __array__(self, *args: Any, **kwargs: Any) -> Any: ...


class SupportsItems(Protocol):
    """Something with a length and items by number: batches, samples."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: Any, /) -> Any: ...


class SupportsName(Protocol):
    """Something with a name, such as a dtype of NumPy or TensorFlow, or a dtype policy."""

    @property
    def name(self) -> str: ...  # noqa: D102


#: A whole number, Python's or NumPy's.
Int: TypeAlias = int | np.integer[Any]
#: A real number, Python's or NumPy's.
Real: TypeAlias = float | np.floating[Any] | np.integer[Any]
#: One tensor: an array of any library, a Variable, a symbolic tensor, numbers in nested lists.
TensorLike: TypeAlias = SupportsArray | complex | Sequence[Any]
#: Tensors in a structure, as a model with several inputs takes them.
TensorsLike: TypeAlias = TensorLike | Mapping[str, Any]
#: What fit, evaluate and predict read: tensors, or a source of batches.
Data: TypeAlias = SupportsArray | Mapping[str, Any] | Iterable[Any] | SupportsItems
#: What a tensor is or gives, which depends on what is given: an array, or a symbolic tensor.
Tensor: TypeAlias = Any
#: Sizes of axes as they are known; None is an unknown one.
Shape: TypeAlias = tuple[int | None, ...]
#: Sizes of axes as they are given.
ShapeLike: TypeAlias = Sequence[int | None]
#: One axis, several, or None.
Axis: TypeAlias = int | Sequence[int] | None
#: A dtype: its name, the object of any library for it, a Python type, or a policy.
DTypeLike: TypeAlias = str | SupportsName | type | None
#: An object by name, by its config, by its class, or itself; None is none.
Named: TypeAlias = str | Mapping[str, Any] | Callable[..., Any] | None
#: The same where the object is a function of one tensor.
NamedFunction: TypeAlias = str | Mapping[str, Any] | Callable[[Any], Any] | None
#: Which way a metric is better; "auto": as its class says.
Mode: TypeAlias = Literal["auto", "min", "max"]
#: How much a loop shows: 0 nothing, 1 a bar, 2 a line for each epoch.
Verbose: TypeAlias = int | Literal["auto"]


class Operators:
    """What Python's operators on a tensor give, for checkers: the classes get them when loaded."""

    if TYPE_CHECKING:

        def __add__(self, other: Any, /) -> Any: ...
        def __radd__(self, other: Any, /) -> Any: ...
        def __sub__(self, other: Any, /) -> Any: ...
        def __rsub__(self, other: Any, /) -> Any: ...
        def __mul__(self, other: Any, /) -> Any: ...
        def __rmul__(self, other: Any, /) -> Any: ...
        def __truediv__(self, other: Any, /) -> Any: ...
        def __rtruediv__(self, other: Any, /) -> Any: ...
        def __floordiv__(self, other: Any, /) -> Any: ...
        def __rfloordiv__(self, other: Any, /) -> Any: ...
        def __mod__(self, other: Any, /) -> Any: ...
        def __rmod__(self, other: Any, /) -> Any: ...
        def __pow__(self, other: Any, /) -> Any: ...
        def __rpow__(self, other: Any, /) -> Any: ...
        def __matmul__(self, other: Any, /) -> Any: ...
        def __rmatmul__(self, other: Any, /) -> Any: ...
        def __and__(self, other: Any, /) -> Any: ...
        def __or__(self, other: Any, /) -> Any: ...
        def __xor__(self, other: Any, /) -> Any: ...
        def __lt__(self, other: Any, /) -> Any: ...
        def __le__(self, other: Any, /) -> Any: ...
        def __gt__(self, other: Any, /) -> Any: ...
        def __ge__(self, other: Any, /) -> Any: ...
        def __neg__(self) -> Any: ...
        def __abs__(self) -> Any: ...
        def __invert__(self) -> Any: ...
        def __getitem__(self, index: Any, /) -> Any: ...


class OldArguments(TypedDict, total=False):
    """What fit, evaluate and predict of Keras 1 and 2 took besides."""

    nb_epoch: int
    workers: int
    use_multiprocessing: bool
    max_queue_size: int
    max_q_size: int
    pickle_safe: bool
