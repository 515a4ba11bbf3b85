"""Arrays of Keras 1 and 2 into a model: which layer takes which, and in which order.

They stand by layer, those that train first, then the others. Shapes are compared before reading.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lurnet.core.errors import BadFile, BadValue
from lurnet.core.registry import known
from lurnet.core.variable import Variable, commit, values
from lurnet.layers.state import own_variables
from lurnet.saving.door import Entry
from lurnet.saving.formats.base import Stored
from lurnet.saving.formats.layered import TOP
from lurnet.saving.migrations.calls import safe_name
from lurnet.saving.migrations.layouts import layout_of
from lurnet.saving.migrations.versions import Writer
from lurnet.saving.weights import SHOWN, check_built, complain

Pair = tuple[Any, Stored]
Found = list[tuple[Variable, np.ndarray]]


class Piece(NamedTuple):
    """Variables of one layer that stand together in a file."""

    layer: Any
    variables: list[Variable]


class Own:
    """The variables that a model holds itself, as a layer."""

    def __init__(self, model: Any) -> None:
        self.name, self.weights = model.name, own_variables(model)
        self.trainable = model.trainable


def assign(
    model: Any, stored: list[Stored], writer: Writer, path: Path, skip: bool, by_name: bool
) -> None:
    """Set a model's weights to stored ones: all of them or none, unless misfits are skipped."""
    check_built(model)
    stored = [s for s in stored if s.arrays]
    plans = [_by_name(model, stored)] if by_name else _plans(model, stored)
    results = []
    for plan in plans:
        with values([], []) as scope:  # what is assigned in here stays in here
            problems = _assigned(plan, writer)
        if not problems:
            commit(scope)
            return
        results.append((problems, scope))
    if not results:
        raise BadFile(_unlike(model, stored, path))
    problems, scope = min(results, key=lambda r: len(r[0]))
    complain(model, problems, path, skip)
    commit(scope)


def _assigned(plan: list[Pair], writer: Writer) -> list[str]:
    problems = []
    for layer, found in plan:
        try:
            for variable, array in _fitted(layer, found, writer):
                variable.assign(array)
        except BadValue as error:
            problems.append(str(error))
    return problems


# --- which layer takes which arrays


def _by_name(model: Any, stored: list[Stored]) -> list[Pair]:
    """The layers that have a stored one's name; others are left out on both sides."""
    by_name = {layer.name: layer for layer in [*_flattened(model), *model.layers]}
    found = [(by_name.get(s.name) or by_name.get(safe_name(s.name)), s) for s in stored]
    return [(layer, s) for layer, s in found if layer is not None and layer.weights]


def _plans(model: Any, stored: list[Stored]) -> list[list[Pair]]:
    """The ways to match all: by names where they are the same, by order; then by inner layers."""
    top = [(Own(model), s) for s in stored if s.name == TOP and own_variables(model)]
    stored = [s for s in stored if s.name != TOP]
    plans = []
    for layers in (model.layers, _flattened(model)):
        layers = [layer for layer in layers if layer.weights]
        if len(layers) != len(stored):
            continue
        by_name = {layer.name: layer for layer in layers}
        named = [(by_name.get(safe_name(s.name)), s) for s in stored]
        if len(by_name) == len(layers) and all(layer is not None for layer, _ in named):
            plans.append(named + top)
        plans.append(list(zip(layers, stored, strict=True)) + top)
    return plans


def _unlike(model: Any, stored: list[Stored], path: Path) -> str:
    mine = [layer.name for layer in model.layers if layer.weights]
    return (
        f"{path} holds weights of {len(stored)} layers ({_some([s.name for s in stored])}), but "
        f"{type(model).__name__} {model.name!r} has {len(mine)} layers with weights "
        f"({_some(mine)}). Build the model as it was when the file was written, or load the layers "
        "whose names agree with by_name=True."
    )


def _some(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "") or "none"


# --- one layer's arrays and its variables


