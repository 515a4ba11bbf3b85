"""What the engine asks of a model, and of what stands around a training: all of it is public."""

from collections.abc import Sequence
from typing import Any, Protocol

from lurnet.core.variable import Variable


class Trainable(Protocol):
    """A model as its engine sees it.

    Beside these there are four questions that are no methods, so that a user's class may call its
    own what it likes: ``compilation_of``, ``host_stage``, ``on_host`` (``compiled``) and
    ``is_overridden`` (``overrides``).
    """

    name: str
    built: bool
    compiled: bool
    run_eagerly: bool
    optimizer: Any
    history: Any
    stop_training: bool
    stop_evaluating: bool
    stop_predicting: bool

    @property
    def variables(self) -> list[Variable]:
        """All state of the layers."""
        ...

    @property
    def trainable_variables(self) -> list[Variable]:
        """Those that the optimizer updates."""
        ...

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The others."""
        ...

    @property
    def metrics(self) -> list[Any]:
        """The mean loss and all metrics."""
        ...

    @property
    def metrics_variables(self) -> list[Variable]:
        """State of the metrics."""
        ...

    def call_for(self, x: Any, training: bool) -> Any:
        """The outputs for a batch."""
        ...

    def compute_loss(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool = True
    ) -> Any:
        """The loss of a batch, a scalar."""
        ...

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any) -> dict[str, Any]:
        """Update the metrics with a batch."""
        ...

    def get_metrics_result(self) -> dict[str, Any]:
        """The values of all metrics."""
        ...

    def reset_metrics(self) -> None:
        """Start all metrics anew."""
        ...

    def train_step(self, *data: Any) -> Any:
        """One step of training, where it is the user's own."""
        ...

    def test_step(self, *data: Any) -> Any:
        """One step of testing, likewise."""
        ...

    def predict_step(self, *data: Any) -> Any:
        """The outputs for a batch, likewise."""
        ...


class HostStage(Protocol):
    """The part of a model that runs on the host, in NumPy, before the compiled rest."""

    boundary: Any  #: symbols of what enters the compiled part

    @property
    def is_all(self) -> bool:
        """Whether nothing is left to be compiled."""
        ...

    def prepare(self, values: Sequence[Any]) -> Any:
        """What enters the compiled part, for the values of all inputs."""
        ...

    def finish(self, values: Sequence[Any]) -> Any:
        """The outputs, from what enters the compiled part."""
        ...


class GradientWatcher(Protocol):
    """A callback that sees the gradients of each step."""

    @property
    def variables(self) -> list[Variable]:
        """State in which it keeps what it has seen."""
        ...

    def see_gradients(self, variables: Sequence[Variable], gradients: Sequence[Any]) -> None:
        """Take up those of a step, while it is traced."""
        ...
