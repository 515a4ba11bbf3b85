"""lurnet: a deep-learning framework that runs Keras programs.

``import lurnet as keras`` gives the Keras 3 API. Parts load at first use, so the import is quick.
"""

import gc
import importlib
import importlib.util
import sys
from typing import Any

__version__ = "0.1.0"

#: Modules that appear as attributes at first use.
_MODULES = {
    *("activations", "backend", "callbacks", "config", "constraints", "core", "datasets"),
    *("dtype_policies", "explain", "initializers", "layers", "losses", "metrics", "models", "ops"),
    *(
        "optimizers",
        "plots",
        "preprocessing",
        "random",
        "regularizers",
        "report",
        "saving",
        "study",
    ),
    *("tree", "utils", "distribution", "export", "applications", "compat"),
}
#: Modules whose home has another name than Keras gives it.
_HOMES = {"tree": "lurnet.core.tree"}
#: Names that users type most, and where they live.
_NAMES = {
    "Input": "lurnet.layers",
    "Layer": "lurnet.layers",
    "InputSpec": "lurnet.layers",
    "Model": "lurnet.models",
    "Sequential": "lurnet.models",
    "Functional": "lurnet.models",
    "Optimizer": "lurnet.optimizers",
    "Metric": "lurnet.metrics",
    "Loss": "lurnet.losses",
    "Initializer": "lurnet.initializers",
    "Regularizer": "lurnet.regularizers",
    "Variable": "lurnet.core.variable",
    "KerasTensor": "lurnet.ops.operators",
    "SymbolicTensor": "lurnet.ops.operators",
    "DTypePolicy": "lurnet.core.dtypes",
    "Study": "lurnet.study",
    "LurnetError": "lurnet.core.errors",
}
_RENAMED = {"KerasTensor": "SymbolicTensor"}


#: Modules that a star import leaves out: they are of use to lurnet itself.
_INSIDE = {"core", "compat"}


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return sorted({*_NAMES, *(m for m in _MODULES - _INSIDE if _exists(m))})
    if name in _NAMES:
        found = getattr(_load(_NAMES[name]), _RENAMED.get(name, name))
    elif name in _MODULES and _exists(name):
        found = _load(_HOMES.get(name, f"lurnet.{name}"))
    else:
        known = sorted({*_NAMES, *_MODULES})
        hint = _load("lurnet.core.errors").did_you_mean(name, known)
        raise AttributeError(f"lurnet has no {name!r}.{hint}")
    globals()[name] = found
    return found


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


def _exists(name: str) -> bool:
    return name in _HOMES or importlib.util.find_spec(f"lurnet.{name}") is not None


def __dir__() -> list[str]:
    return sorted({*globals(), *_NAMES, *(m for m in _MODULES if _exists(m))})
