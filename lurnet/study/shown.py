"""What a study shows: error bars, learning curves, and its report."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lurnet import report
from lurnet.core.errors import BadValue
from lurnet.study import pictures, results
from lurnet.study.answers import Answers
from lurnet.study.figures import captioned
from lurnet.study.results import Result
from lurnet.study.settings import key_of, label, matching


class Shown(Answers):
    """The pictures of a study."""

    searched: bool

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
        return pictures.against(self._chosen(where), metric, x, by, title, not self.searched)

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
        return pictures.learning(self._chosen(where), metric, title, most)

    def figures(self) -> Iterator[tuple[str, Any]]:
        """Captions and matplotlib figures of what the report shows: error bars and curves."""
        return captioned(self)

    def _chosen(self, where: Mapping[str, Any] | None) -> list[Result]:
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
