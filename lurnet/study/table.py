"""The results of a study as a table: one line for each setting, or one row for each number."""

import csv
import io
import math
from collections.abc import Sequence
from typing import Any

from lurnet.core.errors import BadState
from lurnet.study.settings import Setting, plain, text_of
from lurnet.study.statistics import Estimate


class Table(list):
    """A list of rows, dicts with the setting's values and

    ``metric``, ``n``, ``mean``, ``sd``, ``low``, ``high`` (the 95 % interval of the mean). Printed
    it has a line for each setting: mean ± half the interval.

    Args:
        names: the settings' names that are shown.
        results: settings, each with its estimates by metric and the number of failed runs.
        metrics: the metrics.
    """

    def __init__(
        self,
        names: Sequence[str],
        results: Sequence[tuple[Setting, dict[str, Estimate], int]],
        metrics: Sequence[str],
    ) -> None:
        self.names, self.metrics, self.results = list(names), list(metrics), list(results)
        super().__init__(
            {n: setting.get(n) for n in self.names} | _row(metric, found[metric])
            for setting, found, _ in self.results
            for metric in self.metrics
            if metric in found
        )

    @property
    def header(self) -> list[str]:
        """Titles of the printed table's columns."""
        failed = ["failed"] if any(f for *_, f in self.results) else []
        if len(self.metrics) == 1:
            return [*self.names, "n", *failed, self.metrics[0], "sd", "95 % interval"]
        return [*self.names, "n", *failed, *self.metrics]

    @property
    def lines(self) -> list[list[str]]:
        """The printed table's cells."""
        return [self._cells(*result) for result in self.results]

    def _cells(self, setting: Setting, found: dict[str, Estimate], failed: int) -> list[str]:
        first = [text_of(setting[n]) if n in setting else "" for n in self.names]
        n = max((e.n for e in found.values()), default=0)
        first += [str(n), *([str(failed)] if "failed" in self.header else [])]
        estimates = [found.get(m) for m in self.metrics]
        if len(self.metrics) == 1:
            return first + _columns(estimates[0])
        return first + ["" if e is None else str(e) for e in estimates]

    def to_markdown(self) -> str:
        """The printed table as Markdown."""
        rows = [self.header, ["---"] * len(self.header), *self.lines]
        return "\n".join("| " + " | ".join(c.replace("|", "\\|") for c in r) + " |" for r in rows)

    def to_csv(self, path: Any = None) -> str:
        """All rows as CSV text, with full precision; with a path, into that file too."""
        text = io.StringIO()
        columns = list(dict.fromkeys(k for row in self for k in row))
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: plain(v) for k, v in row.items()} for row in self)
        if path is not None:
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(text.getvalue())
        return text.getvalue()

    def to_pandas(self) -> Any:
        """All rows as a pandas DataFrame."""
        try:
            import pandas  # type: ignore[import-not-found] # noqa: PLC0415
        except ModuleNotFoundError:
            raise BadState("to_pandas() needs pandas: pip install pandas") from None
        return pandas.DataFrame(list(self))

    def __rich__(self) -> Any:
        from rich import box  # noqa: PLC0415
        from rich.table import Table as RichTable  # noqa: PLC0415

        drawn = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
        for i, title in enumerate(self.header):
            drawn.add_column(title, justify="left" if i < len(self.names) else "right")
        for line in self.lines:
            drawn.add_row(*line)
        return drawn

    def __str__(self) -> str:
        from rich.console import Console  # noqa: PLC0415

        text = io.StringIO()
        width = 4 + sum(
            max(map(len, column)) + 3 for column in zip(self.header, *self.lines, strict=True)
        )
        Console(file=text, width=width, color_system=None).print(self)
        return "\n".join(line.rstrip() for line in text.getvalue().splitlines()).strip("\n")

    __repr__ = __str__

    def _repr_html_(self) -> str:
        import html  # noqa: PLC0415

        def row(cells: Sequence[str], tag: str) -> str:
            return "<tr>" + "".join(f"<{tag}>{html.escape(c)}</{tag}>" for c in cells) + "</tr>"

        body = "".join(row(line, "td") for line in self.lines)
        return f"<table><thead>{row(self.header, 'th')}</thead><tbody>{body}</tbody></table>"


def _row(metric: str, found: Estimate) -> dict[str, Any]:
    names = ("n", "mean", "sd", "low", "high")
    return {"metric": metric} | {name: getattr(found, name) for name in names}


def _columns(found: Estimate | None) -> list[str]:
    if found is None:
        return ["", "", ""]
    if math.isnan(found.sd):
        return [f"{found.mean:.4f}", "", ""]
    return [f"{found.mean:.4f}", f"{found.sd:.4f}", f"{found.low:.4f} to {found.high:.4f}"]
