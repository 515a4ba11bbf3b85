"""The Metric: a figure gathered batch by batch in variables."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

import numpy as np

from lurnet import initializers, ops
from lurnet.core import tree
from lurnet.core.copies import Copied
from lurnet.core.dtypes import as_policy
from lurnet.core.errors import BadState
from lurnet.core.fields import Config, Convert, standardise
from lurnet.core.names import auto_name, name_scope
from lurnet.core.registry import serialize
from lurnet.core.settings import floatx
from lurnet.core.symbolic import Tensor
from lurnet.core.types import DTypeLike
from lurnet.core.variable import Variable, pure

__all__ = ["Metric"]

MetricDtype = Annotated[
    Any,
    Convert(
        lambda _, value: as_policy(floatx() if value is None else value).compute_dtype, DTypeLike
    ),
]


class Metric(Copied, Config):
    """Base: subclasses make variables, and define ``update_state`` and ``result``.

    Args:
        dtype: dtype of the variables and the computation, None: ``floatx()``.
        name: name, made from the class name if None.

    ``update_state`` keeps all it learns in variables, written by ``assign``, so it can be compiled.

    >>> class Largest(Metric):
    ...     def __init__(self, **kwargs):
    ...         super().__init__(**kwargs)
    ...         self.seen = self.add_variable((), name="seen")
    ...
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         self.seen.assign(ops.maximum(self.seen, ops.max(y_pred)))
    ...
    ...     def result(self):
    ...         return self.seen.value
    >>> metric = Largest()
    >>> float(metric([0.0], [3.0])), float(metric([0.0], [2.0]))
    (3.0, 3.0)
    """

    #: Settings that Keras' configs leave out: written only where they are not the default.
    unwritten: ClassVar[tuple[str, ...]] = ()

    #: Whether the figure adds up over samples, however they are cut: True, or a method.
    per_sample: ClassVar[Any] = False

    name: str

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self.name = name  # type: ignore[assignment]  # `setup` gives it one
        self.dtype = standardise(self, "dtype", MetricDtype, dtype)
        self.setup()

    def prepare(self) -> None:
        """A place for the variables, whatever the constructor does first."""
        self._variables: list[Variable] = []

    def setup(self) -> None:
        """Give the metric its name; subclasses make their variables here."""
        if self.name is None:
            self.name = auto_name(type(self).__name__)

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str = "sum",
        name: str | None = None,
    ) -> Variable:
        """Make a variable, reset to zeros by ``reset_state``."""
        if "name" not in vars(self):
            raise BadState(
                f"{type(self).__name__} was not set up: call super().__init__() before "
                "add_variable()."
            )
        with name_scope(self.name or "metric"):
            variable = Variable(
                initializers.get(initializer or "zeros"),
                shape=tuple(shape),
                dtype=dtype or self.dtype,
                trainable=False,
                aggregation=aggregation,
                name=name,
            )
        self._variables.append(variable)
        return variable

    def add_weight(
        self,
        shape: Sequence[int] = (),
        initializer: Any = None,
        dtype: Any = None,
        name: str | None = None,
        **_: Any,
    ) -> Variable:
        """``add_variable`` with the arguments of a layer's ``add_weight``."""
        if isinstance(shape, str):  # Keras 2: add_weight(name, shape)
            shape, name = (), shape
        return self.add_variable(shape, initializer, dtype, name=name)

    @property
    def variables(self) -> list[Variable]:
        """The variables, those of metrics kept as attributes included."""
        nested = [m for m in tree.leaves(list(vars(self).values())) if isinstance(m, Metric)]
        return self._variables + [v for metric in nested for v in metric.variables]

    def build(self, y_true_shape: Sequence[int], y_pred_shape: Sequence[int]) -> None:
        """Make the variables that depend on the data's shape; does nothing the second time."""

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Take a batch into account."""
        raise NotImplementedError(f"{type(self).__name__} must define update_state().")

    def result(self) -> Any:
        """The figure so far: a scalar, an array or a dict of them."""
        raise NotImplementedError(f"{type(self).__name__} must define result().")

    def reset_state(self) -> None:
        """Forget all batches."""
        for variable in self.variables:  # NumPy's zeros: those of JAX would be compiled
            variable.assign(np.zeros(variable.shape, variable.stored.dtype))

    def reset_states(self) -> None:
        """Keras 2's name of ``reset_state``."""
        self.reset_state()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Take a batch into account and give the figure so far."""
        self.update_state(*args, **kwargs)
        return self.result()

    def stateless_update_state(self, metric_variables: Sequence, *args: Any, **kwargs: Any) -> list:
        """New values of the variables after a batch, given the old ones; assigns nothing."""
        return pure(self.update_state, self.variables)(metric_variables, *args, **kwargs)[1]

    def stateless_result(self, metric_variables: Sequence) -> Any:
        """The figure for given values of the variables."""
        return pure(self.result, self.variables)(metric_variables)[0]

    def stateless_reset_state(self) -> list:
        """Values of the variables before the first batch."""
        return [ops.zeros_like(v.value) for v in self.variables]

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; only name and dtype for a class that adds its own."""
        if type(self).get_config is not Metric.get_config:
            return {"name": self.name, "dtype": self.dtype}
        defaults = getattr(type(self), "__field_defaults__", {})
        config = super().get_config()
        return {k: v for k, v in config.items() if k not in self.unwritten or v != defaults.get(k)}

    def _tensor(self, x: Any) -> Tensor:
        return ops.convert_to_tensor(x, dtype=self.dtype)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


def plain(config: dict[str, Any]) -> dict[str, Any]:
    """All values of a config as plain data."""
    return {k: serialize(v) for k, v in config.items()}
