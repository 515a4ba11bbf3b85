"""The engine under Keras' old names: ``from keras import backend as K``."""

from typing import Any

from lurnet import ops, random
from lurnet.core.dtypes import is_float as _is_float
from lurnet.core.dtypes import standardize_dtype as standardize_dtype
from lurnet.core.errors import did_you_mean as _did_you_mean
from lurnet.core.names import auto_name, reset_names
from lurnet.core.names import name_scope as name_scope
from lurnet.core.settings import backend as backend
from lurnet.core.settings import epsilon as epsilon
from lurnet.core.settings import floatx as floatx
from lurnet.core.settings import image_data_format as image_data_format
from lurnet.core.settings import set_epsilon as set_epsilon
from lurnet.core.settings import set_floatx as set_floatx
from lurnet.core.settings import set_image_data_format as set_image_data_format
from lurnet.core.symbolic import is_symbolic as is_keras_tensor
from lurnet.core.variable import Variable as Variable
from lurnet.training.program import clear_programs

variable = Variable

#: Old names of ops that have another name now.
_RENAMED = {
    "pow": "power",
    "dot": "matmul",
    "batch_dot": "matmul",
    "permute_dimensions": "transpose",
    "gather": "take",
    "int_shape": "shape",
}


def clear_session(free_memory: bool = True) -> None:
    """Start names anew and forget compiled programs, as at the start of the program."""
    reset_names()
    if free_memory:
        clear_programs()


def get_uid(prefix: str = "") -> str:
    """A name that no other object of this session has."""
    return auto_name(prefix or "object")


def result_type(*dtypes: Any) -> str:
    """The dtype that values of these dtypes have together."""
    names = [standardize_dtype(d) for d in dtypes]
    return next((n for n in names if _is_float(n)), names[0])


def learning_phase() -> int:
    """Always 0: layers are told by ``training=`` whether they train."""
    return 0


def __getattr__(name: str) -> Any:
    for place in (ops, random):
        found = getattr(place, _RENAMED.get(name, name), None)
        if found is not None:
            return found
    known = [n for n in dir(ops) if not n.startswith("_")]
    raise AttributeError(f"keras.backend has no {name!r}.{_did_you_mean(name, known)}")


__all__ = [
    "Variable",
    "backend",
    "clear_session",
    "epsilon",
    "floatx",
    "get_uid",
    "image_data_format",
    "is_keras_tensor",
    "learning_phase",
    "name_scope",
    "result_type",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "standardize_dtype",
    "variable",
]
