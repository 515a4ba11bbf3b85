"""The ``.keras`` file: metadata, config, weights and what layers keep, in a zip or a folder."""

import io
import shutil
import zipfile
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import h5py

from lurnet.core.errors import BadFile
from lurnet.saving.atomic import replacing
from lurnet.saving.configs import parse
from lurnet.saving.door import FREE_RATIO, FREE_SIZE, LARGEST_TEXT, MB, Entry, spool
from lurnet.saving.formats import hdf5
from lurnet.saving.formats.base import ModelFile
from lurnet.saving.formats.layered import is_layered

METADATA, CONFIG, WEIGHTS = "metadata.json", "config.json", "model.weights.h5"
ASSETS = "assets"


class Parts(ModelFile):
    """What an archive and a folder share: named parts."""

    holds_config = True

    def sizes(self) -> dict[str, int]:
        """The parts' names, and the sizes that they claim to unpack to."""
        raise NotImplementedError

    def open(self, name: str) -> BinaryIO:
        """One part."""
        raise NotImplementedError

    def _text(self, name: str) -> bytes:
        """A small part, whole."""
        claimed = self.sizes().get(name, 0)
        if claimed > LARGEST_TEXT:
            raise BadFile(
                f"{self.path}: {name} would unpack to {claimed} bytes; a config has at most "
                f"{LARGEST_TEXT}: refused."
            )
        with self.open(name) as file:
            return file.read()

    def about(self) -> dict[str, Any]:
        """Version of the Keras that wrote it, and date; nothing where the part is missing."""
        if METADATA not in self.sizes():
            return {}
        return parse(self._text(METADATA), f"{METADATA} of {self.path}")

    def config(self, compile: bool = True) -> dict[str, Any] | None:
        """The description of the model."""
        return parse(self._text(CONFIG), f"{CONFIG} of {self.path}")

    def _weights(self) -> Any:
        """What h5py opens."""
        raise NotImplementedError

    def arrays(self) -> Mapping[str, Entry]:
        """The arrays by path."""
        file = self.stack.enter_context(h5py.File(self._weights(), "r"))
        if is_layered(file):
            raise BadFile(
                f"{WEIGHTS} of {self.path} has the layout of Keras 1 and 2, which no .keras file "
                "has: take it out of there and load its weights by itself."
            )
        return hdf5.entries(file, self.path)

    def asset_sizes(self) -> dict[str, int]:
        """Sizes of the texts and files that layers keep."""
        return {name: n for name, n in self.sizes().items() if name.startswith(f"{ASSETS}/")}

    def open_asset(self, name: str) -> BinaryIO:
        """One of them."""
        return self.open(name)


class Folder(Parts):
    """A model saved as a folder."""

    container = "folder"

    @staticmethod
    def detect(path: Path, head: bytes) -> bool:
        """A folder with a config."""
        return (path / CONFIG).is_file()

    @property
    def size(self) -> int:
        """Size of all parts."""
        return sum(self.sizes().values())

    def sizes(self) -> dict[str, int]:
        """The parts' names and sizes; links are none."""
        places = [self.path / name for name in (METADATA, CONFIG, WEIGHTS)]
        found = [p for p in (*places, *(self.path / ASSETS).rglob("*")) if p.is_file()]
        root = self.path.resolve()
        real = [p for p in found if p.resolve() == root / p.relative_to(self.path)]
        return {p.relative_to(self.path).as_posix(): p.stat().st_size for p in real}

    def _weights(self) -> Path:
        return self._part(WEIGHTS)

    def open(self, name: str) -> BinaryIO:
        """One part."""
        return self._part(name).open("rb")

    def _part(self, name: str) -> Path:
        part = self.path / name
        if part.is_symlink() or not part.is_file():
            raise BadFile(f"{self.path} has no file {name} in it.")
        return part


class Archive(Parts):
    """A model saved as a zip archive; nothing is unpacked to a named place."""

    container = "archive (.keras)"

    @staticmethod
    def detect(path: Path, head: bytes) -> bool:
        """Every zip archive that holds more than arrays."""
        return head[:4] in (b"PK\x03\x04", b"PK\x05\x06")

    @cached_property
    def archive(self) -> zipfile.ZipFile:
        """The open archive."""
        archive = self.stack.enter_context(zipfile.ZipFile(self.path))
        names = Counter(archive.namelist())
        twice = sorted(name for name, count in names.items() if count > 1)
        if twice:
            raise BadFile(f"{self.path} holds {', '.join(twice[:5])} more than once: refused.")
        if CONFIG not in names:
            torch = any(n.endswith("data.pkl") for n in names)
            raise BadFile(
                f"{self.path} is a zip archive without {CONFIG}: no .keras file."
                + " It is a PyTorch file, which is a pickle: none is opened, since it can run code."
                * torch
            )
        return archive

    def sizes(self) -> dict[str, int]:
        """The members' names, and the sizes that they claim to unpack to."""
        return {i.filename: i.file_size for i in self.archive.infolist() if i.filename[-1:] != "/"}

    def open(self, name: str) -> BinaryIO:
        """One member."""
        try:
            info = self.archive.getinfo(name)
        except KeyError:
            raise BadFile(f"{self.path} has no {name} in it: it is not a whole model.") from None
        if info.flag_bits & 1:
            raise BadFile(f"{self.path}: {name} is encrypted: refused.")
        return self.archive.open(info)  # type: ignore[return-value]

    def _weights(self) -> BinaryIO:
        claimed = self.sizes().get(WEIGHTS, 0)
        if claimed > FREE_SIZE + FREE_RATIO * self.size:
            raise BadFile(
                f"{self.path}: {WEIGHTS} would unpack to {claimed} bytes, from a file of "
                f"{self.size}: refused."
            )
        scratch = self.stack.enter_context(spool())
        with self.open(WEIGHTS) as member:
            shutil.copyfileobj(member, scratch, MB)
        scratch.seek(0)
        return scratch


# --- writing


def write_archive(
    file: Any,
    texts: Mapping[str, bytes],
    files: Mapping[str, Path],
    groups: list[hdf5.Group],
) -> None:
    """Write an archive into an open file.

    Args:
        file: the file.
        texts: small parts.
        files: parts that lie elsewhere; a text of the same name goes before.
        groups: the weights.
    """
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
        for name, source in files.items():
            if name not in texts:
                with source.open("rb") as content, archive.open(name, "w") as member:
                    shutil.copyfileobj(content, member, MB)
        with spool() as scratch:
            hdf5.write(scratch, groups)
            scratch.seek(0)
            with archive.open(WEIGHTS, "w", force_zip64=True) as member:
                shutil.copyfileobj(scratch, member, MB)


def write_folder(
    path: Path,
    texts: Mapping[str, bytes],
    files: Mapping[str, Path],
    groups: list[hdf5.Group],
) -> None:
    """Write the same parts as files of a folder."""
    path.mkdir(parents=True, exist_ok=True)
    with replacing(path / WEIGHTS) as file:
        hdf5.write(file, groups)
    for name in texts.keys() | files.keys():
        part = path / name
        part.parent.mkdir(parents=True, exist_ok=True)
        source = io.BytesIO(texts[name]) if name in texts else files[name].open("rb")
        with source as content, replacing(part) as file:
            shutil.copyfileobj(content, file, MB)
