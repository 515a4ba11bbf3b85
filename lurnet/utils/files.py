"""Files from the net: taken from the cache, else downloaded whole or not at all; hashes checked."""

import hashlib
import os
import tempfile
import warnings
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from lurnet.core.errors import BadFile, BadValue
from lurnet.core.settings import keras_home
from lurnet.utils.archives import unpack

_ALGORITHMS = ("md5", "sha256")
_FORMATS = {"auto": ("tar", "zip"), "tar": ("tar",), "zip": ("zip",), None: ()}


class DownloadBar:
    """The part of tqdm's interface that pooch uses, drawn by rich on stderr."""

    total = 0

    def __init__(self, name: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

        columns = ("{task.description}", BarColumn(), DownloadColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=Console(stderr=True))
        self._task = self._progress.add_task(name, total=None)

    def update(self, count: int) -> None:
        """More bytes have come."""
        self._progress.start()
        self._progress.update(self._task, advance=count, total=self.total or None)

    def reset(self) -> None:
        """Begin anew."""
        self._progress.reset(self._task)

    def close(self) -> None:
        """The bar stays as it is."""
        self._progress.stop()


def fetch(url: str, path: Path) -> None:
    """Read a URL into a file, showing a progress bar. Raises OSError when it cannot be read."""
    import pooch

    bar = DownloadBar(urlsplit(url).path.rpartition("/")[2])
    try:
        downloader = pooch.HTTPDownloader(progressbar=cast(Any, bar), chunk_size=1 << 16)
        downloader(url, str(path), None)
    finally:
        bar.close()


def file_hash(path: str | Path, algorithm: str = "sha256") -> str:
    """Hash of a file's contents as hexadecimal digits; the algorithm is "sha256" or "md5"."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def has_hash(path: str | Path, known: str | None, algorithm: str = "auto") -> bool:
    """Whether a file has the hash given; True when none is given.

    The algorithm "auto" is sha256 when the hash has 64 digits, else md5.
    """
    if not known:
        return True
    if algorithm == "auto":
        algorithm = "sha256" if len(known) == 64 else "md5"
    if algorithm not in _ALGORITHMS:
        raise BadValue(
            f"`hash_algorithm` must be 'auto', 'md5' or 'sha256', but it is {algorithm!r}."
        )
    return file_hash(path, algorithm) == known.lower()


def download(
    url: str, target: str | Path, known: str | None = None, algorithm: str = "auto", hint: str = ""
) -> Path:
    """Download a URL to a file, which appears only when it is whole and has the hash given.

    Plain http is accepted only with a hash. Raises `BadFile` when the URL cannot be read (the
    message says where to put the file by hand, and then ``hint``) or when the hash differs.
    """
    target = Path(target)
    scheme = urlsplit(url).scheme
    if scheme != "https" and not (scheme == "http" and known):
        raise BadValue(f"The address must start with https:// (or http:// with a hash): {url!r}.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".download-") as scratch:
        part = Path(scratch) / "part"
        try:
            fetch(url, part)
        except OSError as error:  # every error of `requests` is one
            raise BadFile(_cannot_download(url, target, error, hint)) from None
        if not has_hash(part, known, algorithm):
            raise BadFile(
                f"{url} was downloaded, but its hash is not {known}: the file is damaged, or not "
                "what it was. It was thrown away; nothing in the cache has changed."
            )
        os.replace(part, target)
    return target


def _cannot_download(url: str, target: Path, error: OSError, hint: str) -> str:
    status = getattr(getattr(error, "response", None), "status_code", None)
    reason = f"the server answered {status}" if status else type(error).__name__
    return (
        f"Cannot download {target.name} ({reason}). Fetch it elsewhere and put it in place:\n"
        f"  from    {url}\n"
        f"  as      {target.name}\n"
        f"  into    {target.parent}"
    ) + (f"\n{hint}" if hint else "")


def get_file(
    fname: str | os.PathLike | None = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: str | None = "auto",
    cache_dir: str | os.PathLike | None = None,
    force_download: bool = False,
) -> str:
    """Path of a file from the net, which is downloaded when the cache does not have it.

    The file lies in ``cache_dir/cache_subdir``, by default ``~/.keras/datasets``, under ``fname``
    or the last part of ``origin``. A file in the cache whose hash is not ``file_hash`` (sha256 or
    md5) is downloaded again. With ``extract`` a tar or zip archive is unpacked, nothing of it
    outside the folder whose path is returned: ``fname`` where that has no extension, else
    ``<stem>_extracted``.

    Raises `BadFile` when the file cannot be had, and for an archive that would write elsewhere;
    `BadValue` for an address that is not https (http with a hash is accepted).
    """
    if not origin:
        raise BadValue("get_file: `origin`, the address of the file, is missing.")
    if archive_format not in _FORMATS:
        raise BadValue(
            "get_file: `archive_format` must be 'auto', 'tar', 'zip' or None, "
            f"but it is {archive_format!r}."
        )
    if md5_hash and not file_hash:
        file_hash, hash_algorithm = md5_hash, "md5"
    folder = Path(cache_dir or keras_home()).expanduser() / cache_subdir
    target, unpacked = _places(folder, fname, origin, extract or untar)

    fresh = force_download or not target.is_file()
    if not fresh and not has_hash(target, file_hash, hash_algorithm):
        warnings.warn(f"{target} has another hash than asked for; downloading again.", stacklevel=2)
        fresh = True
    if fresh:
        download(origin, target, file_hash, hash_algorithm)
    if unpacked is None:
        return str(target)
    if fresh or not unpacked.is_dir():
        formats = ("tar",) if untar else _FORMATS[archive_format]
        if not unpack(target, unpacked, formats):
            warnings.warn(f"{target} is no archive of the kind {archive_format!r}.", stacklevel=2)
    return str(unpacked)


def _places(
    folder: Path, fname: str | os.PathLike | None, origin: str, extract: bool
) -> tuple[Path, Path | None]:
    """Where the download goes, and the folder to unpack it to."""
    name = os.fspath(fname) if fname else urlsplit(origin).path.rpartition("/")[2]
    if not name or name in (".", "..") or Path(name).name != name:
        raise BadValue(
            "get_file: `fname` must be a file name without folders (`cache_dir` and `cache_subdir` "
            f"name the folder), but it is {name!r}, from {'`fname`' if fname else '`origin`'}."
        )
    if not extract:
        return folder / name, None
    if fname and "." in name:
        return folder / name, folder / f"{name.partition('.')[0]}_extracted"
    return folder / f"{name}_archive", folder / name
