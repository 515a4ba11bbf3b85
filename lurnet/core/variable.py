"""Variables, and the scope that makes code which assigns them a pure function."""

import contextlib
import contextvars
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from threading import get_ident
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from lurnet.core.donation import Donatable, gate, replace, shared, snapshot
from lurnet.core.dtypes import is_float, narrow, standardize_dtype
from lurnet.core.errors import BadValue
from lurnet.core.forked import note_start
from lurnet.core.names import auto_name, path_of
from lurnet.core.traced import is_traced
from lurnet.core.types import Operators


class Scope:
    """Values of variables inside ``values(...)``; the rest comes from the scope around."""

    __slots__ = ("arrays", "losses", "outer", "written")

    def __init__(self, arrays: dict[int, Any], outer: "Scope | None") -> None:
        self.arrays, self.outer, self.written = arrays, outer, {}
        self.losses: Any = None  # what layers add inside: it ends with the scope

    def __getitem__(self, variable: "Variable") -> Any:
        return self.arrays.get(id(variable), variable._array)


_scope: contextvars.ContextVar[Scope | None] = contextvars.ContextVar("scope", default=None)
_autocast: contextvars.ContextVar[str | None] = contextvars.ContextVar("autocast", default=None)
_deferred: contextvars.ContextVar[bool] = contextvars.ContextVar("deferred", default=False)
_abstract: contextvars.ContextVar[bool] = contextvars.ContextVar("abstract", default=False)


class Variable(Donatable, Operators):
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

    _not_in_program = ("name", "path", "aggregation", "_array", "_pending", "shared_with")

    if TYPE_CHECKING:

        def __eq__(self, other: Any, /) -> Any: ...

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
        note_start()
        self.name = name or auto_name(type(self).__name__)
        self.path = path_of(self.name)
        self.trainable, self.autocast, self.aggregation = trainable, autocast, aggregation
        self.trains = trainable  # what it was made for; `trainable` follows its layer's switch
        self.regularizer, self.constraint = regularizer, constraint
        self.overwrite_with_gradient = False
        self._pending: tuple | None = None
        if _deferred.get() and _is_function(initializer) and shape is not None:
            self._pending = (initializer, jax.ShapeDtypeStruct(_sizes(shape), narrow(dtype)))
            return
        with jax.ensure_compile_time_eval():  # a real array even while a call is being traced
            self._array = self._first_value(initializer, shape, dtype)

    def __getattr__(self, name: str) -> Any:
        """The array of a variable made in ``deferred()``, or one that a thread has just taken."""
        if name != "_array" or "_pending" not in self.__dict__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        if self._pending is None:
            with gate:  # a program is being started with it
                gate.wait_for(lambda: not self.is_taken)
                return self.__dict__["_array"]
        initializer, form = self._pending
        if _abstract.get():
            return jnp.zeros(form.shape, form.dtype)
        with jax.ensure_compile_time_eval():
            array = self._first_value(initializer, form.shape, form.dtype)
        self._array = array
        self._pending = None
        return array

    def __getstate__(self) -> dict[str, Any]:
        """What a copy is made of: the value as it is outside of any scope, as a NumPy array."""
        return {**self.__dict__, "_array": np.array(self._array), "_pending": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        with jax.ensure_compile_time_eval():
            self.__dict__.update(state | {"_array": held(state["_array"], None)})

    @property
    def _form(self) -> Any:
        """What has the shape and dtype: the array, or what will be one."""
        return self._array if self._pending is None else self._pending[1]

    def _first_value(self, initializer: Any, shape: Any, dtype: Any) -> jax.Array:
        if _is_function(initializer):
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
        array = held(initializer, None if dtype is None else narrow(dtype))
        if shape is not None and tuple(shape) != array.shape:
            raise BadValue(
                f"Variable {self.name!r} got a value of shape {array.shape}, but `shape` says "
                f"{tuple(shape)}."
            )
        return array

    @property
    def value(self) -> jax.Array:
        """The array: the open scope's where it has one, in the dtype the open layer computes in."""
        array, scope = None, _scope.get()
        while scope is not None and array is None:
            array = scope.arrays.get(id(self))
            scope = scope.outer
        if array is None:
            array = self._array if _abstract.get() else shared(self)
        narrowed = _autocast.get()
        if narrowed is not None and self.autocast and is_float(array.dtype):
            return array.astype(narrowed)
        return array

    def assign(self, value: Any) -> jax.Array:
        """Replace the value; the shape must be the same. Returns the new array."""
        value = self._as_own(value)
        scope = _scope.get()
        if scope is None:
            self.shared_with = get_ident()  # who assigns it holds it
            self._array, self._pending = value, None
        else:
            scope.arrays[id(self)] = value
            scope.written[id(self)] = self
        return value

    def _as_own(self, value: Any) -> jax.Array:
        """A new value, as an array that nobody else holds where it is to stay."""
        given = getattr(value, "value", value)
        if isinstance(given, np.ndarray) and not isinstance(given, np.ma.MaskedArray):
            given = np.array(given)  # JAX would read the caller's array where it lies, for good
        value = jnp.asarray(given, self._form.dtype)
        if value.shape != self.shape:
            raise BadValue(
                f"Variable {self.path!r} has shape {self.shape} and cannot take a value of "
                f"shape {value.shape}."
            )
        if _scope.get() is None and value is given and not is_traced(value):
            return jnp.array(value)  # training gives its arrays away: no other may hold it too
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
        return self._form.shape

    @property
    def dtype(self) -> str:
        """Name of the dtype as it is read here."""
        narrowed = _autocast.get()
        own = self._form.dtype.name
        return narrowed if narrowed and self.autocast and is_float(own) else own

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    def numpy(self) -> np.ndarray:
        """The value as a NumPy array."""
        return np.asarray(self.value)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self.value, dtype)

    def __jax_array__(self) -> jax.Array:
        return self.value

    def __len__(self) -> int:
        return len(self.value)

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
        return f"<Variable path={self.path}, shape={self.shape}, dtype={self._form.dtype}>"


