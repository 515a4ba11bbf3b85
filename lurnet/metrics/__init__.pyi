"""Written by scripts/stubs: constructors, as checkers and editors cannot find them out."""

from collections.abc import Mapping
from collections.abc import Sequence
from lurnet.core.registry import Registry as Registry
from lurnet.core.registry import register as register
from lurnet.core.types import DTypeLike
from lurnet.core.types import Int
from lurnet.core.types import Real
from lurnet.core.types import SupportsArray
from lurnet.core.types import TensorLike
from lurnet.losses.crossentropy import binary_crossentropy as binary_crossentropy
from lurnet.losses.crossentropy import categorical_crossentropy as categorical_crossentropy
from lurnet.losses.crossentropy import sparse_categorical_crossentropy as sparse_categorical_crossentropy
from lurnet.losses.focal import binary_focal_crossentropy as binary_focal_crossentropy
from lurnet.losses.focal import categorical_focal_crossentropy as categorical_focal_crossentropy
from lurnet.losses.margin import categorical_hinge as categorical_hinge
from lurnet.losses.margin import hinge as hinge
from lurnet.losses.margin import squared_hinge as squared_hinge
from lurnet.losses.regression import huber as huber
from lurnet.losses.regression import kl_divergence as kl_divergence
from lurnet.losses.regression import log_cosh as log_cosh
from lurnet.losses.regression import mean_absolute_error as mean_absolute_error
from lurnet.losses.regression import mean_absolute_percentage_error as mean_absolute_percentage_error
from lurnet.losses.regression import mean_squared_error as mean_squared_error
from lurnet.losses.regression import mean_squared_logarithmic_error as mean_squared_logarithmic_error
from lurnet.losses.regression import poisson as poisson
from lurnet.metrics.accuracy import Accuracy as _Accuracy
from lurnet.metrics.accuracy import BinaryAccuracy as _BinaryAccuracy
from lurnet.metrics.accuracy import CategoricalAccuracy as _CategoricalAccuracy
from lurnet.metrics.accuracy import SparseCategoricalAccuracy as _SparseCategoricalAccuracy
from lurnet.metrics.accuracy import SparseTopKCategoricalAccuracy as _SparseTopKCategoricalAccuracy
from lurnet.metrics.accuracy import TopKCategoricalAccuracy as _TopKCategoricalAccuracy
from lurnet.metrics.accuracy import binary_accuracy as binary_accuracy
from lurnet.metrics.accuracy import categorical_accuracy as categorical_accuracy
from lurnet.metrics.accuracy import sparse_categorical_accuracy as sparse_categorical_accuracy
from lurnet.metrics.accuracy import sparse_top_k_categorical_accuracy as sparse_top_k_categorical_accuracy
from lurnet.metrics.accuracy import top_k_categorical_accuracy as top_k_categorical_accuracy
from lurnet.metrics.base import Metric as Metric
from lurnet.metrics.classification import BinaryCrossentropy as _BinaryCrossentropy
from lurnet.metrics.classification import CategoricalCrossentropy as _CategoricalCrossentropy
from lurnet.metrics.classification import CategoricalHinge as _CategoricalHinge
from lurnet.metrics.classification import Hinge as _Hinge
from lurnet.metrics.classification import KLDivergence as _KLDivergence
from lurnet.metrics.classification import Poisson as _Poisson
from lurnet.metrics.classification import SparseCategoricalCrossentropy as _SparseCategoricalCrossentropy
from lurnet.metrics.classification import SquaredHinge as _SquaredHinge
from lurnet.metrics.confusion import FalseNegatives as _FalseNegatives
from lurnet.metrics.confusion import FalsePositives as _FalsePositives
from lurnet.metrics.confusion import Precision as _Precision
from lurnet.metrics.confusion import Recall as _Recall
from lurnet.metrics.confusion import TrueNegatives as _TrueNegatives
from lurnet.metrics.confusion import TruePositives as _TruePositives
from lurnet.metrics.correlation import ConcordanceCorrelation as _ConcordanceCorrelation
from lurnet.metrics.correlation import PearsonCorrelation as _PearsonCorrelation
from lurnet.metrics.correlation import concordance_correlation as concordance_correlation
from lurnet.metrics.correlation import pearson_correlation as pearson_correlation
from lurnet.metrics.curves import AUC as _AUC
from lurnet.metrics.curves import PrecisionAtRecall as _PrecisionAtRecall
from lurnet.metrics.curves import RecallAtPrecision as _RecallAtPrecision
from lurnet.metrics.curves import SensitivityAtSpecificity as _SensitivityAtSpecificity
from lurnet.metrics.curves import SpecificityAtSensitivity as _SpecificityAtSensitivity
from lurnet.metrics.fscore import F1Score as _F1Score
from lurnet.metrics.fscore import FBetaScore as _FBetaScore
from lurnet.metrics.mean import Mean as _Mean
from lurnet.metrics.mean import MeanMetricWrapper as MeanMetricWrapper
from lurnet.metrics.mean import Sum as _Sum
from lurnet.metrics.overlap import BinaryIoU as _BinaryIoU
from lurnet.metrics.overlap import IoU as _IoU
from lurnet.metrics.overlap import MeanIoU as _MeanIoU
from lurnet.metrics.overlap import OneHotIoU as _OneHotIoU
from lurnet.metrics.overlap import OneHotMeanIoU as _OneHotMeanIoU
from lurnet.metrics.regression import CosineSimilarity as _CosineSimilarity
from lurnet.metrics.regression import LogCoshError as _LogCoshError
from lurnet.metrics.regression import MeanAbsoluteError as _MeanAbsoluteError
from lurnet.metrics.regression import MeanAbsolutePercentageError as _MeanAbsolutePercentageError
from lurnet.metrics.regression import MeanSquaredError as _MeanSquaredError
from lurnet.metrics.regression import MeanSquaredLogarithmicError as _MeanSquaredLogarithmicError
from lurnet.metrics.regression import R2Score as _R2Score
from lurnet.metrics.regression import RootMeanSquaredError as _RootMeanSquaredError
from typing import Any
from typing import Literal

