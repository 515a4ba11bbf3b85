"""Whether a model computes each sample by itself, whatever other samples are in its batch.

And whether a batch's loss and metrics come out the same however it is cut. Both ask the classes,
which state it; where one does not, a user's own above all, batches stay as they were asked for.
"""

from typing import Any

from lurnet import regularizers
from lurnet.core.masking import get_mask
from lurnet.core.registry import known
from lurnet.core.traits import is_patched, stated
from lurnet.layers.per_sample import is_per_sample
from lurnet.layers.state import flatten_layers
from lurnet.training.compiled import compilation_of
from lurnet.training.fixed_batch import has_fixed_batch

#: Penalties that are sums over the values: those of a batch, divided by its size, are means.
SUMS = (regularizers.L1, regularizers.L2, regularizers.L1L2)
_MASKING = ("compute_mask", "_note_mask", "__call__")


def model_is_per_sample(model: Any) -> bool:
    """Whether, outside training, a sample's outputs depend on that sample alone.

    Only where that is certain: code of the user's own, ops between layers, an axis that is the
    batch's, layers that remember the last batch, and calls with ``training=True`` may each tie
    samples together.
    """
    return not has_fixed_batch(model) and is_per_sample(model)


def averages_over_samples(model: Any) -> bool:
    """Whether a batch's loss and metrics are the means, or sums, of those of its samples."""
    if not model_is_per_sample(model) or not all(map(_penalty_adds, flatten_layers(model))):
        return False
    if any(len(y.shape) < 2 or get_mask(y) is not None for y in model.outputs):
        return False  # a mask's share of the batch divides; a row of scalars is one sample
    held = [x for x in compilation_of(model).losses if x is not None]
    return all(map(mean_over_samples, held)) and all(map(adds_samples, model.metrics))


def mean_over_samples(loss: Any) -> bool:
    """Whether a loss of a batch is the mean of its samples' losses."""
    means = getattr(loss, "reduction", None) == "sum_over_batch_size"
    return means and adds_samples(loss)


def adds_samples(figure: Any) -> bool:
    """Whether a loss or a metric looks at each sample by itself, and adds what it finds."""
    fact = stated(type(figure), "per_sample", False)
    if is_patched(figure):
        return False
    return bool(fact(figure)) if callable(fact) else fact is True


def _penalty_adds(layer: Any) -> bool:
    penalty = layer.activity_regularizer
    return penalty is None or type(penalty) in SUMS


def has_own_code(layer: Any) -> bool:
    """Whether a layer runs code of the user's own, which may do anything."""
    if known(type(layer)) is None or is_patched(layer):
        return True
    return stated(type(layer), "runs_given_code", False, by=())


def makes_masks(layer: Any) -> bool:
    """Whether a layer's outputs may carry a mask that its inputs did not have."""
    fact = stated(type(layer), "keeps_mask", False, by=_MASKING)
    return not (fact(layer) if callable(fact) else fact)


def has_side_outputs(layer: Any) -> bool:
    """Whether a call leaves something beside its outputs: losses or masks."""
    return makes_masks(layer) or layer.activity_regularizer is not None
