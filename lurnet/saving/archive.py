"""The ``.keras`` archive: metadata.json, config.json and model.weights.h5 in a zip or a folder."""

import contextlib
import json
import shutil
import time
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, BinaryIO

from lurnet.core.errors import BadFile
from lurnet.saving.configs import described, parse, restored
from lurnet.saving.files import FOLDER, MB, kind_of, reading, replacing, spool
from lurnet.saving.weights import read_hdf5, write_hdf5

KERAS_VERSION = "3.15.1"  # the version whose format this is
METADATA, CONFIG, WEIGHTS = "metadata.json", "config.json", "model.weights.h5"
LARGEST_TEXT = 64 * MB
#: Weights hardly compress: a member that grows more than this when unpacked is a bomb.
LARGEST_RATIO = 100


def _texts(model: Any) -> dict[str, str]:
    about = {
        "keras_version": KERAS_VERSION,
        "date_saved": time.strftime("%Y-%m-%d@%H:%M:%S"),
        "lurnet_version": _own_version(),
    }
    return {METADATA: json.dumps(about), CONFIG: json.dumps(described(model))}


def _own_version() -> str:
    try:
        return metadata.version("lurnet")
    except metadata.PackageNotFoundError:  # run from a folder, not installed
        return "unknown"


def write_archive(model: Any, path: Path, overwrite: bool = True) -> None:
    """Write a model into a ``.keras`` file: the whole file or, if anything fails, nothing."""
    texts = _texts(model)
    with replacing(path, overwrite) as file, zipfile.ZipFile(file, "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
        with spool() as scratch:
            write_hdf5(model, scratch)
            scratch.seek(0)
            with archive.open(WEIGHTS, "w", force_zip64=True) as member:
                shutil.copyfileobj(scratch, member, MB)


def write_folder(model: Any, path: Path, overwrite: bool = True) -> None:
    """Write the parts of an archive as files of a folder."""
    if path.exists() and not (path.is_dir() and overwrite):
        raise BadFile(f"{path} exists: choose another name, or pass overwrite=True for a folder.")
    texts = _texts(model)
    path.mkdir(parents=True, exist_ok=True)
    with replacing(path / WEIGHTS) as file:
        write_hdf5(model, file)
    for name, text in texts.items():
        with replacing(path / name) as file:
            file.write(text.encode())


def read_archive(path: Path, custom_objects: Mapping[str, Any] | None, compile: bool) -> Any:
    """The model in a ``.keras`` file or folder."""
    with _parts(path) as parts:
        config = parse(parts.text(CONFIG), f"{CONFIG} of {path}")
        model = restored(config, custom_objects, compile, f"{CONFIG} of {path}")
        with parts.weights() as source:
            if getattr(model, "built", True):
                read_hdf5(model, source, path)
    return model


@contextlib.contextmanager
def weights_of(path: Path) -> Iterator[Any]:
    """The weights of a ``.keras`` file or folder as a file object."""
    with _parts(path) as parts, parts.weights() as source:
        yield source


@contextlib.contextmanager
def _parts(path: Path) -> Iterator[Any]:
    if kind_of(path) == FOLDER:
        yield Folder(path)
        return
    with _unpacking(path), zipfile.ZipFile(path) as archive:
        yield Archive(path, archive)


@contextlib.contextmanager
def _unpacking(path: Path) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error) as error:
        raise BadFile(f"{path} is a zip archive, damaged or cut off: {error}.") from error


class Folder:
    """The parts of a model saved as a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def text(self, name: str) -> bytes:
        """A small part, whole."""
        part = self._part(name)
        if part.stat().st_size > LARGEST_TEXT:
            raise BadFile(f"{part} is larger than {LARGEST_TEXT // MB} MB: refused.")
        return part.read_bytes()

    def _part(self, name: str) -> Path:
        part = self.path / name
        if part.is_symlink() or not part.is_file():
            raise BadFile(f"{self.path} has no file {name} in it.")
        return part

    @contextlib.contextmanager
    def weights(self) -> Iterator[Path]:
        """The weights' file."""
        yield self._part(WEIGHTS)


class Archive:
    """The parts of a model saved as a zip archive; nothing is unpacked to a named place."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path, self.archive = path, archive
        names = archive.namelist()
        twice = sorted({n for n in names if names.count(n) > 1}) if len(names) < 10_000 else names
        if twice:
            raise BadFile(f"{path} holds {', '.join(twice[:5])} more than once: refused.")
        if CONFIG not in names:
            guess = _guess(names)
            raise BadFile(f"{path} is a zip archive without {CONFIG}: no .keras file.{guess}")

    def _member(self, name: str) -> zipfile.ZipInfo:
        try:
            info = self.archive.getinfo(name)
        except KeyError:
            raise BadFile(f"{self.path} has no {name} in it: it is not a whole model.") from None
        if info.flag_bits & 1:
            raise BadFile(f"{self.path}: {name} is encrypted: refused.")
        return info

    def text(self, name: str) -> bytes:
        """A small part, whole."""
        info = self._member(name)
        if info.file_size > LARGEST_TEXT:
            raise BadFile(
                f"{self.path}: {name} would unpack to {info.file_size} bytes; a config has at most "
                f"{LARGEST_TEXT}: refused."
            )
        with reading(self.path), _unpacking(self.path):
            return self.archive.read(info)

    @contextlib.contextmanager
    def weights(self) -> Iterator[BinaryIO]:
        """The weights as a file object."""
        info = self._member(WEIGHTS)
        if info.file_size > max(LARGEST_TEXT, LARGEST_RATIO * info.compress_size):
            raise BadFile(
                f"{self.path}: {WEIGHTS} would unpack from {info.compress_size} to "
                f"{info.file_size} bytes: refused."
            )
        with spool() as scratch:
            with reading(self.path), _unpacking(self.path), self.archive.open(info) as member:
                shutil.copyfileobj(member, scratch, MB)
            scratch.seek(0)
            yield scratch


def _guess(names: list[str]) -> str:
    if names and all(n.endswith(".npy") for n in names):
        return " It holds NumPy arrays (.npz)."
    if any(n.endswith("data.pkl") for n in names):
        return " It is a PyTorch file, which is a pickle: none is opened, since it can run code."
    return ""
