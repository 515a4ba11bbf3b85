"""Loading: detect the format, parse it, migrate it to today's form, build the model, assign."""

import warnings
from collections.abc import Mapping
from typing import Any

from lurnet.core.errors import BadFile, BadType, did_you_mean
from lurnet.saving import assets
from lurnet.saving.configs import parse, restored
from lurnet.saving.door import as_path, reading
from lurnet.saving.formats import opened
from lurnet.saving.formats.base import ModelFile, weights_alone
from lurnet.saving.migrations import layer_arrays, migrated, names_today, optimizer_state
from lurnet.saving.migrations.versions import writer_of
from lurnet.saving.weights import assign, placed

#: Arguments of earlier Keras versions that ask for what is done anyway.
IDLE = {"include_optimizer", "save_format", "signatures", "options", "save_traces"}


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
    with opened(path) as file:
        with reading(path):
            config = file.config(compile)
            if config is None:
                raise weights_alone(path)
            writer = file.writer(config)
            config = migrated(config, writer, custom_objects, f"The config in {path}")
        model = restored(config, custom_objects, compile, f"The config in {path}")
        if getattr(model, "built", True):
            with reading(path):
                _assign(model, file, config)
        kept = {today: name for name, today in names_today(model, file.asset_sizes(), True).items()}
        assets.load(model, file, kept)
        if compile and file.layers() is not None and "compile_config" not in config:
            warnings.warn(
                f"{path} holds no compile settings: the model predicts; compile() it to train it.",
                stacklevel=2,
            )
    return model


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
    refuse_unknown(kwargs, "load_weights", ("skip_mismatch", "by_name"))
    path = as_path(filepath)
    with opened(path) as file, reading(path):
        _assign(model, file, None, skip_mismatch, by_name)


def _assign(
    model: Any,
    file: ModelFile,
    config: Mapping[str, Any] | None,
    skip_mismatch: bool = False,
    by_name: bool = False,
) -> None:
    """Set a model's variables to a file's arrays; with a model's config, its optimizer's too."""
    layers = file.layers()
    if layers is not None:
        writer = file.writer(config or file.config(compile=False) or {})
        layer_arrays.assign(model, layers, writer, file.path, skip_mismatch, by_name)
        if config is not None:
            optimizer_state.assign(model, file.optimizer(), file.path)
        return
    if by_name:
        raise BadFile(
            f"{file.path} holds arrays by their place in the model, without layers' names: "
            "by_name=True is for the .h5 files of Keras 1 and 2. Leave it out, or use "
            "skip_mismatch=True."
        )
    arrays = file.arrays()
    today = names_today(model, arrays)
    arrays = placed(model, {today[name]: entry for name, entry in arrays.items()}, file.path)
    assign(model, arrays, file.path, skip_mismatch)


def refuse_unknown(kwargs: Mapping[str, Any], function: str, known: tuple[str, ...]) -> None:
    """BadType for an argument that is none, and never was."""
    for name in kwargs:
        if name not in IDLE:
            raise BadType(f"{function}() has no argument `{name}`.{did_you_mean(name, known)}")


# --- configs


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The model that ``to_json`` described, with new weights.

    >>> import lurnet
    >>> model = lurnet.Sequential([lurnet.Input((3,)), lurnet.layers.Dense(2)])
    >>> model_from_json(model.to_json()).count_params()
    8
    """
    config = parse(json_string, "The JSON text")
    config = migrated(config, writer_of(config), custom_objects, "The JSON text")
    return restored(config, custom_objects, True, "The JSON text")


def deserialize_keras_object(
    config: Any, custom_objects: Mapping[str, Any] | None = None, safe_mode: bool = True, **_: Any
) -> Any:
    """The object that plain data describe; names come from closed tables and from you alone."""
    del safe_mode
    if isinstance(config, (list, tuple)):
        return [deserialize_keras_object(c, custom_objects) for c in config]
    if isinstance(config, dict) and "class_name" not in config:
        return {k: deserialize_keras_object(v, custom_objects) for k, v in config.items()}
    if not isinstance(config, dict):
        return config
    return restored(config, custom_objects, True, "The config")
