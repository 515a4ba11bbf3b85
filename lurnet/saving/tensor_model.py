"""Whole models in one safetensors file: the arrays, and the config among the texts about them."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lurnet.core.errors import BadFile
from lurnet.saving import assets, own_assets, tensors
from lurnet.saving.atomic import replacing
from lurnet.saving.configs import described, parse, restored
from lurnet.saving.files import LARGEST_TEXT, MB
from lurnet.saving.versions import KERAS_VERSION, own_version
from lurnet.saving.weights import all_arrays, assign

CONFIG = "config"


def write(model: Any, path: Path, overwrite: bool = True) -> None:
    """Write architecture, weights, compile settings and optimizer state."""
    own_assets.warn_unsaved(model, path.suffix)
    about = {
        "format": "lurnet",
        "keras_version": KERAS_VERSION,
        "lurnet_version": own_version(),
        "date_saved": time.strftime("%Y-%m-%d@%H:%M:%S"),
        CONFIG: json.dumps(described(model)),
    }
    texts = {name: text.decode() for name, text in assets.written(model).items()}
    if texts:
        about[assets.ASSETS] = json.dumps(texts)
    arrays = all_arrays(model)
    with replacing(path, overwrite) as file:
        tensors.write(file, arrays, about)


def read(path: Path, custom_objects: Mapping[str, Any] | None, compile: bool) -> Any:
    """The model in a file; BadFile where it holds arrays alone."""
    about = tensors.about(path)
    text = about.get(CONFIG)
    if text is None:
        raise BadFile(
            f"{path} holds weights without an architecture. Build the model in your program, then "
            f"call model.load_weights({path.name!r})."
        )
    if len(text) > LARGEST_TEXT:
        raise BadFile(f"The config in {path} is larger than {LARGEST_TEXT // MB} MB: refused.")
    where = f"The config in {path}"
    model = restored(parse(text, where), custom_objects, compile, where)
    if getattr(model, "built", True):
        with tensors.opened(path) as entries:
            assign(model, entries, path, False)
    texts = parse(about.get(assets.ASSETS, "{}"), f"The texts in {path}")
    if not all(isinstance(t, str) for t in texts.values()):
        raise BadFile(f"{path}: {assets.ASSETS!r} must hold texts by name.")
    taken = assets.take(model, texts, lambda name: texts[name].encode("utf-8", "replace"), path)
    assets.warn_left(texts.keys() - taken, path)
    return model
