"""Tensors as such: what is one, its shape and dtype, casts, and what gradients pass by."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from lurnet.core.dtypes import standardize_dtype
from lurnet.core.errors import BadType
from lurnet.core.symbolic import SymbolicTensor, Tensor, is_symbolic, op
from lurnet.core.traits import states
from lurnet.core.tree import leaves
from lurnet.core.variable import Variable
from lurnet.ops.kinds import DType, chosen, given

__all__ = [
    "cast", "saturate_cast", "stop_gradient", "convert_to_tensor", "convert_to_numpy", "is_tensor",
    "shape", "dtype", "custom_gradient",
]  # fmt: skip


@states(per_sample=True)
@op
def cast(x: Tensor, dtype: DType) -> Tensor:
    """The numbers in another dtype; floats lose their decimals when they become integers.

    >>> cast([1.7, -1.7], "int32").tolist()
    [1, -1]
    """
    return jnp.asarray(x).astype(given(dtype))


@op
def saturate_cast(x: Tensor, dtype: DType) -> Tensor:
    """The numbers in another dtype, those outside its range as its smallest or largest.

    >>> saturate_cast([300.0, -5.0], "uint8").tolist()
    [255, 0]
    """
    x, name = jnp.asarray(x), chosen(dtype)
    if jnp.issubdtype(x.dtype, jnp.complexfloating) or "complex" in name or name == "bool":
        return x.astype(name)
    low, high = (np.array(end).astype("float64") for end in _range(name))
    own_low, own_high = (np.array(end).astype("float64") for end in _range(x.dtype.name))
    if own_low < low or own_high > high:
        x = jnp.clip(x, jnp.array(max(low, own_low), x.dtype), _below(min(high, own_high), x.dtype))
    return x.astype(name)


def _range(dtype: str) -> tuple:
    if dtype == "bool":
        return 0, 1
    info = jnp.iinfo(dtype) if "int" in dtype else jnp.finfo(dtype)
    return info.min, info.max


def _below(value: Any, dtype: Any) -> Any:
    """The largest number of a dtype that is not above a value."""
    found = np.array(value).astype(dtype)
    if found.astype("float64") > value:
        found = np.nextafter(found, np.array(0, dtype))
    return found


@op
def stop_gradient(variable: Tensor) -> Tensor:
    """The same numbers, taken for constants by derivatives.

    >>> stop_gradient([1.0, 2.0]).tolist()
    [1.0, 2.0]
    """
    return lax.stop_gradient(jnp.asarray(variable))


def convert_to_tensor(
    x: Tensor, dtype: DType = None, sparse: bool | None = None, ragged: bool | None = None
) -> Any:
    """A tensor from numbers, nested lists, an array or a Variable.

    Args:
        x: the numbers; a symbolic tensor is given back, cast if need be.
        dtype: dtype of the tensor, None: that of the numbers, in 32 bits.
        sparse: kept for compatibility; sparse tensors do not exist here.
        ragged: kept for compatibility; nor do ragged ones.

    >>> convert_to_tensor([1, 2]).tolist()
    [1, 2]
    """
    if sparse or ragged:
        raise BadType("There are no sparse or ragged tensors: pad the rows and use a mask.")
    if is_symbolic(x):
        return x if dtype is None or standardize_dtype(dtype) == x.dtype else cast(x, dtype)
    if isinstance(x, Variable):
        x = x.value
    elif dtype is None and not hasattr(x, "dtype"):
        dtype = _dtype_of_numbers(x)
    return jnp.asarray(x, given(dtype))


def _dtype_of_numbers(x: Any) -> str | None:
    """``floatx()`` for Python numbers among which are floats; None for anything else."""
    flat = [x] if not isinstance(x, (list, tuple)) else list(leaves(x))
    numbers = all(isinstance(v, (bool, int, float)) for v in flat)
    return "float" if numbers and any(isinstance(v, float) for v in flat) else None


def convert_to_numpy(x: Any) -> np.ndarray:
    """A NumPy array with the numbers of a tensor.

    >>> convert_to_numpy(convert_to_tensor([1, 2]))
    array([1, 2], dtype=int32)
    """
    return np.array(x.value if isinstance(x, Variable) else x)


def is_tensor(x: Any) -> bool:
    """Whether a value is an array of the engine, or a symbolic tensor.

    >>> is_tensor(convert_to_tensor(1)), is_tensor(1)
    (True, False)
    """
    return isinstance(x, (jax.Array, SymbolicTensor))


def shape(x: Any) -> tuple:
    """Sizes of the axes; None is an unknown one.

    >>> shape([[1, 2, 3]])
    (1, 3)
    """
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(x)


def dtype(x: Any) -> str:
    """Name of the dtype.

    >>> dtype(convert_to_tensor(1.0))
    'float32'
    """
    return standardize_dtype(x.dtype if hasattr(x, "dtype") else jnp.asarray(x).dtype)


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function with a derivative of your own: ``f`` returns the result and a function of its
    gradient that gives those of the arguments.

    >>> @custom_gradient
    ... def halved(x):
    ...     return x, lambda upstream: upstream * 0.5
    >>> float(halved(3.0))
    3.0
    """
    return jax.custom_gradient(f)
