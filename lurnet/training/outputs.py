"""Several outputs: predictions, labels, losses, weights and metrics put side by side."""

from typing import Any

from lurnet.core import tree
from lurnet.core.errors import BadValue, did_you_mean


class Outputs:
    """The order and the names of a model's outputs, as seen in its predictions."""

    _not_in_program = ("names",)

    def __init__(self, y_pred: Any, names: list[str] | None) -> None:
        self.nested = tree.is_nested(y_pred)
        self.count = len(tree.flatten(y_pred))
        self.keys: list[str] | None = None
        if isinstance(y_pred, dict) and len(y_pred) == self.count:
            same = names is not None and set(names) == set(y_pred)
            self.keys = list(names) if same and names else tree.keys(y_pred)
        known = names if names and len(names) == self.count else None
        self.names = self.keys or known or [f"output_{i + 1}" for i in range(self.count)]

    def _program_facts(self) -> list[str] | None:
        """The names where results are called after them."""
        return self.names if self.count > 1 else None

    def _names_in_dicts(self) -> list[list[str]]:
        """Labels may come in a dict."""
        return [self.names]

    def flat(self, values: Any) -> list:
        """Predictions or labels as a list in the order of the outputs."""
        if isinstance(values, dict) and set(values) <= set(self.names):
            return [values.get(k) for k in self.names]
        if not self.nested and self.count == 1:
            leaves = tree.flatten(values)
            return leaves if len(leaves) == 1 else [values]
        return tree.flatten(values)

    def spread(self, spec: Any, argument: str, everywhere: bool) -> list:
        """What was given for each output: by name, by position, or one thing for every output."""
        if isinstance(spec, dict):
            return self._by_name(spec, argument)
        if isinstance(spec, (list, tuple)):
            if len(spec) == self.count:
                return list(spec)
            flat = tree.flatten(spec)
            if len(flat) == self.count:
                return flat
            raise BadValue(
                f"`{argument}` has {len(spec)} entries, but the model has {self.count} outputs: "
                f"{self.names}. Give one entry for each, or a dict by output name."
            )
        if spec is None or everywhere or self.count == 1:
            return [spec] * self.count
        raise BadValue(
            f"`{argument}` must be a list or dict with an entry for each of the model's outputs "
            f"{self.names}, not {spec!r}."
        )

    def sample_weights(self, given: Any) -> list:
        """The sample weights of each output: by name or position, or the same for every output."""
        if isinstance(given, (list, tuple, dict)):
            return self.spread(given, "sample_weight", everywhere=True)
        return [given] * self.count

    def _by_name(self, spec: dict, argument: str) -> list:
        for name in spec:
            if name not in self.names:
                raise BadValue(
                    f"`{argument}` names an output {name!r}, which the model does not have."
                    f"{did_you_mean(name, self.names)} Its outputs: {self.names}."
                )
        return [spec.get(name) for name in self.names]


def kind_of_labels(y_true: Any, y_pred: Any) -> str:
    """Whether labels are "binary", "sparse" (class numbers) or "categorical" (one-hot).

    Decided by shape, as Keras does for ``metrics=["accuracy"]`` and ``loss="crossentropy"``.
    """
    if y_pred.shape[-1] == 1:
        return "binary"
    fewer = len(y_true.shape) < len(y_pred.shape)
    return "sparse" if fewer or y_true.shape[-1] == 1 else "categorical"


def without_last_one(shape: tuple) -> tuple:
    """A shape less its last axis, where that has size 1: what losses and metrics leave out."""
    return shape[:-1] if shape and shape[-1] == 1 else shape
