"""The formats of model files, one module each, and how a file's own is found: by its content."""

from pathlib import Path

from lurnet.core.errors import BadFile
from lurnet.saving.door import reading
from lurnet.saving.formats.base import ModelFile, head_of, no_model
from lurnet.saving.formats.hdf5 import Weights
from lurnet.saving.formats.keras import Archive, Folder
from lurnet.saving.formats.layered import Layered
from lurnet.saving.formats.npz import Npz
from lurnet.saving.formats.safetensors import Safetensors
from lurnet.saving.formats.shards import Shards

#: In the order in which they are asked.
FORMATS: tuple[type[ModelFile], ...] = (
    *(Folder, Npz, Archive, Layered, Weights, Safetensors, Shards),
)


def opened(path: Path) -> ModelFile:
    """A model file, to be used in a ``with`` block.

    Errors: BadFile for anything else, saying what it is.
    """
    head = b"" if path.is_dir() else head_of(path)
    with reading(path):
        found = next((f for f in FORMATS if f.detect(path, head)), None)
    if found is not None:
        return found(path)
    if path.is_dir():
        raise BadFile(_folder(path))
    raise no_model(path, head)


def _folder(path: Path) -> str:
    if (path / "saved_model.pb").is_file():
        return (
            f"{path} is a TensorFlow SavedModel: a program, not a description of layers. Save the "
            "model as .keras with the Keras that wrote it."
        )
    return f"{path} is a folder without a model (no config.json in it)."
