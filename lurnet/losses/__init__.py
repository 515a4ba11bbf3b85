"""Losses: what training makes small."""

from inspect import isfunction as _isfunction

from lurnet.core.registry import Registry
from lurnet.losses.base import *
from lurnet.losses.crossentropy import *
from lurnet.losses.embedding import *
from lurnet.losses.focal import *
from lurnet.losses.margin import *
from lurnet.losses.regression import *
from lurnet.losses.segmentation import *
from lurnet.losses.sequence import *

registry = Registry("loss", "keras.losses")
registry.collect(globals(), Loss)

for _name, _function in [*globals().items()]:  # a plain name is the function, not the class
    if _isfunction(_function) and _function.__module__.startswith("lurnet.losses."):
        registry.add(_name, _function)

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
get, serialize, deserialize = registry.get, registry.serialize, registry.deserialize
