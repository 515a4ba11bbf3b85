"""What an optimizer holds: its variables, their names and order, and the learning rate."""

import warnings
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Annotated, Any, ClassVar

import numpy as np

from lurnet import initializers
from lurnet.core.copies import Copied
from lurnet.core.errors import BadState, BadType, BadValue
from lurnet.core.fields import Check, Config, Convert, is_int, is_number
from lurnet.core.names import auto_name, name_scope
from lurnet.core.registry import deserialize
from lurnet.core.registry import serialize as _serialize
from lurnet.core.types import Real, SupportsArray
from lurnet.core.variable import Variable
from lurnet.optimizers.schedules import InverseTimeDecay, LearningRateSchedule


def as_learning_rate(given: Any) -> Any:
    """A float, a schedule or a function without arguments; BadValue for anything else."""
    value: Any = given
    if isinstance(value, dict):
        value = deserialize(value, module="keras.optimizers.schedules")
    if _is_function(value):
        return value
    if not is_number(value) and getattr(value, "shape", None) == ():
        value = np.asarray(value).item()
    if not is_number(value):
        raise BadValue(
            "it must be a number, a LearningRateSchedule, or a function without arguments that "
            f"returns the rate, not {value!r}."
        )
    rate = float(value)
    if rate < 0:
        raise BadValue(
            f"it must not be negative, but it is {value}: the step already goes against the "
            "gradient. Write a positive number, such as 0.001."
        )
    return rate


def _is_function(value: Any) -> bool:
    return callable(value) and not hasattr(value, "__array__")


def _is_decay(value: Any) -> bool:
    return value is False or (is_number(value) and value >= 0)


def as_decay(value: Any) -> Any:
    """A weight decay, or None for none whatever the default is; BadValue for anything else."""
    if value is not None and not _is_decay(value):
        raise BadValue(f"it must be a number from 0 up, or None, not {value!r}.")
    return value


def _is_count(least: int) -> Check:
    text = f"a whole number of at least {least}, or None"
    return Check(text, lambda v: is_int(v) and v >= least)


RateLike = Real | LearningRateSchedule | Callable[[], Any] | Mapping[str, Any] | SupportsArray
LearningRate = Annotated[Any, Convert(lambda owner, value: as_learning_rate(value), RateLike)]
Decay = Annotated[float | None, Check("a number from 0 up", _is_decay)]
DecayOrNot = Annotated[Any, Convert(lambda owner, value: as_decay(value), float | None)]
Limit = Annotated[float | None, Check("a number from 0 up, or None", _is_decay)]
NotNegative = Annotated[float, Check("a number from 0 up", lambda v: is_number(v) and v >= 0)]
Epsilon = Annotated[
    float, Convert(lambda owner, value: 1e-7 if value is None else value), NotNegative
]
Every = Annotated[int | None, _is_count(1)]
Several = Annotated[int | None, _is_count(2)]

_OLD_NAMES = ("lr", "decay")
_MEANINGLESS = ("jit_compile", "is_legacy_optimizer")  # in configs that older versions wrote


