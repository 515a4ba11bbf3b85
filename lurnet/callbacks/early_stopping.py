"""Stopping when a metric gets no better."""

from typing import Any

from lurnet.callbacks.monitor import Monitor
from lurnet.core.types import Mode

__all__ = ["EarlyStopping"]


class EarlyStopping(Monitor):
    """Stops training when a metric has not improved for some epochs.

    Args:
        monitor: name of the metric.
        min_delta: a smaller change is no improvement.
        patience: epochs without improvement before training stops.
        verbose: 1 says when it acts.
        mode: "min", "max", or "auto": by the metric.
        baseline: value that must be beaten for an epoch to count as improvement.
        restore_best_weights: whether to go back to the weights of the best epoch at the end.
        start_from_epoch: number of first epochs that are not watched.

    >>> stop = EarlyStopping("loss", patience=3)
    >>> stop.patience, stop.stopped_epoch
    (3, 0)
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: Mode = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience, self.verbose, self.baseline = patience, verbose, baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best_weights: Any = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Forget an earlier training."""
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best = self.best_weights = None

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Compare the metric with the best one; stop when patience is at an end."""
        current = self.get_monitor_value(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self._keep(epoch)  # whatever comes next, there is something to go back to
        self.wait += 1
        if self._is_improvement(current, self.best):
            self.best = current
            self._keep(epoch)
            if self.baseline is None or self._is_improvement(current, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def _keep(self, epoch: int) -> None:
        self.best_epoch = epoch
        if self.restore_best_weights:
            self.best_weights = self.model.get_weights()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Say that training was stopped, and bring back the best weights."""
        if self.stopped_epoch > 0 and self.verbose > 0:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                print(f"Best weights restored: those of the end of epoch {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)
