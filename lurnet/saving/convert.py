"""One kind of model file into another."""

import warnings
from pathlib import Path
from typing import Any

from lurnet.core.errors import BadFile
from lurnet.saving.contents import contents
from lurnet.saving.door import VARS, as_path, by_owner, reading
from lurnet.saving.formats import opened
from lurnet.saving.load import load_model
from lurnet.saving.save import write_groups

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
        model = load_model(source, custom_objects)
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
    with opened(source) as file, reading(source):
        arrays = file.arrays()
        if file.layers() is not None or not any(f"/{VARS}/" in f"/{name}" for name in arrays):
            raise BadFile(
                f"{source} holds arrays by other names than places in a model. Build the model in "
                "your program, call load_weights on this file, and save it anew."
            )
        groups = [
            (owner, owner.rpartition("/")[2], {k: e.read() for k, e in some.items()})
            for owner, some in by_owner(arrays).items()
        ]
    write_groups(groups, target)
    state = ["state of the optimizer"] if found["optimizer_state"]["arrays"] else []
    return _words([_amount(found), *state]), "nothing"
