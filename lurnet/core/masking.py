"""The mask that travels with a tensor: which steps of a sequence are real."""

from typing import Any

import jax

from lurnet.core import tree
from lurnet.core.side_table import SideTable
from lurnet.core.traced import is_traced

_masks = SideTable()


def set_mask(tensor: Any, mask: Any) -> None:
    """Attach a mask to a tensor; it lives as long as the tensor.

    An array shows it as ``_keras_mask`` too, which people print; nothing of ours reads that.
    """
    _masks.put(tensor, mask)
    if mask is not None and isinstance(tensor, jax.Array) and not is_traced(tensor):
        tensor._keras_mask = mask  # type: ignore[attr-defined]


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
