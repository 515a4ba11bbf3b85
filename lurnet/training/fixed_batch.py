"""The number of samples that a model was made for, where it names one."""

from typing import Any

from lurnet.core import tree
from lurnet.layers.input_layer import InputLayer
from lurnet.layers.rnn.base import Recurrent
from lurnet.layers.state import flatten_layers


def has_fixed_batch(model: Any) -> bool:
    """Whether batches must reach the model as they are: an input of it, or a layer's memory of the
    last batch, has a number of samples."""
    flat = flatten_layers(model)
    named = any(isinstance(x, InputLayer) and x.batch_shape[0] is not None for x in flat)
    return named or remembered_batch(model) is not None


def remembered_batch(model: Any) -> int | None:
    """The number of samples whose states layers keep from batch to batch, if some do."""
    recurrent = (x for x in flatten_layers(model) if isinstance(x, Recurrent) and x.stateful)
    states = (v for x in recurrent if x.states is not None for v in tree.flatten(x.states))
    return next((v.shape[0] for v in states), None)
