"""The mask that travels with a tensor: which steps of a sequence are real."""

from typing import Any

from lurnet.core.sides import SideTable

_masks = SideTable()


def set_mask(tensor: Any, mask: Any) -> None:
    """Attach a mask to a tensor; it lives as long as the tensor."""
    _masks.put(tensor, mask)


def get_mask(tensor: Any) -> Any:
    """The tensor's mask, or None."""
    return _masks.get(tensor)
