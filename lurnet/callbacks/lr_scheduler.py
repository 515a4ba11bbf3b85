"""A learning rate for each epoch."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from lurnet.callbacks.base import Callback
from lurnet.core.errors import BadType, BadValue

__all__ = ["LearningRateScheduler"]


class LearningRateScheduler(Callback):
    """Sets the learning rate at the start of each epoch.

    Args:
        schedule: function ``(epoch, learning_rate) -> learning_rate``, or of the epoch alone; the
            first epoch is 0.
        verbose: 1 prints the learning rate.

    >>> halving = LearningRateScheduler(lambda epoch, rate: rate * 0.5)
    >>> halving.schedule(0, 0.1)
    0.05
    """

    def __init__(
        self, schedule: Callable[[int], Any] | Callable[[int, Any], Any], verbose: int = 0
    ) -> None:
        super().__init__()
        if not callable(schedule):
            raise BadType(
                f"LearningRateScheduler takes a function of the epoch, but got {schedule!r}: write "
                "LearningRateScheduler(lambda epoch, rate: rate * 0.9)."
            )
        self.schedule: Callable[..., Any] = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Ask the function, set the learning rate."""
        rate = self._ask(epoch, float(self.model.optimizer.learning_rate))
        if np.ndim(rate) != 0 or not np.issubdtype(np.asarray(rate).dtype, np.floating):
            raise BadValue(
                f"LearningRateScheduler: for epoch {epoch} the schedule must give a float, but it "
                f"gave {rate!r}."
            )
        self.model.optimizer.learning_rate = rate = float(rate)
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1}: the learning rate is {rate}.")

    def _ask(self, epoch: int, rate: float) -> Any:
        try:
            inspect.signature(self.schedule).bind(epoch, rate)
        except ValueError:  # a builtin without a signature
            pass
        except TypeError:  # Keras' older form: the epoch alone
            return self.schedule(epoch)
        return self.schedule(epoch, rate)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Note the learning rate in the logs."""
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)
