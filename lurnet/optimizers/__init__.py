"""Optimizers: what turns gradients into new weights."""

from collections.abc import Mapping
from typing import Any

from lurnet.core.registry import Registry, register
from lurnet.core.registry import deserialize as _deserialize
from lurnet.core.registry import serialize as _serialize

from . import schedules
from .adadelta import Adadelta
from .adafactor import Adafactor
from .adagrad import Adagrad
from .adam import Adam, AdamW
from .adamax import Adamax
from .base import Optimizer
from .ftrl import Ftrl
from .lamb import Lamb
from .lion import Lion
from .loss_scale import LossScaleOptimizer
from .multi import MultiOptimizer, OptimizerMap
from .muon import Muon
from .nadam import Nadam
from .rmsprop import RMSprop
from .schedule_free import ScheduleFreeAdamW
from .sgd import SGD

__all__ = [
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "LossScaleOptimizer",
    "MultiOptimizer",
    "Muon",
    "Nadam",
    "Optimizer",
    "OptimizerMap",
    "RMSprop",
    "SGD",
    "ScheduleFreeAdamW",
    "deserialize",
    "get",
    "registry",
    "schedules",
    "serialize",
]


class _AnyCase(Registry):
    """A registry that takes names in any case."""

    def find(self, name: str) -> Any:
        """What a name stands for."""
        plain = name.lower()
        return super().find(plain if name not in self and plain in self else name)


registry = _AnyCase("optimizer", "keras.optimizers")
registry.collect(globals(), Optimizer)
register(registry.module, "OptimizerMap", OptimizerMap)
for _name in [n for n in registry if n[0].isupper()]:
    registry[_name.lower()] = registry[_name]


def get(identifier: Any) -> Any:
    """An optimizer from a name in any case, a config, a class, or itself; None is None.

    >>> get("sgd").name.split("_")[0]
    'sgd'
    """
    return registry.get(identifier)


def serialize(optimizer: Any) -> Any:
    """An optimizer as plain data.

    >>> serialize(SGD())["class_name"]
    'SGD'
    """
    return _serialize(optimizer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The optimizer that ``serialize`` described; class names may be in lower case.

    >>> deserialize({"class_name": "adam", "config": {"beta_1": 0.5}}).beta_1
    0.5
    """
    own = isinstance(config, dict) and config.get("registered_name") is not None
    if isinstance(config, dict) and not own and str(config.get("class_name")).lower() in registry:
        name = registry[config["class_name"].lower()].__name__
        config = config | {"class_name": name, "module": registry.module}
    return _deserialize(config, custom_objects, registry.module)
