"""Metrics: figures of how well a model does, gathered batch by batch."""

from collections.abc import Callable, Mapping
from typing import Any

from lurnet import losses
from lurnet.core.registry import Registry, register
from lurnet.core.registry import deserialize as _deserialize
from lurnet.core.registry import serialize as _serialize
from lurnet.losses import (
    binary_crossentropy,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from lurnet.losses import binary_focal_crossentropy as binary_focal_crossentropy
from lurnet.losses import categorical_crossentropy as categorical_crossentropy
from lurnet.losses import categorical_focal_crossentropy as categorical_focal_crossentropy
from lurnet.losses import categorical_hinge as categorical_hinge
from lurnet.losses import hinge as hinge
from lurnet.losses import huber as huber
from lurnet.losses import kl_divergence as kl_divergence
from lurnet.losses import log_cosh as log_cosh
from lurnet.losses import poisson as poisson
from lurnet.losses import sparse_categorical_crossentropy as sparse_categorical_crossentropy
from lurnet.losses import squared_hinge as squared_hinge
from lurnet.metrics import accuracy
from lurnet.metrics.accuracy import Accuracy as Accuracy
from lurnet.metrics.accuracy import BinaryAccuracy as BinaryAccuracy
from lurnet.metrics.accuracy import CategoricalAccuracy as CategoricalAccuracy
from lurnet.metrics.accuracy import SparseCategoricalAccuracy as SparseCategoricalAccuracy
from lurnet.metrics.accuracy import SparseTopKCategoricalAccuracy as SparseTopKCategoricalAccuracy
from lurnet.metrics.accuracy import TopKCategoricalAccuracy as TopKCategoricalAccuracy
from lurnet.metrics.accuracy import (
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from lurnet.metrics.base import Metric as Metric
from lurnet.metrics.classification import BinaryCrossentropy as BinaryCrossentropy
from lurnet.metrics.classification import CategoricalCrossentropy as CategoricalCrossentropy
from lurnet.metrics.classification import CategoricalHinge as CategoricalHinge
from lurnet.metrics.classification import Hinge as Hinge
from lurnet.metrics.classification import KLDivergence as KLDivergence
from lurnet.metrics.classification import Poisson as Poisson
from lurnet.metrics.classification import (
    SparseCategoricalCrossentropy as SparseCategoricalCrossentropy,
)
from lurnet.metrics.classification import SquaredHinge as SquaredHinge
from lurnet.metrics.confusion import FalseNegatives as FalseNegatives
from lurnet.metrics.confusion import FalsePositives as FalsePositives
from lurnet.metrics.confusion import Precision as Precision
from lurnet.metrics.confusion import Recall as Recall
from lurnet.metrics.confusion import TrueNegatives as TrueNegatives
from lurnet.metrics.confusion import TruePositives as TruePositives
from lurnet.metrics.correlation import ConcordanceCorrelation as ConcordanceCorrelation
from lurnet.metrics.correlation import PearsonCorrelation as PearsonCorrelation
from lurnet.metrics.correlation import concordance_correlation, pearson_correlation
from lurnet.metrics.curves import AUC as AUC
from lurnet.metrics.curves import PrecisionAtRecall as PrecisionAtRecall
from lurnet.metrics.curves import RecallAtPrecision as RecallAtPrecision
from lurnet.metrics.curves import SensitivityAtSpecificity as SensitivityAtSpecificity
from lurnet.metrics.curves import SpecificityAtSensitivity as SpecificityAtSensitivity
from lurnet.metrics.fscore import F1Score as F1Score
from lurnet.metrics.fscore import FBetaScore as FBetaScore
from lurnet.metrics.mean import Mean as Mean
from lurnet.metrics.mean import MeanMetricWrapper as MeanMetricWrapper
from lurnet.metrics.mean import Sum as Sum
from lurnet.metrics.overlap import BinaryIoU as BinaryIoU
from lurnet.metrics.overlap import IoU as IoU
from lurnet.metrics.overlap import MeanIoU as MeanIoU
from lurnet.metrics.overlap import OneHotIoU as OneHotIoU
from lurnet.metrics.overlap import OneHotMeanIoU as OneHotMeanIoU
from lurnet.metrics.regression import CosineSimilarity as CosineSimilarity
from lurnet.metrics.regression import LogCoshError as LogCoshError
from lurnet.metrics.regression import MeanAbsoluteError as MeanAbsoluteError
from lurnet.metrics.regression import MeanAbsolutePercentageError as MeanAbsolutePercentageError
from lurnet.metrics.regression import MeanSquaredError as MeanSquaredError
from lurnet.metrics.regression import MeanSquaredLogarithmicError as MeanSquaredLogarithmicError
from lurnet.metrics.regression import R2Score as R2Score
from lurnet.metrics.regression import RootMeanSquaredError as RootMeanSquaredError


class _Metrics(Registry):
    """The registry; a loss function's name gives the mean of that function."""

    def get(self, value: Any, *_: Any) -> Any:
        """The metric that a name, config, class or function stands for; None is None."""
        found = super().get(value)
        if isinstance(value, str) and found in _FUNCTIONS:
            return MeanMetricWrapper(found, name=value)
        return found


_FUNCTIONS = [f for f in dict.fromkeys(losses.registry.values()) if not isinstance(f, type)]

registry = _Metrics("metric", "keras.metrics")
registry.collect(globals(), Metric)
registry |= {
    **{"mse": MeanSquaredError, "mae": MeanAbsoluteError, "bce": BinaryCrossentropy},
    **{"mape": MeanAbsolutePercentageError, "msle": MeanSquaredLogarithmicError},
    **{"MSE": MeanSquaredError, "MAE": MeanAbsoluteError, "BCE": BinaryCrossentropy},
    **{"MAPE": MeanAbsolutePercentageError, "MSLE": MeanSquaredLogarithmicError},
    **{"kld": KLDivergence, "KLD": KLDivergence, "cosine_proximity": CosineSimilarity},
}
for _name, _function in losses.registry.items():
    if _name not in registry and not isinstance(_function, type):
        registry[_name] = _function

for _function in (
    *(accuracy.accuracy, binary_accuracy, categorical_accuracy, sparse_categorical_accuracy),
    *(top_k_categorical_accuracy, sparse_top_k_categorical_accuracy),
    *(pearson_correlation, concordance_correlation),
):
    register(registry.module, _function.__name__, _function)

# Loss functions stand here too, as in Keras.
mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
bce = BCE = binary_crossentropy


def get(identifier: Any) -> Callable | None:
    """The metric that a name, config, class or function stands for; None is None.

    >>> get("mse")
    <MeanSquaredError name=mean_squared_error>
    """
    return registry.get(identifier)


def serialize(metric: Any) -> Any:
    """A metric as plain data."""
    return _serialize(metric)


def deserialize(config: Any, custom_objects: Mapping | None = None) -> Any:
    """The metric that plain data describe."""
    if isinstance(config, str):
        return registry.get(config)
    return _deserialize(config, custom_objects, module=registry.module)
