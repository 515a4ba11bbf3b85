"""Where runs are done: here one after another or as a batch, in processes, or on a Ray cluster."""

from collections.abc import Callable, Generator
from typing import Any

from lurnet.core.errors import BadState, BadValue, did_you_mean
from lurnet.study.batch import batch
from lurnet.study.processes import processes
from lurnet.study.runs import Job, Run, Task, train

Done = Generator[tuple[Job, Run], None, None]
Watch = Callable[[Job], list[Any]]


def here(task: Task, jobs: list[Job], workers: int | None, watch: Watch) -> Done:
    """One after another in this process: equal structures share one compiled program."""
    del workers
    for job in jobs:
        yield job, train(task, job, watch(job))


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


PLACES = {"here": here, "batch": batch, "processes": processes, "ray": ray}


def place(name: str) -> Callable[[Task, list[Job], int | None, Watch], Done]:
    """The way of doing runs that a name stands for."""
    if name not in PLACES:
        raise BadValue(
            f"`on` must be one of {', '.join(map(repr, PLACES))}, but it is {name!r}."
            f"{did_you_mean(name, PLACES)}"
        )
    return PLACES[name]
