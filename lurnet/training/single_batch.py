"""Training and testing on single batches: what it needs is found out once, and kept."""

from collections.abc import Callable
from typing import Any

from lurnet.core import donation, tree
from lurnet.layers import added
from lurnet.training.building import build_for
from lurnet.training.checks import check_data
from lurnet.training.data.arrays import ArrayData
from lurnet.training.epochs import as_floats
from lurnet.training.protocol import Trainable
from lurnet.training.running import metrics_kept
from lurnet.training.session import session_of
from lurnet.training.steps import Steps, starts_plainly


class SingleBatch(Steps):
    """A model's step on single batches, each of which begins with fresh metrics.

    It is for the model as it is now.
    """

    def __init__(self, model: Trainable, kind: str) -> None:
        super().__init__(model, kind)
        self.specs: dict[Any, Any] = {}  # of the outputs, for data of a layout
        self.begins = not model.run_eagerly and starts_plainly(model)
        if self.begins:  # fresh metrics are part of the program
            self.step = _from_fresh(self.step, model.reset_metrics)
            self.facts = "fresh batch"

    def begin(self) -> None:
        """The state to begin with."""
        if not self.begins:
            super().begin()
        elif self.kind == "test":
            self.own, self.written = donation.snapshot(self.variables), set()

    def __call__(self, batch: Any) -> dict[str, Any]:
        """One step on arrays; returns the logs, numbers as floats."""
        self.begin()
        logs = as_floats(self.on_batch(batch))
        if self.kind == "test":
            self.end()
        return logs


def on_batch(model: Trainable, kind: str, data: ArrayData) -> tuple[dict[str, Any], list[str]]:
    """One step on data that are a single batch: the logs, and the names of results in order."""
    added.current().clear(model)
    batch, layout = (data.x, data.y, data.sample_weight), _layout(data)
    session = session_of(model)
    training, key = session.training, (kind, session.version.flags())
    found = training.made.get(key)
    if found is None or layout not in found.specs:
        y_pred = build_for(model, batch, data.batch_size)
        session = session_of(model)  # building has made it another one
        training, key = session.training, (kind, session.version.flags())
        found = training.once(key, lambda: SingleBatch(model, kind))
        found.specs[layout] = y_pred
    check_data(model, batch, found.specs[layout])
    with metrics_kept(model):
        return found(data.data), training.names


def _from_fresh(step: Callable[..., Any], reset: Callable[[], None]) -> Callable[..., Any]:
    def fresh(batch: Any) -> Any:
        reset()
        return step(batch)

    return fresh


def _layout(data: ArrayData) -> str:
    """Structure, dtypes and shapes but for the number of samples."""
    parts = (data.x, data.y, data.sample_weight)
    return repr(tree.map_structure(lambda a: a if a is None else (a.shape[1:], a.dtype), parts))
