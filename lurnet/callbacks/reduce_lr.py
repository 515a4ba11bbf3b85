"""A lower learning rate when a metric gets no better."""

import inspect
from typing import Any

from lurnet.callbacks.monitor import Monitor
from lurnet.core.errors import BadType, BadValue, did_you_mean
from lurnet.core.types import Mode

__all__ = ["ReduceLROnPlateau"]


class ReduceLROnPlateau(Monitor):
    """Multiplies the learning rate by a factor when a metric has not improved for some epochs.

    Args:
        monitor: name of the metric.
        factor: the new learning rate is the old one times this; below 1.
        patience: epochs without improvement before it acts.
        verbose: 1 says when it acts.
        mode: "min", "max", or "auto": by the metric.
        min_delta: a smaller change is no improvement.
        cooldown: epochs after a reduction that are not counted.
        min_lr: the learning rate goes no lower.
        **kwargs: ``epsilon``, the old name of ``min_delta``.

    >>> ReduceLROnPlateau("loss", factor=0.5).factor
    0.5
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: Mode = "auto",
        min_delta: float = 0.0001,
        cooldown: int = 0,
        min_lr: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(monitor, mode, min_delta=kwargs.pop("epsilon", min_delta))
        if factor >= 1.0:
            raise BadValue(
                f"ReduceLROnPlateau: `factor` must be below 1, for the learning rate is multiplied "
                f"by it, but it is {factor}."
            )
        if kwargs:
            name = next(iter(kwargs))
            hint = did_you_mean(name, list(inspect.signature(ReduceLROnPlateau).parameters))
            raise BadType(f"ReduceLROnPlateau has no argument `{name}`.{hint}")
        self.factor, self.patience, self.verbose = factor, patience, verbose
        self.cooldown, self.min_lr = cooldown, min_lr
        self.cooldown_counter = self.wait = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Forget an earlier training."""
        self.cooldown_counter = self.wait = 0
        self.best = None

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Note the learning rate in the logs, look at the metric, reduce where it is time."""
        logs = {} if logs is None else logs
        logs["learning_rate"] = float(self.model.optimizer.learning_rate)
        current = self.get_monitor_value(logs)
        if current is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_improvement(current, self.best):
            self.best, self.wait = current, 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch)

    def _reduce(self, epoch: int) -> None:
        old = float(self.model.optimizer.learning_rate)
        if old <= self.min_lr:
            return
        new = max(old * self.factor, self.min_lr)
        self.model.optimizer.learning_rate = new
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1}: no progress, so the learning rate goes down to {new}.")
        self.cooldown_counter, self.wait = self.cooldown, 0

    def in_cooldown(self) -> bool:
        """Whether the last reduction was a short while ago."""
        return self.cooldown_counter > 0
