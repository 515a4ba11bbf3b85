"""Stopping when the loss is lost."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lurnet.callbacks.base import Callback
from lurnet.core.errors import BadState

__all__ = ["TerminateOnNaN"]


class TerminateOnNaN(Callback):
    """Stops training when the loss is NaN or infinite.

    The loss is looked at several times a second, not after every step, so that training stays
    fast: a NaN stays in an epoch's mean loss, so none gets past.

    Args:
        raise_error: whether to raise an error instead; ``on_train_end`` is not called then.

    >>> TerminateOnNaN().raise_error
    False
    """

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = raise_error

    def on_train_progress(self, step: int, logs: Callable[[], dict[str, Any]]) -> None:
        """Look at the loss so far."""
        self._look(f"step {step}", logs())

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Look at the loss of the epoch."""
        self._look(f"epoch {epoch + 1}", logs or {})

    def _look(self, when: str, logs: dict[str, Any]) -> None:
        loss = logs.get("loss")
        if loss is None or np.all(np.isfinite(loss)):
            return
        if self.raise_error:
            raise BadState(
                f"The loss is {loss} at {when}. Try a lower learning rate, clipnorm=1.0 in the "
                "optimizer, and look for NaN and very large numbers in the data."
            )
        if not self.model.stop_training:
            print(f"\nThe loss is {loss} at {when}: training stops.")
        self.model.stop_training = True
