"""Whether a model computes each sample by itself, whatever other samples are in its batch."""

from typing import Any

from lurnet.core import tree
from lurnet.core.registry import known
from lurnet.layers import ActivityRegularization, Equalization, Lambda, Masking
from lurnet.layers.base import Layer
from lurnet.training.fixed_batch import has_fixed_batch


def samples_apart(model: Any) -> bool:
    """Whether, outside training, a sample's outputs depend on that sample alone.

    Only where that is certain: code of the user's own, ops between layers, an axis 0, layers that
    remember the last batch, and calls with ``training=True`` may each tie samples together.
    """
    own_step = model._has_own_step("predict") or model._has_own_step("test")
    return (
        not own_step
        and not has_fixed_batch(model)
        and all(_apart(layer) for layer in model._flatten_layers())
    )


def has_own_code(layer: Any) -> bool:
    """Whether a layer runs code of the user's own, which may do anything."""
    return known(type(layer)) is None or isinstance(layer, Lambda)


def makes_masks(layer: Any) -> bool:
    """Whether a layer's outputs may carry a mask that its inputs did not have."""
    return isinstance(layer, Masking) or getattr(layer, "mask_zero", False)


def _apart(layer: Any) -> bool:
    if has_own_code(layer) or isinstance(layer, Equalization):
        return False
    if getattr(layer, "stateful", False):
        return False
    if not all(isinstance(x, Layer) for x in getattr(layer, "_operations", ())):
        return False
    calls = [(node.args, node.kwargs) for node in getattr(layer, "_nodes", ())]
    if any(flag is True for flag in tree.leaves(calls)):
        return False
    axis = getattr(layer, "axis", None)
    return 0 not in (axis if isinstance(axis, (list, tuple)) else [axis])


def leaves_more(layer: Any) -> bool:
    """Whether a call leaves something beside its outputs: losses or masks."""
    return (
        makes_masks(layer)
        or isinstance(layer, ActivityRegularization)
        or bool(layer.activity_regularizer)
    )
