"""Where runs are done: here one after another, in processes, or on a Ray cluster."""

from collections.abc import Callable, Iterator
from typing import Any

from lurnet.core.errors import BadState, BadType, BadValue, did_you_mean
from lurnet.study.runs import Job, Run, Task, train

Done = Iterator[tuple[Job, Run]]
Watch = Callable[[Job], list[Any]]
_held: dict[str, Task] = {}  # in a worker process: the task, with the data, sent once


def here(task: Task, jobs: list[Job], workers: int | None, watch: Watch) -> Done:
    """One after another in this process: equal structures share one compiled program."""
    del workers
    for job in jobs:
        yield job, train(task, job, watch(job))


def processes(task: Task, jobs: list[Job], workers: int | None, watch: Watch) -> Done:
    """In worker processes, started anew: what ``build`` needs must be importable there."""
    import multiprocessing  # noqa: PLC0415
    from concurrent.futures import ProcessPoolExecutor, as_completed  # noqa: PLC0415
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415

    del watch
    pool = ProcessPoolExecutor(
        min(workers or 2, len(jobs)), multiprocessing.get_context("spawn"), _hold, (task,)
    )
    try:
        futures = {pool.submit(_train_held, job): job for job in jobs}
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BrokenProcessPool:
        raise BadState(
            "The worker processes ended before their work was done. A script that uses "
            "on='processes' must define build() in a file (not in a notebook or the interpreter) "
            "and start the study below `if __name__ == '__main__':`. Too little memory ends "
            "workers too: try workers=1."
        ) from None
    except (AttributeError, TypeError) as error:
        raise BadType(
            f"The study cannot be sent to other processes ({error}). build and the functions in "
            "callbacks must be defined at the top of a file, not be lambdas or inner functions."
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _hold(task: Task) -> None:
    _held["task"] = task


def _train_held(job: Job) -> Run:
    return train(_held["task"], job)


def ray(task: Task, jobs: list[Job], workers: int | None, watch: Watch) -> Done:
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
    held = engine.put(task)
    remote = engine.remote(train).options(num_cpus=workers or 1)
    waiting = {remote.remote(held, job): job for job in jobs}
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


PLACES = {"here": here, "processes": processes, "ray": ray}


def place(name: str) -> Callable[[Task, list[Job], int | None, Watch], Done]:
    """The way of doing runs that a name stands for."""
    if name not in PLACES:
        raise BadValue(
            f"`on` must be one of {', '.join(map(repr, PLACES))}, but it is {name!r}."
            f"{did_you_mean(name, PLACES)}"
        )
    return PLACES[name]
