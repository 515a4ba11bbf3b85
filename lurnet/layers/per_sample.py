"""Whether a layer computes each sample by itself, whatever other samples are in its batch.

A class states it as ``per_sample``: True, or a method that tells for the shapes of the inputs,
such as ``beside_axis``. What states nothing, a user's layer above all, may mix samples.
"""

from collections.abc import Callable, Iterator
from typing import Any

from lurnet.core.traits import is_patched, stated
from lurnet.layers.options import Activation
from lurnet.layers.state import Stateful, sublayers

Shape = tuple[int | None, ...]


def is_per_sample(layer: Any, *shapes: Shape) -> bool:
    """Whether, outside training, a sample's outputs depend on that sample's inputs alone.

    And whether a call leaves nothing behind that a later one sees.

    Args:
        layer: a layer, or a cell.
        shapes: those of its inputs, the first axis counting samples.
    """
    fact = stated(type(layer), "per_sample", False)
    if fact is False or is_patched(layer):
        return False
    if callable(fact):
        return bool(fact(layer, *shapes)) and activations_are(layer, *shapes)
    inner = all(is_per_sample(x, *shapes) for x in sublayers(layer))
    return inner and activations_are(layer, *shapes)


def activations_are(layer: Any, *shapes: Shape) -> bool:
    """Whether the activation functions that a layer applies to such shapes are per sample."""
    return all(_activation_is(fn, shapes) for fn in _activations(layer))


def _activation_is(fn: Any, shapes: tuple[Shape, ...]) -> bool:
    if isinstance(fn, Stateful):
        return is_per_sample(fn, *shapes)
    fact = getattr(fn, "per_sample", False)
    return bool(fact(*shapes)) if callable(fact) else fact is True


def _activations(layer: Any) -> Iterator[Callable[..., Any]]:
    for name, kind in type(layer).__fields__.items():
        if kind is Activation and getattr(layer, name, None) is not None:
            yield getattr(layer, name)


# --- what classes state


def has_axes(*ranks: int) -> Callable[..., bool]:
    """A fact: per sample where the inputs have so many axes, a batch of them; else they are one."""
    return lambda layer, *shapes: all(len(shape) in ranks for shape in shapes)


def beside_axis(layer: Any, *shapes: Shape) -> bool:
    """A fact: per sample where the layer's ``axis``, or none of its axes, is that of the batch."""
    axes = layer.axis if isinstance(layer.axis, (list, tuple)) else [layer.axis]
    return all(len(shape) > 0 and all(a % len(shape) for a in axes) for shape in shapes)


def of_vectors(layer: Any, *shapes: Shape) -> bool:
    """A fact: per sample where each sample has an axis of its own."""
    return all(len(shape) > 1 for shape in shapes)
