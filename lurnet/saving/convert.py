"""One kind of model file into another."""

import contextlib
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import h5py

from lurnet.core.errors import BadFile
from lurnet.saving import api, hdf5, shards, tensors
from lurnet.saving.atomic import replacing
from lurnet.saving.contents import OLD_HDF5, contents
from lurnet.saving.entries import VARS, Entry, by_owner, joined
from lurnet.saving.files import HDF5, SAFETENSORS, SHARDS, as_path, kind_of

WHOLE = (".keras", ".h5", ".safetensors")
WEIGHTS = (".weights.h5", ".weights.json", ".safetensors")


def convert(old: Any, new: Any, custom_objects: Any = None) -> tuple[str, str]:
    """Write what is in one model file into another kind of file, chosen by the new name's ending.

    Returns what was kept, and what was lost, in words. A file of weights becomes another file of
    weights; a whole model becomes any.

    Errors: BadFile for what cannot be opened, or not be written in that form.
    """
    source, target = as_path(old), as_path(new)
    found = contents(source)
    if not target.name.endswith(WHOLE + WEIGHTS):
        endings = ", ".join(dict.fromkeys(WHOLE + WEIGHTS))
        raise BadFile(
            f"Cannot tell what {target.name!r} is to be: its ending is none of {endings}."
        )
    if found["holds"] == "weights":
        return _copied(source, target, found)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        model = api.load_model(source, custom_objects)
    kept = ["architecture", _amount(found)]
    training = ["compile settings"] if model.compiled else []
    if training and found["optimizer_state"]["arrays"]:
        training.append("state of the optimizer")
    lost = [" ".join(str(w.message).split()) for w in said]
    if target.name.endswith(WEIGHTS[:2]):
        model.save_weights(target)
        return _words(kept[1:] + training[1:]), _words(kept[:1] + training[:1] + lost)
    model.save(target)
    return _words(kept + training), _words(lost)


def _amount(found: dict[str, Any]) -> str:
    arrays = sum(len(row["shapes"]) for row in found["layers"])
    return f"{arrays} arrays with {found['parameters']:,} numbers"


def _words(parts: list[str]) -> str:
    return ", ".join(parts) or "nothing"


def _copied(source: Path, target: Path, found: dict[str, Any]) -> tuple[str, str]:
    """Arrays under the same places in another container."""
    if not target.name.endswith(WEIGHTS):
        raise BadFile(
            f"{source} holds weights without an architecture, so no whole model can be made of it: "
            f"give the new file an ending of {', '.join(WEIGHTS)}."
        )
    opened = _OPENED.get(kind_of(source))
    if opened is None or found["container"] == OLD_HDF5:
        raise BadFile(
            f"{source} holds arrays by other names than places in a model. Build the model in your "
            "program, call load_weights on this file, and save it anew."
        )
    with opened(source) as entries:
        groups = [
            (owner, owner.rpartition("/")[2], {k: e.read() for k, e in some.items()})
            for owner, some in by_owner(entries).items()
        ]
    _write(groups, target)
    state = ["state of the optimizer"] if found["optimizer_state"]["arrays"] else []
    return _words([_amount(found), *state]), "nothing"


@contextlib.contextmanager
def _hdf5_opened(path: Path) -> Iterator[dict[str, Entry]]:
    with hdf5.opened(path, path) as file:
        yield hdf5.entries(file, path)


_OPENED = {HDF5: _hdf5_opened, SAFETENSORS: tensors.opened, SHARDS: shards.opened}


def _write(groups: Sequence[shards.Group], target: Path) -> None:
    if target.name.endswith(shards.ENDING):
        shards.write(groups, target, None)
        return
    with replacing(target) as file:
        if target.suffix == ".safetensors":
            arrays = {joined(o, VARS, k): a for o, _, some in groups for k, a in some.items()}
            tensors.write(file, arrays, {"format": "lurnet"})
        else:
            with h5py.File(file, "w") as h5:
                for group in groups:
                    hdf5.write(h5, *group)
