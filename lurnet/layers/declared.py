"""What a layer says of its own outputs, for calls that cannot be traced."""

from collections.abc import Callable
from functools import partial
from typing import Any

from lurnet.core import tree
from lurnet.core.masking import masks_of
from lurnet.core.symbolic import SymbolicTensor, infer
from lurnet.layers.input_spec import shape_of


def declaration(layer: Any, base: type, args: tuple, kwargs: dict) -> Callable | None:
    """What gives outputs and masks by ``compute_output_spec`` or ``_shape``.

    None where the layer leaves both to ``base``, which traces the call.
    """
    shapes = type(layer).compute_output_shape is not base.compute_output_shape  # type: ignore[attr-defined]
    specs = type(layer).compute_output_spec is not base.compute_output_spec  # type: ignore[attr-defined]
    inputs = args[0] if args else next(iter(kwargs.values()), None)

    def declared() -> tuple:
        if specs:
            outputs = layer.compute_output_spec(*args, **kwargs)
        else:
            shape = layer.compute_output_shape(tree.map_structure(shape_of, inputs))
            make = partial(SymbolicTensor, dtype=layer.compute_dtype)
            outputs = tree.map_shape_structure(make, shape)
        own = type(layer).compute_mask is not base.compute_mask  # type: ignore[attr-defined]
        return outputs, _masks(layer, own, inputs, outputs)

    return declared if specs or shapes else None


def _masks(layer: Any, own: bool, inputs: Any, outputs: Any) -> Any:
    """The masks of the outputs; None: those of the inputs end here."""
    masks = masks_of(inputs)
    if not own and (masks is None or not layer.supports_masking):
        return None
    found = infer(layer.compute_mask, inputs, masks)
    return found if tree.is_nested(found) == tree.is_nested(outputs) else None
