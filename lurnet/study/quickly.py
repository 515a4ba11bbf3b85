"""Studies made small, to see that all works: ``lurnet study FILE.py --quick``."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REPLICATES = 2
_quick = {"on": False}


@contextlib.contextmanager
def quick() -> Iterator[None]:
    """Every study inside trains one epoch and two replicates at most, in a folder of its own."""
    _quick["on"], before = True, _quick["on"]
    try:
        yield
    finally:
        _quick["on"] = before


def arguments_of(given: dict[str, Any]) -> dict[str, Any]:
    """The arguments of ``fit``, with one epoch inside ``quick()``."""
    return given | {"epochs": 1} if _quick["on"] else given


def replicates_of(given: int) -> int:
    """The number of replicates, two at most inside ``quick()``."""
    return min(given, REPLICATES) if _quick["on"] else given


def folder_of(given: Path) -> Path:
    """The folder, one of its own inside ``quick()``."""
    return given.with_name(f"{given.name}-quick") if _quick["on"] else given
