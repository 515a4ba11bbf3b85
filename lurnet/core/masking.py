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
    """Attach masks to nested tensors, one after the other; a mask that is there stays."""
    for x, mask in zip(tree.leaves(outputs), tree.leaves(masks), strict=False):
        if mask is not None and get_mask(x) is None:
            set_mask(x, mask)
