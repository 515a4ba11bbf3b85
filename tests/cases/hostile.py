"""Crafted files, and a watch over what happens while one is opened."""

import contextlib
import json
import os
import resource
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import jax

import lurnet

LIMIT = 200 * 2**20  # bytes of memory that an attack may take
SECONDS = 5
WATCHED = ("open", "marshal.loads", "pickle.find_class", "subprocess.Popen", "os.system")
WATCHED += ("socket.connect", "ctypes.dlopen", "os.symlink", "os.link", "urllib.Request")
_seen: list | None = None


def _hook(event, arguments):
    if _seen is not None and event in WATCHED:
        _seen.append((event, arguments[:2]))


sys.addaudithook(_hook)


def make():
    """The model that good files hold."""
    return lurnet.Sequential([lurnet.Input((2,)), lurnet.layers.Dense(3, name="d")])


def good_parts():
    """The members of a good ``.keras`` file."""
    with tempfile.TemporaryDirectory() as folder:
        make().save(Path(folder) / "good.keras")
        with zipfile.ZipFile(Path(folder) / "good.keras") as archive:
            return {name: archive.read(name) for name in archive.namelist()}


def write(path, members):
    """A zip archive of names and contents."""
    members = members.items() if isinstance(members, dict) else members
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def with_config(parts, change):
    """A good archive's members, with a changed config."""
    config = json.loads(parts["config.json"])
    changed = change(config)
    return parts | {"config.json": json.dumps(changed if isinstance(changed, dict) else config)}


def layer(config):
    """The Dense layer's entry in the config of a good file."""
    return config["config"]["layers"][1]


@contextlib.contextmanager
def watched(*allowed):
    """Fails when memory, time, or files and code other than those allowed are used inside."""
    global _seen
    before, start = resource.getrlimit(resource.RLIMIT_AS), time.perf_counter()
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + LIMIT, before[1]))
    _seen = []
    try:
        yield
    finally:
        seen, _seen = _seen, None
        resource.setrlimit(resource.RLIMIT_AS, before)
    assert time.perf_counter() - start < SECONDS
    strange = [e for e in seen if not _is_fine(*e, {os.fspath(p) for p in allowed})]
    assert not strange, f"while the file was opened: {strange}"


def _is_fine(event, arguments, allowed):
    """Opening what was asked for, Python's own modules, and programs compiled by the first use."""
    path = arguments[0] if arguments else None
    if event == "marshal.loads":  # how Python reads its own modules; attacks hold this word
        return b"pwned" not in bytes(path)
    if event != "open" or not isinstance(path, (str, bytes)):
        return event == "open"
    path = os.fsdecode(path)
    cached = path.startswith(str(jax.config.jax_compilation_cache_dir or "\0"))
    usual = path.endswith((".py", ".pyc")) or path == "/proc/self/statm" or cached
    return path in allowed or usual
