"""Arrays of a file of Keras 1 or 2 into a model: by the order of layers, or by their names."""

from pathlib import Path
from typing import Any

from lurnet.core.errors import BadFile, BadState, BadValue
from lurnet.core.variable import commit, values
from lurnet.saving.legacy.arrays import fitted
from lurnet.saving.legacy.calls import safe_name
from lurnet.saving.legacy.groups import TOP, Stored
from lurnet.saving.legacy.order import flattened
from lurnet.saving.legacy.versions import Writer
from lurnet.saving.weights import SHOWN, complain

Pair = tuple[Any, Stored]


class Own:
    """The variables that a model holds itself, as a layer."""

    def __init__(self, model: Any) -> None:
        self.name, self.weights = model.name, model._own_variables
        self.trainable = model.trainable


def assign(
    model: Any, stored: list[Stored], writer: Writer, path: Path, skip: bool, by_name: bool
) -> None:
    """Set a model's weights to stored ones: all of them or none, unless misfits are skipped."""
    if not model.built:
        raise BadState(
            f"{type(model).__name__} {model.name!r} has no weights yet, so none can be loaded: "
            "call it on data, or .build(input_shape), first."
        )
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
            for variable, array in fitted(layer, found, writer):
                variable.assign(array)
        except BadValue as error:
            problems.append(str(error))
    return problems


# --- which layer takes which arrays


def _by_name(model: Any, stored: list[Stored]) -> list[Pair]:
    """The layers that have a stored one's name; others are left out on both sides."""
    by_name = {layer.name: layer for layer in [*flattened(model), *model.layers]}
    found = [(by_name.get(s.name) or by_name.get(safe_name(s.name)), s) for s in stored]
    return [(layer, s) for layer, s in found if layer is not None and layer.weights]


def _plans(model: Any, stored: list[Stored]) -> list[list[Pair]]:
    """The ways to match all: by names where they are the same, by order; then by inner layers."""
    top = [(Own(model), s) for s in stored if s.name == TOP and model._own_variables]
    stored = [s for s in stored if s.name != TOP]
    plans = []
    for layers in (model.layers, flattened(model)):
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
