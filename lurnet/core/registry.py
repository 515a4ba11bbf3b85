"""Objects by name: the closed tables that strings, configs and files look things up in."""

import contextlib
import contextvars
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np

from lurnet.core.dtypes import DTypePolicy, standardize_dtype
from lurnet.core.errors import BadValue, did_you_mean
from lurnet.core.names import to_snake_case

T = TypeVar("T")

_table: dict[tuple[str, str], Any] = {}  # (module, name) -> object: all that a file may name
_keys: dict[Any, tuple[str, str]] = {}  # the other way round
_registered: dict[str, Any] = {}  # "package>Name" -> a user's object
_scoped: contextvars.ContextVar[Mapping] = contextvars.ContextVar("custom_objects", default={})  # noqa: B039


class Registry(dict):
    """Objects of one kind by name.

    ``get`` takes a name, an object, a class, a config dict or None and gives the object.

    >>> colors = Registry("color", "example.colors")
    >>> colors.add("red", max)
    >>> colors.get("red") is max
    True
    >>> colors.get("rde")
    Traceback (most recent call last):
    lurnet.core.errors.BadValue: There is no color named 'rde'. Did you mean 'red'?
    """

    def __init__(self, kind: str, module: str) -> None:
        super().__init__()
        self.kind, self.module = kind, module

    def add(self, name: str, obj: Any, *aliases: str) -> None:
        """Make an object known under a name, which is also its key in files, and under aliases."""
        self[name] = obj
        _table[self.module, name] = obj
        _keys.setdefault(obj, (self.module, name))
        for alias in aliases:
            self[alias] = obj

    def collect(self, namespace: Mapping[str, Any], base: type) -> None:
        """Add every public subclass of ``base`` in a namespace, by class and snake name."""
        named = [(k, v) for k, v in namespace.items() if inspect.isclass(v) and k[0] != "_"]
        named.sort(key=lambda item: item[0] != item[1].__name__)  # its own name before aliases
        for name, obj in named:
            if issubclass(obj, base):
                self.add(name, obj, to_snake_case(name))

    def find(self, name: str) -> Any:
        """What a name stands for, here or among the user's own; else an error with a hint."""
        custom = custom_object(name)
        if custom is not None:
            return custom
        if name not in self:
            raise BadValue(f"There is no {self.kind} named {name!r}.{did_you_mean(name, self)}")
        return self[name]

    def serialize(self, value: Any) -> Any:
        """An object of the kind as plain data, what JSON can hold."""
        return serialize(value)

    def deserialize(self, config: Any, custom_objects: Mapping | None = None) -> Any:
        """The object that plain data describe; ``custom_objects`` holds your own by name."""
        if isinstance(config, str):
            with custom_object_scope(custom_objects or {}):
                return self.get(config)
        return deserialize(config, custom_objects, module=self.module)

    def get(self, identifier: Any, *_: Any) -> Any:  # type: ignore[override]
        """The object that a name, class, config or the object itself stands for; None is None."""
        value = identifier
        if value is None:
            return None
        if isinstance(value, dict):
            return self.deserialize(value)
        if isinstance(value, str):
            value = self.find(value)
        if inspect.isclass(value):
            return value()
        if callable(value) or hasattr(value, "get_config"):
            return value
        raise BadValue(
            f"{value!r} is no {self.kind}: give a name, such as {next(iter(self), None)!r}, a "
            "function, an object or its config."
        )


def known(obj: Any) -> tuple[str, str] | None:
    """The (module, name) under which files know an object of ours, or None."""
    try:
        return _keys.get(obj)
    except TypeError:  # unhashable: certainly not ours
        return None


def register(module: str, name: str, obj: Any) -> None:
    """Enter an object that belongs to no registry (a model class, an op) in the table for files."""
    _table[module, name] = obj
    _keys.setdefault(obj, (module, name))


# --- the user's own classes and functions


def register_keras_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable[[T], T]:
    """Decorator that lets files name a class or function of yours as ``package>name``."""

    def decorate(obj: Any) -> Any:
        if inspect.isclass(obj) and not hasattr(obj, "get_config"):
            raise BadValue(
                f"{obj.__name__} has no get_config(), so no file can describe it: add the method, "
                "returning the constructor's arguments as a dict."
            )
        key = f"{package}>{name or obj.__name__}"
        _registered[key] = obj
        obj._registered_name = key
        return obj

    return decorate


def get_registered_name(obj: Any) -> str:
    """``package>name`` of a registered object, else its own name."""
    return vars(obj).get("_registered_name", obj.__name__) if hasattr(obj, "__dict__") else obj


