"""lurnet: a deep-learning framework that runs Keras programs.

``import lurnet as keras`` gives the Keras 3 API. Parts load at first use, so the import is quick.
"""

import gc
import importlib
import pkgutil
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for checkers and editors; at run time, modules are found by their files
    from lurnet import activations as activations
    from lurnet import backend as backend
    from lurnet import callbacks as callbacks
    from lurnet import config as config
    from lurnet import constraints as constraints
    from lurnet import datasets as datasets
    from lurnet import dtype_policies as dtype_policies
    from lurnet import explain as explain
    from lurnet import initializers as initializers
    from lurnet import layers as layers
    from lurnet import losses as losses
    from lurnet import metrics as metrics
    from lurnet import models as models
    from lurnet import ops as ops
    from lurnet import optimizers as optimizers
    from lurnet import plots as plots
    from lurnet import random as random
    from lurnet import regularizers as regularizers
    from lurnet import report as report
    from lurnet import saving as saving
    from lurnet import study as study
    from lurnet import utils as utils
    from lurnet.core import tree as tree
    from lurnet.core.dtypes import DTypePolicy as DTypePolicy
    from lurnet.core.errors import LurnetError as LurnetError
    from lurnet.core.symbolic import SymbolicTensor as SymbolicTensor
    from lurnet.core.variable import Variable as Variable
    from lurnet.initializers import Initializer as Initializer
    from lurnet.layers import Input as Input
    from lurnet.layers import InputSpec as InputSpec
    from lurnet.layers import Layer as Layer
    from lurnet.losses import Loss as Loss
    from lurnet.metrics import Metric as Metric
    from lurnet.models import Functional as Functional
    from lurnet.models import Model as Model
    from lurnet.models import Sequential as Sequential
    from lurnet.optimizers import Optimizer as Optimizer
    from lurnet.regularizers import Regularizer as Regularizer
    from lurnet.study import Study as Study

    KerasTensor = SymbolicTensor

__version__ = "0.1.0"

#: Names that users type most, and where they live.
_NAMES = {
    **dict.fromkeys(("Input", "InputSpec", "Layer"), "layers"),
    **dict.fromkeys(("Functional", "Model", "Sequential"), "models"),
    **dict.fromkeys(("KerasTensor", "SymbolicTensor"), "ops.operators"),
    **{"Initializer": "initializers", "Loss": "losses", "Metric": "metrics", "Study": "study"},
    **{"Optimizer": "optimizers", "Regularizer": "regularizers", "Variable": "core.variable"},
    **{"DTypePolicy": "core.dtypes", "LurnetError": "core.errors"},
}
#: Modules that a star import leaves out: they are of use to lurnet itself.
_INSIDE = {"cli", "compat", "core", "training"}


def _found(name: str) -> Any:
    """A name that is asked for the first time."""
    if name == "__all__":
        return sorted({*_NAMES, *_modules()} - _INSIDE)
    if name in _NAMES:
        home = _load(f"lurnet.{_NAMES[name]}")
        found = getattr(home, "SymbolicTensor" if name == "KerasTensor" else name)
    elif name in _modules():
        found = _load("lurnet.core.tree" if name == "tree" else f"lurnet.{name}")
    else:
        hint = _load("lurnet.core.errors").did_you_mean(name, sorted({*_NAMES, *_modules()}))
        raise AttributeError(f"lurnet has no {name!r}.{hint}")
    globals()[name] = found
    return found


if not TYPE_CHECKING:  # a checker is to say which names there are not
    __getattr__ = _found


def _load(module: str) -> Any:
    """A module. Modules stay, so looking for waste among them, 60 ms a time, is left out."""
    first, collects = "lurnet.core" not in sys.modules, gc.isenabled()
    gc.disable()
    try:
        return importlib.import_module(module)
    finally:
        if first:  # later, models may be alive, which must be collected some day
            gc.freeze()
        if collects:
            gc.enable()


def _modules() -> set[str]:
    found = {module.name for module in pkgutil.iter_modules(__path__)}
    return {"tree", *found} - {"__main__"}


def __dir__() -> list[str]:
    return sorted({*globals(), *_NAMES, *_modules()})
