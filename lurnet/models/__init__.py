"""Models: layers put together, trained and saved as one."""

from lurnet.core.registry import register
from lurnet.models.clone import clone_model as clone_model
from lurnet.models.functional import Functional as Functional
from lurnet.models.model import Model as Model
from lurnet.models.sequential import Sequential as Sequential
from lurnet.saving import load_model as load_model
from lurnet.saving import model_from_json as model_from_json
from lurnet.saving import save_model as save_model

# The first home is the one that is written into files, as Keras does.
for _home in ("keras.src.models.functional", "keras.models", "keras"):
    register(_home, "Functional", Functional)
for _home in ("keras", "keras.models", "keras.src.models.sequential"):
    register(_home, "Sequential", Sequential)
