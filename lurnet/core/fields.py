"""Fields: one declaration gives the constructor, checks, config and docs of an object."""

import inspect
import types
import typing
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self, TypeVar

import numpy as np

from lurnet.core.docs import FieldDocs
from lurnet.core.errors import BadType, BadValue, did_you_mean
from lurnet.core.registry import Registry, serialize
from lurnet.core.types import NamedFunction

_POSITIONAL = inspect.Parameter.POSITIONAL_OR_KEYWORD
_REQUIRED = inspect.Parameter.empty
T = TypeVar("T")


class Check(NamedTuple):
    """A named condition on a field, e.g. ``Annotated[int, Check("a positive integer", ...)]``.

    ``takes`` is the type of what holds, where a checker is to know more than the field's own type.
    """

    text: str
    holds: Callable[[Any], bool]
    takes: Any = None


class Convert(NamedTuple):
    """A function ``(owner, value) -> value`` that standardises a field.

    ``takes`` is the type of what it takes, where that is more than the field's own type: checkers
    and editors show it (see ``scripts/stubs``).
    """

    fn: Callable[[Any, Any], Any]
    takes: Any = None


def is_int(value: Any) -> bool:
    """Whether a value is a whole number, Python's or NumPy's; True and False are none."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    """Whether a value is a real number, Python's or NumPy's."""
    return is_int(value) or isinstance(value, (float, np.floating))


def _plain(_: Any, value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


PositiveInt = Annotated[
    int, Convert(_plain), Check("a positive integer", lambda v: is_int(v) and v > 0)
]
Rate = Annotated[
    float, Convert(_plain), Check("a number from 0 to 1", lambda v: is_number(v) and 0 <= v <= 1)
]
Number = Annotated[float, Convert(_plain), Check("a number", is_number)]


def by_name(registry: Registry, takes: Any = NamedFunction) -> Any:
    """The annotation of a field that takes a name, a config, an object or None."""
    return Annotated[Any, Convert(lambda owner, value: registry.get(value), takes)]


class Config:
    """Base of everything that can be rebuilt from its constructor's arguments."""

    __fields__: ClassVar[dict[str, Any]] = {}
    _not_in_program: ClassVar[tuple[str, ...]] = ("_arguments", "_numbers")

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Remember the arguments: they are the config of a class that writes none of its own."""
        self = object.__new__(cls)
        object.__setattr__(self, "_arguments", (args, kwargs))
        self.prepare()
        return self

    def prepare(self) -> None:
        """What must be there before the constructor runs."""

    def setup(self) -> None:
        """What remains to be done once all fields are set."""

    def accept(self, extra: dict[str, Any]) -> None:
        """Arguments that are no fields: by default an error that names the nearest field."""
        for name in extra:
            known = type(self).__fields__
            hint = did_you_mean(name, known) or f" It takes: {', '.join(known)}."
            raise BadType(f"{type(self).__name__} has no argument `{name}`.{hint}")

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        given = _given(self)
        config = {}
        for name in arguments(type(self)):
            if hasattr(self, name) or name in given:
                value = getattr(self, name) if hasattr(self, name) else given[name]
                config[name] = serialize(value)
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The object that ``get_config`` described."""
        return cls(**config)

    def __repr__(self) -> str:
        shown = []
        for name in type(self).__fields__:
            value = getattr(self, name, None)
            if value is not None:
                shown.append(f"{name}={getattr(value, '__name__', repr(value))}")
        return f"{type(self).__name__}({', '.join(shown)})"


def given_arguments(obj: Any) -> tuple[tuple, dict[str, Any]]:
    """The arguments that an object was made with, as they were given."""
    return getattr(obj, "_arguments", ((), {}))


def _given(obj: Any) -> dict[str, Any]:
    """The arguments an object was made with, by name."""
    args, kwargs = given_arguments(obj)
    signature = inspect.signature(type(obj).__init__)
    try:
        bound = signature.bind(obj, *args, **kwargs)
    except TypeError:
        return dict(kwargs)
    named = dict(list(bound.arguments.items())[1:])
    rest = [p.name for p in signature.parameters.values() if p.kind is p.VAR_KEYWORD]
    for name in rest:
        named |= named.pop(name, {})
    return named


def arguments(cls: type) -> list[str]:
    """Names the constructor takes; a ``**kwargs`` stands for those of the next class up."""
    found: dict[str, None] = {}
    for base in cls.__mro__[:-1]:
        if "__init__" not in vars(base):
            continue
        if "__fields__" in vars(base):
            return list(found | dict.fromkeys(vars(base)["__fields__"]))
        _, *parameters = inspect.signature(base.__init__).parameters.values()  # type: ignore[misc]
        variable = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
        found |= {p.name: None for p in parameters if p.kind not in variable}
        if all(p.kind is not p.VAR_KEYWORD for p in parameters):
            break
    return list(found)


def own_fields(cls: type) -> dict[str, Any]:
    """The annotated attributes of a class itself that are fields."""
    notes = inspect.get_annotations(cls, eval_str=True)
    return {
        k: t
        for k, t in notes.items()
        if not k.startswith("_") and t is not ClassVar and typing.get_origin(t) is not ClassVar
    }