class R2Score(_R2Score):
    def __init__(self, class_aggregation: Literal['uniform_average', 'variance_weighted_average', None] = 'uniform_average', num_regressors: Int = 0, name: str | None = 'r2_score', dtype: DTypeLike | None = None) -> None: ...
class Sum(_Sum):
    def __init__(self, name: str | None = 'sum', dtype: DTypeLike | None = None) -> None: ...
class AUC(_AUC):
    def __init__(self, num_thresholds: Int = 200, curve: Literal['ROC', 'PR', 'PRGAIN'] = 'ROC', summation_method: Literal['interpolation', 'minoring', 'majoring'] = 'interpolation', name: str | None = None, dtype: DTypeLike | None = None, thresholds: Real | Sequence[Real] | None = None, multi_label: bool = False, num_labels: Int | None = None, label_weights: TensorLike | None = None, from_logits: bool = False) -> None: ...
class BinaryIoU(_BinaryIoU):
    def __init__(self, target_class_ids: Sequence[Int] | SupportsArray = (0, 1), threshold: Real = 0.5, name: str | None = None, dtype: DTypeLike | None = None) -> None: ...
class F1Score(_F1Score):
    def __init__(self, average: Literal['micro', 'macro', 'weighted', None] | None = None, threshold: Real | None = None, name: str | None = 'f1_score', dtype: DTypeLike | None = None) -> None: ...
class FBetaScore(_FBetaScore):
    def __init__(self, average: Literal['micro', 'macro', 'weighted', None] | None = None, beta: Real = 1.0, threshold: Real | None = None, name: str | None = 'fbeta_score', dtype: DTypeLike | None = None) -> None: ...
class IoU(_IoU):
    def __init__(self, num_classes: Int, target_class_ids: Sequence[Int] | SupportsArray, name: str | None = None, dtype: DTypeLike | None = None, ignore_class: Int | None = None, sparse_y_true: bool = True, sparse_y_pred: bool = True, axis: Int = -1) -> None: ...
class Mean(_Mean):
    def __init__(self, name: str | None = 'mean', dtype: DTypeLike | None = None) -> None: ...
