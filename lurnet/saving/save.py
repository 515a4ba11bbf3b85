"""Saving: whole models and weights, in the format that the file's name asks for."""

import contextlib
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lurnet.core.errors import BadFile, BadState, BadValue
from lurnet.layers.preprocessing.lookup import vocabularies_in_configs
from lurnet.saving import assets
from lurnet.saving.atomic import replacing
from lurnet.saving.configs import described
from lurnet.saving.door import as_path
from lurnet.saving.formats import hdf5, keras, layered, safetensors, shards
from lurnet.saving.load import refuse_unknown
from lurnet.saving.versions import KERAS_VERSION, own_version
from lurnet.saving.weights import all_groups, by_path

OLD = (".h5", ".hdf5")


def save_model(
    model: Any, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any
) -> None:
    """Write architecture, weights, compile settings and optimizer state.

    Args:
        model: the model.
        filepath: name ending in ``.keras``, in ``.h5`` or ``.hdf5`` (the layout of Keras 1 and
            2), or in ``.safetensors``; with ``zipped=False`` the name of a folder.
        overwrite: whether an existing file may be replaced.
        zipped: whether to write one file (an archive); None: yes.

    The file appears whole or not at all, whatever goes wrong meanwhile. Real Keras opens it,
    except ``.safetensors``.

    Errors: BadFile for another ending or a place that cannot be written.

    >>> import lurnet, tempfile, pathlib
    >>> model = lurnet.Sequential([lurnet.Input((3,)), lurnet.layers.Dense(2)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_model(model, pathlib.Path(folder) / "model.keras")
    ...     lurnet.models.load_model(pathlib.Path(folder) / "model.keras").count_params()
    8
    """
    refuse_unknown(kwargs, "save_model", ("overwrite", "zipped"))
    path = as_path(filepath)
    if zipped is False and path.suffix != ".keras":
        _save_folder(model, path, overwrite)
    elif path.suffix == ".safetensors":
        _save_safetensors(model, path, overwrite)
    elif path.suffix in OLD and not zipped:
        _save_layered(model, path, overwrite, kwargs.get("include_optimizer", True))
    elif path.suffix == ".keras" and zipped is not False:
        with assets.files(model) as files:
            texts = _texts(model)
            with replacing(path, overwrite) as file:
                keras.write_archive(file, texts, files, all_groups(model))
    else:
        raise BadFile(_ending(path, zipped))


def _ending(path: Path, zipped: bool | None) -> str:
    if zipped is False:
        return f"zipped=False writes a folder: give it another name than {path.name!r}."
    stem = path.name.removesuffix(".h5").removesuffix(".hdf5").removesuffix(".weights")
    return (
        f"A model is saved under a name ending in '.keras', not {path.name!r}: write "
        f"{stem + '.keras'!r}. ('.h5' writes the layout of Keras 2.)"
    )


def _save_folder(model: Any, path: Path, overwrite: bool) -> None:
    if path.exists() and not (path.is_dir() and overwrite):
        raise BadFile(f"{path} exists: choose another name, or pass overwrite=True for a folder.")
    with assets.files(model) as files:
        keras.write_folder(path, _texts(model), files, all_groups(model))


def _texts(model: Any) -> dict[str, bytes]:
    """The small parts of a ``.keras`` file by name."""
    built = getattr(model, "built", True)  # else no weights of tokens are written beside
    with contextlib.nullcontext() if built else vocabularies_in_configs():
        parts = {keras.METADATA: _about(), keras.CONFIG: described(model)}
    return {k: json.dumps(v).encode() for k, v in parts.items()} | assets.texts(model)


def _about() -> dict[str, str]:
    return {
        "keras_version": KERAS_VERSION,
        "date_saved": time.strftime("%Y-%m-%d@%H:%M:%S"),
        "lurnet_version": own_version(),
    }


