"""The ``.keras`` archive: metadata, config, weights and layers' texts in a zip or a folder."""

import contextlib
import io
import json
import shutil
import time
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from lurnet.core.errors import BadFile
from lurnet.layers.preprocessing.lookup import vocabularies_in_configs
from lurnet.saving import assets, own_assets
from lurnet.saving.atomic import replacing
from lurnet.saving.configs import described, parse, restored
from lurnet.saving.entries import FREE_RATIO, FREE_SIZE
from lurnet.saving.files import FOLDER, LARGEST_TEXT, MB, kind_of, reading, spool, unpacking
from lurnet.saving.legacy.dependencies import names_today
from lurnet.saving.legacy.reader import modernised
from lurnet.saving.versions import KERAS_VERSION, own_version
from lurnet.saving.weights import read_hdf5, write_hdf5

METADATA, CONFIG, WEIGHTS = "metadata.json", "config.json", "model.weights.h5"


def _texts(model: Any) -> dict[str, bytes]:
    about = {
        "keras_version": KERAS_VERSION,
        "date_saved": time.strftime("%Y-%m-%d@%H:%M:%S"),
        "lurnet_version": own_version(),
    }
    built = getattr(model, "built", True)  # else no weights of tokens are written beside
    with contextlib.nullcontext() if built else vocabularies_in_configs():
        texts = {METADATA: about, CONFIG: described(model)}
    return {k: json.dumps(v).encode() for k, v in texts.items()} | assets.written(model)


def write_archive(model: Any, path: Path, overwrite: bool = True) -> None:
    """Write a model into a ``.keras`` file: the whole file or, if anything fails, nothing."""
    with own_assets.saved(model) as files:
        _write_archive(_texts(model), files, model, path, overwrite)


