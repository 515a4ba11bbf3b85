"""Helpers beside the models: arrays, files, data sources, seeds, names for files."""

from typing import TYPE_CHECKING, Any

from lurnet.backend import clear_session as clear_session
from lurnet.callbacks.progress import Progbar as Progbar
from lurnet.core.dtypes import standardize_dtype as standardize_dtype
from lurnet.core.registry import CustomObjectScope as CustomObjectScope
from lurnet.core.registry import custom_object_scope as custom_object_scope
from lurnet.core.registry import get_custom_objects as get_custom_objects
from lurnet.core.registry import get_registered_name as get_registered_name
from lurnet.core.registry import get_registered_object as get_registered_object
from lurnet.core.registry import register_keras_serializable as register_keras_serializable
from lurnet.core.seeds import set_random_seed as set_random_seed
from lurnet.core.symbolic import is_symbolic as is_keras_tensor
from lurnet.training.data.batch import pack_x_y_sample_weight as pack_x_y_sample_weight
from lurnet.training.data.batch import unpack_x_y_sample_weight as unpack_x_y_sample_weight
from lurnet.training.data.streams import PyDataset as PyDataset
from lurnet.training.rate_finder import find_learning_rate as find_learning_rate
from lurnet.utils.arrays import normalize as normalize
from lurnet.utils.arrays import pad_sequences as pad_sequences
from lurnet.utils.arrays import split_dataset as split_dataset
from lurnet.utils.arrays import to_categorical as to_categorical

if TYPE_CHECKING:
    from lurnet.looking.diagram import model_to_svg as model_to_svg
    from lurnet.looking.diagram import plot_model as plot_model
    from lurnet.saving import deserialize_keras_object as deserialize_keras_object
    from lurnet.saving import serialize_keras_object as serialize_keras_object
    from lurnet.utils.files import get_file as get_file

Sequence = PyDataset  # Keras 2's name

__all__ = [
    "CustomObjectScope",
    "Progbar",
    "PyDataset",
    "Sequence",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "find_learning_rate",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "is_keras_tensor",
    "model_to_svg",
    "normalize",
    "pack_x_y_sample_weight",
    "pad_sequences",
    "plot_model",
    "register_keras_serializable",
    "serialize_keras_object",
    "set_random_seed",
    "split_dataset",
    "standardize_dtype",
    "to_categorical",
    "unpack_x_y_sample_weight",
]

_OF_DIAGRAMS = ("model_to_svg", "plot_model")
_OF_FILES = ("deserialize_keras_object", "serialize_keras_object")
_LATER = (*_OF_DIAGRAMS, *_OF_FILES, "get_file")


def _found(name: str) -> Any:
    """What draws, and what opens files, is loaded at first use: 60 ms that few programs need."""
    if name in _OF_DIAGRAMS:
        from lurnet.looking import diagram as home  # noqa: PLC0415
    elif name in _OF_FILES:
        from lurnet import saving as home  # noqa: PLC0415
    elif name == "get_file":
        from lurnet.utils import files as home  # noqa: PLC0415
    else:
        raise AttributeError(f"lurnet.utils has no {name!r}.")
    return getattr(home, name)


if not TYPE_CHECKING:
    __getattr__ = _found


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
