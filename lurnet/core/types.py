"""Types of what users give: the aliases that public signatures are written in.

An alias for arguments takes every form that is right, and no more; what comes back is a plain type.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeAlias

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
Data: TypeAlias = TensorsLike | Iterable[Any] | SupportsItems
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
#: How much a loop shows: 0 nothing, 1 a bar, 2 a line for each epoch.
Verbose: TypeAlias = int | Literal["auto"]
