"""Written by scripts/stubs: constructors, as checkers and editors cannot find them out."""

from collections.abc import Mapping
from lurnet.core.registry import Registry as Registry
from lurnet.core.types import Axis
from lurnet.core.types import DTypeLike
from lurnet.core.types import Int
from lurnet.core.types import Real
from lurnet.losses.base import Loss as Loss
from lurnet.losses.base import LossFunctionWrapper as LossFunctionWrapper
from lurnet.losses.crossentropy import BinaryCrossentropy as _BinaryCrossentropy
from lurnet.losses.crossentropy import CategoricalCrossentropy as _CategoricalCrossentropy
from lurnet.losses.crossentropy import CategoricalGeneralizedCrossEntropy as _CategoricalGeneralizedCrossEntropy
from lurnet.losses.crossentropy import SparseCategoricalCrossentropy as _SparseCategoricalCrossentropy
from lurnet.losses.crossentropy import binary_crossentropy as binary_crossentropy
from lurnet.losses.crossentropy import categorical_crossentropy as categorical_crossentropy
from lurnet.losses.crossentropy import categorical_generalized_cross_entropy as categorical_generalized_cross_entropy
from lurnet.losses.crossentropy import sparse_categorical_crossentropy as sparse_categorical_crossentropy
from lurnet.losses.embedding import Circle as _Circle
from lurnet.losses.embedding import circle as circle
from lurnet.losses.focal import BinaryFocalCrossentropy as _BinaryFocalCrossentropy
from lurnet.losses.focal import CategoricalFocalCrossentropy as _CategoricalFocalCrossentropy
from lurnet.losses.focal import binary_focal_crossentropy as binary_focal_crossentropy
from lurnet.losses.focal import categorical_focal_crossentropy as categorical_focal_crossentropy
from lurnet.losses.margin import CategoricalHinge as _CategoricalHinge
from lurnet.losses.margin import Hinge as _Hinge
from lurnet.losses.margin import SquaredHinge as _SquaredHinge
from lurnet.losses.margin import categorical_hinge as categorical_hinge
from lurnet.losses.margin import hinge as hinge
from lurnet.losses.margin import squared_hinge as squared_hinge
from lurnet.losses.regression import CosineSimilarity as _CosineSimilarity
from lurnet.losses.regression import Huber as _Huber
from lurnet.losses.regression import KLDivergence as _KLDivergence
from lurnet.losses.regression import LogCosh as _LogCosh
from lurnet.losses.regression import MeanAbsoluteError as _MeanAbsoluteError
from lurnet.losses.regression import MeanAbsolutePercentageError as _MeanAbsolutePercentageError
from lurnet.losses.regression import MeanSquaredError as _MeanSquaredError
from lurnet.losses.regression import MeanSquaredLogarithmicError as _MeanSquaredLogarithmicError
from lurnet.losses.regression import Poisson as _Poisson
from lurnet.losses.regression import cosine_similarity as cosine_similarity
from lurnet.losses.regression import huber as huber
from lurnet.losses.regression import kl_divergence as kl_divergence
from lurnet.losses.regression import log_cosh as log_cosh
from lurnet.losses.regression import mean_absolute_error as mean_absolute_error
from lurnet.losses.regression import mean_absolute_percentage_error as mean_absolute_percentage_error
from lurnet.losses.regression import mean_squared_error as mean_squared_error
from lurnet.losses.regression import mean_squared_logarithmic_error as mean_squared_logarithmic_error
from lurnet.losses.regression import poisson as poisson
from lurnet.losses.segmentation import Dice as _Dice
from lurnet.losses.segmentation import Tversky as _Tversky
from lurnet.losses.segmentation import dice as dice
from lurnet.losses.segmentation import tversky as tversky
from lurnet.losses.sequence import CTC as _CTC
from lurnet.losses.sequence import ctc as ctc
from numpy import integer
from typing import Any
from typing import Literal

