"""One contestant in a process of its own: runs a chunk for every line it reads, else sleeps.

Each line on stdin asks for one chunk; each is answered by one line of JSON on stdout. The first
answer follows the import, the data and the compilation; the end of stdin ends the worker.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import resource
import sys
import time
from typing import Any, Protocol

import works
from contestants import CONTESTANTS

BACKENDS = ("tensorflow", "jax", "torch")


class Run(Protocol):
    """A model and its data, ready to run."""

    def chunk(self) -> dict[str, float]:
        """Run one chunk, wait until it is done, and return its mean loss and accuracy."""
        ...


def versions() -> dict[str, str]:
    """Versions of Python and of the frameworks this process has loaded."""
    names = ("lurnet", "keras", "tensorflow", "jax", "jaxlib", "torch", "numpy")
    loaded = {name: sys.modules[name] for name in names if sys.modules.get(name)}
    found = {name: str(getattr(module, "__version__", "?")) for name, module in loaded.items()}
    return {"python": platform.python_version()} | found


def peak_rss_mb() -> float:
    """Most memory this process has held, in MB (Linux counts in KiB, macOS in bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def choose_backend(backend: str) -> None:
    """Let Keras see this backend alone.

    It would import the others too where they are installed, which costs seconds and hundreds of
    megabytes that a user of one backend does not pay.
    """
    os.environ["KERAS_BACKEND"] = backend
    modules: dict[str, Any] = sys.modules
    modules.update({name: None for name in BACKENDS if name != backend})


def start(name: str, work: works.Work, limit: int) -> tuple[Run, float]:
    """Import the framework and make the model; also returns the seconds the import took."""
    contestant = CONTESTANTS[name]
    if contestant.backend:
        choose_backend(contestant.backend)
    began = time.perf_counter()
    framework = importlib.import_module(contestant.framework)
    import_s = time.perf_counter() - began
    if contestant.framework == "torch":
        from torch_run import TorchRun as Made
    else:
        from keras_run import KerasRun as Made
    return Made(framework, work, limit, **contestant.options), import_s


def timed_chunk(run: Run) -> dict[str, Any]:
    """Run one chunk; its seconds and its logs."""
    began = time.perf_counter()
    logs = run.chunk()
    return {"seconds": time.perf_counter() - began, "logs": logs}


def main() -> None:
    """Answer requests until stdin ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contestant", choices=CONTESTANTS, required=True)
    parser.add_argument("--work", choices=works.WORKS, required=True)
    parser.add_argument("--limit", type=int, required=True)
    args = parser.parse_args()
    # Answers keep the pipe to themselves: whatever a framework prints goes to stderr.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    run, import_s = start(args.contestant, works.WORKS[args.work], args.limit)
    slept_at = time.process_time()
    for _ in sys.stdin:
        idle_cpu_s = time.process_time() - slept_at
        answer = timed_chunk(run) | {"idle_cpu_s": idle_cpu_s, "peak_rss_mb": peak_rss_mb()}
        answer |= {"import_s": import_s, "versions": versions()}
        slept_at = time.process_time()
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