class OptimizerState(Copied, Config):
    """The variables of an optimizer: iteration, learning rate, then the slots of each weight."""

    _own_fields_first: ClassVar[bool] = True
    name: str | None
    decay: float = 0.0

    def prepare(self) -> None:
        """Empty lists, there before the constructor runs."""
        self.built = False
        self._variables: list[Variable] = []
        self._trainable_variables: list[Variable] = []
        self._indices: dict[int, int] = {}
        self._iterations: Variable | None = None
        self._rate: Any = None
        self._old: dict[str, Any] = {}
        self._is_copy = False

    transient = frozenset({"_indices"})  # by identity

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state | {"_is_copy": True})
        self._number_weights()

    def _number_weights(self) -> None:
        self._indices = {id(v): i for i, v in enumerate(self._trainable_variables)}

    def start_with(self, variables: Sequence[Variable]) -> None:
        """Start anew, where this is a copy that came without the model whose weights it knows."""
        if self._is_copy and self.built and not any(id(v) in self._indices for v in variables):
            self.__dict__ = type(self).from_config(self.get_config()).__dict__

    def accept(self, extra: dict[str, Any]) -> None:
        """Names of Keras 1 and 2: ``lr``, and ``decay``, which divides by 1 + decay * step."""
        self._old = {k: extra.pop(k) for k in list(extra) if k in _OLD_NAMES}
        for name in _MEANINGLESS:
            extra.pop(name, None)
        args, kwargs = self._arguments  # type: ignore[attr-defined]
        if "lr" in self._old and (args or "learning_rate" in kwargs):
            raise BadType(
                f"{type(self).__name__} got the learning rate twice: `lr` is an old name of "
                "`learning_rate`. Keep one of them."
            )
        super().accept(extra)

    def _start(self) -> None:
        """Make the first two variables, once the name and the rate are known."""
        self.name = self.name or auto_name(type(self).__name__)
        if self._old.get("lr") is not None:
            self._rate = as_learning_rate(self._old["lr"])
        self.decay = float(self._old.get("decay") or 0.0)
        with name_scope(self.name):
            self._iterations = Variable(0, dtype="int32", trainable=False, name="iteration")
            self._variables.append(self._iterations)
            self._settle_rate()

    def _settle_rate(self) -> None:
        if callable(self._rate):
            return
        value = np.float32(self._rate)
        self._rate = Variable(value, trainable=False, name="learning_rate")
        self._variables.insert(1, self._rate)

    # --- the learning rate

    @property
    def learning_rate(self) -> Any:
        """The rate: its Variable, or what the schedule gives at this step. It can be assigned."""
        if isinstance(self._rate, LearningRateSchedule):
            return self._rate(self._step.value)
        return self._rate() if callable(self._rate) else self._rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if self._iterations is None:
            self._rate = value
            return
        value = as_learning_rate(value.value if isinstance(value, Variable) else value)
        if not callable(self._rate):
            if callable(value):
                self._forget(self._rate)
                self._rate = value
            else:
                self._rate.assign(value)
        elif callable(value):
            self._rate = value
        else:
            raise BadType(
                f"The learning rate of this {type(self).__name__} comes from {self._rate!r}, so "
                "it cannot be set to a number. Make the optimizer with a number, such as "
                f"{type(self).__name__}(learning_rate={value})."
            )

    @property
    def lr(self) -> Any:
        """Old name of ``learning_rate``."""
        return self.learning_rate

    @lr.setter
    def lr(self, value: Any) -> None:
        self.learning_rate = value

    def _forget(self, variable: Variable) -> None:
        self._variables = [v for v in self._variables if v is not variable]

    def _get_current_learning_rate(self) -> Any:
        """The rate of this step as an array or a number."""
        rate = self.learning_rate
        rate = rate.value if isinstance(rate, Variable) else rate
        return InverseTimeDecay(1.0, 1, self.decay)(self._step.value) * rate if self.decay else rate

    @property
    def _step(self) -> Variable:
        """The counter of calls of ``apply``."""
        if self._iterations is None:
            raise BadState(
                f"{type(self).__name__} is not ready: its `__init__` must call "
                "`super().__init__(learning_rate=..., **kwargs)` first."
            )
        return self._iterations

    # --- variables

    @property
    def variables(self) -> list[Variable]:
        """All variables, in the order in which files hold them."""
        return list(self._variables)

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str = "none",
        layout: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Make a variable of the optimizer's own; ``layout`` is there for compatibility."""
        first = initializers.get(initializer)
        with name_scope(str(self.name)):
            variable = Variable(
                first, tuple(shape), dtype, trainable=False, aggregation=aggregation, name=name
            )
        self._variables.append(variable)
        return variable

    def add_variable_from_reference(
        self, reference_variable: Variable, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """Make a variable of the shape and dtype of a weight, named after both."""
        path = getattr(reference_variable, "path", reference_variable.name).replace("/", "_")
        return self.add_variable(
            reference_variable.shape,
            initializer,
            str(reference_variable.dtype),
            name=f"{path}_{name or 'var'}",
        )

    def add_optimizer_variables(
        self,
        trainable_variables: Sequence[Variable],
        name: str | Sequence[str],
        initializer: Any = "zeros",
    ) -> Any:
        """One variable for each weight, or, with a list of names, a tuple of such lists.

        A weight that takes its gradient as its value (``overwrite_with_gradient``) gets None.
        """
        names = [name] if isinstance(name, str) else list(name)
        several = isinstance(initializer, (list, tuple))
        firsts = list(initializer) if several else [initializer] * len(names)
        slots: tuple[list, ...] = tuple([] for _ in names)
        for weight in trainable_variables:
            for slot, one, first in zip(slots, names, firsts, strict=True):
                wanted = not weight.overwrite_with_gradient
                made = self.add_variable_from_reference(weight, one, first) if wanted else None
                slot.append(made)
        return slots[0] if isinstance(name, str) else slots

    def _get_variable_index(self, variable: Variable) -> int:
        """Place of a weight among those that the optimizer was built for."""
        index = self._indices.get(id(variable))
        if index is None:
            known = ", ".join(v.path for v in self._trainable_variables)
            raise BadValue(
                f"{self.name!r} was built for other variables than {variable.path!r}: it knows "
                f"{known or 'none'}. Make a new optimizer, or build it on all variables at once."
            )
        return index

    def assign(self, variable: Variable, value: Any) -> Any:
        """Set a variable; returns the new array."""
        return variable.assign(value)

    def assign_add(self, variable: Variable, value: Any) -> Any:
        """Add to a variable."""
        return variable.assign_add(value)

    def assign_sub(self, variable: Variable, value: Any) -> Any:
        """Subtract from a variable."""
        return variable.assign_sub(value)

    # --- files

    def save_own_variables(self, store: MutableMapping[str, Any]) -> None:
        """Write all variables to a mapping, under "0", "1", ..."""
        for i, variable in enumerate(self.variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        """Read all variables back; another number of them is skipped, with a warning."""
        if len(store) != len(self.variables):
            warnings.warn(
                f"The state of optimizer {self.name!r} was not loaded: it has "
                f"{len(self.variables)} variables, but the file holds {len(store)}. Training goes "
                "on with a fresh state. Build the optimizer first, on the same weights.",
                stacklevel=2,
            )
            return
        for i, variable in enumerate(self.variables):
            variable.assign(np.asarray(store[str(i)]))

    def get_weights(self) -> list[np.ndarray]:
        """Values of all variables."""
        return [v.numpy() for v in self.variables]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set all variables, from a list in their order."""
        if len(weights) != len(self.variables):
            raise BadValue(
                f"Optimizer {self.name!r} has {len(self.variables)} variables, but {len(weights)} "
                "values were given."
            )
        for variable, value in zip(self.variables, weights, strict=True):
            variable.assign(value)

    # --- config

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data, the learning rate as it is now."""
        own = type(self).__fields__
        config = {k: v for k, v in super().get_config().items() if k != "learning_rate"}
        config = {k: v for k, v in config.items() if k in own or self._says_nothing_itself()}
        rate = self._rate
        value = float(rate.value) if isinstance(rate, Variable) else rate
        config["learning_rate"] = value if isinstance(value, float) else _serialize(value)
        return config | ({"decay": self.decay} if self.decay else {})

    def _says_nothing_itself(self) -> bool:
        """Whether the class relies on this `get_config` for its own arguments too."""
        return type(self).get_config is OptimizerState.get_config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The optimizer that ``get_config`` described."""
        config = dict(config)
        if isinstance(config.get("learning_rate"), dict):
            config["learning_rate"] = deserialize(
                config["learning_rate"], custom_objects, "keras.optimizers.schedules"
            )
        return cls(**config)
