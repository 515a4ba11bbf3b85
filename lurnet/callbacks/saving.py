"""When a callback saves: after each epoch, or every so many batches."""

from typing import Any

from lurnet.callbacks.base import Callback


class Saving(Callback):
    """Base of callbacks that save now and then; subclasses define ``_save``.

    It hears of batches only where it counts them: that makes the device stop after every step.
    """

    save_freq: Any  #: "epoch", a number of batches, or False

    def _save(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> None:
        """Save in an epoch after a batch, or, where that is None, at its end."""
        raise NotImplementedError

    def _start_counting(self) -> None:
        self._epoch = self._batches = 0
        if self.save_freq is not False and self.save_freq != "epoch":
            self.on_train_batch_end = self._on_batch

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Remember the epoch's number."""
        self._epoch = epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Save where it is time."""
        if self.save_freq == "epoch":
            self._save(epoch, None, logs or {})

    def _on_batch(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._batches += 1
        if self._batches >= int(self.save_freq):
            self._batches = 0
            self._save(self._epoch, batch, logs or {})