def _save_safetensors(model: Any, path: Path, overwrite: bool) -> None:
    assets.warn_unsaved(model, path.suffix)
    about = {"format": "lurnet"} | _about() | {safetensors.CONFIG: json.dumps(described(model))}
    texts = {name: text.decode() for name, text in assets.texts(model).items()}
    if texts:
        about[safetensors.ASSETS] = json.dumps(texts)
    arrays = by_path(all_groups(model))
    with replacing(path, overwrite) as file:
        safetensors.write(file, arrays, about)


def _save_layered(model: Any, path: Path, overwrite: bool, include_optimizer: bool) -> None:
    with replacing(path, overwrite) as file:
        with vocabularies_in_configs() as told:
            config = described(model)
        assets.refuse_untold(model, told, ".h5")
        assets.warn_unsaved(model, ".h5")
        layered.write_model(model, config, file, include_optimizer)


def save_weights(
    model: Any,
    filepath: Any,
    overwrite: bool = True,
    max_shard_size: float | None = None,
    **kwargs: Any,
) -> None:
    """Write a model's weights, and its optimizer's state, without the architecture.

    Args:
        model: a built model.
        filepath: name ending in ``.weights.h5`` or ``.safetensors``; in ``.h5`` or ``.hdf5``
            alone for the layout of Keras 1 and 2; or in ``.weights.json``: that one is a map, and
            the weights are in several files beside it.
        overwrite: whether an existing file may be replaced.
        max_shard_size: size in GB of the largest of several files; None: 5.

    Errors: BadFile for another ending or an unwritable place; BadState for a model not built;
    BadValue for an array larger than ``max_shard_size``.
    """
    refuse_unknown(kwargs, "save_weights", ("overwrite", "max_shard_size"))
    path = as_path(filepath)
    _check_weights_name(path, max_shard_size)
    if not getattr(model, "built", True):
        raise BadState(
            f"Model {model.name!r} has no weights yet: it makes them when it sees its first input. "
            "Call it on data, or .build(input_shape), then save."
        )
    if path.suffix in OLD and not path.name.endswith(".weights.h5"):
        with replacing(path, overwrite) as file:
            layered.write_weights(model, file)
    else:
        write_groups(all_groups(model), path, max_shard_size, overwrite)


def write_groups(
    groups: Sequence[hdf5.Group],
    path: Path,
    max_shard_size: float | None = None,
    overwrite: bool = True,
) -> None:
    """Write arrays by place in the format that a name of weights asks for."""
    if path.name.endswith(shards.ENDING):
        shards.write(groups, path, max_shard_size, overwrite)
        return
    with replacing(path, overwrite) as file:
        if path.suffix == ".safetensors":
            safetensors.write(file, by_path(groups), {"format": "lurnet"})
        else:
            hdf5.write(file, groups)


def _check_weights_name(path: Path, max_shard_size: float | None) -> None:
    stem = path.name.removesuffix(".h5").removesuffix(".weights").removesuffix(".keras")
    if max_shard_size is not None:
        if not path.name.endswith(shards.ENDING):
            raise BadFile(
                f"Weights in several files are saved under a name ending in {shards.ENDING!r}, not "
                f"{path.name!r}: write {stem + shards.ENDING!r}."
            )
        if not max_shard_size > 0:
            raise BadValue(f"`max_shard_size` is in GB and positive, not {max_shard_size!r}.")
    if not path.name.endswith((*OLD, ".safetensors", shards.ENDING)):
        raise BadFile(
            f"Weights are saved under a name ending in '.weights.h5', not {path.name!r}: write "
            f"{stem + '.weights.h5'!r}."
        )


# --- configs


def model_to_json(model: Any, **kwargs: Any) -> str:
    """The architecture, and compile settings, as JSON text; ``kwargs`` go to ``json.dumps``."""
    return json.dumps(described(model), **kwargs)


def serialize_keras_object(obj: Any) -> Any:
    """A layer, model, optimizer, loss, metric or function as plain data that JSON can hold.

    >>> from lurnet.initializers import Zeros
    >>> serialize_keras_object(Zeros())["class_name"]
    'Zeros'
    """
    return described(obj)