def _is_function(initializer: Any) -> bool:
    return callable(initializer) and not hasattr(initializer, "__array__")


#: Dtypes that JAX takes from NumPy as they are.
_PLAIN = frozenset(map(np.dtype, ("bool", "uint8", "uint32", "int32", "float32")))


def held(value: Any, dtype: str | None) -> jax.Array:
    """A copy of a value as an array of its own; where NumPy can make it, nothing is compiled.

    ``jnp.array`` compiles a program for each shape and dtype, some 14 ms each.

    >>> held(np.array([1, 2], "uint32"), None).tolist()
    [1, 2]
    """
    number = type(value) in (bool, int, float) and dtype is not None
    array = isinstance(value, (np.ndarray, np.generic)) and not isinstance(value, np.ma.MaskedArray)
    wanted = None if dtype is None else np.dtype(dtype)
    if number and wanted in _PLAIN:
        return jax.device_put(np.array(value, wanted))
    if array and value.dtype in _PLAIN and wanted in (None, value.dtype):
        return jax.device_put(np.array(value))
    return jnp.array(value, dtype)


def _sizes(shape: Sequence[int]) -> tuple[int, ...]:
    if any(d < 0 for d in shape):
        raise BadValue(f"A variable cannot have the shape {tuple(shape)}: sizes are not negative.")
    return tuple(shape)


def _plain(x: Any) -> Any:
    """What a function of JAX takes for an operand: a Variable's value, a list as an array."""
    if isinstance(x, Variable):
        return x.value
    return jnp.asarray(x) if isinstance(x, (list, tuple)) else x


def _forward(fn: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, *others: fn(self.value, *map(_plain, others))


def _reflected(fn: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, other: fn(_plain(other), self.value)


_TWO = {
    "add": jnp.add,
    "sub": jnp.subtract,
    "mul": jnp.multiply,
    "truediv": jnp.true_divide,
    "floordiv": jnp.floor_divide,
    "mod": jnp.mod,
    "pow": jnp.power,
    "matmul": jnp.matmul,
    "and": jnp.logical_and,
    "or": jnp.logical_or,
    "xor": jnp.logical_xor,
}
_COMPARED = {
    "lt": jnp.less,
    "le": jnp.less_equal,
    "gt": jnp.greater,
    "ge": jnp.greater_equal,
    "eq": jnp.equal,
    "ne": jnp.not_equal,
}
_ONE = {
    "neg": jnp.negative,
    "pos": jnp.asarray,
    "abs": jnp.abs,
    "invert": jnp.invert,
    "round": jnp.round,
}
for _name, _fn in (_TWO | _COMPARED | _ONE).items():
    setattr(Variable, f"__{_name}__", _forward(_fn))
for _name, _fn in _TWO.items():
    setattr(Variable, f"__r{_name}__", _reflected(_fn))
Variable.__hash__ = object.__hash__  # `==` compares numbers, and it is still a key by identity


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


def open_scope() -> Scope | None:
    """The innermost ``values`` scope that is open, or None."""
    return _scope.get()


@contextlib.contextmanager
def at_one_moment(variables: Iterable[Variable]) -> Iterator[Scope]:
    """Read ``variables`` as they are now, whatever other threads make of them meanwhile.

    What is assigned inside stays in the scope, as in ``values``; inside another it sees that one's.
    """
    variables = list(variables)
    seen = [] if in_scope() else variables
    with values(seen, snapshot(seen)) as scope:
        yield scope


def assign_all(variables: Sequence[Variable], given: Sequence[Any]) -> None:
    """Assign to some variables; other threads find all of the old values, or all of the new."""
    if _scope.get() is not None:
        for variable, value in zip(variables, given, strict=True):
            variable.assign(value)
        return
    pairs = [(v, v._as_own(a)) for v, a in zip(variables, given, strict=True)]
    for variable, array in pairs:
        if variable._pending is not None:  # it has no value yet that anybody could have read
            variable._array, variable._pending = array, None
    replace([v for v, _ in pairs], [a for _, a in pairs])


def in_scope() -> bool:
    """Whether a ``values`` scope is open."""
    return _scope.get() is not None


@contextlib.contextmanager
def deferred() -> Iterator[None]:
    """Variables made inside get their first value when it is first read.

    A model from a file is built so: its weights come from the file, and sizes that a hostile
    config names take no memory before they are compared with what the file holds.

    >>> with deferred():
    ...     v = Variable(np.ones, (10**6, 10**6))
    >>> v.size
    1000000000000
    """
    token = _deferred.set(True)
    try:
        yield
    finally:
        _deferred.reset(token)


@contextlib.contextmanager
def abstract() -> Iterator[None]:
    """While only shapes are traced: variables without a value yet stand for their shape alone."""
    token = _abstract.set(True)
    try:
        yield
    finally:
        _abstract.reset(token)


def is_abstract() -> bool:
    """Whether only shapes are traced, and no value that is made now is ever computed."""
    return _abstract.get()


def pure(fn: Callable[..., Any], variables: Sequence[Variable]) -> Callable[..., Any]:
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


def form_and_array(variable: Variable) -> tuple[Any, Any]:
    """Shape and dtype of a variable, and the array that it holds outside of any scope."""
    return variable._form, variable._array
