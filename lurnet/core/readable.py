"""All that a traced computation can read of some objects, as text: equal texts, equal programs.

The state of objects is walked, not their configs: what a program depends on is what it can read.
Nothing is left out but what a class says itself: ``_not_in_program`` lists attributes that no
computation reads, such as the name of a layer, and ``_in_program = False`` says so of whole
objects; ``_program_facts()`` tells what a computation makes of such attributes after all, and
``_names_in_dicts()`` names by which it finds values in dicts. What is not understood raises
``Unknown``: code of the user's own may read anything.
"""

import functools
import hashlib
import operator
import sys
import types
from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

import jax
import numpy as np

from lurnet.core.hyper import Hyperparameter
from lurnet.core.traced import is_traced
from lurnet.core.variable import Variable, form_and_array

_PLAIN = frozenset((type(None), bool, int, float, complex, str, bytes, range, type(...)))
_CONTAINERS = frozenset((list, tuple, dict, OrderedDict, defaultdict, deque))
_ARRAYS = (np.ndarray, np.generic, jax.Array)
_PACKAGE = __name__.partition(".")[0]
_BASES = frozenset((_PACKAGE, "typing", "collections", "abc"))  #: of classes without a state


_forms: dict[type, list[list[Any]]] = {}  # what classes consist of, and did before


class Unknown(Exception):
    """A value whose part in a computation nobody can tell."""


class Readable:
    """The text of some objects; each object has a number, so that one that is met twice counts.

    Args:
        arguments: variables and numbers that a program takes, in its order: of these the values do
            not count.
    """

    def __init__(self, arguments: Sequence[Any]) -> None:
        self.words: list[str] = []
        self.keys: set[str] = set()  #: strings that are keys of dicts
        self.inputs: list[Sequence[str]] = []  #: names by which values are found in such dicts
        self._given = {id(x) for x in arguments}
        self._hyper = {
            (id(x.owner), x.name): i
            for i, x in enumerate(arguments)
            if isinstance(x, Hyperparameter)
        }
        self._met: dict[int, int] = {}
        self._held: list[Any] = []  # what was met, so that no other object gets its id
        for x in arguments:
            self.words.append("number" if isinstance(x, Hyperparameter) else "")
            if isinstance(x, Variable):
                self.add(x)

    def digest(self, facts: str) -> str:
        """A digest of all that was added, and of facts, such as the structure of the data."""
        names = [
            [n if n in self.keys or repr(n) in facts else None for n in some]
            for some in self.inputs
        ]
        text = "\n".join([*self.words, repr(names), facts])
        return hashlib.sha256(text.encode()).hexdigest()

    def add(self, value: Any) -> None:
        """Go through a value; Unknown where there is something that nobody understands."""
        kind = type(value)
        if kind in _PLAIN:
            self.words.append(f"{kind.__name__} {value!r}")
        elif isinstance(value, dict):
            self._add_dict(_name_of_container(kind), value)
        elif isinstance(value, (list, tuple, deque)):
            self._add_items(_name_of_container(kind), value)
        elif isinstance(value, (set, frozenset)):
            self._add_set(value)
        elif isinstance(value, _ARRAYS):
            self._add_array(value)
        else:
            self._add_other(value)

    def _add_items(self, name: str, values: Sequence[Any]) -> None:
        self.words.append(f"{name} {len(values)}")
        for value in values:
            self.add(value)

    def _add_dict(self, name: str, values: Mapping[Any, Any]) -> None:
        items = list(values.items())
        self.words.append(f"{name} {len(items)}")
        for key, value in items:
            if isinstance(key, str):
                self.keys.add(key)
            self.add(key)
            self.add(value)

    def _add_set(self, values: Iterable[Any]) -> None:
        if not all(type(v) in _PLAIN for v in values):
            raise Unknown(f"a set with more than plain values: {values!r:.200}")
        self._add_items(type(values).__name__, sorted(values, key=repr))  # type: ignore[arg-type]

    def _add_array(self, value: Any) -> None:
        if is_traced(value):
            raise Unknown("a value that is being traced")
        array, weak = np.asarray(value), getattr(value, "weak_type", None)
        self.words.append(f"array {array.dtype} {array.shape} {weak}")
        if array.dtype.hasobject:
            self.add(array.tolist())
        else:
            self.words.append(hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest())

    def _add_other(self, value: Any) -> None:
        number = self._met.get(id(value))
        if number is not None:
            self.words.append(f"# {number}")
            return
        self._met[id(value)] = len(self._met)
        self._held.append(value)
        if isinstance(value, (type, types.FunctionType)):
            self.words.append(_name_of(value))
        elif isinstance(value, types.MethodType):
            self._add_items("method", [value.__self__, value.__func__])
        elif isinstance(value, functools.partial):
            self._add_items("partial", [value.func, value.args, value.keywords])
        elif isinstance(value, slice):
            self._add_items("slice", [value.start, value.stop, value.step])
        elif isinstance(value, np.dtype):
            self.words.append(f"dtype {value!r}")
        elif isinstance(value, Enum):
            self.words.append(f"{_name_of(type(value))} {value.name}")
        else:
            self._add_object(value)

    def _add_object(self, value: Any) -> None:
        """The class and the attributes of an object, in their order, and what it says itself."""
        cls = type(value)
        name = _name_of_class(cls)
        if not getattr(cls, "_in_program", True):
            self.words.append("an object that is in no program")
            return
        self.words.append(name)
        if isinstance(value, Variable):
            self._add_variable(value)
        left_out, own = _left_out(cls), id(value)
        for name, attribute in list(vars(value).items()):
            if name in left_out:
                continue
            self.words.append(name)
            if (own, name) in self._hyper:
                self.words.append(f"argument {self._hyper[own, name]}")
            else:
                self.add(attribute)
        facts = getattr(value, "_program_facts", None)
        if facts is not None:
            self.add(facts())
        self.inputs += getattr(value, "_names_in_dicts", list)()
        self.words.append("end")

    def _add_variable(self, variable: Variable) -> None:
        form, array = form_and_array(variable)
        weak = getattr(form, "weak_type", False)
        self.words.append(f"{form.shape} {form.dtype} {weak}")
        if id(variable) not in self._given:  # it is a constant of the program
            self.add(array)


