"""The Loss: a function of labels and predictions, weighted, masked and reduced."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from lurnet import ops
from lurnet.core import tree
from lurnet.core.dtypes import as_policy
from lurnet.core.errors import BadValue
from lurnet.core.fields import Config, Convert, fields, standardise
from lurnet.core.masking import get_mask
from lurnet.core.names import auto_name
from lurnet.core.registry import deserialize, serialize
from lurnet.core.settings import floatx
from lurnet.core.symbolic import Tensor
from lurnet.core.types import DTypeLike
from lurnet.kernels.mean import op as kernel
from lurnet.losses.shapes import same_rank, weights_for

__all__ = ["Loss", "LossFunctionWrapper"]

Reduction = Annotated[
    Literal["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None],
    Convert(lambda _, value: "sum_over_batch_size" if value == "auto" else value),
]
ComputeDtype = Annotated[
    Any,
    Convert(
        lambda _, value: as_policy(floatx() if value is None else value).compute_dtype, DTypeLike
    ),
]


class Loss(Config):
    """Base: subclasses define ``call(y_true, y_pred)``, one value per sample or per position.

    Args:
        name: name, made from the class name if None.
        reduction: "sum_over_batch_size" or "mean" (sum over the number of values, or of unmasked
            values), "sum", "mean_with_sample_weight" (sum over the sum of weights), "none" or None.
        dtype: dtype of the computation, None: ``floatx()``.

    >>> class Cube(Loss):
    ...     def call(self, y_true, y_pred):
    ...         return ops.mean(ops.abs(y_pred - y_true) ** 3, axis=-1)
    >>> float(Cube()([[0.0], [0.0]], [[1.0], [2.0]]))
    4.5
    """

    #: Whether each sample's value is its own: True, or a method; see ``core.traits``.
    per_sample: ClassVar[Any] = False
    #: What labels are: "classes" (numbers), "one-hot", "shares" (0 to 1), "values"; None: anything.
    label_kind: ClassVar[Any] = None
    _not_in_program = ("name",)

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: Any = None,
    ) -> None:
        self.name = name
        self.reduction = standardise(self, "reduction", Reduction, reduction)
        self.dtype = standardise(self, "dtype", ComputeDtype, dtype)
        self.setup()

    def setup(self) -> None:
        """Give the loss its name."""
        if self.name is None:
            self.name = auto_name(type(self).__name__)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tensor:
        """The loss: a scalar, or one value per sample where nothing is to be reduced.

        A mask on the predictions leaves positions out; ``sample_weight`` has the shape of the
        values of ``call``, or only its first axes.
        """
        mask = get_mask(y_pred)
        y_true, y_pred = self._tensors(y_true), self._tensors(y_pred)
        values = self.call(y_true, y_pred)
        if values is None:
            raise BadValue(no_values("loss", self.name))
        own_mask = get_mask(values)
        if mask is not None and own_mask is not None:
            mask = ops.logical_and(mask, own_mask)
        mask = own_mask if mask is None else mask
        return reduce_weighted(self._convert(values), sample_weight, mask, self.reduction)

    def _tensors(self, y: Any) -> Any:
        """Arrays in a structure as they lie; nested lists of numbers are one array."""
        if isinstance(y, dict) or any(hasattr(x, "shape") for x in tree.leaves(y)):
            return tree.map_structure(self._convert, y)
        return self._convert(y)

    def _convert(self, x: Any) -> Tensor:
        return x if x is None else ops.convert_to_tensor(x, dtype=self.dtype)

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        """The values before weights and reduction."""
        raise NotImplementedError(f"{type(self).__name__} must define call(self, y_true, y_pred).")

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; only name and reduction for a class that adds its own."""
        if type(self).get_config is not Loss.get_config:
            return {"name": self.name, "reduction": self.reduction}
        return without_defaults(super().get_config(), {"dtype": floatx()})


