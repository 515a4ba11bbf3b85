"""The mask that travels with a tensor: which steps of a sequence are real."""

from typing import Any

from lurnet.core import tree
from lurnet.core.sides import SideTable

_masks = SideTable()


def set_mask(tensor: Any, mask: Any) -> None:
    """Attach a mask to a tensor; it lives as long as the tensor."""
    _masks.put(tensor, mask)


def get_mask(tensor: Any) -> Any:
    """The tensor's mask, or None."""
    return _masks.get(tensor)


def masks_of(value: Any) -> Any:
    """The masks of nested tensors in the same nesting, or None where there is none at all."""
    masks = tree.map_structure(get_mask, value)
    return masks if any(m is not None for m in tree.leaves(masks)) else None


def set_masks(outputs: Any, masks: Any) -> None:
    """Attach masks to nested tensors: nested alike, or one mask to one tensor."""
    if tree.is_nested(outputs) and tree.is_nested(masks):
        for x, mask in zip(tree.flatten(outputs), tree.flatten(masks), strict=False):
            set_mask(x, mask)
    elif not tree.is_nested(outputs):
        set_mask(outputs, masks)
