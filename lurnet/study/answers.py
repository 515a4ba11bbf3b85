"""What a study says in numbers: its runs by setting, the best setting, tables, comparisons."""

from collections.abc import Callable, Mapping
from typing import Any

from lurnet.core.errors import BadState
from lurnet.study import results
from lurnet.study.results import Result
from lurnet.study.runs import Run
from lurnet.study.settings import Setting, key_of, label, only, varying
from lurnet.study.statistics import Comparison
from lurnet.study.table import Table


class Answers:
    """The numbers of a study, whatever made its runs."""

    build: Callable[..., Any]
    settings: list[Setting]
    replicates: int
    given_monitor: str
    mode: str
    _runs: dict[str, Run]

    @property
    def runs(self) -> list[Run]:
        """All runs there are, by setting and replicate; failed ones have an ``error``."""
        keys = [key_of(s, i) for s in self.settings for i in range(self.replicates)]
        return [self._runs[k] for k in keys if k in self._runs]

    @property
    def parameters(self) -> list[str]:
        """The names whose value differs between settings."""
        return varying(self.settings)

    def label(self, setting: Mapping[str, Any]) -> str:
        """A setting in one line, without what is the same in all."""
        return label(setting, self.parameters)

    @property
    def failed(self) -> list[Run]:
        """The runs that ended with an error."""
        return [run for run in self.runs if run.error is not None]

    @property
    def metrics(self) -> list[str]:
        """Names of the metrics that the runs have."""
        return results.metrics_of(self.runs)

    @property
    def monitor(self) -> str:
        """The metric that makes a setting the best."""
        if self.given_monitor != "auto":
            return results.check_metric(self.given_monitor, self.metrics)
        return results.chosen_monitor(self.metrics)

    @property
    def results(self) -> list[Result]:
        """Each setting with its runs."""
        if not self.runs:
            raise BadState("The study has no runs yet: call study.fit(x, y, ...) first.")
        if all(run.error for run in self.runs):
            raise BadState(f"All runs of the study failed; the first: {self.runs[0].error}")
        monitor = self.monitor
        sign = results.sign_of(monitor, self.mode)
        return results.by_setting(self.settings, self.runs, monitor, sign)

    def result(self, setting: Mapping[str, Any] | None = None, **values: Any) -> Result:
        """The one setting with the given values, and its runs."""
        found = key_of(only(self.settings, dict(setting or {}) | values))
        return next(r for r in self.results if key_of(r.setting) == found)

    @property
    def best(self) -> Result:
        """The setting with the best mean: its ``setting``, ``runs``, ``run`` and ``model``."""
        return results.best_of(self.results)

    def table(self, *metrics: str) -> Table:
        """Mean, standard deviation, n and the 95 % interval for each setting and metric.

        Without a name: the metrics of validation and test data; a single one in more detail.
        """
        known = self.metrics
        chosen = [results.check_metric(m, known) for m in metrics]
        chosen = chosen or results.shown_metrics(known)
        rows = [(r.setting, r.estimates, len(r.runs) - len(r.finished)) for r in self.results]
        return Table(self.parameters, rows, chosen)

    def compare(
        self, a: Mapping[str, Any], b: Mapping[str, Any], metric: str | None = None
    ) -> Comparison:
        """The paired difference ``a - b`` with its 95 % interval and p value (paired t test).

        Args:
            a: values that belong to one setting only, such as ``{"l2": 0.0}``.
            b: the same for the other setting.
            metric: what is compared; None: the monitor.
        """
        metric = results.check_metric(metric or self.monitor, self.metrics)
        first, second = self.result(a), self.result(b)
        labels = self.label(first.setting), self.label(second.setting)
        return results.compare(first, second, metric, labels)

    def __repr__(self) -> str:
        name = getattr(self.build, "__name__", "build")
        n, failed = len(self.runs), len(self.failed)
        tail = f", {failed} failed" if failed else ""
        return (
            f"Study of {name}: {len(self.settings)} settings x {self.replicates} replicates, "
            f"{n - failed} runs finished{tail}"
        )
