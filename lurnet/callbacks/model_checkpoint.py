"""Saving the model while it trains."""

import os
import warnings
from typing import Any

import numpy as np

from lurnet.callbacks.monitor import Monitor
from lurnet.callbacks.saving import Saving
from lurnet.core.errors import BadValue, did_you_mean

__all__ = ["ModelCheckpoint"]


class BadPattern(BadValue, KeyError):
    """A file name that asks for a metric which is not in the logs."""

    __str__ = Exception.__str__  # KeyError would show the message in quotes


class ModelCheckpoint(Saving, Monitor):
    """Saves the model, or its weights, after each epoch or every so many batches.

    Args:
        filepath: path, which may hold ``{epoch}``, ``{batch}`` (both counted from 1) and names of
            metrics, as in ``"{epoch:02d}-{val_loss:.2f}.keras"``. It ends in ``.keras`` or
            ``.h5``, for weights alone in ``.weights.h5``.
        monitor: name of the metric that says which model is the best.
        verbose: 1 says what is saved.
        save_best_only: whether to save only when the metric is better than ever.
        save_weights_only: whether to save the weights and no architecture.
        mode: "min", "max", or "auto": by the metric.
        save_freq: "epoch", or a number of batches; a number makes the device stop after every
            step, which slows small networks down.
        initial_value_threshold: with ``save_best_only``, the value to beat at first.

    >>> best = ModelCheckpoint("best.keras", monitor="val_accuracy", save_best_only=True)
    >>> best.save_freq
    'epoch'
    """

    def __init__(
        self,
        filepath: str | os.PathLike,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath, self.verbose = os.fspath(filepath), verbose
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        self.save_freq = save_freq
        self._check()
        self._start_counting()

    def _check(self) -> None:
        if self.save_freq != "epoch" and not (
            isinstance(self.save_freq, int) and self.save_freq > 0
        ):
            raise BadValue(
                "ModelCheckpoint: `save_freq` must be 'epoch' or a number of batches, but it is "
                f"{self.save_freq!r}."
            )
        ends = (".weights.h5",) if self.save_weights_only else (".keras", ".h5")
        if not self.filepath.endswith(ends):
            what = "the weights alone are" if self.save_weights_only else "a whole model is"
            raise BadValue(
                f"ModelCheckpoint: {what} saved in a file whose name ends in "
                f"{' or '.join(ends)}, but `filepath` is {self.filepath!r}."
            )

    def _save(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> None:
        path = self._path(epoch, batch, logs)
        if not self._wanted(epoch, logs, path):
            return
        if os.path.isdir(path):
            raise IsADirectoryError(
                f"ModelCheckpoint: {path!r} is a folder; give the path of a file in it."
            )
        folder = os.path.dirname(path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        save = self.model.save_weights if self.save_weights_only else self.model.save
        save(path, overwrite=True)

    def _path(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> str:
        known = {"epoch": epoch + 1} | ({} if batch is None else {"batch": batch + 1}) | logs
        try:
            return self.filepath.format(**known)
        except KeyError as error:
            name = error.args[0]
            raise BadPattern(
                f"ModelCheckpoint: the filepath {self.filepath!r} asks for {name!r}, but there is "
                f"only {', '.join(known)}.{did_you_mean(name, known)}"
            ) from None

    def _wanted(self, epoch: int, logs: dict[str, Any], path: str) -> bool:
        if not self.save_best_only:
            self._say(epoch, f"saved to {path}")
            return True
        current = logs.get(self.monitor)
        if current is None or np.ndim(current) > 0:
            names = ", ".join(logs) or "nothing"
            warnings.warn(
                f"ModelCheckpoint cannot tell the best model: {self.monitor!r} "
                + ("is no single number" if current is not None else "is not in the logs")
                + f" (they have: {names}), so it saves every time."
                + did_you_mean(self.monitor, logs),
                stacklevel=4,
            )
            return True
        before = "None" if self.best is None else f"{self.best:.5f}"
        if not self._is_improvement(current, self.best):
            self._say(epoch, f"{self.monitor} is {current:.5f}, no better than {before}")
            return False
        change = f"{self.monitor} is {current:.5f}, the best so far (before: {before})"
        self._say(epoch, f"{change}; saved to {path}")
        self.best = current
        return True

    def _say(self, epoch: int, text: str) -> None:
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1}: {text}")
