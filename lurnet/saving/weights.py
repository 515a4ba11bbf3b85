"""Arrays out of a model and into it: everything is checked first, then all of it is assigned."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py

from lurnet.core.errors import BadFile, BadState, LurnetError
from lurnet.core.variable import commit, values
from lurnet.layers.state import Stateful
from lurnet.optimizers.base import Optimizer
from lurnet.saving import hdf5
from lurnet.saving.entries import VARS, Entry, Store, by_owner, joined
from lurnet.saving.legacy.dependencies import replaced
from lurnet.saving.walk import places

#: State that a model may do without: that of training, of metrics and of random numbers.
OPTIONAL = {"optimizer", "metrics", "seed_generator"}
SHOWN = 20  # lines of problems in one message
_DEFAULTS = (Stateful.load_own_variables, Optimizer.load_own_variables)


def own_arrays(holder: Any) -> dict[str, Any]:
    """What a layer or optimizer gives to be saved, by name."""
    store: dict[str, Any] = {}
    holder.save_own_variables(store)
    for key in store:
        if not isinstance(key, str) or not key or "/" in key or key in (".", ".."):
            raise BadFile(
                f"{type(holder).__name__} {holder.name!r} saves an array under {key!r}: a name "
                "must be text without slashes."
            )
    return store


def all_groups(model: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """Place, name and arrays of every layer and optimizer of a model."""
    return [(place, str(h.name), own_arrays(h)) for place, h in places(model).items()]


def all_arrays(model: Any) -> dict[str, Any]:
    """All arrays of a model by path, as files hold them."""
    return {
        joined(place, VARS, key): array
        for place, _, arrays in all_groups(model)
        for key, array in arrays.items()
    }


def write_hdf5(model: Any, file: Any) -> None:
    """Write the weights, and the optimizer's state, into an open file."""
    with h5py.File(file, "w") as h5:
        for group in all_groups(model):
            hdf5.write(h5, *group)


def read_hdf5(model: Any, source: Any, path: Path, skip_mismatch: bool = False) -> None:
    """Read weights from an HDF5 file, or a file object that holds one, into a model."""
    with hdf5.opened(source, path) as file:
        if "layer_names" in file.attrs or "model_weights" in file:
            raise BadFile(
                f"{path} is an HDF5 file of the layout of Keras 1 and 2 (.h5), whose weights are "
                "not read yet. Open it with the Keras that wrote it and save it as .keras."
            )
        assign(model, replaced(model, hdf5.entries(file, path)), path, skip_mismatch)


def assign(model: Any, entries: Mapping[str, Entry], path: Path, skip_mismatch: bool) -> None:
    """Set a model's variables to stored arrays, all of them or none."""
    groups = by_owner(entries)
    holders = places(model)
    if not holders[""].built:
        raise BadState(
            f"{type(model).__name__} {model.name!r} has no weights yet, so none can be loaded: "
            "call it on data, or .build(input_shape), first."
        )
    problems = []
    with values([], []) as scope:  # what is assigned in here stays in here
        for place, holder in holders.items():
            found = groups.pop(place, {})
            if isinstance(holder, Optimizer) and _is_fresh(holder, found):
                continue
            wrong = _misfits(place, holder, found)
            if not wrong:
                wrong = _loaded(place, holder, found)
            problems += wrong
    problems += _left_over(groups)
    if problems:
        complain(model, problems, path, skip_mismatch)
    commit(scope)


def _is_fresh(optimizer: Optimizer, found: Mapping[str, Entry]) -> bool:
    """Whether the file holds no state of the optimizer, or that of one which made no step."""
    if len(found) == len(optimizer.variables):
        return False
    steps = found.get("0")
    return not found or (steps is not None and steps.shape == () and int(steps.read()) == 0)


def _misfits(place: str, holder: Any, found: Mapping[str, Entry]) -> list[str]:
    """What is missing, superfluous or misshapen for a layer that loads in the usual way."""
    if type(holder).load_own_variables not in _DEFAULTS:
        return []
    mine = holder._own_variables if isinstance(holder, Stateful) else holder.variables
    if isinstance(holder, Optimizer) and len(mine) != len(found):
        return []  # it says so itself, and goes on
    problems = []
    for i, variable in enumerate(mine):
        name, said = joined(place, VARS, str(i)), f"{variable.path} {variable.shape}"
        entry = found.get(str(i))
        if entry is None:
            problems.append(f"missing    {name}, for {said}")
        elif tuple(entry.shape) != variable.shape:
            problems.append(f"misshapen  {name}: {tuple(entry.shape)} in the file, for {said}")
    extra = [k for k in found if not (k.isdecimal() and int(k) < len(mine))]
    hint = "" if holder.built else f" (layer {holder.name!r} is not built)"
    return problems + [
        f"extra      {joined(place, VARS, k)} {tuple(found[k].shape)}{hint}" for k in extra
    ]


def _loaded(place: str, holder: Any, found: Mapping[str, Entry]) -> list[str]:
    """Let a layer take its arrays; what goes wrong in a loader of the user's own is told."""
    if not found and type(holder).load_own_variables in _DEFAULTS:
        return []
    try:
        holder.load_own_variables(Store(place, found))
    except (LurnetError, LookupError, TypeError, ValueError) as error:
        text = " ".join(str(error.args[0] if error.args else error).split())
        return [f"refused    {joined(place, VARS)} by {type(holder).__name__}: {text}"]
    return []


def _left_over(groups: Mapping[str, Mapping[str, Entry]]) -> list[str]:
    return [
        f"extra      {joined(owner, VARS, key)} {tuple(entry.shape)}"
        for owner, found in groups.items()
        if not OPTIONAL & set(owner.split("/"))
        for key, entry in found.items()
    ]


def complain(model: Any, problems: list[str], path: Path, skip_mismatch: bool) -> None:
    """Refuse a file that does not fit, with all that is wrong; or warn of what is left out."""
    shown = problems[:SHOWN]
    if len(problems) > SHOWN:
        shown.append(f"... and {len(problems) - SHOWN} more")
    listed = "\n".join(f"  {line}" for line in shown)
    if skip_mismatch:
        warnings.warn(f"{path}: left out, because skip_mismatch=True:\n{listed}", stacklevel=5)
        return
    raise BadFile(
        f"{path} does not fit {type(model).__name__} {model.name!r}; nothing was loaded:\n{listed}"
        "\nBuild the model as it was when the file was written, or load what fits with "
        "skip_mismatch=True."
    )
