"""The door: what every model file passes, whatever its format. Limits, and arrays not yet read."""

import contextlib
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from lurnet.core.errors import BadFile, LurnetError

MB = 2**20
#: A config or a map larger than this is none.
LARGEST_TEXT = 64 * MB
#: What no variable vouches for may be this large, or this many times its size on disk.
FREE_SIZE, FREE_RATIO = 64 * MB, 32
VARS = "vars"
NUMBERS = "biufc"  #: kinds of dtype that NumPy itself knows as numbers


def as_path(filepath: Any) -> Path:
    """The argument as a path, ``~`` resolved."""
    try:
        return Path(filepath).expanduser()
    except TypeError:
        raise BadFile(
            f"`filepath` must be a path, but it is {filepath!r} of type {type(filepath).__name__}."
        ) from None


@contextlib.contextmanager
def reading(what: Any) -> Iterator[None]:
    """Turn what the format libraries raise on damaged files into BadFile."""
    try:
        yield
    except LurnetError:
        raise
    except MemoryError:
        raise BadFile(f"{what} asks for more memory than there is: it is damaged.") from None
    except (zipfile.BadZipFile, zlib.error) as error:
        raise BadFile(f"{what} is a zip archive, damaged or cut off: {error}.") from error
    except (OSError, RuntimeError, ValueError, LookupError, TypeError, EOFError) as error:
        text = " ".join(str(error).split())
        raise BadFile(f"{what} is damaged or cut off: {text:.300}") from error


def spool() -> BinaryIO:
    """A scratch file, in memory while it is small."""
    import tempfile

    return cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=64 * MB))


# --- arrays


@dataclass(frozen=True)
class Entry:
    """One stored array: its shape is known before anything is read, by calling ``read``."""

    shape: tuple[int, ...]
    nbytes: int  #: size in memory
    stored: int  #: size in the file
    read: Callable[[], np.ndarray]
    dtype: str = ""

    def read_free(self, name: str) -> np.ndarray:
        """Read what a layer of the user's own asks for; far more than is in the file is refused."""
        if self.nbytes > max(FREE_SIZE, FREE_RATIO * self.stored):
            raise BadFile(
                f"The array {name!r} claims {self.nbytes} bytes of memory, but takes "
                f"{self.stored} in the file: refused."
            )
        return self.read()


class Store(Mapping):
    """What a layer's ``load_own_variables`` gets: its arrays by name, each read when asked for."""

    def __init__(self, owner: str, entries: Mapping[str, Entry]) -> None:
        self.owner, self.entries = owner, entries

    def __getitem__(self, key: str) -> Any:
        if key not in self.entries:
            raise KeyError(f"no array {key!r}; there are {sorted(self.entries) or 'none'}")
        return self.entries[key].read_free(f"{self.owner}/{VARS}/{key}")

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


def check_sizes(entries: Mapping[str, Entry], path: Path) -> None:
    """Refuse arrays that together claim far more memory than the whole file takes on the disk.

    What a file says of the size of its parts may be a lie; its own size is not.
    """
    claimed, size = sum(e.nbytes for e in entries.values()), path.stat().st_size
    if claimed > FREE_SIZE + FREE_RATIO * size:
        raise BadFile(f"The arrays in {path} claim {claimed} bytes, but it has {size}: refused.")


def by_owner(entries: Mapping[str, Entry]) -> dict[str, dict[str, Entry]]:
    """Entries ``owner/vars/key`` grouped by owner; the root's owner is ""."""
    groups: dict[str, dict[str, Entry]] = {}
    for path, entry in entries.items():
        owner, _, last = f"/{path}".rpartition(f"/{VARS}/")
        if not last or "/" in last:
            raise BadFile(f"The array {path!r} is in no group {VARS!r}: this is no weights file.")
        groups.setdefault(owner.removeprefix("/"), {})[last] = entry
    return groups


def joined(owner: str, *parts: str) -> str:
    """A path from its parts, without a leading slash."""
    return "/".join([p for p in (owner, *parts) if p])
