"""Micro-batches: a step on a large batch of images as several small ones that fit the cache.

The gradients are added and averaged, so the result is that of the whole batch wherever no layer and
no loss mixes samples; where one may, the batch stays whole. Measured on two CPU cores, ms a step of
conv 32-64-128 at batch 128: whole 51.8, by 64 49.1, by 32 41.9, by 16 42.1, by 8 44.8.
"""

from typing import Any

from lurnet import layers, losses
from lurnet.core import tree
from lurnet.ops.lowering.choice import lowering, on_cpu
from lurnet.training.apart import has_own_code, makes_masks

SIZE = 32  # samples in a micro-batch

#: Losses whose value for a batch is the mean of its samples' values.
PER_SAMPLE = (
    losses.BinaryCrossentropy,
    losses.CategoricalCrossentropy,
    losses.SparseCategoricalCrossentropy,
    losses.MeanSquaredError,
    losses.MeanAbsoluteError,
    losses.Huber,
)
PER_SAMPLE_FUNCTIONS = (
    losses.binary_crossentropy,
    losses.categorical_crossentropy,
    losses.sparse_categorical_crossentropy,
    losses.mean_squared_error,
    losses.mean_absolute_error,
    losses.huber,
)


def parts(model: Any, data: Any) -> int:
    """Into how many equal micro-batches a training step on this batch is split; 1: not at all."""
    if lowering() != "auto" or not on_cpu() or model.run_eagerly:
        return 1
    sizes = {x.shape[0] for x in tree.leaves(data) if x is not None}
    size = sizes.pop() if len(sizes) == 1 else 0
    if size < 2 * SIZE or size % SIZE or not _pays(model) or _mixes_samples(model):
        return 1
    return size // SIZE


def _pays(model: Any) -> bool:
    """Whether activations are large: the model holds convolutions of images or volumes."""
    convolutions = (layers.Conv2D, layers.Conv3D, layers.DepthwiseConv2D, layers.SeparableConv2D)
    return any(isinstance(x, convolutions) for x in model._flatten_layers())


def _mixes_samples(model: Any) -> bool:
    """Whether something may look at the batch as a whole, such as BatchNormalization."""
    for layer in model._flatten_layers():
        own_state = any(not v.trains for v in layer._own_variables)
        if own_state or makes_masks(layer) or has_own_code(layer):
            return True
    return not mean_over_samples(model)


def mean_over_samples(model: Any) -> bool:
    """Whether the losses of a batch are the means of its samples' losses."""
    return all(_per_sample(x) for x in model._loss_objects() if x is not None)


def _per_sample(loss: Any) -> bool:
    mean = getattr(loss, "reduction", None) == "sum_over_batch_size"
    plain = type(loss) is losses.LossFunctionWrapper and loss.fn in PER_SAMPLE_FUNCTIONS
    return mean and (plain or type(loss) in PER_SAMPLE)


def split(data: Any, count: int) -> Any:
    """A batch with a new first axis that counts the micro-batches."""
    return tree.map_structure(
        lambda x: None if x is None else x.reshape(count, x.shape[0] // count, *x.shape[1:]), data
    )
