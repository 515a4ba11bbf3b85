"""The state of an optimizer in files of Keras 1 and 2, by its variables' names and their number."""

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from lurnet.saving.door import Entry

#: How the slots of a weight are called in files, and in lurnet's variables behind the weight.
_SLOTS = {
    "Adadelta": [("accumulated_grad", "accum_grad"), ("accumulated_delta_var", "accum_var")],
    "Adagrad": [("accumulator",)],
    "Adam": [("momentum", "m"), ("velocity", "v"), ("velocity_hat", "vhat")],
    "AdamW": [("momentum", "m"), ("velocity", "v"), ("velocity_hat", "vhat")],
    "Adamax": [("momentum", "m"), ("norm", "v")],
    "Nadam": [("momentum", "m"), ("velocity", "v")],
    "RMSprop": [("velocity", "rms"), ("momentum",), ("average_gradient", "mg")],
    "SGD": [("momentum",)],
}
Found = list[tuple[Any, Entry]]


def assign(model: Any, stored: list[tuple[str, Entry]], path: Path) -> None:
    """Set a model's optimizer; a state that does not fit is left out, with a warning."""
    optimizer = model.optimizer
    if optimizer is None or not stored:
        return
    optimizer.build(model.trainable_variables)
    matched = _matched(optimizer, model.trainable_variables, stored)
    if matched is None:
        warnings.warn(
            f"{path}: the state of optimizer {optimizer.name!r} was left out: its {len(stored)} "
            f"arrays do not fit the {len(optimizer.variables)} variables of "
            f"{type(optimizer).__name__}. Training goes on with a fresh state.",
            stacklevel=4,
        )
        return
    for variable, entry in matched:
        variable.assign(np.asarray(entry.read()).reshape(variable.shape))


def _matched(optimizer: Any, weights: list[Any], stored: list[tuple[str, Entry]]) -> Found | None:
    """The variables with their arrays; None where they do not fit."""
    mine = optimizer.variables
    counter, rest = _counter(stored)
    if len(rest) == 0:
        return [(optimizer.iterations, counter)] if counter is not None else []
    exact = [(v, e) for v, (_, e) in zip(mine, stored)]  # noqa: B905
    if len(stored) == len(mine) and _fits(exact):
        return exact
    slots = _slots(optimizer, weights)
    names = _SLOTS.get(type(optimizer).__name__, [])
    found = _by_slot_names(slots, names, rest) or _by_order(slots, rest)
    if found is None or not _fits(found):
        return None
    return found + ([(optimizer.iterations, counter)] if counter is not None else [])


def _counter(stored: list[tuple[str, Entry]]) -> tuple[Entry | None, list[tuple[str, Entry]]]:
    """The step's number, where it comes first, and the rest without single numbers."""
    first = stored[0][1] if stored and stored[0][1].shape in ((), (1,)) else None
    rest = [(n, e) for n, e in stored if e.shape != () and not _is_counter(n)]
    return first, rest


def _is_counter(name: str) -> bool:
    return bool(re.search(r"(^|/)(iter|iterations?|learning_rate)(:\d+)?$", name))


def _fits(pairs: Found) -> bool:
    return all(tuple(e.shape) == v.shape for v, e in pairs)


def _slots(optimizer: Any, weights: list[Any]) -> list[list[Any]]:
    """The optimizer's variables by kind, each kind in the order of the weights."""
    rest = [v for v in optimizer.variables if v.shape != ()]
    kinds = len(rest) // max(len(weights), 1)
    if kinds * len(weights) != len(rest):
        return []
    by_kind: dict[str, list[Any]] = {}
    for variable in rest:
        owner = next((w for w in weights if _belongs(variable, w)), None)
        key = variable.name[len(_flat(owner)) :] if owner is not None else ""
        by_kind.setdefault(key, []).append(variable)
    return list(by_kind.values())


def _flat(weight: Any) -> str:
    return weight.path.replace("/", "_")


def _belongs(variable: Any, weight: Any) -> bool:
    return variable.name.startswith(_flat(weight) + "_")


def _by_slot_names(
    slots: list[list[Any]], names: list[tuple[str, ...]], rest: list[tuple[str, Entry]]
) -> Found | None:
    """tf.keras calls an array ``Adam/dense/kernel/m:0``, or ``Adam/m/dense/kernel:0``."""
    found: Found = []
    for kind, known in zip(slots, names):  # noqa: B905
        parts = [e for n, e in rest if set(n.split(":")[0].split("/")) & set(known)]
        if len(parts) != len(kind):
            return None
        found += zip(kind, parts, strict=True)
    return found or None


def _by_order(slots: list[list[Any]], rest: list[tuple[str, Entry]]) -> Found | None:
    """Keras 1 and 2 write one kind of slot for all weights, then the next kind."""
    flat = [v for kind in slots for v in kind]
    rest = rest[: len(flat)] if len(rest) > len(flat) and len(slots) == 2 else rest
    if not flat or len(flat) != len(rest):
        return None
    return [(v, e) for v, (_, e) in zip(flat, rest, strict=True)]
