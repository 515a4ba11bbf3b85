"""Getting a model ready for data: its weights, losses, metrics and optimizer, by shapes alone."""

from typing import Any

from lurnet.core import tree
from lurnet.core.errors import BadValue
from lurnet.core.symbolic import SymbolicTensor, infer
from lurnet.core.variable import values
from lurnet.layers.base import build_once
from lurnet.training.compiled import compilation_of
from lurnet.training.data.arrays import symbols_of, take
from lurnet.training.device import to_device
from lurnet.training.protocol import Trainable
from lurnet.training.session import session_of


def build_for(model: Trainable, batch: tuple, size: int) -> Any:
    """Build model, losses, metrics and optimizer for a batch of so many samples.

    Returns the outputs' spec for any number of samples.
    """
    x, y, _ = batch
    if x is None:
        raise BadValue("x is None: there is nothing to train on.")
    size, outputs = _known_spec(model, x, size)
    y_pred, made = symbols_of(outputs, None), compilation_of(model)
    if y is not None:
        labels = symbols_of(y, None)
        if made.loss is not None and not made.loss.built:
            made.loss.build(labels, y_pred)
        if made.metrics is not None and not made.metrics.built:
            made.metrics.build(labels, y_pred)
            if not model.run_eagerly:  # those that make their variables at a batch make them now
                infer(made.metrics.update_state, symbols_of(y, size), outputs)
    if model.optimizer is not None and not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    return y_pred


def _known_spec(model: Trainable, x: Any, size: int) -> tuple[int, Any]:
    """A number of samples, and the outputs' spec for it, found once for a version of the model.

    Where steps run eagerly, samples go through the model and tell.
    """
    seen = repr(symbols_of(x, None))
    specs = session_of(model).specs
    if seen not in specs:
        if model.run_eagerly:
            outputs = _outputs_seen(model, take(x, slice(size)))
        else:
            outputs = output_spec(model, symbols_of(x, size))
        specs = session_of(model).specs  # building has made it another one
        specs[seen] = size, outputs
    return specs[seen]


def output_spec(model: Trainable, symbols: Any) -> Any:
    """The outputs' spec; building happens on the way."""
    build_once(model, symbols)
    return infer(lambda x: model.call_for(x, training=False), symbols)


def _outputs_seen(model: Trainable, x: Any) -> Any:
    """The outputs' spec, by what comes out; code of the user's own sees real numbers."""
    with values([], []):  # what is assigned in here stays in here
        y_pred = model.call_for(to_device(x, copy=True), training=False)
    return tree.map_structure(lambda a: SymbolicTensor(a.shape, a.dtype), y_pred)
