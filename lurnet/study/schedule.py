"""The runs of one task: which are there, which are to do, and doing these."""

import contextlib
import functools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from lurnet.core import tree
from lurnet.study.executors import executor_named
from lurnet.study.fingerprint import description
from lurnet.study.progress import Progress
from lurnet.study.runs import Job, Run, Task, restored_model
from lurnet.study.settings import Setting, key_of
from lurnet.study.store import Store, read_weights


class Schedule:
    """Trains what is missing, and writes each run as soon as it is finished.

    Args:
        task: what all runs share.
        store: where they are kept; it must be open.
        runs: by key; finished ones are added.
        seed: of the study.
    """

    def __init__(self, task: Task, store: Store, runs: dict[str, Run], seed: int) -> None:
        self.task, self.store, self.runs, self.seed = task, store, runs, seed
        self.structures: dict[str, str | None] = {}
        self.shape = _shape_of(task.arguments["x"])

    def train(
        self,
        settings: Sequence[Setting],
        replicates: int,
        on: str,
        workers: int | None,
        verbose: int | str,
    ) -> None:
        """Do the runs that are not there yet."""
        run_jobs = executor_named(on)
        jobs = [j for j in self._jobs(settings, replicates) if not self._is_done(j)]
        verbose = 1 if verbose == "auto" else int(verbose)
        known, folder = len(settings) * replicates - len(jobs), self.store.folder
        if known and jobs and verbose and folder:
            print(f"{known} of {known + len(jobs)} runs were finished before, in {folder}")
        progress = Progress(jobs, self._epochs, verbose)
        try:
            done = run_jobs(self.task, jobs, workers, progress.watch)
            with contextlib.closing(done):  # what it started ends, wherever Ctrl-C strikes
                for job, run in done if jobs else ():
                    self.store.save(run)
                    self._adopt(run)
                    progress.finished(job, run)
        except KeyboardInterrupt:
            print(
                f"\nStopped by Ctrl-C: {len(self.runs)} finished runs are kept"
                f"{f' in {folder}' if folder else ''}. The same call goes on from there."
            )
            raise

    def _jobs(self, settings: Sequence[Setting], replicates: int) -> Iterator[Job]:
        for setting in settings:
            for i in range(replicates):
                yield Job(setting, i, replicate_seed(self.seed, i))

    def _is_done(self, job: Job) -> bool:
        """Whether a run was finished before, by this very model; then it is taken up."""
        run = self.runs.get(key_of(job.setting, job.replicate))
        if run is None:
            run = self.store.load(Run(job.setting, job.replicate, job.seed))
        if run is None or run.error is not None or run.structure != self._structure(job):
            return False
        self._adopt(run)
        return True

    def _structure(self, job: Job) -> str | None:
        key = key_of(job.setting)
        if key not in self.structures:
            self.structures[key] = None
            with contextlib.suppress(
                Exception
            ):  # it fails again, and is reported, when it is trained
                self.structures[key] = description(self.task.model(job.setting, job.seed))
        return self.structures[key]

    def _adopt(self, run: Run) -> None:
        run.restore = functools.partial(_restored, self.task, self.shape)
        self.runs[key_of(run.setting, run.replicate)] = run

    def _epochs(self, job: Job) -> int:
        return int((self.task.arguments | self.task.split(job.setting)[1])["epochs"])


def _restored(task: Task, shape: Any, run: Run) -> Any:
    return restored_model(task, run, read_weights(run.weights), shape)


def _shape_of(x: Any) -> Any:
    """The shape of a batch of the inputs, where they are arrays."""
    if not (hasattr(x, "shape") or isinstance(x, (list, tuple, dict))):
        return None
    return tree.map_structure(lambda a: (None, *np.shape(a)[1:]), x)


def replicate_seed(seed: int, replicate: int) -> int:
    """The seed of a replicate: the same in every setting.

    >>> replicate_seed(0, 0) == replicate_seed(0, 1)
    False
    """
    return int(np.random.SeedSequence([seed, replicate]).generate_state(1)[0]) // 2
