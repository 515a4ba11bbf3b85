"""What does the runs: this process one by one or as an ensemble, worker processes, or Ray."""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

from lurnet.core.errors import BadState, BadType, BadValue, did_you_mean
from lurnet.study.ensemble import ensemble
from lurnet.study.runs import Done, Job, Run, Task, Watch, train

PATIENCE = 5  #: seconds that a worker has to end when it is asked to
Executor = Callable[[Task, list[Job], int | None, Watch], Done]


def executor_named(name: str) -> Executor:
    """The executor that ``Study.fit(on=name)`` means."""
    if name not in EXECUTORS:
        raise BadValue(
            f"`on` must be one of {', '.join(map(repr, EXECUTORS))}, but it is {name!r}."
            f"{did_you_mean(name, EXECUTORS)}"
        )
    return EXECUTORS[name]


def in_turn(task: Task, jobs: list[Job], workers: int | None, watch: Watch) -> Done:
    """One after another in this process: equal structures share one compiled program."""
    del workers
    for job in jobs:
        yield job, train(task, job, watch(job))


# --- worker processes, which end with the study: at Ctrl-C, and when it is killed


def in_processes(task: Task, jobs: list[Job], workers: int | None, watch: Watch) -> Done:
    """In worker processes, started anew: what ``build`` needs must be importable there."""
    from concurrent.futures import ProcessPoolExecutor, as_completed  # noqa: PLC0415
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415

    del watch
    others = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers or 2, len(jobs)), context, _start_worker, (task,))
    complete = False
    try:
        with _interrupts_blocked():
            futures = {pool.submit(_train_in_worker, job): job for job in jobs}
        for future in as_completed(futures):
            yield futures[future], future.result()
        complete = True
    except BrokenProcessPool:
        raise BadState(BROKEN) from None
    except (AttributeError, TypeError) as error:
        raise BadType(
            f"The study cannot be sent to other processes ({error}). build and the functions in "
            "callbacks must be defined at the top of a file, not be lambdas or inner functions."
        ) from None
    finally:
        if not complete:
            _terminate(set(multiprocessing.active_children()) - others)
        pool.shutdown(wait=True, cancel_futures=True)


BROKEN = (
    "The worker processes ended before their work was done. A script that uses on='processes' must "
    "define build() in a file (not in a notebook or the interpreter) and start the study below "
    "`if __name__ == '__main__':`. Too little memory ends workers too: try workers=1."
)


@contextlib.contextmanager
def _interrupts_blocked() -> Iterator[None]:
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


def _terminate(workers: set[Any]) -> None:
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.join(PATIENCE)
        if worker.is_alive():
            worker.kill()
            worker.join(PATIENCE)


_worker_tasks: list[Task] = []  # in a worker process: its task, with the data, sent once


def _start_worker(task: Task) -> None:
    _worker_tasks.append(task)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    """A study that was killed cannot end its workers, so they watch it."""
    from multiprocessing.connection import wait  # noqa: PLC0415

    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)


def _train_in_worker(job: Job) -> Run:
    return train(_worker_tasks[0], job)


# --- Ray


def on_ray(task: Task, jobs: list[Job], workers: int | None, watch: Watch) -> Done:
    """As tasks of a Ray cluster: the one that ``ray.init`` joined, else this machine alone.

    The data go into Ray's object store once. ``workers`` is the number of CPUs that a run asks for.
    """
    try:
        import ray as engine  # type: ignore[import-not-found] # noqa: PLC0415
    except ModuleNotFoundError:
        raise BadState("on='ray' needs Ray: pip install 'lurnet[ray]'") from None
    del watch
    if not engine.is_initialized():
        engine.init()
    stored = engine.put(task)
    remote = engine.remote(train).options(num_cpus=workers or 1)
    waiting = {remote.remote(stored, job): job for job in jobs}
    try:
        while waiting:
            ready, _ = engine.wait(list(waiting))
            for reference in ready:
                job = waiting.pop(reference)
                yield job, _fetched(engine, reference, job)
    finally:
        for reference in waiting:
            engine.cancel(reference)


def _fetched(engine: Any, reference: Any, job: Job) -> Run:
    """A task's run; where the machine was lost, that is the run's error."""
    try:
        return engine.get(reference)
    except engine.exceptions.RayError as error:
        text = f"{type(error).__name__}: {error}"
        return Run(job.setting, job.replicate, job.seed, error=text)


EXECUTORS: dict[str, Executor] = {
    "here": in_turn, "batch": ensemble, "processes": in_processes, "ray": on_ray
}  # fmt: skip
