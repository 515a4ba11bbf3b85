"""The report of a study: question, answer, table, pictures, and how it was made."""

import inspect
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from lurnet.callbacks.progress import clock
from lurnet.report import page
from lurnet.study.axes import legend_text
from lurnet.study.settings import names_of, text_of


def write_study(
    study: Any,
    path: Path,
    title: str | None = None,
    question: str | None = None,
    pictures: Sequence[Any] | Mapping[str, Any] = (),
) -> Path:
    """Write the page; see ``Study.report``."""
    name = getattr(study.build, "__name__", "build").replace("_", " ")
    parts = [page.paragraph(question, "question")] if question else []
    parts += [page.paragraph(_answer(study), "answer"), *_table(study), *_differences(study)]
    parts += [*_drawn(study), *_given(pictures), *_failures(study), *_made(study)]
    return page.write(path, page.page(title or f"Study of {name}", parts))


def _answer(study: Any) -> str:
    best, monitor = study.best, study.monitor
    found = best.estimate(monitor)
    single = len(study.settings) == 1
    what = "It reached" if single else f"Best: {study.label(best.setting)}, with"
    interval = f" (mean of {found.n} runs, 95 % interval)" if found.n > 1 else " (one run)"
    return f"{what} {monitor} {found}{interval}."


def _table(study: Any) -> list[str]:
    table = study.table()
    best = study.settings.index(study.best.setting)
    note = "Mean over the replicates ± half of the 95 % interval of the mean (Student's t); n runs."
    if len(table.metrics) == 1:
        note = "Mean, standard deviation and 95 % interval of the mean (Student's t) over n runs."
    marked = best if len(study.settings) > 1 else None
    return [
        page.heading("Results"),
        page.table(table.header, table.lines, marked),
        page.paragraph(note, "note"),
    ]


def _differences(study: Any) -> list[str]:
    """Every setting against the best, paired by replicate."""
    best, monitor = study.best, study.monitor
    known = best.values(monitor).keys()
    others = [r for r in study.results if r is not best and r.setting != best.setting]
    pairs = [r for r in others if len(known & r.values(monitor).keys()) > 1]
    if not pairs:
        return []
    lines = []
    for other in pairs:
        c = study.compare(other.setting, best.setting)
        facts = [f"{c.mean:+.4f}", f"{c.low:+.4f} to {c.high:+.4f}", f"{c.p:.3g}", str(c.n)]
        lines.append([legend_text(other.setting, study.parameters), *facts])
    first = study.parameters[0] if len(study.parameters) == 1 else "setting"
    header = [first, f"{monitor}, difference", "95 % interval", "p", "pairs"]
    note = (
        f"Differences to the best setting, {legend_text(best.setting, study.parameters)}. "
        "Replicates have equal seeds in all settings, so they are compared in pairs (two-sided t "
        "test); p is not corrected for the number of comparisons."
    )
    return [page.heading("Differences"), page.table(header, lines), page.paragraph(note, "note")]


def _drawn(study: Any) -> list[str]:
    """Error bars and learning curves, as far as they can be drawn."""
    parts = [page.picture(figure, caption) for caption, figure in study.figures()]
    return [page.heading("Curves"), *parts] if parts else []


def _given(pictures: Sequence[Any] | Mapping[str, Any]) -> list[str]:
    pairs = pictures.items() if isinstance(pictures, Mapping) else [("", p) for p in pictures]
    parts = [page.picture(given, caption) for caption, given in pairs]
    return [page.heading("Pictures"), *parts] if parts else []


def _failures(study: Any) -> list[str]:
    if not study.failed:
        return []
    lines = [[study.label(r.setting), str(r.replicate + 1), str(r.error)] for r in study.failed]
    return [page.heading("Failed runs"), page.table(["setting", "replicate", "error"], lines)]


def _made(study: Any) -> list[str]:
    """Everything that one needs to make it again."""
    seeds = dict.fromkeys(run.seed for run in study.runs)
    seconds = sum(run.seconds for run in study.runs)
    names = names_of(study.settings)  # of build's arguments, and of fit's where settings give these
    fit = [(f"fit: {k}", str(v)) for k, v in study.facts["fit"].items() if k not in names]
    pairs = [
        ("settings", str(len(study.settings))),
        *((name, _values(study, name)) for name in names),
        ("replicates", str(study.replicates)),
        ("seed", f"{study.seed}; of the replicates {', '.join(map(str, seeds))}"),
        *fit,
        *([("tested on", str(study.facts["evaluate_on"]))] if study.facts["evaluate_on"] else []),
        ("time", f"{clock(seconds)} for {len(study.runs)} runs"),
        ("written", datetime.now().astimezone().isoformat(" ", "minutes")),
        ("machine", _machine()),
        ("versions", _versions()),
    ]
    parts = [page.heading("How it was made"), page.facts(pairs)]
    try:
        return [*parts, page.code(inspect.getsource(study.build).rstrip())]
    except (OSError, TypeError):  # typed into an interpreter
        return parts


def _values(study: Any, name: str) -> str:
    found = list(dict.fromkeys(text_of(s[name]) for s in study.settings if name in s))
    return ", ".join(found if len(found) <= 12 else [*found[:6], "...", *found[-5:]])


def _machine() -> str:
    cores = os.cpu_count()
    return f"{platform.system()} {platform.machine()}, {cores} cores"


def _versions() -> str:
    """Of Python, and of what is loaded."""
    names = ("lurnet", "jax", "numpy", "optuna", "ray")
    found = [f"{n} {sys.modules[n].__version__}" for n in names if n in sys.modules]
    return ", ".join([f"Python {platform.python_version()}", *found])
