"""Progress on the screen: a bar, and the callback that draws it."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from lurnet.callbacks.base import Callback

__all__ = ["ProgbarLogger"]

BOLD, GREEN, WHITE, PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"
CLEAR_TO_END = "\x1b[K"


class Progbar:
    """A progress bar with metrics, the time a step takes and the time left.

    On a terminal or in a notebook it is redrawn in place; into a file or a pipe only the finished
    line is written.

    Args:
        target: number of steps, None if unknown.
        width: width of the bar in characters.
        verbose: 0 nothing, 1 a bar, 2 a line at the end.
        interval: least time between two drawings in seconds.
        stateful_metrics: names of metrics that are shown as they are; the others are averaged over
            the steps.
        stateless_metrics: names of metrics that are averaged; the others are shown as they are.
        unit_name: what a step is called.

    >>> bar = Progbar(2, verbose=2)
    >>> bar.update(2, [("loss", 0.5)])
    2/2 - 0s - ...s/step - loss: 0.5000
    """

    seconds = staticmethod(time.perf_counter)  #: the clock

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        self.target, self.width, self.verbose = target, width, verbose
        self.interval, self.unit_name = interval, unit_name
        self.stateful_metrics = set(stateful_metrics or ())
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self.finalized = False
        self._sums: dict[str, tuple[Any, float]] = {}
        self._seen = 0
        self._start = self._reached = self.seconds()
        self._first: tuple[int, float] | None = None  # the first look: it holds the compiling
        self._drawn_at = -np.inf
        self._drawn = False

    def update(
        self,
        current: int,
        values: Sequence[tuple[str, Any]] | None = None,
        finalize: bool | None = None,
    ) -> None:
        """Show that ``current`` steps are done, with ``(name, value)`` pairs of metrics."""
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        self._note(current, values or (), finalize)
        now = self.seconds()
        if self._first is None and current > 0:
            self._first = (current, now)
        if current > self._seen:  # what comes after the last step, validation, is no step
            self._seen, self._reached = current, now
        if finalize:
            self.finalized = True
            self._finish(current, now)
        elif self.due(now):
            self._redraw(current, now)

    def add(self, n: int, values: Sequence[tuple[str, Any]] | None = None) -> None:
        """Show that ``n`` more steps are done."""
        self.update(self._seen + n, values)

    def due(self, now: float | None = None) -> bool:
        """Whether the bar is redrawn now, before its end."""
        if self.verbose != 1 or not is_live(sys.stdout):
            return False
        return (self.seconds() if now is None else now) - self._drawn_at >= self.interval

    def _note(self, current: int, values: Iterable[tuple[str, Any]], finalize: bool) -> None:
        steps = max(current - self._seen, 1)
        for name, value in values:
            if finalize or self._is_stateful(name):
                self._sums[name] = (value, 1)
            else:
                total, count = self._sums.get(name, (0.0, 0))
                self._sums[name] = (total + value * steps, count + steps)

    def _is_stateful(self, name: str) -> bool:
        if self.stateless_metrics is not None:
            return name not in self.stateless_metrics
        return name in self.stateful_metrics

    # --- drawing

    def _redraw(self, current: int, now: float) -> None:
        self._drawn_at = now
        left = ""
        if self.target is not None:
            left = clock(self._per_step(current) * (self.target - current))
        else:
            left = clock(now - self._start)
        line, length = self._line(current, left)
        columns = shutil.get_terminal_size().columns
        if length >= columns and sys.stdout.isatty():  # a wrapped line could not be redrawn
            line = self._line(current, left, coloured=False)[0][: columns - 1]
        end = CLEAR_TO_END if has_colour(sys.stdout) else ""
        self._write(f"\r{line}{end}")
        self._drawn = True

    def _finish(self, current: int, now: float) -> None:
        if self.verbose == 1:
            line, _ = self._line(current, clock(now - self._start))
            start = "\r" if self._drawn else ""
            end = CLEAR_TO_END if self._drawn and has_colour(sys.stdout) else ""
            self._write(f"{start}{line}{end}\n")
        elif self.verbose == 2:
            seconds = f"{now - self._start:.0f}s"
            parts = [self._count(current), seconds, self._pace(current), *self._metrics()]
            self._write(" - ".join(parts) + "\n")

    def _line(self, current: int, seconds: str, coloured: bool = True) -> tuple[str, int]:
        """The line, and how many characters of it are seen."""
        bold, green, white, plain = (
            (BOLD, GREEN, WHITE, PLAIN) if coloured and has_colour(sys.stdout) else ("",) * 4
        )
        count, tail = self._count(current), f" {self._pace(current)}"
        tail += "".join(f" - {m}" for m in self._metrics())
        if self.target is None:
            return f"{count} {bold}{seconds}{plain}{tail}", len(f"{count} {seconds}{tail}")
        done, rest = self._bar(current)
        line = (
            f"{bold}{count}{plain} {green}{done}{white}{rest}{plain} {bold}{seconds}{plain}{tail}"
        )
        return line, len(f"{count} {done}{rest} {seconds}{tail}")

    def _count(self, current: int) -> str:
        if self.target is None:
            return f"{current:>7}/Unknown"
        return f"{current:>{len(str(self.target))}}/{self.target}"

    def _bar(self, current: int) -> tuple[str, str]:
        full = min(self.width, int(self.width * current / max(self.target or 0, 1)))
        if current >= (self.target or 0):
            full = self.width
        live = can_write(sys.stdout, "━")
        # Colour tells the two parts apart; without it the characters must.
        rest = "━" if live and has_colour(sys.stdout) else "─" if live else "-"
        return ("━" if live else "=") * full, rest * (self.width - full)

    def _per_step(self, current: int) -> float:
        """Seconds for a step; the first look, with the compiling, is left out where possible."""
        if self._first is not None and current > self._first[0]:
            return (self._reached - self._first[1]) / (current - self._first[0])
        return (self._reached - self._start) / max(current, 1)

    def _pace(self, current: int) -> str:
        per_step = self._per_step(current)
        for factor, unit in ((1, "s"), (1e3, "ms")):
            if per_step * factor >= 1:
                return f"{per_step * factor:.0f}{unit}/{self.unit_name}"
        return f"{per_step * 1e6:.0f}us/{self.unit_name}"

    def _metrics(self) -> list[str]:
        means = ((k, v / max(1, n) if n != 1 else v) for k, (v, n) in self._sums.items())
        return [f"{name}: {number(value)}" for name, value in means]

    def _write(self, text: str) -> None:
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()


def number(value: Any) -> str:
    """A metric's value as the bar shows it; of an array, the mean.

    >>> number(0.5), number(0.00001), number(None)
    ('0.5000', '1.0000e-05', 'None')
    """
    if value is None:
        return "None"
    value = float(np.mean(np.asarray(value)))
    return f"{value:.4f}" if abs(value) > 1e-3 or value == 0 else f"{value:.4e}"


def clock(seconds: float) -> str:
    """A time span: seconds, minutes and seconds, or hours.

    >>> clock(7.4), clock(75), clock(3675)
    ('7s', '1:15', '1:01:15')
    """
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}:{rest:02d}"
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


# --- what stdout can do


def is_live(stream: Any) -> bool:
    """Whether text can be redrawn in place: a terminal, or a notebook's output."""
    if type(stream).__module__.startswith("ipykernel"):
        return True
    return bool(getattr(stream, "isatty", bool)()) and os.environ.get("TERM") != "dumb"


