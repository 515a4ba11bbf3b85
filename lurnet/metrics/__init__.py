"""Metrics: figures of how well a model does, gathered batch by batch."""

from inspect import isfunction as _isfunction
from typing import Any

from lurnet import losses
from lurnet.core.registry import Registry, register
from lurnet.metrics import accuracy
from lurnet.metrics.accuracy import *
from lurnet.metrics.base import *
from lurnet.metrics.classification import *
from lurnet.metrics.confusion import *
from lurnet.metrics.correlation import *
from lurnet.metrics.curves import *
from lurnet.metrics.fscore import *
from lurnet.metrics.mean import *
from lurnet.metrics.overlap import *
from lurnet.metrics.regression import *


class _Metrics(Registry):
    """The registry; a loss function's name gives the mean of that function."""

    def get(self, identifier: Any, *_: Any) -> Any:
        """The metric that a name, config, class or function stands for; None is None."""
        found = super().get(identifier)
        if isinstance(identifier, str) and found in _FUNCTIONS:
            return MeanMetricWrapper(found, name=identifier)
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

for _name, _function in [("accuracy", accuracy.accuracy), *globals().items()]:
    if _isfunction(_function) and _function.__module__.startswith("lurnet.metrics."):
        register(registry.module, _name, _function)

# Loss functions stand here too, as in Keras.
mse = MSE = mean_squared_error = losses.mean_squared_error
mae = MAE = mean_absolute_error = losses.mean_absolute_error
mape = MAPE = mean_absolute_percentage_error = losses.mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error = losses.mean_squared_logarithmic_error
bce = BCE = binary_crossentropy = losses.binary_crossentropy
binary_focal_crossentropy = losses.binary_focal_crossentropy
categorical_crossentropy = losses.categorical_crossentropy
categorical_focal_crossentropy = losses.categorical_focal_crossentropy
sparse_categorical_crossentropy = losses.sparse_categorical_crossentropy
hinge, squared_hinge = losses.hinge, losses.squared_hinge
categorical_hinge, huber = losses.categorical_hinge, losses.huber
kl_divergence, log_cosh, poisson = losses.kl_divergence, losses.log_cosh, losses.poisson

get, serialize, deserialize = registry.get, registry.serialize, registry.deserialize
