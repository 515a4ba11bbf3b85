"""Losses: what training makes small."""

from collections.abc import Callable, Mapping
from typing import Any

from lurnet.core.registry import Registry
from lurnet.core.registry import deserialize as _deserialize
from lurnet.core.registry import serialize as _serialize
from lurnet.losses.base import Loss as Loss
from lurnet.losses.base import LossFunctionWrapper as LossFunctionWrapper
from lurnet.losses.crossentropy import BinaryCrossentropy as BinaryCrossentropy
from lurnet.losses.crossentropy import CategoricalCrossentropy as CategoricalCrossentropy
from lurnet.losses.crossentropy import (
    CategoricalGeneralizedCrossEntropy as CategoricalGeneralizedCrossEntropy,
)
from lurnet.losses.crossentropy import (
    SparseCategoricalCrossentropy as SparseCategoricalCrossentropy,
)
from lurnet.losses.crossentropy import (
    binary_crossentropy,
    categorical_crossentropy,
    categorical_generalized_cross_entropy,
    sparse_categorical_crossentropy,
)
from lurnet.losses.embedding import Circle as Circle
from lurnet.losses.embedding import circle
from lurnet.losses.focal import BinaryFocalCrossentropy as BinaryFocalCrossentropy
from lurnet.losses.focal import CategoricalFocalCrossentropy as CategoricalFocalCrossentropy
from lurnet.losses.focal import binary_focal_crossentropy, categorical_focal_crossentropy
from lurnet.losses.margin import CategoricalHinge as CategoricalHinge
from lurnet.losses.margin import Hinge as Hinge
from lurnet.losses.margin import SquaredHinge as SquaredHinge
from lurnet.losses.margin import categorical_hinge, hinge, squared_hinge
from lurnet.losses.regression import CosineSimilarity as CosineSimilarity
from lurnet.losses.regression import Huber as Huber
from lurnet.losses.regression import KLDivergence as KLDivergence
from lurnet.losses.regression import LogCosh as LogCosh
from lurnet.losses.regression import MeanAbsoluteError as MeanAbsoluteError
from lurnet.losses.regression import MeanAbsolutePercentageError as MeanAbsolutePercentageError
from lurnet.losses.regression import MeanSquaredError as MeanSquaredError
from lurnet.losses.regression import MeanSquaredLogarithmicError as MeanSquaredLogarithmicError
from lurnet.losses.regression import Poisson as Poisson
from lurnet.losses.regression import (
    cosine_similarity,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
)
from lurnet.losses.segmentation import Dice as Dice
from lurnet.losses.segmentation import Tversky as Tversky
from lurnet.losses.segmentation import dice, tversky
from lurnet.losses.sequence import CTC as CTC
from lurnet.losses.sequence import ctc

registry = Registry("loss", "keras.losses")
registry.collect(globals(), Loss)

_FUNCTIONS = [
    *(binary_crossentropy, categorical_crossentropy, categorical_generalized_cross_entropy),
    *(sparse_categorical_crossentropy, binary_focal_crossentropy, categorical_focal_crossentropy),
    *(hinge, squared_hinge, categorical_hinge, cosine_similarity, huber, kl_divergence, log_cosh),
    *(mean_absolute_error, mean_absolute_percentage_error, mean_squared_error),
    *(mean_squared_logarithmic_error, poisson, dice, tversky, circle, ctc),
]
for _function in _FUNCTIONS:  # a plain name is the function, as in Keras, not the class
    registry.add(_function.__name__, _function)

mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
kld = KLD = kullback_leibler_divergence = kl_divergence
bce = BCE = binary_crossentropy
logcosh = log_cosh
registry |= {
    **{"mse": mse, "MSE": mse, "mae": mae, "MAE": mae, "mape": mape, "MAPE": mape},
    **{"msle": msle, "MSLE": msle, "kld": kld, "KLD": kld, "bce": bce, "BCE": bce},
    **{"kullback_leibler_divergence": kld, "logcosh": log_cosh, "huber_loss": huber},
    **{"cosine_proximity": cosine_similarity},
}


def get(identifier: Any) -> Callable | None:
    """The loss that a name, config, class or function stands for; None is None.

    >>> get("mse") is mean_squared_error
    True
    """
    return registry.get(identifier)


def serialize(loss: Any) -> Any:
    """A loss as plain data.

    >>> serialize(mean_squared_error)
    'mean_squared_error'
    """
    return _serialize(loss)


def deserialize(name: Any, custom_objects: Mapping | None = None) -> Any:
    """The loss that plain data describe."""
    if isinstance(name, str):
        return registry.get(name)
    return _deserialize(name, custom_objects, module=registry.module)
