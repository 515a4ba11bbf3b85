"""Unpack a downloaded archive, so that nothing in it can write outside the folder it goes to.

Names are checked before the first byte is written. No link is ever made: where an archive holds
one, the file that it points to *inside the archive* is written in its place, or the archive is
refused.
"""

import os
import shutil
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO

from lurnet.core.errors import BadFile

#: a file's path below the folder, and a function that opens its contents
Entry = tuple[PurePosixPath, Callable[[], BinaryIO]]


def unpack(
    archive: str | Path, folder: str | Path, formats: tuple[str, ...] = ("tar", "zip")
) -> bool:
    """Unpack a tar or zip file into a folder; False when it is neither of ``formats``.

    Files appear in the folder only after the whole archive could be read. Raises `BadFile` when
    an entry's name is absolute or climbs out with "..", and for links that lead out and devices.
    """
    archive, folder = Path(archive), Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".unpack-") as scratch:
        if "tar" in formats and tarfile.is_tarfile(archive):
            with tarfile.open(archive) as tar:
                _write(list(_tar_entries(tar)), Path(scratch))
        elif "zip" in formats and zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as bundle:
                _write(list(_zip_entries(bundle)), Path(scratch))
        else:
            return False
        _move(Path(scratch), folder)
    return True


def _inside(name: str, archive: str | None) -> PurePosixPath:
    """The entry's path below the folder, or an error when it would leave it."""
    path = PurePosixPath(name.replace("\\", "/"))
    anchored = path.is_absolute() or PureWindowsPath(name).anchor
    if anchored or ".." in path.parts or "\0" in name:
        raise BadFile(
            f"{archive}: the entry {name!r} would be written outside the folder that the archive "
            "is unpacked to. Nothing was unpacked; do not trust this archive."
        )
    return path


def _tar_entries(tar: tarfile.TarFile) -> Iterator[Entry]:
    archive = str(tar.name)
    for member in tar.getmembers():
        path = _inside(member.name, archive)
        if member.isdir():
            continue
        if not (member.isreg() or member.issym() or member.islnk()):
            raise BadFile(
                f"{archive}: the entry {member.name!r} is a device or a pipe, not a file."
            )
        yield path, lambda member=member: _open_tar(tar, member)


def _open_tar(tar: tarfile.TarFile, member: tarfile.TarInfo) -> BinaryIO:
    """The contents of a file, for a link those of the file in the archive that it leads to."""
    try:
        contents = tar.extractfile(member)
    except (KeyError, RecursionError):
        contents = None
    if contents is None:
        raise BadFile(
            f"{tar.name}: the entry {member.name!r} is a link to {member.linkname!r}, which is not "
            "a file of this archive. Nothing was unpacked."
        )
    return contents  # pyright: ignore[reportReturnType]


def _zip_entries(bundle: zipfile.ZipFile) -> Iterator[Entry]:
    for info in bundle.infolist():
        path = _inside(info.filename, bundle.filename)
        if stat.S_ISLNK(info.external_attr >> 16):
            raise BadFile(f"{bundle.filename}: the entry {info.filename!r} is a link, not a file.")
        if not info.is_dir():
            yield path, lambda info=info: bundle.open(info)  # pyright: ignore[reportReturnType]


def _write(entries: list[Entry], folder: Path) -> None:
    for path, contents in entries:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with contents() as source, target.open("wb") as out:
            shutil.copyfileobj(source, out)


def _move(scratch: Path, folder: Path) -> None:
    """Move the tree into place file by file: what else lies in the folder stays."""
    folder.mkdir(exist_ok=True)
    for source in sorted(p for p in scratch.rglob("*") if p.is_file()):
        target = folder / source.relative_to(scratch)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(source, target)
