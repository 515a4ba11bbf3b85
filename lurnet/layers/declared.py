"""The masks of outputs that a layer has said itself, where its call cannot be traced."""

from typing import Any

from lurnet.core import tree
from lurnet.core.masking import masks_of
from lurnet.core.symbolic import infer


def declared_masks(layer: Any, base: type, args: tuple, kwargs: dict, outputs: Any) -> Any:
    """The masks of the outputs, by ``compute_mask``; None: those of the inputs end here."""
    own = type(layer).compute_mask is not base.compute_mask  # type: ignore[attr-defined]
    inputs = args[0] if args else next(iter(kwargs.values()), None)
    masks = masks_of(inputs)
    if not own and (masks is None or not layer.supports_masking):
        return None
    found = infer(layer.compute_mask, inputs, masks)
    return found if tree.is_nested(found) == tree.is_nested(outputs) else None
