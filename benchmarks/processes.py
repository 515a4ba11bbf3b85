"""Contestants as processes that stay alive: started, asked for chunks, and ended."""

from __future__ import annotations

import compileall
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contestants import BASE, CONTESTANTS

HERE = Path(__file__).resolve().parent


class Failed(Exception):
    """A worker ended before it answered."""


@dataclass
class Result:
    """What one contestant has shown so far."""

    name: str
    seconds: list[float] = field(default_factory=list)
    first_start_s: float = 0.0
    second_start_s: float = 0.0
    import_s: float = 0.0
    peak_rss_mb: float = 0.0
    idle_cpu_s: float = 0.0
    logs: dict[str, float] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    error: str = ""

    def take(self, answer: dict[str, Any]) -> None:
        """Keep what the last answer says; only times add up."""
        self.idle_cpu_s += answer["idle_cpu_s"]
        for name in ("import_s", "peak_rss_mb", "logs", "versions"):
            setattr(self, name, answer[name])


class Worker:
    """A contestant's process, asked for chunks over a pipe."""

    def __init__(self, name: str, work: str, limit: int, python: str, folder: Path) -> None:
        """Start the process; `folder` takes its compile caches and what it prints."""
        self.printed = folder / f"{name}.log"  # shown only when it fails
        options = ["--contestant", name, "--work", work, "--limit", str(limit)]
        self.began = time.perf_counter()
        with self.printed.open("w") as noise:
            self.process = subprocess.Popen(
                [python, str(HERE / "worker.py"), *options],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=noise,
                text=True,
                env=environment(name, folder),
            )
        assert self.process.stdin and self.process.stdout
        self.requests, self.answers = self.process.stdin, self.process.stdout

    def ask(self) -> dict[str, Any]:
        """Run one chunk; what the worker says of it."""
        try:
            print(file=self.requests, flush=True)
            line = self.answers.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise Failed(self.last_words())
        return json.loads(line)

    def last_words(self) -> str:
        """The last line the process wrote, or how it ended."""
        code = self.process.wait()
        lines = self.printed.read_text().strip().splitlines()
        return lines[-1] if lines else f"ended with code {code}"

    def close(self) -> None:
        """End the process: it leaves at the end of its input."""
        with contextlib.suppress(BrokenPipeError):  # it may have died with a request unread
            self.requests.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.answers.close()


def environment(name: str, caches: Path) -> dict[str, str]:
    """A contestant's environment: quiet, and with compile caches in a folder of its own.

    Keras on JAX has no cache on disk unless it is asked to; it is asked to, for programs of any
    compile time, as its second start is the better for it.
    """
    contestant = CONTESTANTS[name]
    own = {"TF_CPP_MIN_LOG_LEVEL": "3", "XDG_CACHE_HOME": str(caches)}
    own["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"  # several share a GPU
    own["TORCHINDUCTOR_CACHE_DIR"] = str(caches / "torchinductor")
    own["KERAS_HOME"] = str(caches / "keras")
    own["PYTHONDONTWRITEBYTECODE"] = ""  # all run from bytecode, as pip leaves what it installs
    if contestant.backend == "jax":
        own["JAX_COMPILATION_CACHE_DIR"] = str(caches / "jax")
        own["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
        own["JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES"] = "-1"
    if contestant.framework == BASE:  # a checkout need not be installed
        own["PYTHONPATH"] = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    return os.environ | own


def interpreter(name: str, peers_python: str) -> str:
    """The interpreter that has the contestant's framework."""
    return sys.executable if CONTESTANTS[name].framework == BASE else peers_python


def preamble(name: str) -> str:
    """Code that a contestant's interpreter runs before the import."""
    backend = CONTESTANTS[name].backend
    if not backend:
        return ""
    path = f"import sys; sys.path.insert(0, {str(HERE)!r})"
    return f"{path}; import worker; worker.choose_backend({backend!r})"


def preheat(names: list[str], peers_python: str, folder: Path) -> None:
    """Import every framework once, so that no start has to wait for the disk.

    A checkout of lurnet has no bytecode yet; compiling its sources would add 0.25 s to its start.
    """
    compileall.compile_dir(HERE.parent / BASE, quiet=2)
    alike = {(CONTESTANTS[n].framework, CONTESTANTS[n].backend): n for n in names}
    for (framework, _), name in alike.items():
        subprocess.run(
            [interpreter(name, peers_python), "-c", f"{preamble(name)}\nimport {framework}"],
            env=environment(name, folder),
            capture_output=True,
            check=False,  # who cannot be imported says so when it is started
        )


class Entry:
    """One contestant in one comparison: its process and its result."""

    def __init__(self, name: str, work: str, limit: int, python: str, folder: Path) -> None:
        """`folder` is the contestant's own, for the compile caches of each of its starts."""
        self.result, self.worker = Result(name), None
        self.firsts: list[float] = []
        self._arguments, self._folder = (name, work, limit, python), folder

    @property
    def runs(self) -> bool:
        """Whether it has failed at nothing so far."""
        return not self.result.error

    def start(self) -> None:
        """Time from a new process's start, with empty caches, to the end of its first chunk.

        The process stays until the next start; of several starts the median counts.
        """
        self.close()
        self.firsts.append(self._start(len(self.firsts)))
        self.result.first_start_s = statistics.median(self.firsts)

    def start_again(self) -> None:
        """The same with the compile caches that the last start has left."""
        self.close()
        self.result.second_start_s = self._start(len(self.firsts) - 1)

    def _start(self, number: int) -> float:
        caches = self._folder / str(number)
        caches.mkdir(exist_ok=True)
        self.worker = Worker(*self._arguments, caches)
        self.ask()
        return time.perf_counter() - self.worker.began

    def ask(self) -> float:
        """Seconds of one chunk; a failure is kept as the contestant's result."""
        assert self.worker
        try:
            answer = self.worker.ask()
        except Failed as failure:
            self.result.error = str(failure)
            return 0.0
        self.result.take(answer)
        return answer["seconds"]

    def race(self) -> None:
        """One timed chunk."""
        seconds = self.ask()
        if self.runs:
            self.result.seconds.append(seconds)

    def close(self) -> None:
        """End the process, if there is one."""
        if self.worker:
            self.worker.close()
            self.worker = None


@contextlib.contextmanager
def closing(entries: list[Entry]) -> Iterator[list[Entry]]:
    """End all processes at the end, whatever has happened."""
    try:
        yield entries
    finally:
        for entry in entries:
            entry.close()
