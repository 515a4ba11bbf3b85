"""The metrics of a compiled model: a list for each output, resolved when labels are seen."""

from typing import Any

from lurnet import metrics
from lurnet.core import tree
from lurnet.core.errors import BadValue, LurnetError
from lurnet.ops.value_errors import explain
from lurnet.training.outputs import Outputs, kind_of_labels, without_last_one


class CompileMetrics:
    """Unweighted and weighted metrics by output."""

    _not_in_program = ("specs", "names")

    def __init__(self, plain: Any, weighted: Any, names: list[str] | None) -> None:
        self.specs = {"metrics": _listed(plain), "weighted_metrics": _listed(weighted)}
        self.names = names
        self.outputs: Outputs | None = None
        self.found: dict[str, list[list[Any]]] = {}

    def _program_facts(self) -> Any:
        """What will be resolved while a program is traced."""
        return None if self.built else [self.specs, self.names]

    @property
    def built(self) -> bool:
        """Whether names have been resolved to metrics."""
        return self.outputs is not None

    def build(self, y: Any, y_pred: Any) -> None:
        """Resolve names; the shapes of the labels decide what "accuracy" means."""
        self.outputs = outputs = Outputs(y_pred, self.names)
        labels, preds = outputs.flat(y), outputs.flat(y_pred)
        for argument, spec in self.specs.items():
            self.found[argument] = [
                [resolve(s, label, pred) for s in given]
                for given, label, pred in zip(
                    self._by_output(spec, argument), labels, preds, strict=True
                )
            ]

    def _by_output(self, spec: Any, argument: str) -> list[list]:
        assert self.outputs is not None
        if not spec:
            return [[]] * self.outputs.count
        if self.outputs.count == 1:
            return [[s for s in tree.flatten(spec) if s is not None]]
        rows = self.outputs.spread(spec, argument, everywhere=False)
        return [[s for s in tree.flatten(row) if s is not None] for row in rows]

    def update_state(self, y: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        if not self.built:
            self.build(y, y_pred)
        assert self.outputs is not None
        labels, preds = self.outputs.flat(y), self.outputs.flat(y_pred)
        weights = self.outputs.sample_weights(sample_weight)
        for i, (label, pred) in enumerate(zip(labels, preds, strict=True)):
            for metric in self.found["metrics"][i]:
                _add_batch(metric, label, pred)
            for metric in self.found["weighted_metrics"][i]:
                _add_batch(metric, label, pred, sample_weight=weights[i])

    @property
    def metrics(self) -> list[Any]:
        """All metrics, in the order given."""
        return [m for row in self.found.values() for some in row for m in some]

    def result(self) -> dict[str, Any]:
        """Values by name; with several outputs the output's name comes first."""
        assert self.outputs is not None
        results: dict[str, Any] = {}
        for argument in self.found:
            for name, some in zip(self.outputs.names, self.found[argument], strict=True):
                prefix = f"{name}_" if self.outputs.count > 1 else ""
                for metric in some:
                    key = prefix + metric.name
                    if key in results and argument == "weighted_metrics":
                        key = f"{prefix}weighted_{metric.name}"
                    _add(results, key, metric.result())
        return results


def _add_batch(metric: Any, label: Any, pred: Any, **weight: Any) -> None:
    try:
        metric.update_state(label, pred, **weight)
    except LurnetError:
        raise
    except (TypeError, ValueError, AttributeError) as error:
        if label is None:
            raise BadValue(
                f"The metric {metric.name!r} needs labels, but y is missing. Give y, or compile "
                "without this metric."
            ) from error
        explain(error, f"The metric {metric.name!r}")
        if isinstance(error, AttributeError):
            raise
        raise BadValue(_refused(metric.name, label, pred, error)) from error


def _refused(name: str, label: Any, pred: Any, error: Exception) -> str:
    """What a metric did not take: labels that do not fit the predictions, where they do not."""
    seen, made = tuple(getattr(label, "shape", ())), tuple(pred.shape)
    if without_last_one(seen) == without_last_one(made):
        return f"The metric {name!r} stopped with {type(error).__name__}: {error}"
    why = f" {error}"
    if made and str(label.dtype).startswith(("int", "uint")) and seen == made[:-1]:
        why = (
            " The labels look like class numbers: take a metric for those, such as 'accuracy', "
            f"or make them one-hot, keras.utils.to_categorical(y, {made[-1]})."
        )
    return (
        f"The metric {name!r} cannot compare labels of shape {seen[1:]} for each sample with "
        f"predictions of shape {made[1:]}.{why}"
    )


def _add(results: dict[str, Any], key: str, value: Any) -> None:
    if isinstance(value, dict):
        results |= value
        return
    results.setdefault(key, value)


def _listed(spec: Any) -> Any:
    if spec is None or isinstance(spec, (list, tuple, dict)):
        return spec
    return [spec]  # metrics="accuracy": clear enough


def resolve(spec: Any, y_true: Any, y_pred: Any) -> Any:
    """A metric object from a name, a function or an object; its name is the one given."""
    if isinstance(spec, metrics.Metric):
        return spec
    if isinstance(spec, str) and spec.lower() in ("accuracy", "acc"):
        classes = {
            "binary": metrics.BinaryAccuracy,
            "sparse": metrics.SparseCategoricalAccuracy,
            "categorical": metrics.CategoricalAccuracy,
        }
        if y_true is None:
            raise BadValue("The metric 'accuracy' needs labels, but y is missing.")
        return classes[kind_of_labels(y_true, y_pred)](name=spec)
    found = metrics.get(spec)
    if not isinstance(found, metrics.Metric):
        name = getattr(found, "__name__", "metric").strip("<>")
        found = metrics.MeanMetricWrapper(found, name=name)
    if isinstance(spec, str):
        found.name = spec
    return found