@typing.dataclass_transform()
def fields(cls: type[T]) -> type[T]:
    """Class decorator: annotated attributes become the constructor's arguments.

    A class's new fields come first, then the inherited ones, in their order; a field declared
    again keeps its place and takes the new default, or, in a family with ``_own_fields_first``,
    moves to where it is declared. ``_after = {"name": "seed"}`` moves ``name`` right behind
    ``seed``, where Keras has it there. ``setup()`` runs last.
    """
    own = own_fields(cls)
    parent = next((b for b in cls.__mro__[1:] if "__fields__" in vars(b)), object)
    inherited = getattr(parent, "__fields__", {})
    kept = () if getattr(cls, "_own_fields_first", False) else inherited
    everything = {k: t for k, t in own.items() if k not in kept} | inherited | own
    for name, place in getattr(cls, "_after", {}).items():
        everything = _moved(everything, name, place)
    defaults = dict(getattr(parent, "__field_defaults__", {}))
    defaults |= {k: vars(cls).get(k, _REQUIRED) for k in own}
    defaults |= {k: v for k, v in vars(cls).items() if k in inherited and not _is_code(v)}
    cls.__fields__ = everything  # type: ignore[attr-defined]
    cls.__field_defaults__ = defaults  # type: ignore[attr-defined]
    for k in own:  # a default must not hide a property of the class above
        if k in vars(cls) and isinstance(getattr(parent, k, None), property):
            delattr(cls, k)
    cls.__init__ = _constructor(everything, defaults)  # type: ignore[misc]
    doc = vars(cls).get("__doc__")
    cls.__doc__ = doc if isinstance(doc, FieldDocs) else FieldDocs(doc)  # type: ignore[assignment]
    return cls


def _moved(everything: dict[str, Any], name: str, place: str) -> dict[str, Any]:
    """The same fields, with ``name`` right after ``place``."""
    order = [k for k in everything if k != name]
    order.insert(order.index(place) + 1, name)
    return {k: everything[k] for k in order}


def _is_code(value: Any) -> bool:
    return isinstance(value, property) or inspect.isroutine(value)


def _constructor(everything: dict[str, Any], defaults: dict[str, Any]) -> Callable[..., Any]:
    names = list(everything)

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        given = dict(zip(names, args))  # noqa: B905
        check_call(self, names, args, given, kwargs)
        given |= {k: kwargs.pop(k) for k in list(kwargs) if k in everything}
        if kwargs:
            self.accept(kwargs)
        missing = [k for k in names if k not in given and defaults[k] is _REQUIRED]
        if missing:
            listed = ", ".join(f"`{k}`" for k in missing)
            raise BadType(f"{type(self).__name__} needs {listed}: write {_usage(self, missing)}.")
        for name in names:
            value = given.get(name, defaults[name])
            setattr(self, name, standardise(self, name, everything[name], value))
        self.setup()

    parameters = [inspect.Parameter("self", _POSITIONAL)] + [
        inspect.Parameter(k, inspect.Parameter.KEYWORD_ONLY, default=defaults[k], annotation=t)
        if defaults[k] is _REQUIRED and position_after_default(names, defaults, k)
        else inspect.Parameter(k, _POSITIONAL, default=defaults[k], annotation=t)
        for k, t in everything.items()
    ]
    parameters.sort(key=lambda p: p.kind)
    __init__.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return __init__


def position_after_default(names: list[str], defaults: dict[str, Any], name: str) -> bool:
    """Whether an earlier field has a default, so that this one can only be given by name."""
    return any(defaults[k] is not _REQUIRED for k in names[: names.index(name)])


def check_call(self: Any, names: list[str], args: tuple, given: dict, kwargs: dict) -> None:
    """Refuse too many positional arguments and arguments given twice."""
    if len(args) > len(names):
        raise BadType(
            f"{type(self).__name__} takes at most {len(names)} arguments "
            f"({', '.join(names)}), but {len(args)} were given."
        )
    for name in given:
        if name in kwargs:
            raise BadType(f"{type(self).__name__} got `{name}` twice: by position and by name.")


def _usage(self: Any, missing: list[str]) -> str:
    return f"{type(self).__name__}({', '.join(f'{k}=...' for k in missing)})"


def standardise(owner: Any, name: str, annotation: Any, value: Any) -> Any:
    """Convert and check one field; every such error message of every class is made here."""
    for extra in getattr(annotation, "__metadata__", ()):
        if isinstance(extra, Convert):
            try:
                value = extra.fn(owner, value)
            except BadValue as error:
                raise BadValue(f"{type(owner).__name__}: `{name}`: {error}") from None
        elif isinstance(extra, Check) and value is not None and not extra.holds(value):
            raise BadValue(f"{type(owner).__name__}: `{name}` must be {extra.text}, not {value!r}.")
        elif isinstance(extra, Check) and value is None and not _optional(owner, name):
            raise BadValue(f"{type(owner).__name__}: `{name}` must be {extra.text}, not None.")
    plain = annotation.__origin__ if hasattr(annotation, "__metadata__") else annotation
    _check_options(owner, name, plain, value)
    return value


def _optional(owner: Any, name: str) -> bool:
    return type(owner).__field_defaults__.get(name, _REQUIRED) is None


def _check_options(owner: Any, name: str, annotation: Any, value: Any) -> None:
    allowed = annotation
    if typing.get_origin(annotation) is types.UnionType and type(None) in typing.get_args(allowed):
        if value is None:
            return
        allowed = next(a for a in typing.get_args(annotation) if a is not type(None))
    if typing.get_origin(allowed) is Literal and value not in typing.get_args(allowed):
        options = ", ".join(map(repr, typing.get_args(allowed)))
        hint = did_you_mean(value, [o for o in typing.get_args(allowed) if isinstance(o, str)])
        raise BadValue(
            f"{type(owner).__name__}: `{name}` must be one of {options}, not {value!r}.{hint}"
        )
