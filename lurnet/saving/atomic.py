"""Files written whole or not at all, whatever happens meanwhile."""

import contextlib
import io
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from lurnet.core.errors import BadFile, LurnetError

try:
    import fcntl
except ImportError:  # Windows, where a file that is open cannot be removed anyway
    fcntl = None

ENDING = ".part"
_SHOWN = 100  # bytes of the name that the unfinished file carries


class Part(io.FileIO):
    """The unfinished file. It keeps the first failure to write, which libraries may swallow."""

    failure: OSError | None = None

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Write all of it: the system may take it in pieces."""
        view = memoryview(data).cast("B")
        size = len(view)
        try:
            while len(view):
                view = view[super().write(view) :]
        except OSError as error:
            self.failure = self.failure or error
            raise
        return size


@contextlib.contextmanager
def replacing(path: Path, overwrite: bool = True) -> Iterator[Part]:
    """A new file in the place of ``path`` once the block is through; on failure the old one stays.

    It is written under another name in the same folder, forced to the disk, and renamed. What a
    killed program left unfinished goes when the same name is written again.

    Errors: BadFile for a place that cannot be written, and for a full disk.
    """
    check_target(path, overwrite)
    target = path.resolve()
    _remove_leftovers(target)
    with _telling(path):
        file = _begun(target)
    part = Path(os.fsdecode(file.name))
    try:
        with file, _telling(path, file):
            yield file
            _finish(file, part, target)
        if fcntl is None:
            os.replace(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def check_target(path: Path, overwrite: bool) -> None:
    """BadFile where a file must not be written."""
    if path.is_dir():
        raise BadFile(f"Cannot write {path}: it is a folder. Give the name of a file.")
    if not overwrite and path.exists():
        raise BadFile(f"{path} exists, and overwrite=False: choose another name, or overwrite it.")
    if path.exists() and not os.access(path, os.W_OK):
        raise BadFile(f"Cannot write {path}: the file that is there may not be written.")


def _finish(file: Part, part: Path, target: Path) -> None:
    if file.failure is not None:
        raise file.failure
    file.flush()
    os.fsync(file.fileno())
    if target.exists():
        shutil.copymode(target, part)
    if fcntl is not None:  # while it is open, and so locked
        os.replace(part, target)


@contextlib.contextmanager
def _telling(path: Path, file: Part | None = None) -> Iterator[None]:
    """Say which file could not be written, and why, also where a library hid the reason."""
    try:
        yield
    except Exception as error:
        reason = file.failure if file is not None and file.failure is not None else error
        if isinstance(reason, LurnetError) or not isinstance(reason, OSError):
            raise
        text = reason.strerror or reason
        raise BadFile(f"Cannot write {path}: {text}. Nothing was changed.") from error


# --- unfinished files


def _prefix(target: Path) -> str:
    return f".{os.fsdecode(os.fsencode(target.name)[:_SHOWN])}."


def _begun(target: Path) -> Part:
    """A new unfinished file, locked, so that others see that it is being written."""
    while True:
        part = target.with_name(f"{_prefix(target)}{secrets.token_hex(4)}{ENDING}")
        file = Part(part, "x+")
        if _lock(file) is not False and part.exists():
            return file
        file.close()  # another program took it for a leftover before it was locked


def _lock(file: Part) -> bool | None:
    """Whether the lock was had; None where the file system has no locks."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _remove_leftovers(target: Path) -> None:
    """Remove what killed programs left of this file; one that is being written is locked."""
    with contextlib.suppress(OSError):
        for left in target.parent.iterdir():
            token = left.name.removeprefix(_prefix(target)).removesuffix(ENDING)
            if left.name == f"{_prefix(target)}{token}{ENDING}" and _is_token(token):
                _remove_unlocked(left)


def _is_token(text: str) -> bool:
    return len(text) == 8 and set(text) <= set("0123456789abcdef")


def _remove_unlocked(left: Path) -> None:
    with contextlib.suppress(OSError):
        with Part(left, "r+") as file:
            free = _lock(file)
            if free and fcntl is not None:
                left.unlink()
        if fcntl is None:
            left.unlink()


def _sync_folder(folder: Path) -> None:
    """Force the new name to the disk too; some systems cannot, and need not."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