def get_registered_object(
    name: str, custom_objects: Mapping | None = None, module_objects: Mapping | None = None
) -> Any:
    """The object registered under a name, or None."""
    for place in (_scoped.get(), custom_objects or {}, _registered, module_objects or {}):
        if name in place:
            return place[name]
    return None


_always: dict[str, Any] = {}


def get_custom_objects() -> dict[str, Any]:
    """The dict of names that are looked up first, everywhere; change it to add your own."""
    return _always


@contextlib.contextmanager
def custom_object_scope(*objects: Mapping[str, Any]) -> Iterator[None]:
    """Make the given names known inside the ``with`` block."""
    merged = dict(_scoped.get())
    for some in objects:
        merged |= dict(some or {})
    token = _scoped.set(merged)
    try:
        yield
    finally:
        _scoped.reset(token)


CustomObjectScope = custom_object_scope


def custom_object(name: str) -> Any:
    """A user's object by its plain or registered name, or None."""
    for place in (_scoped.get(), _always, _registered):
        if name in place:
            return place[name]
    return next((o for k, o in _registered.items() if k.split(">")[-1] == name), None)


def with_own(spec: Any) -> Any:
    """The user's own objects in the place of their names, in nested lists and dicts too.

    What is looked up later may be looked up after the scope that knows the name has ended.

    >>> with custom_object_scope({"mine": max}):
    ...     spec = with_own({"a": ["mine", "mse"]})
    >>> spec["a"][0] is max, spec["a"][1]
    (True, 'mse')
    """
    if isinstance(spec, str):
        own = custom_object(spec)
        return spec if own is None else own
    if isinstance(spec, (list, tuple)):
        return [with_own(s) for s in spec]
    if not isinstance(spec, dict):
        return spec
    if isinstance(spec.get("class_name"), str) and "config" in spec:
        own = custom_object(spec.get("registered_name") or spec["class_name"])
        return spec if own is None else deserialize(spec)
    return {k: with_own(v) for k, v in spec.items()}


# --- objects as plain data and back