def has_colour(stream: Any) -> bool:
    """Whether colours are understood and wanted (https://no-color.org)."""
    if "NO_COLOR" in os.environ or not is_live(stream):
        return False
    return os.name != "nt" or any(k in os.environ for k in ("WT_SESSION", "ANSICON", "TERM"))


def can_write(stream: Any, text: str) -> bool:
    """Whether a stream's encoding has these characters."""
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


class ProgbarLogger(Callback):
    """Shows training, testing and predicting with a progress bar; ``fit`` adds it by itself.

    >>> bar = ProgbarLogger()
    >>> bar.set_params({"verbose": 2, "epochs": 5, "steps": 3})
    >>> bar.on_train_begin(); bar.on_epoch_begin(0); bar.on_epoch_end(0, {"loss": 0.5})
    Epoch 1/5
    3/3 - 0s - ...s/step - loss: 0.5000
    """

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0
        self.progbar: Progbar | None = None
        self._training = False

    @property
    def verbose(self) -> int:
        """0 nothing, 1 a bar, 2 a line at the end."""
        verbose = self.params.get("verbose", 1)
        return 1 if verbose == "auto" else int(verbose or 0)

    def _start(self) -> None:
        self.seen = 0
        self.progbar = Progbar(self.params.get("steps"), verbose=self.verbose)

    def _show(self, step: int, logs: Callable[[], dict[str, Any]]) -> None:
        self.seen = step
        bar = self.progbar
        if bar is None:
            return
        # Fetching logs stops the device for a moment, so it is done for a drawing only.
        bar.update(step, _stateful(bar, logs()) if bar.due() else None, finalize=False)

    def _end(self, logs: dict[str, Any] | None) -> None:
        bar = self.progbar
        if bar is None:
            return
        if bar.target is None:
            bar.target = self.seen
        # An epoch that was broken off shows how far it came.
        bar.update(self.seen or bar.target, list((logs or {}).items()), finalize=True)
        self.progbar = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Validation draws no bar of its own."""
        self._training = True

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Training is over."""
        self._training = False

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Start an epoch's bar."""
        epochs = self.params.get("epochs") or 1
        if self.verbose and epochs > 1:
            print(f"Epoch {epoch + 1}/{epochs}", flush=True)
        self._start()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Draw the epoch's last line."""
        self._end(logs)

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start the bar of a test or a prediction."""
        if not self._training:
            self._start()

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Draw the last line of a test or a prediction."""
        if not self._training:
            self._end(logs)

    on_predict_begin, on_predict_end = on_test_begin, on_test_end

    def on_train_progress(self, step: int, logs: Callable[[], dict[str, Any]]) -> None:
        """Redraw."""
        self._show(step, logs)

    def on_test_progress(self, step: int, logs: Callable[[], dict[str, Any]]) -> None:
        """Redraw, unless the test is a part of training."""
        if not self._training:
            self._show(step, logs)

    on_predict_progress = on_test_progress


def _stateful(bar: Progbar, logs: dict[str, Any]) -> list[tuple[str, Any]]:
    """The logs as pairs, which the bar then shows as they are: they are means already."""
    bar.stateful_metrics |= set(logs)
    return list(logs.items())
