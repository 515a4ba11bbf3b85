"""Weights as bytes, for those who keep or send them by themselves."""

from typing import Any

from lurnet.saving.door import as_path
from lurnet.saving.formats import safetensors
from lurnet.saving.weights import all_groups, assign, by_path


def weights_to_bytes(model: Any) -> bytes:
    """A model's weights, and its optimizer's state, as the bytes of a ``.safetensors`` file."""
    return safetensors.packed(by_path(all_groups(model)))


def weights_from_bytes(model: Any, data: bytes) -> None:
    """Assign what ``weights_to_bytes`` gave to a built model of the same structure.

    >>> import lurnet
    >>> a, b = (lurnet.Sequential([lurnet.Input((3,)), lurnet.layers.Dense(2)]) for _ in "ab")
    >>> weights_from_bytes(b, weights_to_bytes(a))
    >>> bool((a.get_weights()[0] == b.get_weights()[0]).all())
    True
    """
    assign(model, safetensors.unpacked(data), as_path("the weights given"), False)
