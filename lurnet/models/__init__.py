"""Models: layers put together, trained and saved as one."""

from typing import TYPE_CHECKING, Any

from lurnet.core.registry import register
from lurnet.models.clone import clone_model as clone_model
from lurnet.models.functional import Functional as Functional
from lurnet.models.model import Model as Model
from lurnet.models.sequential import Sequential as Sequential

if TYPE_CHECKING:
    from lurnet.saving import load_model as load_model
    from lurnet.saving import model_from_json as model_from_json
    from lurnet.saving import save_model as save_model

# The first home is the one that is written into files, as Keras does.
for _home in ("keras.src.models.functional", "keras.models", "keras"):
    register(_home, "Functional", Functional)
for _home in ("keras", "keras.models", "keras.src.models.sequential"):
    register(_home, "Sequential", Sequential)

__all__ = [
    "Functional",
    "Model",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_json",
    "save_model",
]

_OF_FILES = ("load_model", "model_from_json", "save_model")


def _found(name: str) -> Any:
    """What opens files is loaded at first use."""
    if name not in _OF_FILES:
        raise AttributeError(f"lurnet.models has no {name!r}.")
    from lurnet import saving  # noqa: PLC0415

    return getattr(saving, name)


if not TYPE_CHECKING:
    __getattr__ = _found


def __dir__() -> list[str]:
    return sorted({*globals(), *_OF_FILES})