def without_defaults(config: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """The config less the entries that Keras' files do not have, where they say nothing new."""
    return {k: v for k, v in config.items() if k not in defaults or v != defaults[k]}


def no_values(kind: str, name: str | None) -> str:
    """The error for a function that gives nothing."""
    return f"The {kind} {name!r} returned None: end its function with `return` and the values."


def as_function(fn: Any) -> Callable[..., Any]:
    """A function, also from its name or config."""
    if callable(fn):
        return fn
    config = {"class_name": "function", "config": fn} if isinstance(fn, str) else fn
    return deserialize(config, module="keras.losses")


def fact_of(fn: Callable[..., Any], options: Mapping[str, Any]) -> bool:
    """Whether a function computes each sample by itself, as it states by ``per_sample``."""
    fact = getattr(fn, "per_sample", False)
    return bool(fact(**options)) if callable(fact) else fact is True


class LossFunctionWrapper(Loss):
    """A loss from a function ``(y_true, y_pred, **kwargs)``.

    Args:
        fn: the function.
        reduction: see ``Loss``.
        name: name, made from the class name if None.
        dtype: dtype of the computation, None: ``floatx()``.
        kwargs: settings passed to the function.

    >>> loss = LossFunctionWrapper(lambda t, p: ops.abs(t - p)[:, 0], reduction="sum")
    >>> float(loss([[0.0], [0.0]], [[1.0], [2.0]]))
    3.0
    """

    fn: Callable[..., Any]
    #: Settings that Keras' configs leave out.
    unwritten: ClassVar[tuple[str, ...]] = ("dtype",)

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        self.fn, self._kwargs = as_function(fn), kwargs
        super().__init__(name, reduction, dtype)

    def options(self) -> dict[str, Any]:
        """The settings passed to the function."""
        if "_kwargs" in vars(self):
            return self._kwargs
        return {k: getattr(self, k) for k in type(self).__fields__ if k not in _COMMON}

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        """``fn(y_true, y_pred, **kwargs)``, ranks made equal where they differ by an axis of 1."""
        if not tree.is_nested(y_true) and not tree.is_nested(y_pred):
            y_true, y_pred = same_rank(y_true, y_pred)
        return self.fn(y_true, y_pred, **self.options())

    def per_sample(self) -> bool:
        """As the function says of itself, with these settings."""
        return fact_of(self.fn, self.options())

    def label_kind(self) -> str | None:
        """As the function says of itself."""
        return getattr(self.fn, "label_kind", None)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        config = {"name": self.name, "reduction": self.reduction, "dtype": self.dtype}
        if "_kwargs" in vars(self):
            config["fn"] = serialize(self.fn)
        config |= {k: serialize(v) for k, v in self.options().items()}
        known = getattr(type(self), "__field_defaults__", {})
        defaults = {k: known.get(k) for k in self.unwritten} | {"dtype": floatx()}
        return without_defaults(config, defaults)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.fn.__name__}, {self.options()}>"


_COMMON = ("reduction", "name", "dtype")


@fields
class FunctionLoss(LossFunctionWrapper):
    """A loss whose function belongs to its class; the settings are fields."""

    reduction: Reduction = "sum_over_batch_size"  #: how the values become one; see ``Loss``
    name: str | None = None  #: name
    dtype: ComputeDtype = None  #: dtype of the computation, None: ``floatx()``


def reduce_weighted(
    values: Tensor, sample_weight: Any = None, mask: Any = None, reduction: str | None = "mean"
) -> Tensor:
    """Values times weights, less the masked ones, reduced as the name says.

    >>> float(reduce_weighted(ops.array([1.0, 3.0, 9.0]), mask=ops.array([True, True, False])))
    2.0
    """
    mean = reduction in ("sum_over_batch_size", "mean")
    weight = combine(sample_weight, mask, values.dtype, mean)
    if weight is not None:
        values, weight = weights_for(values, weight)
        values = values * weight
    if reduction in (None, "none") or tuple(values.shape) in ((), (0,)):
        return values
    if reduction != "sum" and (mean or weight is None):
        return kernel.mean(values) if kernel.suits(values) else ops.mean(values)
    summed = sum_of(values)
    return summed if reduction == "sum" else ops.divide_no_nan(summed, ops.sum(weight))


def sum_of(values: Tensor) -> Tensor:
    """The sum of all values."""
    return kernel.total(values) if kernel.suits(values) else ops.sum(values)


def combine(sample_weight: Any, mask: Any, dtype: Any, mean: bool = False) -> Tensor | None:
    """Weights and mask as one weight; for a mean, unmasked values count more for those left out."""
    if sample_weight is not None:
        sample_weight = ops.convert_to_tensor(sample_weight, dtype=dtype)
    if mask is None:
        return sample_weight
    mask = ops.cast(ops.cast(mask, "bool"), dtype)
    if mean:
        mask = ops.divide_no_nan(mask, ops.mean(mask))
    if sample_weight is None:
        return mask
    mask, sample_weight = weights_for(mask, sample_weight)
    sample_weight, mask = weights_for(sample_weight, mask)
    return sample_weight * mask