class Dice(_Dice):
    def __init__(self, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', name: str | None = 'dice', axis: Axis | integer[Any] | None = None, dtype: DTypeLike | None = None) -> None: ...
class SparseCategoricalCrossentropy(_SparseCategoricalCrossentropy):
    def __init__(self, from_logits: bool = False, ignore_class: Int | None = None, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', axis: Int = -1, name: str | None = 'sparse_categorical_crossentropy', dtype: DTypeLike | None = None) -> None: ...
class Tversky(_Tversky):
    def __init__(self, alpha: Real = 0.5, beta: Real = 0.5, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', name: str | None = 'tversky', axis: Axis | integer[Any] | None = None, dtype: DTypeLike | None = None) -> None: ...
class BinaryCrossentropy(_BinaryCrossentropy):
    def __init__(self, from_logits: bool = False, label_smoothing: Real = 0.0, axis: Int = -1, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', name: str | None = 'binary_crossentropy', dtype: DTypeLike | None = None) -> None: ...
class BinaryFocalCrossentropy(_BinaryFocalCrossentropy):
    def __init__(self, apply_class_balancing: bool = False, alpha: Real = 0.25, gamma: Real = 2.0, from_logits: bool = False, label_smoothing: Real = 0.0, axis: Int = -1, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', name: str | None = 'binary_focal_crossentropy', dtype: DTypeLike | None = None) -> None: ...
class CTC(_CTC):
    def __init__(self, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', name: str | None = 'ctc', dtype: DTypeLike | None = None) -> None: ...
class CategoricalCrossentropy(_CategoricalCrossentropy):
    def __init__(self, from_logits: bool = False, label_smoothing: Real = 0.0, axis: Int = -1, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', name: str | None = 'categorical_crossentropy', dtype: DTypeLike | None = None) -> None: ...
class CategoricalFocalCrossentropy(_CategoricalFocalCrossentropy):
    def __init__(self, alpha: Real | list[Real] = 0.25, gamma: Real = 2.0, from_logits: bool = False, label_smoothing: Real = 0.0, axis: Int = -1, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', name: str | None = 'categorical_focal_crossentropy', dtype: DTypeLike | None = None) -> None: ...
class CategoricalGeneralizedCrossEntropy(_CategoricalGeneralizedCrossEntropy):
    def __init__(self, q: Real = 0.5, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', name: str | None = 'categorical_generalized_cross_entropy', dtype: DTypeLike | None = None) -> None: ...
class CategoricalHinge(_CategoricalHinge):
    def __init__(self, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', name: str | None = 'categorical_hinge', dtype: DTypeLike | None = None) -> None: ...
class Circle(_Circle):
    def __init__(self, gamma: Real = 80.0, margin: Real = 0.4, remove_diagonal: bool = True, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', name: str | None = 'circle', dtype: DTypeLike | None = None) -> None: ...
class CosineSimilarity(_CosineSimilarity):
    def __init__(self, axis: Int = -1, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', name: str | None = 'cosine_similarity', dtype: DTypeLike | None = None) -> None: ...
class Hinge(_Hinge):
    def __init__(self, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', name: str | None = 'hinge', dtype: DTypeLike | None = None) -> None: ...
class Huber(_Huber):
    def __init__(self, delta: Real = 1.0, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', name: str | None = 'huber_loss', dtype: DTypeLike | None = None) -> None: ...
class KLDivergence(_KLDivergence):
    def __init__(self, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', name: str | None = 'kl_divergence', dtype: DTypeLike | None = None) -> None: ...
class LogCosh(_LogCosh):
    def __init__(self, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', name: str | None = 'log_cosh', dtype: DTypeLike | None = None) -> None: ...
class MeanAbsoluteError(_MeanAbsoluteError):
    def __init__(self, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', name: str | None = 'mean_absolute_error', dtype: DTypeLike | None = None) -> None: ...
class MeanAbsolutePercentageError(_MeanAbsolutePercentageError):
    def __init__(self, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', name: str | None = 'mean_absolute_percentage_error', dtype: DTypeLike | None = None) -> None: ...
class MeanSquaredError(_MeanSquaredError):
    def __init__(self, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', name: str | None = 'mean_squared_error', dtype: DTypeLike | None = None) -> None: ...
class MeanSquaredLogarithmicError(_MeanSquaredLogarithmicError):
    def __init__(self, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', name: str | None = 'mean_squared_logarithmic_error', dtype: DTypeLike | None = None) -> None: ...
class Poisson(_Poisson):
    def __init__(self, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', name: str | None = 'poisson', dtype: DTypeLike | None = None) -> None: ...
class SquaredHinge(_SquaredHinge):
    def __init__(self, reduction: Literal['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None] = 'sum_over_batch_size', name: str | None = 'squared_hinge', dtype: DTypeLike | None = None) -> None: ...
BCE = binary_crossentropy
KLD = kl_divergence
MAE = mean_absolute_error
MAPE = mean_absolute_percentage_error
MSE = mean_squared_error
MSLE = mean_squared_logarithmic_error
bce = binary_crossentropy
def deserialize(config: Any, custom_objects: Mapping | None = None) -> Any: ...
def get(identifier: Any, *_: Any) -> Any: ...
kld = kl_divergence
kullback_leibler_divergence = kl_divergence
logcosh = log_cosh
mae = mean_absolute_error
mape = mean_absolute_percentage_error
mse = mean_squared_error
msle = mean_squared_logarithmic_error
registry: Registry
def serialize(value: Any) -> Any: ...
