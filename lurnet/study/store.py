"""Where a study keeps its runs: a folder with two files for each, or memory.

``study.json`` says what the study is; ``runs/KEY.json`` holds a run's record and
``runs/KEY.safetensors`` its weights. A file appears whole or not at all, and the record last.
"""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from lurnet.core.errors import BadFile, BadState
from lurnet.saving.atomic import replacing
from lurnet.study.fingerprint import as_json
from lurnet.study.runs import Run
from lurnet.study.settings import key_of, plain

_NOT_KEPT = ("weights", "restore")


class Store:
    """The runs in a folder, or with None in memory alone."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def open(self, facts: dict[str, Any]) -> None:
        """Make the folder; where it holds another study, say what differs."""
        if self.folder is None:
            return
        place = self.folder / "study.json"
        if place.exists():
            self._compare(_read(place), json.loads(as_json(facts)))
            return
        try:
            (self.folder / "runs").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadFile(
                f"The study's folder {str(self.folder)!r} cannot be made ({error}): give "
                "Study(folder=...) a place that can be written, or folder=False to keep nothing."
            ) from None
        _write(place, as_json(facts))

    def _compare(self, there: dict[str, Any], now: dict[str, Any]) -> None:
        names = [k for k in now | there if now.get(k) != there.get(k)]
        if names:
            parts = (f"{k}: {_short(there.get(k))} there, {_short(now.get(k))} now" for k in names)
            raise BadState(
                f"{self.folder} holds the runs of another study ({'; '.join(parts)}). Give this "
                "one another folder, or delete that one."
            )

    def load(self, run: Run) -> Run | None:
        """The run as it was finished before, or None."""
        place = self._place(run)
        if place is None or not place.with_suffix(".json").exists():
            return None
        record = _read(place.with_suffix(".json"))
        names = {f.name for f in fields(run)} - {*_NOT_KEPT, "setting"}
        if not names <= set(record):
            raise BadFile(f"{place}.json is no record of a run: delete it to train that anew.")
        found = Run(run.setting, **{n: record[n] for n in names})
        found.weights = None if found.error else place.with_suffix(".safetensors")
        return found

    def save(self, run: Run) -> None:
        """Write a finished run at once: first the weights, then the record."""
        place = self._place(run)
        if place is None:
            return
        if run.weights is not None:
            _write(place.with_suffix(".safetensors"), run.weights)
            run.weights = place.with_suffix(".safetensors")
        facts = {f.name: getattr(run, f.name) for f in fields(run) if f.name not in _NOT_KEPT}
        _write(place.with_suffix(".json"), as_json(facts | {"setting": plain(run.setting)}))

    def _place(self, run: Run) -> Path | None:
        """The path of a run's files, without an ending."""
        if self.folder is None:
            return None
        return self.folder / "runs" / key_of(run.setting, run.replicate)


def read_weights(weights: bytes | Path) -> bytes:
    """A run's weights, from memory or from its file."""
    if isinstance(weights, bytes):
        return weights
    try:
        return weights.read_bytes()
    except OSError as error:
        raise BadFile(f"The weights of this run cannot be read: {error}") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadFile(f"{path} cannot be read ({error}): delete it to train that anew.") from None


def _write(path: Path, data: bytes) -> None:
    with replacing(path) as file:
        file.write(data)


def _short(value: Any) -> str:
    return f"{json.dumps(value):.120}"
