"""In which order Keras 1 and 2 write a layer's weights: those that train, then the others."""

from typing import Any, NamedTuple

from lurnet.core.registry import known
from lurnet.core.variable import Variable


class Piece(NamedTuple):
    """Variables of one layer that stand together in a file."""

    layer: Any
    variables: list[Variable]


def inner_layers(layer: Any) -> list[Any]:
    """The layers that a model or wrapper hands its weights' order to; [] for all others."""
    if is_model(layer):
        return list(layer.layers)
    if hasattr(layer, "forward_layer") and hasattr(layer, "backward_layer"):
        return [layer.forward_layer, layer.backward_layer]
    cells = getattr(getattr(layer, "cell", None), "cells", None)
    if isinstance(cells, (list, tuple)):
        return list(cells)
    inner = getattr(layer, "layer", None)
    return [inner] if hasattr(inner, "weights") else []


def is_model(layer: Any) -> bool:
    """Whether a layer is a model with layers in an order: a stack, or a graph."""
    keys = [known(cls) for cls in type(layer).__mro__]
    return any(k is not None and k[1] in ("Model", "Sequential", "Functional") for k in keys)


def pieces(layer: Any, all_train: bool = False) -> list[Piece]:
    """A layer's variables in a file's order.

    Args:
        layer: a built layer.
        all_train: take frozen weights for trained ones, as they were before they were frozen.
    """
    leaves = _leaves(layer)
    train = [
        Piece(leaf, [v for v in leaf.weights if _trains(leaf, v, all_train)]) for leaf in leaves
    ]
    rest = [
        Piece(leaf, [v for v in leaf.weights if not _trains(leaf, v, all_train)]) for leaf in leaves
    ]
    return [p for p in train + rest if p.variables]


def _trains(leaf: Any, variable: Variable, all_train: bool) -> bool:
    return variable.trains if all_train else variable.trainable and leaf.trainable


def _leaves(layer: Any) -> list[Any]:
    inner = inner_layers(layer)
    found = [leaf for part in inner for leaf in _leaves(part)] if inner else [layer]
    return list({id(x): x for x in found}.values())


def flattened(model: Any) -> list[Any]:
    """A model's layers, with those of the models in it in their place."""
    found: list[Any] = []
    for layer in model.layers:
        found += flattened(layer) if is_model(layer) else [layer]
    return list({id(x): x for x in found}.values())