class MeanIoU(_MeanIoU):
    def __init__(self, num_classes: Int, name: str | None = None, dtype: DTypeLike | None = None, ignore_class: Int | None = None, sparse_y_true: bool = True, sparse_y_pred: bool = True, axis: Int = -1) -> None: ...
class OneHotIoU(_OneHotIoU):
    def __init__(self, num_classes: Int, target_class_ids: Sequence[Int] | SupportsArray, name: str | None = None, dtype: DTypeLike | None = None, ignore_class: Int | None = None, sparse_y_pred: bool = False, axis: Int = -1) -> None: ...
class OneHotMeanIoU(_OneHotMeanIoU):
    def __init__(self, num_classes: Int, name: str | None = None, dtype: DTypeLike | None = None, ignore_class: Int | None = None, sparse_y_pred: bool = False, axis: Int = -1) -> None: ...
class RootMeanSquaredError(_RootMeanSquaredError):
    def __init__(self, name: str | None = 'root_mean_squared_error', dtype: DTypeLike | None = None) -> None: ...
class BinaryAccuracy(_BinaryAccuracy):
    def __init__(self, name: str | None = 'binary_accuracy', dtype: DTypeLike | None = None, threshold: Real = 0.5) -> None: ...
class BinaryCrossentropy(_BinaryCrossentropy):
    def __init__(self, name: str | None = 'binary_crossentropy', dtype: DTypeLike | None = None, from_logits: bool = False, label_smoothing: Real = 0) -> None: ...
class CategoricalCrossentropy(_CategoricalCrossentropy):
    def __init__(self, name: str | None = 'categorical_crossentropy', dtype: DTypeLike | None = None, from_logits: bool = False, label_smoothing: Real = 0, axis: Int = -1) -> None: ...
class ConcordanceCorrelation(_ConcordanceCorrelation):
    def __init__(self, name: str | None = 'concordance_correlation', dtype: DTypeLike | None = None, axis: Int = -1) -> None: ...
class CosineSimilarity(_CosineSimilarity):
    def __init__(self, name: str | None = 'cosine_similarity', dtype: DTypeLike | None = None, axis: Int = -1) -> None: ...
class FalseNegatives(_FalseNegatives):
    def __init__(self, thresholds: Real | Sequence[Real] | None = None, name: str | None = None, dtype: DTypeLike | None = None) -> None: ...
class FalsePositives(_FalsePositives):
    def __init__(self, thresholds: Real | Sequence[Real] | None = None, name: str | None = None, dtype: DTypeLike | None = None) -> None: ...
class PearsonCorrelation(_PearsonCorrelation):
    def __init__(self, name: str | None = 'pearson_correlation', dtype: DTypeLike | None = None, axis: Int = -1) -> None: ...
class Precision(_Precision):
    def __init__(self, thresholds: Real | Sequence[Real] | None = None, top_k: Int | None = None, class_id: Int | None = None, name: str | None = None, dtype: DTypeLike | None = None) -> None: ...
class PrecisionAtRecall(_PrecisionAtRecall):
    def __init__(self, recall: Real, num_thresholds: Int = 200, class_id: Int | None = None, name: str | None = None, dtype: DTypeLike | None = None) -> None: ...
class Recall(_Recall):
    def __init__(self, thresholds: Real | Sequence[Real] | None = None, top_k: Int | None = None, class_id: Int | None = None, name: str | None = None, dtype: DTypeLike | None = None) -> None: ...
class RecallAtPrecision(_RecallAtPrecision):
    def __init__(self, precision: Real, num_thresholds: Int = 200, class_id: Int | None = None, name: str | None = None, dtype: DTypeLike | None = None) -> None: ...
class SensitivityAtSpecificity(_SensitivityAtSpecificity):
    def __init__(self, specificity: Real, num_thresholds: Int = 200, class_id: Int | None = None, name: str | None = None, dtype: DTypeLike | None = None) -> None: ...
