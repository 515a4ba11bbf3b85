"""The folder of compiled programs: where it is, whether it can be written, how large it may be."""

import hashlib
import os
import platform
import re
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

LIMIT_MB = 1024


def folder(versions: Sequence[str]) -> Path | None:
    """Where compiled programs are kept: ``LURNET_CACHE``, else the user's cache; None when off.

    A program is bound to the engine's version and to what the processor can do, so each
    combination has a folder of its own.
    """
    chosen = os.environ.get("LURNET_CACHE")
    if chosen is not None and chosen.lower() in ("", "0", "off", "no"):
        return None
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lurnet"
    return Path(chosen or base).expanduser() / "xla" / _machine(versions)


def _machine(versions: Sequence[str]) -> str:
    facts = [*versions, sys.platform, platform.machine()]
    try:
        text = Path("/proc/cpuinfo").read_text()
        found = re.search(r"^(?:flags|Features)\s*:(.*)$", text, re.MULTILINE)
        facts.append(found[1] if found else platform.processor())
    except OSError:
        facts.append(platform.processor())
    return hashlib.sha256("|".join(facts).encode()).hexdigest()[:16]


def writable(place: Path) -> bool:
    """Make the folder; where that fails say so once, and the program goes on without."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        probe = place / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        warnings.warn(
            f"Compiled programs cannot be kept in {str(place)!r} ({error}): every start compiles "
            "anew. Set LURNET_CACHE to a folder that can be written, or to 'off'.",
            stacklevel=5,
        )
        return False
    return True


def trim(place: Path, limit_mb: float = LIMIT_MB) -> None:
    """Delete the programs used longest ago until the folder is below the limit."""
    files = []
    for path in place.iterdir():
        try:
            info = path.stat()
        except FileNotFoundError:  # another process was here first
            continue
        files.append((max(info.st_atime, info.st_mtime), info.st_size, path))
    total = sum(size for _, size, _ in files)
    for _, size, path in sorted(files, key=lambda f: f[0]):
        if total <= limit_mb * 2**20:
            return
        path.unlink(missing_ok=True)
        total -= size
