"""Progress over a whole study: one bar, a line for each run, or nothing."""

from collections.abc import Callable
from typing import Any

from lurnet.callbacks.base import Callback
from lurnet.callbacks.progress import Progbar, clock, number
from lurnet.study.runs import Job, Run
from lurnet.study.settings import label


class Progress:
    """Shows how far a study is; a bar counts epochs, so that the time left is known early.

    Args:
        jobs: the runs to do.
        epochs: how many epochs a job takes at most.
        verbose: 0 nothing, 1 a bar, 2 a line for each run.
    """

    def __init__(self, jobs: list[Job], epochs: Callable[[Job], int], verbose: int) -> None:
        self.verbose, self.runs, self.done = verbose, len(jobs), 0
        self.left = {(id(j.setting), j.replicate): epochs(j) for j in jobs}
        self.bar = _Bar(self, sum(self.left.values())) if verbose == 1 and jobs else None
        self.reached = 0

    def watch(self, job: Job) -> list[Any]:
        """The callbacks that tell of a job's epochs, where it runs in this process."""
        return [_Epochs(self, job)] if self.bar else []

    def epoch(self, job: Job, logs: dict[str, Any]) -> None:
        """An epoch of a job is over."""
        self.left[id(job.setting), job.replicate] -= 1
        self._show(1, logs)

    def finished(self, job: Job, run: Run) -> None:
        """A job is over, perhaps early."""
        self.done += 1
        rest = self.left.pop((id(job.setting), job.replicate))
        if self.bar:
            self._show(rest, run.metrics)
        elif self.verbose == 2:
            print(self._line(run), flush=True)

    def _show(self, epochs: int, logs: dict[str, Any]) -> None:
        self.reached += epochs
        shown = {k: v for k, v in logs.items() if k.startswith("val_")} or logs
        assert self.bar is not None
        self.bar.stateful_metrics |= set(shown)
        finalize = self.done == self.runs
        self.bar.update(self.reached, list(shown.items()), finalize=finalize)

    def _line(self, run: Run) -> str:
        count = f"{self.done:>{len(str(self.runs))}}/{self.runs}"
        names = [k for k in run.metrics if k.startswith(("val_", "test_"))] or list(run.metrics)
        found = ", ".join(f"{k} {number(run.metrics[k])}" for k in names)
        place = f"{label(run.setting)}, replicate {run.replicate + 1}"
        return f"{count}  {place}: {run.error or found} ({clock(run.seconds)})"


class _Bar(Progbar):
    """A bar over all epochs that names the runs."""

    def __init__(self, progress: Progress, target: int) -> None:
        super().__init__(target, unit_name="epoch")
        self.progress = progress

    def _count(self, current: int) -> str:
        done, runs = self.progress.done, self.progress.runs
        return f"run {min(done + 1, runs)}/{runs}"


class _Epochs(Callback):
    def __init__(self, progress: Progress, job: Job) -> None:
        super().__init__()
        self.progress, self.job = progress, job

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Tell."""
        self.progress.epoch(self.job, logs or {})
