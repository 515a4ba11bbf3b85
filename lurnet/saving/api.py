"""Saving and loading, under Keras' names."""

import json
from collections.abc import Mapping
from typing import Any

from lurnet.core.errors import BadFile, BadState, BadType, BadValue, did_you_mean
from lurnet.saving import archive, npz, shards, tensor_model, tensors
from lurnet.saving.atomic import replacing
from lurnet.saving.configs import described, parse, restored
from lurnet.saving.files import FOLDER, HDF5, NPZ, SAFETENSORS, SHARDS, ZIP, as_path, kind_of
from lurnet.saving.flat import placed
from lurnet.saving.legacy import reader as legacy
from lurnet.saving.legacy import writer as old_files
from lurnet.saving.weights import all_arrays, all_groups, assign, read_hdf5, write_hdf5

#: How the arrays are read of files that hold them by name.
_FLAT = {SAFETENSORS: tensors.opened, NPZ: npz.opened, SHARDS: shards.opened}
OLD = (".h5", ".hdf5")
#: Arguments of earlier Keras versions that ask for what is done anyway.
_IDLE = {"include_optimizer", "save_format", "signatures", "options", "save_traces"}


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
    ...     load_model(pathlib.Path(folder) / "model.keras").count_params()
    8
    """
    _refuse(kwargs, "save_model", ("overwrite", "zipped"))
    path = as_path(filepath)
    if zipped is False and path.suffix != ".keras":
        archive.write_folder(model, path, overwrite)
        return
    if path.suffix == ".safetensors":
        tensor_model.write(model, path, overwrite)
        return
    if path.suffix in OLD and not zipped:
        with replacing(path, overwrite) as file:
            old_files.write_model(model, file, kwargs.get("include_optimizer", True))
        return
    if path.suffix != ".keras" or zipped is False:
        raise BadFile(_ending(path, zipped))
    archive.write_archive(model, path, overwrite)


def _ending(path: Any, zipped: bool | None) -> str:
    if zipped is False:
        return f"zipped=False writes a folder: give it another name than {path.name!r}."
    stem = path.name.removesuffix(".h5").removesuffix(".hdf5").removesuffix(".weights")
    return (
        f"A model is saved under a name ending in '.keras', not {path.name!r}: write "
        f"{stem + '.keras'!r}. ('.h5' writes the layout of Keras 2.)"
    )


def load_model(
    filepath: Any,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """The model in a ``.keras`` file, as it was saved: ready to predict, and to train on.

    Args:
        filepath: the file; its kind is known by its content.
        custom_objects: your own classes and functions by name; the function of a Lambda layer by
            the layer's name.
        compile: whether to compile it as it was, with the optimizer's state.
        safe_mode: kept for compatibility: loading is always safe, no code in a file is ever run.

    Errors: BadFile for what is no model file, is damaged, or holds code; BadValue that lists all
    classes that are missing.
    """
    del safe_mode
    path = as_path(filepath)
    kind = kind_of(path)
    if kind in (ZIP, FOLDER):
        return archive.read_archive(path, custom_objects, compile)
    if kind == SAFETENSORS:
        return tensor_model.read(path, custom_objects, compile)
    if kind == HDF5:
        return legacy.read_model(path, custom_objects, compile)
    raise BadFile(legacy.no_model(path))


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
    _refuse(kwargs, "save_weights", ("overwrite", "max_shard_size"))
    path = as_path(filepath)
    _check_weights_name(path, max_shard_size)
    if not getattr(model, "built", True):
        raise BadState(
            f"Model {model.name!r} has no weights yet: it makes them when it sees its first input. "
            "Call it on data, or .build(input_shape), then save."
        )
    if path.suffix == ".json":
        shards.write(all_groups(model), path, max_shard_size, overwrite)
        return
    arrays = all_arrays(model)
    with replacing(path, overwrite) as file:
        if path.suffix == ".safetensors":
            tensors.write(file, arrays, {"format": "lurnet"})
        elif not path.name.endswith(".weights.h5"):
            old_files.write_weights(model, file)
        else:
            write_hdf5(model, file)


def _check_weights_name(path: Any, max_shard_size: float | None) -> None:
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


def load_weights(model: Any, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
    """Read weights from a file into a model; nothing is assigned unless all of it fits.

    Args:
        model: a built model of the same structure.
        filepath: a ``.weights.h5``, ``.weights.json``, ``.keras``, ``.safetensors`` or ``.npz``
            file, known by its content.
        skip_mismatch: whether to leave out, with one warning, what does not fit.
        kwargs: ``by_name=True`` loads the layers whose names agree, from ``.h5`` files of Keras 1
            and 2 (or of ``save_weights`` to ``.h5``).

    Errors: BadFile that lists every missing, superfluous and misshapen array.
    """
    by_name = kwargs.pop("by_name", False)
    _refuse(kwargs, "load_weights", ("skip_mismatch", "by_name"))
    path = as_path(filepath)
    kind = kind_of(path)
    if kind == HDF5 and legacy.is_legacy(path):
        legacy.read_weights(model, path, skip_mismatch, by_name)
        return
    if by_name:
        raise BadFile(
            f"{path} holds arrays by their place in the model, without layers' names: by_name=True "
            "is for the .h5 files of Keras 1 and 2. Leave it out, or use skip_mismatch=True."
        )
    if kind == HDF5:
        read_hdf5(model, path, path, skip_mismatch)
    elif kind in _FLAT:
        with _FLAT[kind](path) as entries:
            assign(model, placed(model, entries, path), path, skip_mismatch)
    else:
        with archive.weights_of(path) as source:
            read_hdf5(model, source, path, skip_mismatch)


def _refuse(kwargs: dict[str, Any], function: str, known: tuple[str, ...]) -> None:
    for name in kwargs:
        if name not in _IDLE:
            raise BadType(f"{function}() has no argument `{name}`.{did_you_mean(name, known)}")


# --- configs


def model_to_json(model: Any, **kwargs: Any) -> str:
    """The architecture, and compile settings, as JSON text; ``kwargs`` go to ``json.dumps``."""
    return json.dumps(described(model), **kwargs)


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The model that ``to_json`` described, with new weights.

    >>> import lurnet
    >>> model = lurnet.Sequential([lurnet.Input((3,)), lurnet.layers.Dense(2)])
    >>> model_from_json(model.to_json()).count_params()
    8
    """
    config = legacy.modernised(parse(json_string, "The JSON text"), None, custom_objects)
    return restored(config, custom_objects, True, "The JSON text")


def serialize_keras_object(obj: Any) -> Any:
    """A layer, model, optimizer, loss, metric or function as plain data that JSON can hold.

    >>> from lurnet.initializers import Zeros
    >>> serialize_keras_object(Zeros())["class_name"]
    'Zeros'
    """
    return described(obj)


def deserialize_keras_object(
    config: Any, custom_objects: Mapping[str, Any] | None = None, safe_mode: bool = True, **_: Any
) -> Any:
    """The object that plain data describe; names come from closed tables and from you alone."""
    del safe_mode
    if not isinstance(config, dict) or "class_name" not in config:
        return restored_value(config, custom_objects)
    return restored(config, custom_objects, True, "The config")


def restored_value(config: Any, custom_objects: Mapping[str, Any] | None) -> Any:
    """Plain data that are no description themselves, with those inside them restored."""
    if isinstance(config, (list, tuple)):
        return [deserialize_keras_object(c, custom_objects) for c in config]
    if isinstance(config, dict):
        return {k: deserialize_keras_object(v, custom_objects) for k, v in config.items()}
    return config
