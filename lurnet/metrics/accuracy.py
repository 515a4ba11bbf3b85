"""Accuracies: how often the prediction is right."""

from lurnet import ops
from lurnet.core.fields import Number, PositiveInt, fields
from lurnet.core.settings import floatx
from lurnet.core.symbolic import Tensor
from lurnet.core.traits import states
from lurnet.kernels.loss_rows.op import top1_match
from lurnet.losses.shapes import as_tensors, same_rank
from lurnet.metrics.base import MetricDtype
from lurnet.metrics.mean import FunctionMetric, MeanMetricWrapper

__all__ = [
    "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy",
    "top_k_categorical_accuracy", "sparse_top_k_categorical_accuracy", "Accuracy", "BinaryAccuracy",
    "CategoricalAccuracy", "SparseCategoricalAccuracy", "TopKCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy",
]  # fmt: skip


@states(per_sample=True, aligns=True)
def accuracy(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Where predictions equal labels: 1.0, else 0.0.

    >>> accuracy([1, 2], [1, 3]).tolist()
    [1.0, 0.0]
    """
    y_true, y_pred = same_rank(*as_tensors(y_true, y_pred))
    return ops.cast(ops.equal(y_true, y_pred), floatx())


@states(per_sample=True, aligns=True)
def binary_accuracy(y_true: Tensor, y_pred: Tensor, threshold: float = 0.5) -> Tensor:
    """Where predictions are on the right side of ``threshold``: 1.0, else 0.0.

    >>> binary_accuracy([1, 0], [0.75, 0.75]).tolist()
    [1.0, 0.0]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true, y_pred = same_rank(ops.convert_to_tensor(y_true), y_pred)
    said = ops.cast(y_pred > threshold, y_true.dtype)
    return ops.cast(ops.equal(y_true, said), floatx())


@states(per_sample=True, aligns=True)
def categorical_accuracy(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Where the most probable class is the right one: 1.0, else 0.0; labels one-hot.

    >>> categorical_accuracy([[0, 1], [0, 1]], [[0.25, 0.75], [0.75, 0.25]]).tolist()
    [1.0, 0.0]
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    found = top1_match(y_true, y_pred, by_class=False)
    return _right(ops.argmax(y_true, axis=-1), y_pred) if found is None else found


@states(per_sample=True, aligns=True)
def sparse_categorical_accuracy(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Where the most probable class is the right one: 1.0, else 0.0; labels are class numbers.

    >>> sparse_categorical_accuracy([1, 1], [[0.25, 0.75], [0.75, 0.25]]).tolist()
    [1.0, 0.0]
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, -1)
    found = top1_match(y_true, y_pred, by_class=True)
    return _right(y_true, y_pred) if found is None else found


def _right(classes: Tensor, y_pred: Tensor) -> Tensor:
    best = ops.argmax(y_pred, axis=-1)
    return ops.cast(ops.equal(classes, ops.cast(best, classes.dtype)), floatx())


@states(per_sample=True, aligns=True)
def top_k_categorical_accuracy(y_true: Tensor, y_pred: Tensor, k: int = 5) -> Tensor:
    """Where the right class is among the ``k`` most probable: 1.0, else 0.0; labels one-hot.

    >>> top_k_categorical_accuracy([[0, 0, 1]], [[0.5, 0.25, 0.25]], k=1).tolist()
    [0.0]
    """
    classes = ops.argmax(ops.convert_to_tensor(y_true), axis=-1)
    return sparse_top_k_categorical_accuracy(classes, y_pred, k)


@states(per_sample=True, aligns=True)
def sparse_top_k_categorical_accuracy(
    y_true: Tensor, y_pred: Tensor, k: int = 5, from_sorted_ids: bool = False
) -> Tensor:
    """Where the right class is among the ``k`` most probable: 1.0, else 0.0.

    Args:
        y_true: class numbers.
        y_pred: a value per class, or, with ``from_sorted_ids``, class numbers, the best first.
        k: how many classes count.
        from_sorted_ids: what ``y_pred`` holds.

    >>> sparse_top_k_categorical_accuracy([2], [[0.5, 0.2, 0.3]], k=2).tolist()
    [1.0]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    shape = tuple(ops.convert_to_tensor(y_true).shape)
    y_true = ops.reshape(ops.cast(y_true, "int32"), (-1,))
    y_pred = ops.reshape(y_pred, (-1, y_pred.shape[-1]))
    if from_sorted_ids:
        first = ops.cast(y_pred[:, :k], "int32")
        found = ops.any(ops.equal(y_true[:, None], first), axis=1)
    else:
        found = ops.in_top_k(y_true, y_pred, k=k)
    return ops.reshape(ops.cast(found, floatx()), shape)


@fields
class Accuracy(FunctionMetric):
    """How often predictions equal labels.

    >>> float(Accuracy()([1, 2], [1, 3]))
    0.5
    """

    direction, bounds = "up", (0.0, 1.0)

    fn = staticmethod(accuracy)
    name = "accuracy"


@fields
class BinaryAccuracy(MeanMetricWrapper):
    """How often predictions are on the right side of the threshold; labels 0 and 1.

    >>> float(BinaryAccuracy()([1, 0], [0.75, 0.75]))
    0.5
    """

    direction, bounds = "up", (0.0, 1.0)

    fn = staticmethod(binary_accuracy)

    name: str | None = "binary_accuracy"  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``
    threshold: Number = 0.5  #: from which prediction on the label is 1


@fields
class CategoricalAccuracy(FunctionMetric):
    """How often the most probable class is the right one; labels one-hot.

    >>> float(CategoricalAccuracy()([[0, 1], [0, 1]], [[0.25, 0.75], [0.75, 0.25]]))
    0.5
    """

    direction, bounds = "up", (0.0, 1.0)

    fn = staticmethod(categorical_accuracy)
    name = "categorical_accuracy"


@fields
class SparseCategoricalAccuracy(FunctionMetric):
    """How often the most probable class is the right one; labels are class numbers.

    >>> float(SparseCategoricalAccuracy()([1, 1], [[0.25, 0.75], [0.75, 0.25]]))
    0.5
    """

    direction, bounds = "up", (0.0, 1.0)

    fn = staticmethod(sparse_categorical_accuracy)
    name = "sparse_categorical_accuracy"


@fields
class TopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the right class is among the ``k`` most probable; labels one-hot.

    >>> float(TopKCategoricalAccuracy(k=1)([[0, 0, 1]], [[0.5, 0.25, 0.25]]))
    0.0
    """

    direction, bounds = "up", (0.0, 1.0)

    fn = staticmethod(top_k_categorical_accuracy)

    k: PositiveInt = 5  #: how many classes count
    name: str | None = "top_k_categorical_accuracy"  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``


@fields
class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the right class is among the ``k`` most probable; labels are class numbers.

    >>> float(SparseTopKCategoricalAccuracy(k=2)([2], [[0.5, 0.2, 0.3]]))
    1.0
    """

    direction, bounds = "up", (0.0, 1.0)

    fn = staticmethod(sparse_top_k_categorical_accuracy)
    unwritten = ("from_sorted_ids",)

    k: PositiveInt = 5  #: how many classes count
    name: str | None = "sparse_top_k_categorical_accuracy"  #: name
    dtype: MetricDtype = None  #: dtype of the computation, None: ``floatx()``
    from_sorted_ids: bool = False  #: whether predictions are class numbers, the best first
