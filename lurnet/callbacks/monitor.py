"""Watching one metric: which way is better, and whether it got better."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from lurnet.callbacks.base import Callback
from lurnet.core.errors import BadValue, did_you_mean
from lurnet.core.types import Mode
from lurnet.metrics.results import direction_of


class Monitor(Callback):
    """Base of callbacks that watch a metric.

    Args:
        monitor: name of the metric in the logs, with ``val_`` for the validation's.
        mode: "min", "max", or "auto": by the metric's own direction.
        best: the value to beat at first; None: any value is better.
        min_delta: a smaller change is no improvement.
    """

    def __init__(
        self, monitor: str, mode: Mode = "auto", best: float | None = None, min_delta: float = 0
    ) -> None:
        super().__init__()
        if mode not in ("auto", "min", "max"):
            hint = did_you_mean(mode, ("auto", "min", "max"))
            warnings.warn(
                f"{type(self).__name__} knows the modes 'auto', 'min' and 'max', not {mode!r}; it "
                f"goes on with 'auto'.{hint}",
                stacklevel=3,
            )
            mode = "auto"
        self.monitor, self.mode, self.best, self.min_delta = monitor, mode, best, abs(min_delta)
        self.monitor_op: Callable[..., Any] | None = None

    def _set_monitor_op(self) -> None:
        """Settle the direction; only now are the model's metrics there."""
        mode = self.mode
        if mode == "auto":
            found = direction_of(self.monitor, getattr(self.model, "metrics", None) or ())
            mode = mode_of(found, self.monitor, type(self).__name__)
        self.monitor_op = np.less if mode == "min" else np.greater

    def _is_improvement(self, value: Any, reference: Any) -> bool:
        if self.monitor_op is None:
            self._set_monitor_op()
        if reference is None:
            return True
        better = self.min_delta if self.monitor_op is np.less else -self.min_delta
        return bool(self.monitor_op(value + better, reference))  # type: ignore[misc]

    def get_monitor_value(self, logs: dict[str, Any] | None) -> Any:
        """The metric's value in the logs; a warning and None where it is missing."""
        logs = logs or {}
        if self.monitor not in logs:
            names = ", ".join(logs)
            hint = did_you_mean(self.monitor, logs)
            if self.monitor.startswith("val_") and not any(k.startswith("val_") for k in logs):
                hint = " Give fit() validation_data=... or validation_split=...."
            warnings.warn(
                f"{type(self).__name__} watches {self.monitor!r}, which is not in the logs. They "
                f"have: {names or 'nothing'}.{hint}",
                stacklevel=3,
            )
        return logs.get(self.monitor)


def mode_of(direction: str | None, monitor: str, asker: str) -> str:
    """The mode that goes with a metric's direction; BadValue where there is none."""
    if direction is None:
        raise BadValue(
            f"{asker} cannot tell whether a high or a low {monitor!r} is better: write mode='max' "
            "or mode='min'."
        )
    return "max" if direction == "up" else "min"