def _write_archive(
    texts: Mapping[str, bytes], files: Mapping[str, Path], model: Any, path: Path, overwrite: bool
) -> None:
    with replacing(path, overwrite) as file, zipfile.ZipFile(file, "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
        for name, source in files.items():
            if name not in texts:
                with source.open("rb") as content, archive.open(name, "w") as member:
                    shutil.copyfileobj(content, member, MB)
        with spool() as scratch:
            write_hdf5(model, scratch)
            scratch.seek(0)
            with archive.open(WEIGHTS, "w", force_zip64=True) as member:
                shutil.copyfileobj(scratch, member, MB)


def write_folder(model: Any, path: Path, overwrite: bool = True) -> None:
    """Write the parts of an archive as files of a folder."""
    if path.exists() and not (path.is_dir() and overwrite):
        raise BadFile(f"{path} exists: choose another name, or pass overwrite=True for a folder.")
    with own_assets.saved(model) as files:
        texts = _texts(model)
        path.mkdir(parents=True, exist_ok=True)
        with replacing(path / WEIGHTS) as file:
            write_hdf5(model, file)
        for name, text in texts.items():
            _write_part(path / name, io.BytesIO(text))
        for name in files.keys() - texts.keys():
            with files[name].open("rb") as content:
                _write_part(path / name, content)


def _write_part(path: Path, content: BinaryIO) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        shutil.copyfileobj(content, file, MB)


def read_archive(path: Path, custom_objects: Mapping[str, Any] | None, compile: bool) -> Any:
    """The model in a ``.keras`` file or folder."""
    with parts_of(path) as parts:
        config = parse(parts.text(CONFIG), f"{CONFIG} of {path}")
        config = modernised(config, _version(parts, path), custom_objects)
        model = restored(config, custom_objects, compile, f"{CONFIG} of {path}")
        with parts.weights() as source:
            if getattr(model, "built", True):
                read_hdf5(model, source, path)
        kept = Kept(parts, names_today(model, parts.asset_names(), path))
        taken = assets.take(model, kept.asset_names(), kept.asset, path)
        taken |= own_assets.load(model, kept, path)
        assets.warn_left(set(kept.asset_names()) - taken, path)
    return model


class Kept:
    """Layers' texts and files in a model file, under the names that they have today."""

    def __init__(self, parts: Any, names: Mapping[str, str]) -> None:
        self.parts, self.names = parts, names

    def asset_names(self) -> list[str]:
        """Their names."""
        return list(self.names)

    def asset(self, name: str) -> bytes:
        """A text."""
        return self.parts.asset(self.names[name])

    def copy_asset(self, name: str, file: BinaryIO) -> None:
        """Copy a file."""
        self.parts.copy_asset(self.names[name], file)

    def check_assets(self) -> None:
        """Refuse files that unpack to far more than the model file."""
        self.parts.check_assets()


def _version(parts: Any, path: Path) -> Any:
    """The version of the Keras that wrote an archive, where it says so."""
    try:
        about = parts.text(METADATA)
    except BadFile:
        return None
    return parse(about, f"{METADATA} of {path}").get("keras_version")


@contextlib.contextmanager
def weights_of(path: Path) -> Iterator[Any]:
    """The weights of a ``.keras`` file or folder as a file object."""
    with parts_of(path) as parts, parts.weights() as source:
        yield source


@contextlib.contextmanager
def parts_of(path: Path) -> Iterator[Any]:
    """The parts of a ``.keras`` file or folder, open for reading."""
    if kind_of(path) == FOLDER:
        yield Folder(path)
        return
    with unpacking(path), zipfile.ZipFile(path) as archive:
        yield Archive(path, archive)


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

    def asset_names(self) -> list[str]:
        """The layers' texts; links are none."""
        found = [p for p in (self.path / assets.ASSETS).rglob("*") if p.is_file()]
        real = [p for p in found if p.resolve() == self.path.resolve() / p.relative_to(self.path)]
        return [p.relative_to(self.path).as_posix() for p in real]

    def asset(self, name: str) -> bytes:
        """A layer's text."""
        return self.text(name)

    def check_assets(self) -> None:
        """Nothing: files of a folder are as large as they are."""

    def copy_asset(self, name: str, file: BinaryIO) -> None:
        """Copy a file that a layer keeps."""
        with self._part(name).open("rb") as part:
            shutil.copyfileobj(part, file, MB)

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
        with reading(self.path), unpacking(self.path):
            return self.archive.read(info)

    def asset_names(self) -> list[str]:
        """The layers' texts."""
        start = f"{assets.ASSETS}/"
        return [n for n in self.archive.namelist() if n.startswith(start) and n[-1] != "/"]

    def asset(self, name: str) -> bytes:
        """A layer's text; one that unpacks to far more than the whole file is refused."""
        claimed, size = self._member(name).file_size, self.path.stat().st_size
        if claimed > MB + FREE_RATIO * size:
            raise BadFile(
                f"{self.path}: {name} would unpack to {claimed} bytes, from a file of {size}: "
                "refused."
            )
        return self.text(name)

    def check_assets(self) -> None:
        """Refuse files of layers that together unpack to far more than the whole file."""
        claimed = sum(self._member(n).file_size for n in self.asset_names())
        size = self.path.stat().st_size
        if claimed > FREE_SIZE + FREE_RATIO * size:
            raise BadFile(
                f"{self.path}: the files in {assets.ASSETS}/ would unpack to {claimed} bytes, from "
                f"a file of {size}: refused."
            )

    def copy_asset(self, name: str, file: BinaryIO) -> None:
        """Copy a file that a layer keeps."""
        info = self._member(name)
        with reading(self.path), unpacking(self.path), self.archive.open(info) as member:
            shutil.copyfileobj(member, file, MB)

    @contextlib.contextmanager
    def weights(self) -> Iterator[BinaryIO]:
        """The weights as a file object."""
        info = self._member(WEIGHTS)
        size = self.path.stat().st_size
        if info.file_size > FREE_SIZE + FREE_RATIO * size:
            raise BadFile(
                f"{self.path}: {WEIGHTS} would unpack to {info.file_size} bytes, from a file of "
                f"{size}: refused."
            )
        with spool() as scratch:
            with reading(self.path), unpacking(self.path), self.archive.open(info) as member:
                shutil.copyfileobj(member, scratch, MB)
            scratch.seek(0)
            yield scratch


def _guess(names: list[str]) -> str:
    if any(n.endswith("data.pkl") for n in names):
        return " It is a PyTorch file, which is a pickle: none is opened, since it can run code."
    return ""
