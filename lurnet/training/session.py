"""Training and testing on single batches: what it needs is found out once, and kept."""

from collections.abc import Callable
from typing import Any

from lurnet.core import donation, tree
from lurnet.layers import added
from lurnet.layers.version import version_of
from lurnet.training.checks import check_data
from lurnet.training.data.arrays import ArrayData
from lurnet.training.facts import training_of
from lurnet.training.loop import as_floats
from lurnet.training.runner import Steps, starts_plainly
from lurnet.training.running import metrics_kept


class Session(Steps):
    """A model's step on single batches, each of which begins with fresh metrics.

    It is for the model as it is now.
    """

    def __init__(self, model: Any, kind: str) -> None:
        super().__init__(model, kind)
        self.specs: dict[Any, Any] = {}  # of the outputs, for data of a layout
        self.begins = not model.run_eagerly and starts_plainly(model)
        if self.begins:
            self.step = _from_fresh(self.step, model.reset_metrics)

    def facts(self) -> str:
        """What tells the program from others of its kind."""
        return "fresh batch" if self.begins else "batch"

    def begin(self) -> None:
        """The state to begin with; fresh metrics are part of the program if they can be."""
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


def on_batch(model: Any, kind: str, data: ArrayData) -> tuple[dict[str, Any], list[str]]:
    """One step on data that are a single batch: the logs, and the names of results in order."""
    added.current().clear(model)
    batch, layout = (data.x, data.y, data.sample_weight), _layout(data)
    found = _kept(model, kind)
    if found is None or layout not in found.specs:
        y_pred = model._symbolic_build(batch, data.batch_size)
        found = _kept(model, kind) or _made(model, kind)
        found.specs[layout] = y_pred
    check_data(model, batch, found.specs[layout])
    with metrics_kept(model):
        return found(data.data), names_of(model)


def names_of(model: Any) -> list[str]:
    """Names of a compiled model's results, in the order in which lists hold them."""
    return training_of(model).once("names", model._names_in_order)


def _kept(model: Any, kind: str) -> Session | None:
    return training_of(model).made.get((kind, version_of(model).flags()))


def _made(model: Any, kind: str) -> Session:
    return training_of(model).once((kind, version_of(model).flags()), lambda: Session(model, kind))


def _from_fresh(step: Callable, reset: Callable[[], None]) -> Callable:
    def fresh(batch: Any) -> Any:
        reset()
        return step(batch)

    return fresh


def _layout(data: ArrayData) -> str:
    """Structure, dtypes and shapes but for the number of samples."""
    parts = (data.x, data.y, data.sample_weight)
    return repr(tree.map_structure(lambda a: a if a is None else (a.shape[1:], a.dtype), parts))
