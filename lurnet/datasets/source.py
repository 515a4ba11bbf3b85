"""Where the files of the data sets come from: one table, one look-up."""

import os
import warnings
from dataclasses import dataclass
from pathlib import Path

from lurnet.core.settings import keras_home
from lurnet.utils.files import download, has_hash

_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_TORONTO = "https://www.cs.toronto.edu/~kriz/"


@dataclass(frozen=True)
class Source:
    """A published file: its address and hash, and the places where Keras' cache may hold it."""

    url: str
    hash: str  #: sha256 where the publisher gives it, else md5
    folder: str = ""  #: below ``datasets`` in the cache
    aliases: tuple[str, ...] = ()  #: other names that Keras gives to it

    @property
    def name(self) -> str:
        """The file's name, by default the last part of the address."""
        return self.url.rpartition("/")[2]


def _fashion(name: str, md5: str) -> Source:
    return Source(_KERAS + name, md5, folder="fashion-mnist")


SOURCES = {
    source.name: source
    for source in (
        Source(
            _KERAS + "mnist.npz",
            "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        ),
        _fashion("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        _fashion("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
        _fashion("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
        _fashion("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
        Source(
            _TORONTO + "cifar-10-python.tar.gz",
            "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
            aliases=("cifar-10-batches-py-target_archive", "cifar-10-batches-py.tar.gz"),
        ),
        Source(
            _TORONTO + "cifar-100-python.tar.gz",
            "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
            aliases=("cifar-100-python-target_archive",),
        ),
        Source(
            _KERAS + "imdb.npz",
            "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
        ),
        Source(_KERAS + "imdb_word_index.json", "bfafd718b763782e994055a2d397834f"),
        Source(
            _KERAS + "reuters.npz",
            "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
        ),
        Source(_KERAS + "reuters_word_index.json", "4d44cc38712099c9e383dc6e5f11a921"),
        Source(
            _KERAS + "boston_housing.npz",
            "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
        ),
        Source(
            _KERAS + "california_housing.npz",
            "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
        ),
    )
}


def own_file(name: str) -> Path | None:
    """The file of this name in the folder that ``LURNET_DATA`` names, if it is there."""
    folder = os.environ.get("LURNET_DATA")
    path = Path(folder).expanduser() / name if folder else None
    return path if path and path.is_file() else None


def cached(source: Source, name: str | None = None) -> Path | None:
    """The file in the Keras cache, under one of its names and with the right hash."""
    folder = keras_home() / "datasets" / source.folder
    for path in (folder / name for name in (name or source.name, *source.aliases)):
        if path.is_file():
            if has_hash(path, source.hash):
                return path
            warnings.warn(f"{path} is damaged or outdated (its hash differs).", stacklevel=2)
    return None


def locate(key: str, name: str | None = None) -> Path:
    """Path of a file of the table: from ``LURNET_DATA``, from the Keras cache, or downloaded.

    ``name`` is what it is called in the cache; a file with an absolute path is taken as it is.
    Raises `BadFile`, saying what to put where, when the file is in none of these places and cannot
    be downloaded.
    """
    source = SOURCES[key]
    target = keras_home() / "datasets" / source.folder / (name or source.name)
    if name and Path(name).is_absolute() and target.is_file():
        return target
    found = own_file(key) or cached(source, name)
    if found:
        return found
    hint = f"or into any folder, and set the environment variable LURNET_DATA to it, as {key}."
    return download(source.url, target, source.hash, hint=hint)