@functools.cache
def _left_out(cls: type) -> frozenset[str]:
    """The attributes that a class and those above it say no computation reads."""
    return frozenset(n for c in cls.__mro__ for n in vars(c).get("_not_in_program", ()))


def _name_of(obj: Any) -> str:
    """Where a class or function of this package stands; Unknown for any other."""
    module, name = getattr(obj, "__module__", None), getattr(obj, "__qualname__", "")
    found: Any = sys.modules.get(module) if isinstance(module, str) else None
    for part in name.split("."):
        found = getattr(found, part, None)
    if found is not obj or str(module).partition(".")[0] != _PACKAGE:
        raise Unknown(f"code of the user's own: {obj!r:.200}")
    return f"{module}.{name}"


def _name_of_container(cls: type) -> str:
    return cls.__qualname__ if cls in _CONTAINERS else _name_of(cls)


def _name_of_class(cls: type) -> str:
    """The name of a class whose objects show all that they hold, as attributes, and which of the
    forms it is that the class has had: somebody may have given it another method."""
    for base in cls.__mro__:
        if base is not object and base.__module__.partition(".")[0] not in _BASES:
            raise Unknown(f"a class that is built on {base!r}")
    now = [v for base in cls.__mro__[:-1] for v in vars(base).values()]
    forms = _forms.setdefault(cls, [now])
    for i, form in enumerate(forms):
        if len(form) == len(now) and all(map(operator.is_, form, now)):
            return f"{_name_of(cls)} {i}"
    forms.append(now)
    return f"{_name_of(cls)} {len(forms) - 1}"