class SparseCategoricalCrossentropy(_SparseCategoricalCrossentropy):
    def __init__(self, name: str | None = 'sparse_categorical_crossentropy', dtype: DTypeLike | None = None, from_logits: bool = False, ignore_class: Int | None = None, axis: Int = -1) -> None: ...
class SparseTopKCategoricalAccuracy(_SparseTopKCategoricalAccuracy):
    def __init__(self, k: Int = 5, name: str | None = 'sparse_top_k_categorical_accuracy', dtype: DTypeLike | None = None, from_sorted_ids: bool = False) -> None: ...
class SpecificityAtSensitivity(_SpecificityAtSensitivity):
    def __init__(self, sensitivity: Real, num_thresholds: Int = 200, class_id: Int | None = None, name: str | None = None, dtype: DTypeLike | None = None) -> None: ...
class TopKCategoricalAccuracy(_TopKCategoricalAccuracy):
    def __init__(self, k: Int = 5, name: str | None = 'top_k_categorical_accuracy', dtype: DTypeLike | None = None) -> None: ...
class TrueNegatives(_TrueNegatives):
    def __init__(self, thresholds: Real | Sequence[Real] | None = None, name: str | None = None, dtype: DTypeLike | None = None) -> None: ...
class TruePositives(_TruePositives):
    def __init__(self, thresholds: Real | Sequence[Real] | None = None, name: str | None = None, dtype: DTypeLike | None = None) -> None: ...
class Accuracy(_Accuracy):
    def __init__(self, name: str | None = 'accuracy', dtype: DTypeLike | None = None) -> None: ...
class CategoricalAccuracy(_CategoricalAccuracy):
    def __init__(self, name: str | None = 'categorical_accuracy', dtype: DTypeLike | None = None) -> None: ...
class CategoricalHinge(_CategoricalHinge):
    def __init__(self, name: str | None = 'categorical_hinge', dtype: DTypeLike | None = None) -> None: ...
class Hinge(_Hinge):
    def __init__(self, name: str | None = 'hinge', dtype: DTypeLike | None = None) -> None: ...
class KLDivergence(_KLDivergence):
    def __init__(self, name: str | None = 'kl_divergence', dtype: DTypeLike | None = None) -> None: ...
class LogCoshError(_LogCoshError):
    def __init__(self, name: str | None = 'logcosh', dtype: DTypeLike | None = None) -> None: ...
class MeanAbsoluteError(_MeanAbsoluteError):
    def __init__(self, name: str | None = 'mean_absolute_error', dtype: DTypeLike | None = None) -> None: ...
class MeanAbsolutePercentageError(_MeanAbsolutePercentageError):
    def __init__(self, name: str | None = 'mean_absolute_percentage_error', dtype: DTypeLike | None = None) -> None: ...
class MeanSquaredError(_MeanSquaredError):
    def __init__(self, name: str | None = 'mean_squared_error', dtype: DTypeLike | None = None) -> None: ...
class MeanSquaredLogarithmicError(_MeanSquaredLogarithmicError):
    def __init__(self, name: str | None = 'mean_squared_logarithmic_error', dtype: DTypeLike | None = None) -> None: ...
class Poisson(_Poisson):
    def __init__(self, name: str | None = 'poisson', dtype: DTypeLike | None = None) -> None: ...
class SparseCategoricalAccuracy(_SparseCategoricalAccuracy):
    def __init__(self, name: str | None = 'sparse_categorical_accuracy', dtype: DTypeLike | None = None) -> None: ...
class SquaredHinge(_SquaredHinge):
    def __init__(self, name: str | None = 'squared_hinge', dtype: DTypeLike | None = None) -> None: ...
BCE = binary_crossentropy
MAE = mean_absolute_error
MAPE = mean_absolute_percentage_error
MSE = mean_squared_error
MSLE = mean_squared_logarithmic_error
bce = binary_crossentropy
def deserialize(config: Any, custom_objects: Mapping | None = None) -> Any: ...
def get(identifier: Any, *_: Any) -> Any: ...
mae = mean_absolute_error
mape = mean_absolute_percentage_error
mse = mean_squared_error
msle = mean_squared_logarithmic_error
registry: Registry
def serialize(value: Any) -> Any: ...
