"""Files as such: told apart by what is in them."""

import contextlib
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from lurnet.core.errors import BadFile, LurnetError

MB = 2**20
#: A config or a map larger than this is none.
LARGEST_TEXT = 64 * MB
ZIP, NPZ, HDF5, SAFETENSORS = "zip", "npz", "hdf5", "safetensors"
SHARDS, FOLDER = "shards", "folder"
#: How files that hold no model begin, and what they are.
_OTHER = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a gzip archive: unpack it first",
    b"\x93NUMPY": "a NumPy array (.npy)",
    b"\x80\x02": "a Python pickle (a pickle can run code, so none is opened)",
    b"\x80\x03": "a Python pickle (a pickle can run code, so none is opened)",
    b"\x80\x04": "a Python pickle (a pickle can run code, so none is opened)",
    b"\x80\x05": "a Python pickle (a pickle can run code, so none is opened)",
    b"{": "JSON text: an architecture without weights, for keras.models.model_from_json(text)",
    b"<": "a web page or XML (a failed download?)",
}


def as_path(filepath: Any) -> Path:
    """The argument as a path, ``~`` resolved."""
    try:
        return Path(filepath).expanduser()
    except TypeError:
        raise BadFile(
            f"`filepath` must be a path, but it is {filepath!r} of type {type(filepath).__name__}."
        ) from None


def kind_of(path: Path) -> str:
    """What a model file is, by its first bytes; BadFile for anything else, saying what it is."""
    if path.is_dir():
        return _kind_of_folder(path)
    head = _head(path)
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _kind_of_zip(path)
    if head[:8] == b"\x89HDF\r\n\x1a\n":
        return HDF5
    if len(head) > 8 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 100 * MB:
        return SAFETENSORS
    if head.lstrip()[:1] == b"{" and b'"weight_map"' in head:
        return SHARDS
    what = next((text for start, text in _OTHER.items() if head.startswith(start)), None)
    if not head:
        what = "empty"
    raise BadFile(
        f"{path} is no model file: it is {what or 'of an unknown kind'}. Model files are .keras "
        "archives and HDF5 files (.weights.h5, .h5)."
    )


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except FileNotFoundError:
        near = sorted(p.name for p in path.parent.glob("*") if p.stem == path.stem)
        hint = f" There is {', '.join(near)} in that folder." if near else ""
        raise BadFile(f"There is no file {path}.{hint}") from None
    except OSError as error:
        raise BadFile(f"Cannot read {path}: {error.strerror or error}.") from None


def _kind_of_zip(path: Path) -> str:
    with contextlib.suppress(zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
        if names and all(name.endswith(".npy") for name in names):
            return NPZ
    return ZIP


def _kind_of_folder(path: Path) -> str:
    if (path / "config.json").is_file():
        return FOLDER
    if (path / "saved_model.pb").is_file():
        raise BadFile(
            f"{path} is a TensorFlow SavedModel: a program, not a description of layers. Save the "
            "model as .keras with the Keras that wrote it."
        )
    raise BadFile(f"{path} is a folder without a model (no config.json in it).")


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what the format libraries raise on damaged files into BadFile."""
    try:
        yield
    except LurnetError:
        raise
    except MemoryError:
        raise BadFile(f"{path} asks for more memory than there is: it is damaged.") from None
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, EOFError) as error:
        text = " ".join(str(error).split())
        raise BadFile(f"{path} is damaged or cut off: {text:.300}") from error


@contextlib.contextmanager
def unpacking(path: Path) -> Iterator[None]:
    """Turn what damaged zip archives raise into BadFile."""
    try:
        yield
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error) as error:
        raise BadFile(f"{path} is a zip archive, damaged or cut off: {error}.") from error


def spool() -> BinaryIO:
    """A scratch file, in memory while it is small."""
    import tempfile

    return cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=64 * MB))
