"""The loss of a compiled model: one loss function for each output, weighted and added."""

from typing import Any

from lurnet import losses
from lurnet.core.errors import BadValue
from lurnet.metrics import Mean
from lurnet.ops.value_errors import explain
from lurnet.training.outputs import Outputs, kind_of_labels


class CompileLoss:
    """Losses by output, resolved when the first labels and predictions are seen."""

    _not_in_program = ("spec", "weights_spec", "names")

    def __init__(self, loss: Any, loss_weights: Any, names: list[str] | None) -> None:
        self.spec, self.weights_spec, self.names = loss, loss_weights, names
        self.outputs: Outputs | None = None
        self.losses: list[Any] = []
        self.weights: list[Any] = []
        self.trackers: list[Mean | None] = []

    def _program_facts(self) -> Any:
        """What will be resolved while a program is traced."""
        return None if self.built else [self.spec, self.weights_spec, self.names]

    @property
    def built(self) -> bool:
        """Whether names have been resolved to loss functions."""
        return self.outputs is not None

    def build(self, y: Any, y_pred: Any) -> None:
        """Resolve names; the shapes of the labels decide what "crossentropy" means."""
        outputs = Outputs(y_pred, self.names)
        specs = outputs.spread(self.spec, "loss", everywhere=True)
        labels = outputs.flat(y)
        if len(labels) != outputs.count:
            raise BadValue(
                f"The model has {outputs.count} outputs ({outputs.names}), but y holds "
                f"{len(labels)} arrays. Give y as a list in that order, or as a dict by name."
            )
        preds = outputs.flat(y_pred)
        self.losses = [resolve(s, t, p) for s, t, p in zip(specs, labels, preds, strict=True)]
        self.weights = outputs.spread(self.weights_spec, "loss_weights", everywhere=False)
        several = outputs.count > 1
        self.trackers = [
            Mean(name=f"{n}_loss") if several and f is not None else None
            for n, f in zip(outputs.names, self.losses, strict=True)
        ]
        self.outputs = outputs

    def __call__(self, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The weighted sum over the outputs, or None where no output has a loss."""
        if not self.built:
            self.build(y, y_pred)
        assert self.outputs is not None
        total = None
        labels, preds = self.outputs.flat(y), self.outputs.flat(y_pred)
        weights = self.outputs.sample_weights(sample_weight)
        rows = zip(labels, preds, self.losses, self.weights, weights, self.trackers, strict=True)
        for label, pred, fn, scale, weight, tracker in rows:
            if fn is None or label is None:
                continue
            try:
                value = fn(label, pred, sample_weight=weight)
            except (TypeError, AttributeError) as error:
                explain(error, f"The loss {getattr(fn, 'name', fn)!r}")
                raise
            if tracker is not None:
                tracker.update_state(value, sample_weight=pred.shape[0])
            value = value if scale is None else value * scale
            total = value if total is None else total + value
        return total

    @property
    def metrics(self) -> list[Mean]:
        """The mean loss of each output, where there are several."""
        return [t for t in self.trackers if t is not None]


def resolve(spec: Any, y_true: Any, y_pred: Any) -> Any:
    """A loss object from a name, a function or an object; None stays None."""
    if spec is None:
        return None
    if isinstance(spec, str) and spec.lower() in ("crossentropy", "ce"):
        prefix = {"sparse": "sparse_categorical"}
        kind = kind_of_labels(y_true, y_pred)
        spec = f"{prefix.get(kind, kind)}_crossentropy"
    found = losses.get(spec)
    if isinstance(found, losses.Loss):
        return found
    name = spec if isinstance(spec, str) else getattr(found, "__name__", "loss")
    return losses.LossFunctionWrapper(found, name=name)
