"""Intersection over union, for segmentation."""

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np

from lurnet import ops
from lurnet.core.dtypes import as_policy
from lurnet.core.errors import BadValue
from lurnet.core.fields import Convert, Number, PositiveInt, fields
from lurnet.core.symbolic import Tensor
from lurnet.core.types import DTypeLike, SupportsArray
from lurnet.metrics.base import Metric

__all__ = ["IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU", "BinaryIoU"]

CountDtype = Annotated[
    Any,
    Convert(
        lambda _, value: "int32" if value is None else as_policy(value).compute_dtype, DTypeLike
    ),
]
Ids = Annotated[
    Any, Convert(lambda _, value: [int(v) for v in value], Sequence[int] | SupportsArray)
]


class Overlap(Metric):
    """Base: a confusion matrix of labels (rows) and predictions (columns)."""

    direction, bounds = "up", (0.0, 1.0)

    num_classes: Any
    target_class_ids: Any = None
    ignore_class: Any = None
    sparse_y_true: Any = True
    sparse_y_pred: Any = True
    axis: Any = -1

    def setup(self) -> None:
        """Make the matrix."""
        super().setup()
        wrong = [i for i in self.target_class_ids or [] if not 0 <= i < self.num_classes]
        if wrong:
            raise BadValue(
                f"{type(self).__name__}: `target_class_ids` must lie from 0 to "
                f"{self.num_classes - 1}, the last class, not {wrong[0]}."
            )
        shape = (self.num_classes, self.num_classes)
        self.total_cm = self.add_variable(shape, name="total_confusion_matrix")

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Any = None) -> None:
        """Add the batch to the matrix."""
        y_true = self._classes(y_true, self.sparse_y_true)
        y_pred = self._classes(y_pred, self.sparse_y_pred)
        weight = ops.ones(y_pred.shape, dtype="float32")
        if sample_weight is not None:
            given = ops.cast(self._tensor(sample_weight), "float32")
            weight = weight * (ops.reshape(given, (-1,)) if len(given.shape) > 1 else given)
        if self.ignore_class is not None:
            counts = ops.not_equal(y_true, int(self.ignore_class))
            weight = ops.where(counts, weight, ops.zeros_like(weight))
        inside = ops.logical_and(y_true >= 0, y_true < self.num_classes)
        inside = ops.logical_and(inside, (y_pred >= 0) & (y_pred < self.num_classes))
        cells = ops.where(inside, y_true * self.num_classes + y_pred, self.num_classes**2)
        sums = ops.segment_sum(weight, cells, num_segments=self.num_classes**2 + 1)
        matrix = ops.reshape(sums[:-1], self.total_cm.shape)
        self.total_cm.assign_add(ops.cast(matrix, self.dtype))

    def per_sample(self) -> bool:
        """Whether classes, where they are one-hot, lie along the last axis."""
        return self.axis == -1 or bool(self.sparse_y_true and self.sparse_y_pred)

    def _classes(self, y: Tensor, sparse: bool) -> Tensor:
        """Class numbers as one row."""
        y = ops.convert_to_tensor(y)
        if not sparse:
            y = ops.argmax(y, axis=self.axis)
        return ops.reshape(ops.cast(y, "int32"), (-1,))

    def result(self) -> Tensor:
        """Mean over the classes that occur of intersection over union, a scalar."""
        matrix = ops.cast(self.total_cm.value, "float32")
        both = ops.diagonal(matrix)
        either = ops.sum(matrix, axis=0) + ops.sum(matrix, axis=1) - both
        if self.target_class_ids is not None:
            chosen = np.asarray(self.target_class_ids, "int32")
            both, either = ops.take(both, chosen, axis=0), ops.take(either, chosen, axis=0)
        seen = ops.sum(ops.cast(ops.not_equal(either, 0), "float32"))
        return ops.divide_no_nan(ops.sum(ops.divide_no_nan(both, either)), seen)


@fields
class IoU(Overlap):
    """Intersection over union of chosen classes: tp / (tp + fp + fn).

    >>> round(float(IoU(2, [0])([0, 0, 1, 1], [0, 1, 0, 1])), 4)
    0.3333
    """

    num_classes: PositiveInt  #: number of classes
    target_class_ids: Ids  #: classes whose figures are averaged
    name: str | None = None  #: name
    dtype: CountDtype = None  #: dtype of the counts, None: int32
    ignore_class: int | None = None  #: label of positions that do not count
    sparse_y_true: bool = True  #: whether labels are class numbers; else one value per class
    sparse_y_pred: bool = True  #: whether predictions are class numbers; else one value per class
    axis: int = -1  #: axis of the classes where they are not numbers


@fields
class MeanIoU(Overlap):
    """Intersection over union, averaged over all classes that occur.

    >>> round(float(MeanIoU(2)([0, 0, 1, 1], [0, 1, 0, 1])), 4)
    0.3333
    """

    num_classes: PositiveInt  #: number of classes
    name: str | None = None  #: name
    dtype: CountDtype = None  #: dtype of the counts, None: int32
    ignore_class: int | None = None  #: label of positions that do not count
    sparse_y_true: bool = True  #: whether labels are class numbers; else one value per class
    sparse_y_pred: bool = True  #: whether predictions are class numbers; else one value per class
    axis: int = -1  #: axis of the classes where they are not numbers


@fields
class OneHotIoU(Overlap):
    """Intersection over union of chosen classes; labels one-hot.

    >>> labels, said = [[1, 0], [1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]]
    >>> float(OneHotIoU(2, [0])(labels, said))
    0.5
    """

    sparse_y_true = False

    num_classes: PositiveInt  #: number of classes
    target_class_ids: Ids  #: classes whose figures are averaged
    name: str | None = None  #: name
    dtype: CountDtype = None  #: dtype of the counts, None: int32
    ignore_class: int | None = None  #: label of positions that do not count
    sparse_y_pred: bool = False  #: whether predictions are class numbers; else one value per class
    axis: int = -1  #: axis of the classes


@fields
class OneHotMeanIoU(Overlap):
    """Intersection over union, averaged over all classes that occur; labels one-hot.

    >>> labels, said = [[1, 0], [1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]]
    >>> float(OneHotMeanIoU(2)(labels, said))
    0.5
    """

    sparse_y_true = False

    num_classes: PositiveInt  #: number of classes
    name: str | None = None  #: name
    dtype: CountDtype = None  #: dtype of the counts, None: int32
    ignore_class: int | None = None  #: label of positions that do not count
    sparse_y_pred: bool = False  #: whether predictions are class numbers; else one value per class
    axis: int = -1  #: axis of the classes


@fields
class BinaryIoU(Overlap):
    """Intersection over union of the classes 0 and 1; predictions are probabilities.

    >>> round(float(BinaryIoU()([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])), 4)
    0.5833
    """

    num_classes = 2
    per_sample = Overlap.per_sample

    target_class_ids: Ids = (0, 1)  #: classes whose figures are averaged
    threshold: Number = 0.5  #: from which prediction on the class is 1
    name: str | None = None  #: name
    dtype: CountDtype = None  #: dtype of the counts, None: int32

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Any = None) -> None:
        """Add the batch to the matrix."""
        y_pred = ops.cast(ops.convert_to_tensor(y_pred) >= self.threshold, "int32")
        super().update_state(y_true, y_pred, sample_weight)
