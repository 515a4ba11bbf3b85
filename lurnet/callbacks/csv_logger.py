"""A table of the epochs' metrics in a file."""

import csv
import os
from typing import Any, TextIO

import numpy as np

from lurnet.callbacks.base import Callback

__all__ = ["CSVLogger"]


class CSVLogger(Callback):
    """Writes each epoch's logs as a row of a CSV file.

    The columns are ``epoch`` and the names in the first epoch's logs, sorted, and their ``val_``
    twins; a value that is missing in an epoch is written as NA.

    Args:
        filename: path of the file.
        separator: what stands between two values.
        append: whether to go on with a file that is there.

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "log.csv"
    >>> log = CSVLogger(path); log.on_train_begin(); log.on_epoch_end(0, {"loss": 0.5})
    >>> log.on_train_end(); path.read_text().split()
    ['epoch,loss,val_loss', '0,0.5,NA']
    """

    def __init__(
        self, filename: str | os.PathLike, separator: str = ",", append: bool = False
    ) -> None:
        super().__init__()
        self.filename, self.sep, self.append = os.fspath(filename), separator, append
        self.keys: list[str] | None = None
        self.csv_file: TextIO | None = None
        self.writer: Any = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Open the file; where rows are added to one, its own columns are kept."""
        self.keys = self.writer = None
        if self.append and os.path.exists(self.filename):
            with open(self.filename, newline="", encoding="utf-8") as file:
                first = next(csv.reader(file, delimiter=self.sep), None)
            self.keys = None if first is None else first[1:]
        mode = "a" if self.append else "w"
        self.csv_file = open(self.filename, mode, newline="", encoding="utf-8")  # noqa: SIM115
        self.writer = csv.writer(self.csv_file, delimiter=self.sep)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Add a row."""
        logs = logs or {}
        if self.keys is None:
            self.keys = sorted(logs)
            if not any(key.startswith("val_") for key in self.keys):
                self.keys += [f"val_{key}" for key in self.keys]  # a later epoch may validate
            self.writer.writerow(["epoch", *self.keys])
        self.writer.writerow([epoch, *(_cell(logs.get(key, "NA")) for key in self.keys)])
        self.csv_file.flush()  # type: ignore[union-attr]

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Close the file."""
        if self.csv_file is not None:
            self.csv_file.close()
            self.csv_file = self.writer = None


def _cell(value: Any) -> Any:
    """A number as it is; an array as its items."""
    if isinstance(value, str) or np.ndim(value) == 0:
        return value
    return '"[' + ", ".join(map(str, np.ravel(value))) + ']"'
