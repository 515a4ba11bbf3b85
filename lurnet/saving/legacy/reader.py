"""Whole models and weights in HDF5 files of Keras 1 to 3."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lurnet.core.errors import BadFile
from lurnet.core.registry import custom_object_scope
from lurnet.saving import hdf5
from lurnet.saving.configs import load_tables, parse, restored
from lurnet.saving.legacy import (
    attributes,
    groups,
    models,
    op_layers,
    optimizer_state,
    training,
    weights,
)
from lurnet.saving.legacy.versions import Writer, writer_of


def is_legacy(path: Path) -> bool:
    """Whether an HDF5 file has the layout of Keras 1 and 2."""
    with hdf5.opened(path, path) as file:
        return groups.is_legacy(file)


def no_model(path: Path) -> str:
    """What to do with a file of weights alone."""
    return (
        f"{path} holds weights without an architecture. Build the model in your program, then "
        f"call model.load_weights({path.name!r})."
    )


def read_model(path: Path, custom_objects: Mapping[str, Any] | None, compile: bool) -> Any:
    """The model in an HDF5 file that holds its config."""
    where = str(path)
    with hdf5.opened(path, path) as file:
        text = attributes.text(file, "model_config", where)
        if text is None:
            raise BadFile(no_model(path))
        config = parse(text, f"The config in {path}")
        root = groups.root_of(file, path)
        stored = groups.stored(root, path)
        writer = groups.writer(file, root, stored, config, path)
        settings = attributes.text(file, "training_config", where) if compile else None
        config = translated(config, writer, custom_objects, settings, where)
        model = restored(config, custom_objects, compile, f"The config in {path}")
        if model.built:
            weights.assign(model, stored, writer, path, skip=False, by_name=False)
        if settings and model.optimizer is not None:
            _read_optimizer(model, file, path)
    if compile and not settings:
        warnings.warn(
            f"{path} holds no compile settings: the model predicts; compile() it to train it.",
            stacklevel=3,
        )
    return model


def translated(
    config: dict[str, Any],
    writer: Writer,
    custom_objects: Mapping[str, Any] | None = None,
    settings: str | None = None,
    where: str = "The config",
) -> dict[str, Any]:
    """A config of any Keras in today's form, with the compile settings in it."""
    load_tables()
    if not isinstance(config.get("class_name"), str) or "config" not in config:
        raise BadFile(f"{where} describes no model: it has no class_name and config.")
    with custom_object_scope(custom_objects or {}):
        if writer.major >= 3:
            op_layers.add_modules(config)
            if not settings:
                return config
        made = config if writer.major >= 3 else models.model(config, writer)
        given = parse(settings, f"The compile settings in {where}") if settings else None
        given = given or config.get("compile_config")
        if isinstance(given, dict):
            made = made | {"compile_config": training.compile_config(given)}
    return made


def _read_optimizer(model: Any, file: Any, path: Path) -> None:
    if "optimizer_weights" not in file or not model.built:
        return
    root = groups.group(file, "optimizer_weights", path)
    stored = groups.arrays_of(root, hdf5.entries(root, path), "", path)
    model.optimizer.build(model.trainable_variables)
    if stored:
        optimizer_state.assign(model.optimizer, stored, path)


def read_weights(model: Any, path: Path, skip: bool, by_name: bool) -> None:
    """Weights alone, or those of a whole model, into a model that is built."""
    with hdf5.opened(path, path) as file:
        root = groups.root_of(file, path)
        stored = groups.stored(root, path)
        text = attributes.text(file, "model_config", str(path))
        config = None if text is None else parse(text, f"The config in {path}")
        writer = groups.writer(file, root, stored, config, path)
        weights.assign(model, stored, writer, path, skip, by_name)


def modernised(config: dict[str, Any], version: Any = None, custom: Any = None) -> dict[str, Any]:
    """A config out of an archive or JSON text in today's form, whichever Keras wrote it."""
    return translated(config, writer_of(config, version), custom)
