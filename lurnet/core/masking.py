"""The mask that travels with a tensor: which steps of a sequence are real."""

import weakref
from typing import Any

_masks: dict[int, tuple[weakref.ref, Any]] = {}


def set_mask(tensor: Any, mask: Any) -> None:
    """Attach a mask to a tensor; it lives as long as the tensor."""
    if mask is None:
        _masks.pop(id(tensor), None)
        return
    key = id(tensor)
    try:
        ref = weakref.ref(tensor, lambda _: _masks.pop(key, None))
    except TypeError:  # a Python number: it can have no mask
        return
    _masks[key] = ref, mask


def get_mask(tensor: Any) -> Any:
    """The tensor's mask, or None."""
    found = _masks.get(id(tensor))
    return found[1] if found is not None and found[0]() is tensor else None