def serialize(value: Any) -> Any:
    """A config value as plain data (what JSON can hold), the way Keras 3 writes it."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict):
        return {k: serialize(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [serialize(v) for v in value]
    if isinstance(value, np.ndarray) or hasattr(value, "__jax_array__") or _is_array(value):
        array = np.asarray(value)
        data = {"value": array.tolist(), "dtype": array.dtype.name}
        return {"class_name": "__numpy__", "config": data}
    if isinstance(value, slice):
        parts = [value.start, value.stop, value.step]
        return {"class_name": "__slice__", "config": dict(zip(_SLICE, map(serialize, parts)))}  # noqa: B905
    if value is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if hasattr(value, "get_config") and not inspect.isclass(value):
        return serialize_object(value)
    if callable(value):
        return serialize_function(value)
    raise BadValue(f"{value!r} of type {type(value).__name__} cannot be written into a config.")


_SLICE = ("start", "stop", "step")


def _is_array(value: Any) -> bool:
    return hasattr(value, "dtype") and hasattr(value, "shape") and hasattr(value, "__array__")


_shared: contextvars.ContextVar[dict | None] = contextvars.ContextVar("shared", default=None)


@contextlib.contextmanager
def sharing() -> Iterator[None]:
    """Inside, layers get numbers in configs, and what has one number is read as one layer."""
    token = _shared.set({})
    try:
        yield
    finally:
        _shared.reset(token)


def serialize_object(value: Any) -> dict:
    """An object with ``get_config`` as ``{module, class_name, config, registered_name}``."""
    cls = type(value)
    key = known(cls)
    registered = None if key else get_registered_name(cls)
    module, name = key or (cls.__module__, cls.__name__)
    config = serialize(value.get_config())
    made = {"module": module, "class_name": name, "config": config, "registered_name": registered}
    held = _shared.get()
    if held is not None and hasattr(value, "save_own_variables"):
        made["shared_object_id"] = held.setdefault(id(value), len(held) + 1)
    return made


def serialize_function(fn: Any) -> Any:
    """A function by its name, a class by its key; a lambda cannot be written."""
    key = known(fn)
    if key is not None and not inspect.isclass(fn):
        return key[1]
    name = getattr(fn, "__name__", type(fn).__name__)
    if name == "<lambda>":
        raise BadValue(
            "A lambda cannot be written into a config, because a file must not hold code. Write it "
            "as a named function and decorate it with @keras.saving.register_keras_serializable()."
        )
    registered = get_registered_name(fn)
    if not inspect.isclass(fn):  # Keras finds a function by its registered name alone
        return {
            "module": "builtins",
            "class_name": "function",
            "config": registered,
            "registered_name": "function",
        }
    module = key[0] if key else fn.__module__
    return {"module": module, "class_name": "type", "config": name, "registered_name": registered}


def deserialize(config: Any, custom_objects: Mapping | None = None, module: str = "") -> Any:
    """The object that plain data describe; names come from the closed table and the user alone.

    Args:
        config: what ``serialize`` gave.
        custom_objects: the user's own classes and functions by name.
        module: where a class without a module is looked for, such as "keras.losses".

    Errors: BadValue for a name that is in no table.
    """
    if custom_objects:
        with custom_object_scope(custom_objects):
            return deserialize(config, module=module)
    if isinstance(config, (list, tuple)):
        return [deserialize(c, module=module) for c in config]
    if not isinstance(config, dict):
        return config
    if "class_name" not in config or "config" not in config:
        return {k: deserialize(v, module=module) for k, v in config.items()}
    special = _SPECIAL.get(config["class_name"])
    if special is not None:
        return special(config["config"])
    if config["class_name"] in ("function", "type"):
        return find_class(config["config"], config, module)
    held, number = _shared.get(), config.get("shared_object_id")
    found = find_class(config["class_name"], config, module)
    if held is None or not isinstance(number, int) or not hasattr(found, "save_own_variables"):
        return _build(found, config)
    if (found, number) not in held:
        held[found, number] = _build(found, config)
    return held[found, number]


def _build(found: Any, config: dict) -> Any:
    inner = config["config"]
    if not inspect.isclass(found):
        return found
    if not isinstance(inner, dict):
        raise BadValue(f"The config of {config['class_name']!r} must be a dict, not {inner!r}.")
    made = found.from_config(inner)
    build_config = config.get("build_config")
    if build_config and hasattr(made, "build_from_config") and not getattr(made, "built", True):
        made.build_from_config(build_config)
    return made


def find_class(name: str, config: dict, module: str) -> Any:
    """The class or function that a config names; BadValue where neither table nor user has it."""
    registered = config.get("registered_name")
    if registered is None and _is_key(config.get("module"), name):
        return _table[config["module"], name]  # so ours are written; a user's have both names
    for key in (registered, name):
        custom = custom_object(key) if isinstance(key, str) else None
        if custom is not None:
            if contradicts(name, config):
                raise BadValue(f"This config says {name!r} and means {key!r}.")
            return custom
    if config.get("module") == "builtins":  # so Keras writes its own functions
        config = config | {"module": None}
    home = config.get("module") or module
    found = _table.get((home, name)) or _table.get((_public(home), name))
    if found is None and not config.get("module"):
        found = _table.get((module, name)) or _find_anywhere(name)
    if found is None:
        raise BadValue(_unknown(name, config.get("module"), registered))
    return found


def _is_key(module: Any, name: str) -> bool:
    return isinstance(module, str) and (module, name) in _table


def contradicts(name: str, config: Mapping) -> bool:
    """Whether a config names a class of ours, and by ``registered_name`` another one of a user."""
    other = config.get("registered_name")
    ours = _is_key(config.get("module"), name)
    return ours and isinstance(other, str) and other != name and custom_object(other) is not None


def _find_anywhere(name: str) -> Any:
    return next((obj for (_, known_name), obj in _table.items() if known_name == name), None)


def _public(module: str) -> str:
    """The public home of a class that an older version wrote with its inner path."""
    parts = [p for p in module.split(".") if p not in ("src", "api", "_tf_keras", "tensorflow")]
    while parts[:2] == ["keras", "keras"]:
        parts = parts[1:]
    return ".".join(parts[:2])


def _unknown(name: str, module: str | None, registered: str | None) -> str:
    where = f" of {module!r}" if module else ""
    hint = did_you_mean(name, (n for _, n in _table))
    return (
        f"There is no class or function {name!r}{where} here.{hint} If it is yours, pass "
        f"custom_objects={{{registered or name!r}: {name}}} or decorate it with "
        "@keras.saving.register_keras_serializable()."
    )


def _slice(config: Mapping) -> slice:
    return slice(*(config.get(k) for k in _SLICE))


def _array(config: Mapping) -> np.ndarray:
    """An array of numbers; other dtypes, such as text of a length that a config names, are none."""
    return np.array(config["value"], dtype=standardize_dtype(config["dtype"]))


_SPECIAL: dict[str, Callable[..., Any]] = {
    "__numpy__": _array,
    "__tensor__": _array,
    "__slice__": _slice,
    "__ellipsis__": lambda _: Ellipsis,
    "__tuple__": lambda c: tuple(deserialize(c)),
}


def names(kinds: Iterable[Registry]) -> list[str]:
    """All names of some registries, sorted."""
    return sorted({name for kind in kinds for name in kind})


register("keras", "DTypePolicy", DTypePolicy)
register("keras.dtype_policies", "DTypePolicy", DTypePolicy)
