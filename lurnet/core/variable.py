"""Variables, and the scope that makes code which assigns them a pure function."""

import contextlib
import contextvars
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from lurnet.core.dtypes import is_float, narrow, standardize_dtype
from lurnet.core.errors import BadValue
from lurnet.core.names import auto_name, path_of


class Scope:
    """Values of variables inside ``values(...)``; the rest comes from the scope around."""

    __slots__ = ("arrays", "outer", "written")

    def __init__(self, arrays: dict[int, Any], outer: "Scope | None") -> None:
        self.arrays, self.outer, self.written = arrays, outer, {}

    def __getitem__(self, variable: "Variable") -> Any:
        return self.arrays.get(id(variable), variable._array)


_scope: contextvars.ContextVar[Scope | None] = contextvars.ContextVar("scope", default=None)
_autocast: contextvars.ContextVar[str | None] = contextvars.ContextVar("autocast", default=None)


class Variable:
    """An array that can be assigned; inside a ``values(...)`` scope, the scope holds its value.

    Args:
        initializer: the first value, or a function ``(shape, dtype=...)`` that makes it.
        shape: needed with a function.
        dtype: dtype of the array, None: that of the value, or ``floatx()``.
        trainable: whether an optimizer updates it.
        autocast: whether a layer with a mixed dtype policy reads it in its compute dtype.
        aggregation: kept for compatibility; how replicas would be combined.
        name: name of the variable; made up if None.

    >>> v = Variable([1.0, 2.0], name="v")
    >>> v.assign_add([1.0, 1.0]).tolist()
    [2.0, 3.0]
    """

    def __init__(
        self,
        initializer: Any,
        shape: Sequence[int] | None = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str = "none",
        name: str | None = None,
        *,
        regularizer: Any = None,
        constraint: Any = None,
        **_: Any,
    ) -> None:
        self.name = name or auto_name(type(self).__name__)
        self.path = path_of(self.name)
        self.trainable, self.autocast, self.aggregation = trainable, autocast, aggregation
        self.trains = trainable  # what it was made for; `trainable` follows its layer's switch
        self.regularizer, self.constraint = regularizer, constraint
        self.overwrite_with_gradient = False
        with jax.ensure_compile_time_eval():  # a real array even while a call is being traced
            self._array = self._first_value(initializer, shape, dtype)

    def _first_value(self, initializer: Any, shape: Any, dtype: Any) -> jax.Array:
        if callable(initializer) and not hasattr(initializer, "__array__"):
            if shape is None:
                raise BadValue(
                    f"Variable {self.name!r} is made by a function, so it needs a `shape`: write "
                    "Variable(initializer, shape=(...))."
                )
            return jnp.asarray(initializer(tuple(shape), dtype=narrow(dtype)), narrow(dtype))
        if isinstance(initializer, Variable):
            initializer = initializer.value
        if dtype is None and not hasattr(initializer, "dtype"):
            dtype = np.asarray(initializer).dtype.name.replace("64", "32")
        array = jnp.array(initializer, None if dtype is None else narrow(dtype))
        if shape is not None and tuple(shape) != array.shape:
            raise BadValue(
                f"Variable {self.name!r} got a value of shape {array.shape}, but `shape` says "
                f"{tuple(shape)}."
            )
        return array

    @property
    def value(self) -> jax.Array:
        """The array: the open scope's where it has one, in the dtype the open layer computes in."""
        array, scope = self._array, _scope.get()
        while scope is not None:
            found = scope.arrays.get(id(self))
            if found is not None:
                array = found
                break
            scope = scope.outer
        narrowed = _autocast.get()
        if narrowed is not None and self.autocast and is_float(array.dtype):
            return array.astype(narrowed)
        return array

    def assign(self, value: Any) -> jax.Array:
        """Replace the value; the shape must be the same. Returns the new array."""
        value = jnp.asarray(getattr(value, "value", value), self._array.dtype)
        if value.shape != self._array.shape:
            raise BadValue(
                f"Variable {self.path!r} has shape {self._array.shape} and cannot take a value of "
                f"shape {value.shape}."
            )
        scope = _scope.get()
        if scope is None:
            self._array = value
        else:
            scope.arrays[id(self)] = value
            scope.written[id(self)] = self
        return value

    def assign_add(self, value: Any) -> jax.Array:
        """Add to the value."""
        return self.assign(self.stored + jnp.asarray(getattr(value, "value", value)))

    def assign_sub(self, value: Any) -> jax.Array:
        """Subtract from the value."""
        return self.assign(self.stored - jnp.asarray(getattr(value, "value", value)))

    @property
    def stored(self) -> jax.Array:
        """The value in the variable's own dtype, whatever the layer around computes in."""
        with autocast(None):
            return self.value

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the axes."""
        return self._array.shape

    @property
    def dtype(self) -> str:
        """Name of the dtype as it is read here."""
        narrowed = _autocast.get()
        own = self._array.dtype.name
        return narrowed if narrowed and self.autocast and is_float(own) else own

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self._array.ndim

    @property
    def size(self) -> int:
        """Number of elements."""
        return self._array.size

    def numpy(self) -> np.ndarray:
        """The value as a NumPy array."""
        return np.asarray(self.value)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self.value, dtype)

    def __jax_array__(self) -> jax.Array:
        return self.value

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[jax.Array]:
        return iter(self.value)

    def __getitem__(self, index: Any) -> jax.Array:
        return self.value[index]

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __index__(self) -> int:
        return self.value.__index__()

    def __bool__(self) -> bool:
        return bool(self.value)

    def __repr__(self) -> str:
        shape = ", ".join(map(str, self.shape))
        return f"<Variable path={self.path}, shape=({shape}), dtype={self._array.dtype}>"


def _operator(name: str) -> Callable:
    def method(self: Variable, *others: Any) -> Any:
        plain = (o.value if isinstance(o, Variable) else o for o in others)
        return getattr(jnp.asarray(self.value), name)(*plain)

    method.__name__ = name
    return method


for _name in ["neg", "pos", "abs", "invert"]:
    setattr(Variable, f"__{_name}__", _operator(f"__{_name}__"))
_TWO = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor"]
for _name in _TWO:
    setattr(Variable, f"__{_name}__", _operator(f"__{_name}__"))
    setattr(Variable, f"__r{_name}__", _operator(f"__r{_name}__"))
for _name in ["lt", "le", "gt", "ge", "ne"]:
    setattr(Variable, f"__{_name}__", _operator(f"__{_name}__"))


@contextlib.contextmanager
def values(variables: Iterable[Variable], arrays: Iterable[Any]) -> Iterator[Scope]:
    """Read and write ``variables`` as the given arrays; other writes stay in the scope too."""
    held = {id(v): a for v, a in zip(variables, arrays, strict=True)}
    scope = Scope(held, _scope.get())
    token = _scope.set(scope)
    try:
        yield scope
    finally:
        _scope.reset(token)


def pure(fn: Callable, variables: Sequence[Variable]) -> Callable:
    """``fn`` as ``(arrays, *args) -> (result, new_arrays)``, with no side effects."""

    def call(arrays: Sequence, *args: Any, **kwargs: Any) -> tuple[Any, list]:
        with values(variables, arrays) as scope:
            result = fn(*args, **kwargs)
        return result, [scope[v] for v in variables]

    return call


@contextlib.contextmanager
def autocast(dtype: str | None) -> Iterator[None]:
    """Read float variables in ``dtype`` inside; None reads them as they are."""
    token = _autocast.set(None if dtype is None else standardize_dtype(dtype))
    try:
        yield
    finally:
        _autocast.reset(token)


def commit(scope: Scope) -> None:
    """Assign what was written inside a closed scope to the same variables outside it."""
    for key, variable in scope.written.items():
        variable.assign(scope.arrays[key])
