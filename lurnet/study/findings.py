"""What came of a study: its runs by setting, the best setting, tables, pictures, the report."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lurnet import report
from lurnet.core.errors import BadState, BadValue
from lurnet.study import pictures, results
from lurnet.study.results import Result
from lurnet.study.runs import Run
from lurnet.study.settings import Setting, key_of, label, matching, only, varying
from lurnet.study.statistics import Comparison
from lurnet.study.table import Table


class Findings:
    """The numbers and pictures of a study, whatever made its runs."""

    build: Callable[..., Any]
    settings: list[Setting]
    replicates: int
    given_monitor: str
    mode: str
    searched: bool
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
        return results.default_monitor(self.metrics)

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
        chosen = chosen or results.of_unseen_data(known)
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

    def plot(
        self,
        metric: str | None = None,
        x: str | None = None,
        by: str | None = None,
        where: Mapping[str, Any] | None = None,
        title: str | None = None,
    ) -> Any:
        """Means with their 95 % intervals against the parameters, as a matplotlib figure.

        Args:
            metric: what is drawn; None: the monitor. Intervals of shares, such as accuracy, are
                drawn no further than 0 and 1; ``table`` has them whole.
            x: the parameter on the axis; None: the one with the most numbers, else names.
            by: another: a curve for each of its values; None: one of those left (after a search:
                none). Each combination of further ones has a panel.
            where: values of parameters: only settings that have these are drawn.
            title: above the picture.

        Settings from a list of dicts that are not all combinations of their values stand one by
        one, by name.
        """
        metric = results.check_metric(metric or self.monitor, self.metrics)
        return pictures.against(self._matching(where), metric, x, by, title, not self.searched)

    def plot_curves(
        self,
        metric: str | None = None,
        where: Mapping[str, Any] | None = None,
        most: int = 7,
        title: str | None = None,
    ) -> Any:
        """Learning curves: the mean of each setting's replicates, in its 95 % band.

        Args:
            metric: what is drawn; None: the monitor.
            where: values that the settings drawn have.
            most: how many settings are drawn, the best ones.
            title: above the picture.
        """
        metric = metric or self.monitor
        results.check_metric(metric, [m for m in self.metrics if not m.startswith("test_")])
        return pictures.learning(self._matching(where), metric, title, most)

    def figures(self) -> Iterator[tuple[str, Any]]:
        """Captions and matplotlib figures of what the report shows: error bars and curves."""
        return pictures.captioned(self)

    def _matching(self, where: Mapping[str, Any] | None) -> list[Result]:
        found = {key_of(s) for s in matching(self.settings, where or {})}
        if not found:
            raise BadValue(f"No setting of the study has {label(dict(where or {}))}.")
        return [r for r in self.results if key_of(r.setting) in found]

    def report(
        self,
        path: str | Path,
        title: str | None = None,
        question: str | None = None,
        pictures: Sequence[Any] | Mapping[str, Any] = (),
    ) -> Path:
        """Write one HTML page with all of it, readable without a network; returns its path.

        Args:
            path: name of the file.
            title: heading; None: made of build's name.
            question: what the study was made to find out, in a paragraph.
            pictures: matplotlib figures or paths of PNG and SVG files; with a dict under captions.
        """
        return report.write_study(self, Path(path), title, question, pictures)

    def __repr__(self) -> str:
        name = getattr(self.build, "__name__", "build")
        n, failed = len(self.runs), len(self.failed)
        tail = f", {failed} failed" if failed else ""
        return (
            f"Study of {name}: {len(self.settings)} settings x {self.replicates} replicates, "
            f"{n - failed} runs finished{tail}"
        )


def add_run(findings: Findings, run: Run) -> None:
    """Take up a run, wherever it was made."""
    findings._runs[key_of(run.setting, run.replicate)] = run
