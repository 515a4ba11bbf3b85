"""Sums and means over all batches, and the metrics that are the mean of a function."""

from collections.abc import Callable
from typing import Any

from lurnet import ops
from lurnet.core.errors import BadValue
from lurnet.core.fields import fields
from lurnet.core.masking import get_mask
from lurnet.core.symbolic import Tensor
from lurnet.losses.base import as_function, combine, fact_of, no_values, sum_of
from lurnet.losses.shapes import same_rank
from lurnet.metrics.base import Metric, MetricDtype, plain

__all__ = ["Sum", "Mean", "MeanMetricWrapper"]

_COMMON = ("name", "dtype")


def weighted_samples(
    values: Tensor, sample_weight: Any, reduce: Callable[..., Any], dtype: Any
) -> tuple[Tensor, Tensor | None]:
    """One weighted value and one weight per sample; ``reduce`` joins the other axes."""
    mask = get_mask(values)
    values = ops.cast(values, dtype)
    if sample_weight is None:
        return _first_axis(values, reduce), None
    weight = combine(sample_weight, mask, dtype)
    values, weight = same_rank(values, weight)
    rank = len(weight.shape)
    if len(values.shape) > rank:
        values = reduce(values, axis=tuple(range(rank, len(values.shape))))
    return _first_axis(values * weight, reduce), _first_axis(weight, reduce)


def _first_axis(x: Tensor, reduce: Callable[..., Any]) -> Tensor:
    rank = len(x.shape)
    return reduce(x, axis=tuple(range(1, rank))) if rank > 1 else x


@fields
class Sum(Metric):
    """The (weighted) sum of all values.

    >>> metric = Sum()
    >>> metric.update_state([1.0, 2.0])
    >>> float(metric.result())
    3.0
    """

    name: str | None = "sum"  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``

    per_sample = True

    def setup(self) -> None:
        """Make the sum."""
        super().setup()
        self.total = self.add_variable((), name="total")

    def update_state(self, values: Tensor, sample_weight: Any = None) -> None:
        """Add values, times their weights."""
        values = ops.convert_to_tensor(values)
        values, _ = weighted_samples(values, sample_weight, ops.sum, self.dtype)
        self.total.assign(self.total + sum_of(values))

    def result(self) -> Tensor:
        """The sum, a scalar."""
        return self.total.value


class Running(Metric):
    """Base of the metrics that are a (weighted) mean over samples."""

    per_sample = True

    def setup(self) -> None:
        """Make the sum and the count."""
        super().setup()
        self.total = self.add_variable((), name="total")
        self.count = self.add_variable((), name="count")

    def update_state(self, values: Tensor, sample_weight: Any = None) -> None:
        """Add values, times their weights; axes after the first are averaged within a sample."""
        values = ops.convert_to_tensor(values)
        values, weight = weighted_samples(values, sample_weight, ops.mean, self.dtype)
        count = (values.shape[0] if len(values.shape) else 1) if weight is None else ops.sum(weight)
        self.total.assign(self.total + sum_of(values))
        self.count.assign(self.count + ops.cast(count, self.dtype))

    def result(self) -> Tensor:
        """The mean, a scalar; 0 before the first batch."""
        return ops.divide_no_nan(self.total.value, ops.cast(self.count.value, self.dtype))


@fields
class Mean(Running):
    """The (weighted) mean of all values.

    >>> metric = Mean()
    >>> metric.update_state([1.0, 2.0])
    >>> metric.update_state([6.0])
    >>> float(metric.result())
    3.0
    """

    name: str | None = "mean"  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``


class MeanMetricWrapper(Running):
    """The mean of a function ``(y_true, y_pred, **kwargs)`` over all samples.

    Args:
        fn: the function; one value per sample or per position.
        name: name, made from the class name if None.
        dtype: dtype of the computation, None: ``floatx()``.
        kwargs: settings passed to the function.

    >>> metric = MeanMetricWrapper(lambda t, p: ops.absolute(t - p))
    >>> float(metric([0.0, 0.0], [1.0, 3.0]))
    2.0
    """

    fn: Callable[..., Any]

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any
    ) -> None:
        self.fn, self._kwargs = as_function(fn), kwargs
        super().__init__(dtype=dtype, name=name)

    def options(self) -> dict[str, Any]:
        """The settings passed to the function."""
        if "_kwargs" in vars(self):
            return self._kwargs
        return {k: getattr(self, k) for k in type(self).__fields__ if k not in _COMMON}

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Any = None) -> None:
        """Add the function's values; masked predictions count for nothing."""
        mask = get_mask(y_pred)
        values = self.fn(self._tensor(y_true), self._tensor(y_pred), **self.options())
        if values is None:
            raise BadValue(no_values("metric", self.name))
        if mask is not None:
            sample_weight = combine(sample_weight, mask, self.dtype)
        super().update_state(values, sample_weight)

    def per_sample(self) -> bool:
        """As the function says of itself; one that pairs all labels with all predictions, where
        their ranks differ, does not."""
        return getattr(self.fn, "aligns", False) and fact_of(self.fn, self.options())

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        config = {"name": self.name, "dtype": self.dtype} | self.options()
        if "_kwargs" in vars(self):
            return plain(config | {"fn": self.fn})
        defaults = type(self).__field_defaults__
        return plain(
            {k: v for k, v in config.items() if k not in self.unwritten or v != defaults[k]}
        )


@fields
class FunctionMetric(MeanMetricWrapper):
    """The mean of a function that belongs to its class and takes no settings."""

    name: str | None = None  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``
