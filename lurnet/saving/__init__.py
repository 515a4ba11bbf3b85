"""Model files: the one place that opens them."""

from lurnet.core.registry import CustomObjectScope as CustomObjectScope
from lurnet.core.registry import custom_object_scope as custom_object_scope
from lurnet.core.registry import get_custom_objects as get_custom_objects
from lurnet.core.registry import get_registered_name as get_registered_name
from lurnet.core.registry import get_registered_object as get_registered_object
from lurnet.core.registry import register_keras_serializable as register_keras_serializable
from lurnet.saving.load import deserialize_keras_object as deserialize_keras_object
from lurnet.saving.load import load_model as load_model
from lurnet.saving.load import load_weights as load_weights
from lurnet.saving.load import model_from_json as model_from_json
from lurnet.saving.save import model_to_json as model_to_json
from lurnet.saving.save import save_model as save_model
from lurnet.saving.save import save_weights as save_weights
from lurnet.saving.save import serialize_keras_object as serialize_keras_object
