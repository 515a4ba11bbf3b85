"""Runs in worker processes, which end with the study: at Ctrl-C, and when it is killed."""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Iterator
from typing import Any

from lurnet.core.errors import BadState, BadType
from lurnet.study.runs import Job, Run, Task, train

PATIENCE = 5  #: seconds that a worker has to end when it is asked to
_held: dict[str, Task] = {}  # in a worker process: the task, with the data, sent once


def processes(
    task: Task, jobs: list[Job], workers: int | None, watch: Any
) -> Generator[tuple[Job, Run], None, None]:
    """In worker processes, started anew: what ``build`` needs must be importable there."""
    from concurrent.futures import ProcessPoolExecutor, as_completed  # noqa: PLC0415
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415

    del watch
    others = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers or 2, len(jobs)), context, _hold, (task,))
    whole = False
    try:
        with _deaf():
            futures = {pool.submit(_train_held, job): job for job in jobs}
        for future in as_completed(futures):
            yield futures[future], future.result()
        whole = True
    except BrokenProcessPool:
        raise BadState(BROKEN) from None
    except (AttributeError, TypeError) as error:
        raise BadType(
            f"The study cannot be sent to other processes ({error}). build and the functions in "
            "callbacks must be defined at the top of a file, not be lambdas or inner functions."
        ) from None
    finally:
        if not whole:
            _end(set(multiprocessing.active_children()) - others)
        pool.shutdown(wait=True, cancel_futures=True)


BROKEN = (
    "The worker processes ended before their work was done. A script that uses on='processes' must "
    "define build() in a file (not in a notebook or the interpreter) and start the study below "
    "`if __name__ == '__main__':`. Too little memory ends workers too: try workers=1."
)


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """Processes started inside do not hear Ctrl-C, which a terminal sends to all: the study hears
    it, and ends them. Here it is heard behind the block."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    from multiprocessing import resource_tracker  # noqa: PLC0415

    resource_tracker.ensure_running()  # else it starts inside, and lifts the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(workers: set[Any]) -> None:
    """End processes amid their work."""
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.join(PATIENCE)
        if worker.is_alive():
            worker.kill()
            worker.join(PATIENCE)


def _hold(task: Task) -> None:
    _held["task"] = task
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A study that was killed cannot end its workers, so they watch it."""
    from multiprocessing.connection import wait  # noqa: PLC0415

    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)


def _train_held(job: Job) -> Run:
    return train(_held["task"], job)
