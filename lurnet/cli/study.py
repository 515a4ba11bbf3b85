"""``lurnet study FILE.py``: run a program, then show its studies and write their reports."""

import contextlib
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path

from lurnet.core.errors import BadFile
from lurnet.study import Study, quick


def study(program: str, arguments: Sequence[str], report: str | None, fast: bool) -> int:
    """Run the program; print each study's table and write its page. Returns the exit status."""
    path = Path(program)
    if not path.is_file():
        raise BadFile(f"There is no file {program}.")
    before = sys.argv, sys.path[:]
    sys.argv, sys.path = [program, *arguments], [str(path.resolve().parent), *sys.path]
    try:
        with quick() if fast else contextlib.nullcontext():
            names = runpy.run_path(program, run_name="__main__")
    finally:
        sys.argv, sys.path = before
    found = {k: v for k, v in names.items() if isinstance(v, Study) and v.runs}
    for name, one in found.items():
        print(f"\n{name}: {one}\n\n{one.table()}\n")
        print(f"Report: {one.report(_place(path, name, report, len(found)))}")
    if not found:
        print(
            f"{program} leaves no study that was fitted: write study = lurnet.Study(...) and "
            "study.fit(...) at the top level of the file."
        )
    return 0 if found else 1


def _place(program: Path, name: str, report: str | None, count: int) -> Path:
    """Beside the program, under its name; several studies are told apart by theirs."""
    place = Path(report) if report else program.with_suffix(".html")
    return place if count == 1 else place.with_stem(f"{place.stem}-{name}")
