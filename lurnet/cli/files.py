"""``lurnet inspect FILE`` and ``lurnet convert OLD NEW``."""

import json
import sys
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lurnet.core.errors import LurnetError
from lurnet.saving.contents import contents
from lurnet.saving.convert import convert

SHAPES = 4  # of a layer's arrays that are shown
PLAIN_WIDTH = 100  # where no terminal says its own


def inspect(path: str, as_json: bool = False) -> int:
    """Print what is in a model file, without building or running it; returns the exit status."""
    return _guarded(lambda: _inspect(path, as_json))


def convert_file(old: str, new: str) -> int:
    """Write a model file in another form; returns the exit status."""
    return _guarded(lambda: _convert(old, new))


def _guarded(work: Callable[[], None]) -> int:
    """Run; a file that cannot be read costs one line and exit status 1."""
    try:
        work()
    except LurnetError as error:
        print(f"lurnet: {_plain(' '.join(str(error).split()))}", file=sys.stderr)
        return 1
    return 0


def _inspect(path: str, as_json: bool) -> None:
    found = contents(path)
    if as_json:
        print(json.dumps(found, indent=2))
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    for label, value in _facts(found).items():
        console.print(Text(f"{label:<12}{_plain(value)}"))
    console.print(_table(found["layers"]))


def _facts(found: dict[str, Any]) -> dict[str, str]:
    model, state = found["model"], found["optimizer_state"]
    facts = {"File": f"{found['file']} ({_size(found['bytes'])})"}
    facts["Holds"] = f"{found['holds']}, {found['container']}"
    if model:
        facts["Model"] = f"{model['class']} {model['name'] or ''}"
    written = [f"{k.replace('_', ' ')} {v}" for k, v in found["about"].items()]
    if written:
        facts["Written"] = ", ".join(written)
    kinds = ", ".join(f"{n:,} {dtype}" for dtype, n in found["dtypes"].items())
    facts["Parameters"] = f"{found['parameters']:,}" + (f" ({kinds})" if kinds else "")
    if found["compiled"]:
        facts["Compiled"] = "; ".join(f"{k} {v}" for k, v in found["compiled"].items())
    if state["arrays"]:
        facts["Training"] = f"state of the optimizer, {_size(state['bytes'])}"
    return facts


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB"


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table("Layer", "Class", "Arrays")
    table.add_column("Parameters", justify="right")
    for row in rows:
        shapes = ["x".join(map(str, s)) or "1" for s in row["shapes"]]
        shown = ", ".join(shapes[:SHAPES]) + (", ..." if len(shapes) > SHAPES else "")
        cells = (row["name"], row["class"], shown, f"{row['parameters']:,}")
        table.add_row(*(Text(_plain(cell)) for cell in cells))
    return table


def _plain(text: str) -> str:
    """Text of a file as it may be shown: without what would steer the terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _convert(old: str, new: str) -> None:
    kept, lost = convert(old, new)
    print(f"{_plain(new)}: kept {_plain(kept)}; lost {_plain(lost)}.")
