"""Penalties on weights or outputs: functions of an array that give a scalar."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from lurnet import ops
from lurnet.core.errors import BadValue
from lurnet.core.fields import Check, Config, Convert, fields, is_number
from lurnet.core.hyper import hyperparameter
from lurnet.core.registry import Registry
from lurnet.core.symbolic import Tensor
from lurnet.core.types import Real

registry = Registry("regularizer", "keras.regularizers")


def _is_factor(value: Any) -> bool:
    return is_number(value) and 0 <= value < float("inf")


def _factor(default: float) -> Any:
    """A factor >= 0; None is the default."""
    return Annotated[
        Any,
        Convert(lambda _, value: default if value is None else value, Real | None),
        Check("a finite number >= 0", _is_factor),
        Convert(lambda _, value: float(value)),
    ]


if TYPE_CHECKING:
    Factor = Any
    Share = Any
else:
    Factor, Share = _factor(0.01), _factor(0.0)


class Regularizer(Config):
    """Base: subclasses define ``__call__(x)``, the penalty of an array.

    >>> class Cube(Regularizer):
    ...     def __call__(self, x):
    ...         return ops.sum(ops.abs(x) ** 3)
    >>> float(Cube()(ops.array([1.0, -2.0])))
    9.0
    """

    def __call__(self, x: Tensor) -> Tensor:
        """The penalty, a scalar."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(x).")


def _times(regularizer: Regularizer, name: str, x: Any) -> Any:
    """A factor, in the dtype of what it multiplies."""
    return hyperparameter(regularizer, name, ops.convert_to_tensor(x).dtype)


@fields
class L1(Regularizer):
    """``l1 * sum(|x|)``.

    >>> float(L1(0.5)(ops.array([1.0, -2.0])))
    1.5
    """

    runtime_hyperparameters = ("l1",)
    l1: Factor = 0.01  #: factor

    def __call__(self, x: Tensor) -> Tensor:
        """The penalty, a scalar."""
        return _times(self, "l1", x) * ops.sum(ops.absolute(x))


@fields
class L2(Regularizer):
    """``l2 * sum(x ** 2)``.

    >>> float(L2(0.5)(ops.array([1.0, -2.0])))
    2.5
    """

    runtime_hyperparameters = ("l2",)
    l2: Factor = 0.01  #: factor

    def __call__(self, x: Tensor) -> Tensor:
        """The penalty, a scalar."""
        return _times(self, "l2", x) * ops.sum(ops.square(x))


@fields
class L1L2(Regularizer):
    """``l1 * sum(|x|) + l2 * sum(x ** 2)``.

    >>> float(L1L2(0.5, 0.5)(ops.array([1.0, -2.0])))
    4.0
    """

    runtime_hyperparameters = ("l1", "l2")
    l1: Share = 0.0  #: factor of the absolute values
    l2: Share = 0.0  #: factor of the squares

    def __call__(self, x: Tensor) -> Tensor:
        """The penalty, a scalar."""
        penalty = ops.cast(0.0, ops.convert_to_tensor(x).dtype)
        if self.l1:
            penalty += _times(self, "l1", x) * ops.sum(ops.absolute(x))
        if self.l2:
            penalty += _times(self, "l2", x) * ops.sum(ops.square(x))
        return penalty


@fields
class OrthogonalRegularizer(Regularizer):
    """``factor`` times the mean cosine, in absolute value, between two rows (or columns).

    >>> round(float(OrthogonalRegularizer(1.0)(ops.array([[1.0, 0.0], [1.0, 1.0]]))), 3)
    0.707
    """

    runtime_hyperparameters = ("factor",)
    factor: Factor = 0.01  #: factor
    mode: Literal["rows", "columns"] = "rows"  #: what is to become orthogonal

    def __call__(self, x: Tensor) -> Tensor:
        """The penalty of a matrix, a scalar; BadValue for another rank."""
        x = ops.convert_to_tensor(x)
        if len(x.shape) != 2:
            raise BadValue(
                f"OrthogonalRegularizer takes a matrix, (rows, columns), not shape {x.shape}."
            )
        vectors = x if self.mode == "rows" else ops.transpose(x)
        length = ops.sqrt(ops.maximum(ops.sum(ops.square(vectors), axis=1, keepdims=True), 1e-12))
        vectors = vectors / length
        count = vectors.shape[0]
        cosines = ops.matmul(vectors, ops.transpose(vectors))
        off_diagonal = ops.absolute(cosines) * (1.0 - ops.eye(count, dtype=x.dtype))
        return _times(self, "factor", x) * ops.sum(off_diagonal) / max(1, count * (count - 1))


registry.collect(globals(), Regularizer)
l1, l2, l1_l2, orthogonal_regularizer = L1, L2, L1L2, OrthogonalRegularizer
registry |= {"l1": L1, "l2": L2, "l1_l2": L1L2, "l1l2": L1L2}
get, serialize, deserialize = registry.get, registry.serialize, registry.deserialize
