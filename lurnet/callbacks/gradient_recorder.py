"""The size of each layer's gradient at every step, recorded inside the compiled loop."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lurnet import ops
from lurnet.callbacks.base import Callback
from lurnet.core.errors import BadState
from lurnet.core.variable import Variable
from lurnet.layers.state import own_variables, sublayers
from lurnet.training.compiled import Compiled
from lurnet.training.data.gathering import MOST, RUNNING

__all__ = ["GradientRecorder"]


class GradientRecorder(Callback):
    """Records how large each layer's gradient is at every training step.

    The numbers are computed and kept in the compiled step, so training runs as far at a time as
    without. The gradient of a layer is that of the loss by all its trainable weights together, as
    the optimizer gets it: before clipping, and of the whole batch.

    After training ``layers`` holds the layers' names, ``norms`` and ``means`` arrays (steps,
    layers) with the Euclidean norm and the mean absolute value, and ``epochs`` the epoch, counted
    from 0, of each step. ``plots.gradients(recorder)`` draws them.

    >>> import lurnet
    >>> model = lurnet.Sequential([lurnet.layers.Dense(2), lurnet.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> recorder = GradientRecorder()
    >>> x = np.ones((8, 3)), np.ones((8, 1))
    >>> _ = model.fit(*x, batch_size=4, epochs=3, verbose=0, callbacks=[recorder])
    >>> recorder.norms.shape, recorder.epochs.tolist()
    ((6, 2), [0, 0, 1, 1, 2, 2])
    """

    #: Steps after which rows are taken from the device where nobody knows how many an epoch has.
    rows_at_a_time = 1024
    _not_in_program = ("model", "params", "layers", "_rows", "_epochs", "_epoch", "_taken", "_full")

    def __init__(self) -> None:
        super().__init__()
        self.layers: list[str] = []
        self._rows: list[np.ndarray] = []
        self._epochs: list[int] = []
        self._epoch, self._taken = 0, 0

    # --- inside the compiled step

    @property
    def variables(self) -> list[Variable]:
        """The state that the training step carries: rows of numbers, and how many there are."""
        return [self._kept, self._count]

    def see_gradients(self, variables: Sequence[Variable], grads: Sequence[Any]) -> None:
        """Add a row: norm and mean absolute value of each layer's gradient."""
        by_weight = {id(v): ops.cast(g, "float32") for v, g in zip(variables, grads, strict=True)}
        row = [
            _size([by_weight[id(v)] for v in part if id(v) in by_weight]) for part in self._parts
        ]
        count = self._count.value
        start = (ops.minimum(count, self._capacity - 1), 0, 0)
        self._kept.assign(ops.slice_update(self._kept.value, start, ops.stack(row)[None]))
        self._count.assign(count + 1)

    # --- on the host

    def set_params(self, params: dict[str, Any]) -> None:
        """Make the room that an epoch of this training needs."""
        super().set_params(params)
        parts = parts_with_weights(self.model) if self.model is not None else []
        self.layers, self._parts = [name for name, _ in parts], [some for _, some in parts]
        steps = params.get("steps")
        self._full = steps or self.rows_at_a_time
        beyond = RUNNING * MOST  # calls that run when the rows are taken over
        self._capacity = self._full if steps else self.rows_at_a_time + beyond
        empty = np.zeros((self._capacity, len(parts), 2), "float32")
        self._kept = Variable(empty, trainable=False, name="gradients")
        self._count = Variable(np.int32(0), trainable=False, name="gradient_steps")

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Start with no rows."""
        self._epoch, self._taken = epoch, 0
        self._count.assign(0)

    def on_train_progress(self, step: int, logs: Any) -> None:
        """Take the rows over before there is room for no more."""
        if step - self._taken >= self._full:
            self._take()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Take the rows over."""
        self._take()
        if not self._rows:
            raise BadState(
                f"GradientRecorder saw no gradients: {type(self.model).__name__}.train_step "
                "computes them by itself. Let it use self.gradients(fn), or super().train_step."
            )

    def _take(self) -> None:
        count = int(self._count)
        if count:
            self._rows.append(self._kept.numpy()[:count].copy())
            self._epochs += [self._epoch] * count
        self._taken += count
        self._count.assign(0)

    def _column(self, index: int) -> np.ndarray:
        if not self._rows:
            raise BadState("GradientRecorder holds nothing yet: give it to fit(callbacks=[...]).")
        return np.concatenate(self._rows)[:, :, index]

    @property
    def norms(self) -> np.ndarray:
        """Euclidean norms, (steps, layers)."""
        return self._column(0)

    @property
    def means(self) -> np.ndarray:
        """Mean absolute values, (steps, layers)."""
        return self._column(1)

    @property
    def epochs(self) -> np.ndarray:
        """The epoch of each step, counted from 0."""
        return np.array(self._epochs, int)


def _size(grads: list[Any]) -> Any:
    """Norm and mean absolute value of a gradient that comes in pieces."""
    if not grads:
        return ops.zeros(2)
    norm = ops.sqrt(sum(ops.sum(g * g) for g in grads))
    total = sum(ops.sum(ops.abs(g)) for g in grads)
    return ops.stack([norm, total / sum(g.size for g in grads)])


def parts_with_weights(model: Any) -> list[tuple[str, list[Any]]]:
    """The names of a model's layers, in order, each with the trainable variables below it.

    Models inside the model are taken apart; what the model holds itself comes under its own name.
    """
    found: list[tuple[str, list[Any]]] = []
    own = [v for v in own_variables(model) if v.trainable]
    if own:
        found.append((model.name, own))
    for layer in sublayers(model):
        if isinstance(layer, Compiled):
            found += parts_with_weights(layer)
        elif layer.trainable_variables:
            found.append((layer.name, layer.trainable_variables))
    return found
