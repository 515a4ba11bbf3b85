"""What the runs of a study say: by setting, by metric, and which setting is best."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lurnet.callbacks.monitor import mode_of
from lurnet.core.errors import BadState, BadValue, did_you_mean
from lurnet.metrics.results import direction_of
from lurnet.study.runs import Run
from lurnet.study.settings import Setting, key_of
from lurnet.study.statistics import Comparison, Estimate, estimate, paired_comparison


@dataclass
class Result:
    """A setting and the runs that were made with it.

    Args:
        setting: arguments of build (and fit).
        runs: one for each replicate, failed ones too.
        monitor: the metric that says which replicate is best.
        sign: 1 where more of it is better, -1 where less is.
    """

    setting: Setting
    runs: list[Run]
    monitor: str
    sign: int

    @property
    def finished(self) -> list[Run]:
        """The runs that did not fail."""
        return [run for run in self.runs if run.error is None]

    def values(self, metric: str) -> dict[int, float]:
        """A metric by replicate."""
        return {r.replicate: r.metrics[metric] for r in self.finished if metric in r.metrics}

    def estimate(self, metric: str) -> Estimate:
        """Mean, standard deviation and interval of a metric."""
        return estimate(list(self.values(metric).values()))

    @property
    def estimates(self) -> dict[str, Estimate]:
        """All metrics."""
        return {m: self.estimate(m) for m in metrics_of(self.runs)}

    @property
    def run(self) -> Run:
        """The best replicate."""
        if not self.finished:
            raise BadState("All runs of this setting failed.")
        return max(self.finished, key=lambda r: self.sign * r.metrics.get(self.monitor, -np.inf))

    @property
    def model(self) -> Any:
        """The model of the best replicate, with its trained weights."""
        return self.run.model


def metrics_of(runs: Iterable[Run]) -> list[str]:
    """The metrics' names: of tests, validation and training, the loss behind the others."""
    found = dict.fromkeys(m for run in runs for m in run.metrics if m != "learning_rate")
    kinds = {"test": 0, "val": 1}
    return sorted(found, key=lambda m: (kinds.get(m.split("_")[0], 2), m.endswith("loss")))


def of_unseen_data(names: Sequence[str]) -> list[str]:
    """Those worth a column: of data that were not trained on, where there are any."""
    return [n for n in names if n.startswith(("val_", "test_"))] or list(names)


def check_metric(metric: str, known: Sequence[str]) -> str:
    """The metric, if the study has it."""
    if metric not in known:
        raise BadValue(
            f"The study has no metric {metric!r}; it has {', '.join(known) or 'none yet'}."
            f"{did_you_mean(metric, known)}"
        )
    return metric


def default_monitor(known: Sequence[str]) -> str:
    """The metric to choose the best setting by: of the validation, never of the test."""
    allowed = [m for m in known if not m.startswith("test_")]
    validation = [m for m in allowed if m.startswith("val_")]
    return next(iter(validation or allowed or known), "loss")


def sign_of(metric: str, mode: str) -> int:
    """1 where more of a metric is better, -1 where less is; as callbacks tell it."""
    mode = mode_of(direction_of(metric), metric, "Study") if mode == "auto" else mode
    return 1 if mode == "max" else -1


def best_of(results: Sequence[Result]) -> Result:
    """The setting with the best mean of the monitored metric."""
    able = [r for r in results if r.values(r.monitor)]
    if not able:
        raise BadState("No run of the study is finished, so there is no best setting: call fit().")
    return max(able, key=lambda r: r.sign * r.estimate(r.monitor).mean)


def by_setting(
    settings: Sequence[Setting], runs: Sequence[Run], monitor: str, sign: int
) -> list[Result]:
    """The runs of each setting."""
    found: dict[str, list[Run]] = {key_of(s): [] for s in settings}
    for run in runs:
        found[key_of(run.setting)].append(run)
    return [Result(s, found[key_of(s)], monitor, sign) for s in settings]


def compare(a: Result, b: Result, metric: str, names: tuple[str, str]) -> Comparison:
    """The paired difference of two settings over the replicates that both finished."""
    first, second = a.values(metric), b.values(metric)
    both = sorted(first.keys() & second.keys())
    pairs = [first[i] for i in both], [second[i] for i in both]
    return paired_comparison(*pairs, (*names, metric))


def curves(result: Result, metric: str) -> np.ndarray:
    """A metric by epoch, (replicates, epochs); NaN after a run's last epoch."""
    found = [run.history[metric] for run in result.finished if metric in run.history]
    table = np.full((len(found), max(map(len, found), default=0)), np.nan)
    for row, values in zip(table, found, strict=True):
        row[: len(values)] = values
    return table
