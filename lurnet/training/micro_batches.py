"""Micro-batches: a step on a large batch of images as several small ones that fit the cache.

The gradients are added and averaged, so the result is that of the whole batch wherever no layer and
no loss mixes samples; where one may, the batch stays whole.
"""

from typing import Any

from lurnet.core import tree
from lurnet.core.seeds import SeedGenerator
from lurnet.core.traits import fact_of
from lurnet.kernels.common.choice import may_rewrite
from lurnet.kernels.costs import costs
from lurnet.layers.state import flatten_layers, own_variables
from lurnet.layers.tracking import held
from lurnet.training.peak_activation import peak_written
from lurnet.training.per_sample import averages_over_samples


def count_for(model: Any, data: Any) -> int:
    """Into how many equal micro-batches a training step on this batch is split; 1: not at all."""
    if not may_rewrite() or model.run_eagerly:
        return 1
    sizes = {x.shape[0] for x in tree.leaves(data) if x is not None}
    size = sizes.pop() if len(sizes) == 1 else 0
    if (
        size < 2 * costs().micro_batch
        or size % costs().micro_batch
        or not _pays(model, size)
        or _mixes_samples(model)
    ):
        return 1
    return size // costs().micro_batch


def _pays(model: Any, size: int) -> bool:
    """Whether activations are large: those of convolutions of images or volumes."""
    flat = flatten_layers(model)
    found = any(fact_of(x, "outgrows_cache", False, by=("call",)) for x in flat)
    return found and size * peak_written(model) >= costs().micro_batch_bytes


def _mixes_samples(model: Any) -> bool:
    """Whether something may look at the batch as a whole, such as BatchNormalization."""
    return any(map(_looks_at_batch, flatten_layers(model))) or not averages_over_samples(model)


def _looks_at_batch(layer: Any) -> bool:
    """Whether a layer may do so while training: it keeps statistics, or makes training data."""
    moves = any(not v.trains for v in own_variables(layer))
    return moves or (type(layer).draws is False and any(held(layer, SeedGenerator)))


def split(data: Any, count: int) -> Any:
    """A batch with a new first axis that counts the micro-batches."""
    return tree.map_structure(
        lambda x: None if x is None else x.reshape(count, x.shape[0] // count, *x.shape[1:]), data
    )
