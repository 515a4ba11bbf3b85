"""Arrays out of a model and into it: everything is checked first, then all of it is assigned."""

import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lurnet.core.errors import BadFile, BadState, LurnetError
from lurnet.core.variable import commit, values
from lurnet.layers.state import Stateful, own_variables
from lurnet.optimizers.base import Optimizer
from lurnet.saving.door import VARS, Entry, Store, by_owner, joined
from lurnet.saving.formats.hdf5 import Group
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


def all_groups(model: Any) -> list[Group]:
    """Place, name and arrays of every layer and optimizer of a model."""
    return [(place, str(h.name), own_arrays(h)) for place, h in places(model).items()]


def by_path(groups: Iterable[Group]) -> dict[str, Any]:
    """The arrays of all groups by path."""
    return {joined(p, VARS, key): array for p, _, arrays in groups for key, array in arrays.items()}


def assign(model: Any, entries: Mapping[str, Entry], path: Path, skip_mismatch: bool) -> None:
    """Set a model's variables to stored arrays, all of them or none."""
    groups = by_owner(entries)
    holders = places(model)
    check_built(model)
    problems: list[str] = []
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


def check_built(model: Any) -> None:
    """BadState for a model that has no weights yet."""
    if not model.built:
        raise BadState(
            f"{type(model).__name__} {model.name!r} has no weights yet, so none can be loaded: "
            "call it on data, or .build(input_shape), first."
        )


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
    mine = own_variables(holder) if isinstance(holder, Stateful) else holder.variables
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


# --- files whose arrays have other names than places

NUMBERED = "arr_"  # what numpy.savez calls arrays without a name


def placed(model: Any, entries: Mapping[str, Entry], path: Path) -> dict[str, Entry]:
    """The entries under the places that the model has for them.

    Names are places already, or the variables' paths (``dense/kernel``, also with dots,
    also after a model's name), or
    ``arr_0``, ``arr_1``, ... in the order of ``model.get_weights()``, as ``numpy.savez`` writes.
    """
    if any(f"/{VARS}/" in f"/{name}" for name in entries):
        return dict(entries)
    if all(name == f"{NUMBERED}{i}" for i, name in enumerate(_in_order(entries))):
        ours = {id(v): place for place, v in _variables(model)}
        targets = [ours[id(v)] for v in model.weights]
        if len(targets) != len(entries):
            raise BadFile(
                f"{path} holds {len(entries)} arrays by number, but {type(model).__name__} "
                f"{model.name!r} has {len(targets)} weights."
            )
        return {t: entries[n] for t, n in zip(targets, _in_order(entries), strict=True)}
    by_path = {v.path.removeprefix(f"{model.name}/"): place for place, v in _variables(model)}
    named = {name: _known(name.replace(".", "/"), by_path) for name in entries}
    strange = [name for name, key in named.items() if key is None]
    if strange:
        raise BadFile(
            f"{path} names its arrays {', '.join(map(repr, strange[:5]))}, but the variables of "
            f"{type(model).__name__} {model.name!r} are {', '.join(map(repr, list(by_path)[:5]))}: "
            "give the layers those names, or set the arrays with model.set_weights(...)."
        )
    return {by_path[key]: entries[name] for name, key in named.items() if key is not None}


def _known(name: str, by_path: Mapping[str, str]) -> str | None:
    """A variable's path, with or without the model's name before it, which is often made up."""
    return next((n for n in (name, name.partition("/")[2]) if n in by_path), None)


def _in_order(entries: Mapping[str, Entry]) -> list[str]:
    return sorted(entries, key=lambda name: (len(name), name))


def _variables(model: Any) -> Iterator[tuple[str, Any]]:
    for place, holder in places(model).items():
        for i, variable in enumerate(own_variables(holder)):
            yield joined(place, VARS, str(i)), variable
