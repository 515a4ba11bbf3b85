"""Eager: the model's Python code on real numbers; the last executor, which takes everything."""

from typing import Any

from lurnet.core.forked import require_threads
from lurnet.core.types import Int
from lurnet.core.variable import at_one_moment, commit
from lurnet.inference.batches import BATCH, BatchedFunction
from lurnet.inference.executor import Forward, Progress


class Eager:
    """Op by op, batch after batch; a model of nothing but a host stage is computed by NumPy."""

    def __init__(self, forward: Forward) -> None:
        self.forward = forward
        self.batched = BatchedFunction(forward.session, self._step, None, eager=True)

    def takes(self, x: Any, count: int) -> bool:
        """Yes."""
        del x, count
        return True

    def run(self, x: Any, count: int, batch_size: Int | None, progress: Progress) -> Any:
        """The outputs."""
        del count
        host = self.forward.host
        if host is not None and host.is_all:
            return host.finish(x)
        require_threads()
        return self.batched(x, int(batch_size or BATCH), progress)

    def run_again(self, x: Any) -> None:
        """None: the code may do anything."""

    def _step(self, x: Any) -> Any:
        with at_one_moment(self.forward.variables) as scope:
            outputs = self.forward.step(x)
        commit(scope)
        return outputs