def _fitted(layer: Any, stored: Stored, writer: Writer) -> Found:
    """Each variable of a layer with its array, in today's layout; BadValue where one misfits."""
    orders = [_pieces(layer), _pieces(layer, all_train=True)]
    problems = []
    for order in orders:
        try:
            return _matched(layer, order, stored, writer)
        except BadValue as error:
            problems.append(error)
    raise problems[0]


def _matched(layer: Any, order: list[Piece], stored: Stored, writer: Writer) -> Found:
    counts = _counts(order, len(stored.arrays))
    if counts is None:
        total = sum(len(p.variables) for p in order)
        raise BadValue(
            f"misshapen  {stored.name}: {len(stored.arrays)} arrays in the file, for layer "
            f"{layer.name!r} with {total} weights"
        )
    found: Found = []
    start = 0
    for piece, count in zip(order, counts, strict=True):
        found += _converted(piece, stored.arrays[start : start + count], stored.name, writer)
        start += count
    return found


def _counts(order: list[Piece], total: int) -> list[int] | None:
    """How many arrays belong to each piece: as many as variables, or one for each gate."""
    plain = [len(p.variables) for p in order]
    if sum(plain) == total:
        return plain
    split = [layout_of(p.layer).arrays.get(n, n) for p, n in zip(order, plain, strict=True)]
    return split if sum(split) == total else None


def _converted(piece: Piece, arrays: list[tuple[str, Entry]], name: str, writer: Writer) -> Found:
    layout = layout_of(piece.layer)
    shapes = [entry.shape for _, entry in arrays]
    wanted = [v.shape for v in piece.variables]
    room = 4 * sum(math.prod(s) for s in wanted) + 1024
    if not layout.expands and any(math.prod(s) > room for s in shapes):
        raise BadValue(_misfit(name, arrays, piece))
    if shapes == wanted and not layout.turns(piece.layer, writer):
        values = [entry.read() for _, entry in arrays]
    else:
        read = [entry.read_free(f"{name}/{key}") for key, entry in arrays]
        values = _tried(lambda: layout.convert(piece.layer, read, writer), read)
    if [np.shape(v) for v in values] != wanted:
        raise BadValue(_misfit(name, arrays, piece))
    return list(zip(piece.variables, values, strict=True))


def _tried(convert: Callable[..., Any], otherwise: list) -> list:
    """What a conversion gives; arrays that it does not understand stay as they are."""
    try:
        return convert()
    except (ValueError, IndexError):
        return otherwise


def _misfit(name: str, arrays: list[tuple[str, Entry]], piece: Piece) -> str:
    listed = ", ".join(f"{key} {tuple(entry.shape)}" for key, entry in arrays)
    mine = ", ".join(f"{v.path} {v.shape}" for v in piece.variables)
    return f"misshapen  {name}: {listed} in the file, for {mine}"


# --- in which order a file holds a layer's weights


def _inner_layers(layer: Any) -> list[Any]:
    """The layers that a model or wrapper hands its weights' order to; [] for all others."""
    if _is_model(layer):
        return list(layer.layers)
    if hasattr(layer, "forward_layer") and hasattr(layer, "backward_layer"):
        return [layer.forward_layer, layer.backward_layer]
    cells = getattr(getattr(layer, "cell", None), "cells", None)
    if isinstance(cells, (list, tuple)):
        return list(cells)
    inner = getattr(layer, "layer", None)
    return [inner] if hasattr(inner, "weights") else []


def _is_model(layer: Any) -> bool:
    """Whether a layer is a model with layers in an order: a stack, or a graph."""
    keys = [known(cls) for cls in type(layer).__mro__]
    return any(k is not None and k[1] in ("Model", "Sequential", "Functional") for k in keys)


def _pieces(layer: Any, all_train: bool = False) -> list[Piece]:
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
    inner = _inner_layers(layer)
    found = [leaf for part in inner for leaf in _leaves(part)] if inner else [layer]
    return list({id(x): x for x in found}.values())


def _flattened(model: Any) -> list[Any]:
    """A model's layers, with those of the models in it in their place."""
    found: list[Any] = []
    for layer in model.layers:
        found += _flattened(layer) if _is_model(layer) else [layer]
    return list({id(x): x for x in found}.values())
