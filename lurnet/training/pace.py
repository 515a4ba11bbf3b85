"""How far the device runs before the host looks, and how Ctrl-C gets through."""

import contextlib
import signal
import threading
import time
from collections.abc import Iterator


class Pace:
    """Steps to the next look: one where somebody listens to batches, else some time's worth.

    Args:
        every: a fixed number of steps, None: by time.
        seconds: time between looks.
    """

    def __init__(self, every: int | None = None, seconds: float = 0.1) -> None:
        self.every, self.seconds = every, seconds
        self.per_step: float | None = None
        self._last = 0
        self._started, self._ended = 0.0, 0.0

    def steps(self, left: int) -> int:
        """How many of the steps left to run now; also starts the clock."""
        self._started = time.perf_counter()
        if self.every is not None:
            return min(self.every, left)
        if self.per_step is None:
            self._last = min(2, left)
        else:
            wanted = int(self.seconds / max(self.per_step, 1e-7))
            self._last = max(1, min(wanted, left, self._last * 8))
        return self._last

    def ran(self, steps: int) -> None:
        """Note how long the steps took, which began when those before them ended."""
        began, self._ended = max(self._started, self._ended), time.perf_counter()
        spent = (self._ended - began) / steps
        self.per_step = spent if self.per_step is None else 0.5 * (self.per_step + spent)


class Interruption:
    """Whether Ctrl-C was pressed since training began."""

    def __init__(self) -> None:
        self.pressed = False

    def check(self) -> None:
        """Stop here, where all weights are in place, if it was."""
        if self.pressed:
            raise KeyboardInterrupt


@contextlib.contextmanager
def interruptible() -> Iterator[Interruption]:
    """Hold Ctrl-C back until the next look; a second one stops at once."""
    state = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield state
        return
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:  # somebody else listens: a notebook, a debugger
        yield state
        return

    def handle(number: int, frame: object) -> None:
        if state.pressed:
            raise KeyboardInterrupt
        state.pressed = True

    signal.signal(signal.SIGINT, handle)
    try:
        yield state
    finally:
        signal.signal(signal.SIGINT, before)
