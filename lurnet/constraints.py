"""Projections of weights, done after each update: functions of an array that give an array."""

from typing import Any

from lurnet import ops
from lurnet.core.fields import Config, Number, fields
from lurnet.core.registry import Registry
from lurnet.core.settings import epsilon
from lurnet.core.symbolic import Tensor

registry = Registry("constraint", "keras.constraints")


class Constraint(Config):
    """Base: subclasses define ``__call__(w)``, the projected array.

    >>> class Clip(Constraint):
    ...     def __call__(self, w):
    ...         return ops.clip(w, -1.0, 1.0)
    >>> Clip()(ops.array([3.0, 0.5])).tolist()
    [1.0, 0.5]
    """

    def __call__(self, w: Tensor) -> Tensor:
        """The projected array; the base leaves it as it is."""
        return w


def _axes(axis: Any) -> Any:
    return tuple(axis) if isinstance(axis, list) else axis


def _norm(w: Tensor, axis: Any) -> Tensor:
    """Lengths of the vectors along ``axis``."""
    return ops.sqrt(ops.sum(ops.square(w), axis=_axes(axis), keepdims=True))


@fields
class MaxNorm(Constraint):
    """Shortens the vectors along ``axis`` that are longer than ``max_value``.

    >>> MaxNorm(1.0)(ops.array([[3.0], [4.0]])).round(3).tolist()
    [[0.6000000238418579], [0.800000011920929]]
    """

    max_value: Number = 2  #: greatest length
    axis: Any = 0  #: axis or axes that make up a vector

    def __call__(self, w: Tensor) -> Tensor:
        """The projected array."""
        length = _norm(w, self.axis)
        return w * (ops.clip(length, 0, self.max_value) / (epsilon() + length))


@fields
class UnitNorm(Constraint):
    """Makes the vectors along ``axis`` of length 1.

    >>> UnitNorm()(ops.array([[3.0], [4.0]])).round(3).tolist()
    [[0.6000000238418579], [0.800000011920929]]
    """

    axis: Any = 0  #: axis or axes that make up a vector

    def __call__(self, w: Tensor) -> Tensor:
        """The projected array."""
        return w / (epsilon() + _norm(w, self.axis))


@fields
class MinMaxNorm(Constraint):
    """Brings the lengths of the vectors along ``axis`` into [min_value, max_value].

    >>> MinMaxNorm(0.0, 1.0)(ops.array([[3.0], [4.0]])).round(3).tolist()
    [[0.6000000238418579], [0.800000011920929]]
    """

    min_value: Number = 0.0  #: least length
    max_value: Number = 1.0  #: greatest length
    rate: Number = 1.0  #: how much of the way to go in one step
    axis: Any = 0  #: axis or axes that make up a vector

    def __call__(self, w: Tensor) -> Tensor:
        """The projected array."""
        length = _norm(w, self.axis)
        inside = ops.clip(length, self.min_value, self.max_value)
        wanted = self.rate * inside + (1 - self.rate) * length
        return w * (wanted / (epsilon() + length))


class NonNeg(Constraint):
    """Sets negative weights to zero.

    >>> NonNeg()(ops.array([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """

    def __call__(self, w: Tensor) -> Tensor:
        """The projected array."""
        return ops.maximum(w, 0.0)


registry.collect(globals(), Constraint)
max_norm, min_max_norm, non_neg, unit_norm = MaxNorm, MinMaxNorm, NonNeg, UnitNorm
maxnorm, nonneg, unitnorm = MaxNorm, NonNeg, UnitNorm  # as Keras 1 wrote them
registry |= {"maxnorm": MaxNorm, "nonneg": NonNeg, "unitnorm": UnitNorm}
get, serialize, deserialize = registry.get, registry.serialize, registry.deserialize
