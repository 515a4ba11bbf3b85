"""Read the containers that data sets come in, without running anything that they say.

Word lists of different lengths (imdb, reuters) can be stored in an npz only as a pickle, and the
CIFAR batches are pickles too. A pickle is a program: read in full, it can call anything. `unpickle`
lets it build numbers, strings, lists and dicts, and arrays through the names that numpy writes,
which here stand for checks of our own; every other name is refused.
"""

import gzip
import io
import pickle
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from lurnet.core.errors import BadFile

Split = tuple[np.ndarray, np.ndarray]  #: inputs and labels of one part of a data set
_KINDS = "biuf"  # booleans, integers, floats


def read_npz(path: str | Path, *names: str) -> list[np.ndarray]:
    """The named arrays of an npz file; arrays of lists are read with `unpickle`."""
    try:
        with zipfile.ZipFile(path) as bundle:
            return [_read_npy(bundle.read(f"{name}.npy")) for name in names]
    except BadFile:
        raise
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        wanted = ", ".join(names)
        raise BadFile(f"{path} is no npz file with the arrays {wanted}: {error}") from None


def read_split(path: str | Path) -> tuple[Split, Split]:
    """Training and test part of an npz file with x_train, y_train, x_test and y_test."""
    x_train, y_train, x_test, y_test = read_npz(path, "x_train", "y_train", "x_test", "y_test")
    return (x_train, y_train), (x_test, y_test)


def _read_npy(data: bytes) -> np.ndarray:
    file = io.BytesIO(data)
    try:
        return np.load(file, allow_pickle=False)
    except ValueError:  # an array of objects: the pickle follows the header
        file.seek(0)
        version = np.lib.format.read_magic(file)
        size = 2 if version[0] == 1 else 4
        file.seek(int.from_bytes(file.read(size), "little"), io.SEEK_CUR)
        return np.asarray(unpickle(file.read()), dtype=object)


def read_tar(path: str | Path, *names: str) -> list[bytes]:
    """The contents of the named files of a tar archive, read in memory; nothing is unpacked."""
    try:
        with tarfile.open(path) as tar:
            files = [tar.extractfile(name) for name in names]
            return [file.read() for file in files if file]
    except (tarfile.TarError, KeyError, EOFError) as error:
        raise BadFile(f"{path} is no tar archive with {', '.join(names)}: {error}") from None


def read_idx(path: str | Path) -> np.ndarray:
    """The uint8 array in a gzipped file of the kind that MNIST was published in."""
    try:
        data = gzip.decompress(Path(path).read_bytes())
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadFile(f"{path} is no whole gzip file: {error}") from None
    if data[:3] != b"\0\0\x08":
        raise BadFile(f"{path} is no idx file of bytes.")
    rank = data[3]
    shape = np.frombuffer(data, ">u4", rank, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape).copy()


def unpickle(data: bytes) -> Any:
    """Numbers, strings, lists, dicts and numeric arrays from a pickle; all else is refused.

    >>> unpickle(pickle.dumps({"a": [1, 2.0]}))
    {'a': [1, 2.0]}
    """
    try:
        return _finish(_Unpickler(io.BytesIO(data), encoding="bytes").load())
    except BadFile:
        raise
    except Exception as error:  # a broken pickle can raise nearly anything
        raise BadFile(f"This data set's file is broken: {error}") from None


class _Array:
    """Takes what numpy stores of an array, and builds it only from plain, checked values."""

    __slots__ = ("value",)

    def __setstate__(self, state: tuple) -> None:
        _, shape, dtype, fortran, data = state
        if isinstance(data, list):
            self.value = np.fromiter(data, object, len(data))
        else:
            self.value = np.frombuffer(data, dtype.value)
        self.value = self.value.reshape(shape, order="F" if fortran else "C")


class _Dtype:
    """Takes what numpy stores of an element type: a code such as "u1", then the byte order."""

    __slots__ = ("value",)

    def __init__(self, code: str | bytes, *_: Any) -> None:
        code = code.decode() if isinstance(code, bytes) else code
        self.value = np.dtype(code)
        if self.value.kind not in _KINDS + "O":
            raise BadFile(f"An array of {code!r} has no place in a data set.")

    def __setstate__(self, state: tuple) -> None:
        order = state[1].decode() if isinstance(state[1], bytes) else state[1]
        if order in ("<", ">"):
            self.value = self.value.newbyteorder(order)


class _Stand:
    """What a name of the pickle stands for: it can be called, and cannot be changed."""

    __slots__ = ("_make",)

    def __init__(self, make: Any) -> None:
        self._make = make

    def __call__(self, *args: Any) -> Any:
        return self._make(*args)

    def __setstate__(self, state: Any) -> None:
        raise BadFile("This pickle tries to change what it was given; it is refused.")


def _encode(text: str, encoding: str) -> bytes:
    """Bytes as Python 3 writes them in pickles that Python 2 can read."""
    return text.encode("latin1" if encoding == "latin1" else "ascii")


_STANDS = {
    ("numpy.core.multiarray", "_reconstruct"): _Stand(lambda *_: _Array()),
    ("numpy._core.multiarray", "_reconstruct"): _Stand(lambda *_: _Array()),
    ("numpy", "ndarray"): _Stand(None),
    ("numpy", "dtype"): _Stand(_Dtype),
    ("_codecs", "encode"): _Stand(_encode),
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _STANDS:
            raise BadFile(
                f"This file would use `{module}.{name}` when it is read, which no data set needs. "
                "It is damaged or made to do harm, and was not read."
            )
        return _STANDS[module, name]


def _finish(value: Any) -> Any:
    """Replace what stands for arrays by the arrays."""
    if isinstance(value, dict):
        return {_finish(k): _finish(v) for k, v in value.items()}
    if isinstance(value, _Array):
        array = value.value
        if array.dtype == object:
            items = (_finish(v) for v in array.flat)
            array = np.fromiter(items, object, array.size).reshape(array.shape)
        return array
    if isinstance(value, _Stand | _Dtype):
        raise BadFile("This file holds a type where a data set has data; it was not read.")
    return value
