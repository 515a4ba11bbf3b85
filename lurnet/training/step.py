"""One step of training or testing, as plain code over variables; ``pure`` makes it a function."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax

from lurnet.core import tape, tree
from lurnet.core.masking import get_mask, set_mask
from lurnet.core.variable import Variable, values
from lurnet.kernels.fused_step import op as fused_step
from lurnet.layers import added
from lurnet.layers.tracking import unique
from lurnet.training import micro_batches
from lurnet.training.compiled import compilation_of
from lurnet.training.data.batch import unpack_x_y_sample_weight
from lurnet.training.overrides import is_overridden, takes_training
from lurnet.training.protocol import Trainable


def gradients(
    fn: Callable[..., Any], variables: Sequence[Variable], eagerly: bool = False
) -> tuple[list, Any]:
    """Gradients by some variables of the scalar that ``fn`` returns first, and the rest.

    ``fn()`` gives ``(scalar, rest)``. What it assigns to other variables is assigned here too. With
    ``eagerly`` it sees real numbers.
    """
    written: list[Variable] = []

    def objective(arrays: list) -> tuple[Any, tuple]:
        with values(variables, arrays) as scope:
            loss, rest = fn()
        own = {id(v) for v in variables}
        written[:] = [v for k, v in scope.written.items() if k not in own]
        return loss, (rest, [scope[v] for v in written])

    differentiate = (
        partial(tape.gradients, objective) if eagerly else jax.grad(objective, has_aux=True)
    )
    grads, (rest, new) = differentiate([v.stored for v in variables])
    for variable, array in zip(written, new, strict=True):
        variable.assign(array)
    return grads, rest


def gradients_by(fn: Callable[..., Any], arrays: Any) -> tuple[Any, Any]:
    """Gradients by arrays of the scalar that ``fn(arrays)`` returns first, and the rest.

    What ``fn`` assigns to variables is forgotten.
    """

    def objective(arrays: Any) -> tuple[Any, Any]:
        with values([], []):
            return fn(arrays)

    return jax.grad(objective, has_aux=True)(arrays)


def train_step(model: Trainable, data: Any) -> Any:
    """Forward, backward, update of the weights and of the metrics, on one batch.

    Returns what the model's own ``compute_metrics`` does, if it has one.
    """
    variables = model.trainable_variables
    count = micro_batches.count_for(model, data) if variables else 1
    logs = None
    if count == 1:
        grads, logs = forward_backward(model, data, variables)
    else:
        grads = in_micro_batches(model, micro_batches.split(data, count), variables, count)
    if variables:
        show_gradients(model, variables, grads, model.optimizer.scale_loss(1.0))
        model.optimizer.apply(grads, variables)
    return logs


def show_gradients(
    model: Trainable, variables: Sequence[Variable], grads: Sequence[Any], scale: Any = 1.0
) -> None:
    """Let the callbacks that asked for it see a step's gradients, which are ``scale`` too large."""
    for watcher in compilation_of(model).watchers:
        watcher.see_gradients(variables, [g / scale for g in grads])


def in_micro_batches(
    model: Trainable, data: Any, variables: Sequence[Variable], count: int
) -> list:
    """The mean gradient over micro-batches, stacked along the data's first axis."""
    trained = {id(v) for v in variables}
    others = [*model.non_trainable_variables, *model.metrics_variables]
    others = unique(v for v in others if id(v) not in trained)

    def body(carried: tuple, part: Any) -> tuple[tuple, None]:
        mean, state = carried
        with values(others, state) as scope:
            grads, _ = forward_backward(model, part, variables)
            state = [scope[v] for v in others]
        return (fused_step.added(mean, grads, 1 / count), state), None

    start = fused_step.zeros_like([v.stored for v in variables]), [v.stored for v in others]
    (mean, state), _ = jax.lax.scan(body, start, data)
    for variable, array in zip(others, state, strict=True):
        variable.assign(array)
    return mean


def forward_backward(
    model: Trainable, data: Any, variables: Sequence[Variable]
) -> tuple[list, Any]:
    """Gradients of the loss on a batch, and what ``update_metrics`` gives for it."""
    x, y, sample_weight = unpack_x_y_sample_weight(data)

    def forward() -> tuple[Any, tuple]:
        y_pred = model.call_for(x, training=True)
        loss = loss_of(model, x, y, y_pred, sample_weight, training=True)
        masks = tree.map_structure(get_mask, y_pred)
        return model.optimizer.scale_loss(loss), (loss, y_pred, masks)

    grads: list = []
    if variables:
        grads, (loss, y_pred, masks) = gradients(forward, variables, model.run_eagerly)
        tree.map_structure(set_mask, y_pred, masks)
    else:
        loss, y_pred, _ = forward()[1]
    return grads, update_metrics(model, x, y, y_pred, sample_weight, loss)


def test_step(model: Trainable, data: Any) -> Any:
    """Forward and update of the metrics, on one batch; returns what ``train_step`` does."""
    x, y, sample_weight = unpack_x_y_sample_weight(data)
    y_pred = model.call_for(x, training=False)
    loss = loss_of(model, x, y, y_pred, sample_weight, training=False)
    return update_metrics(model, x, y, y_pred, sample_weight, loss)


def loss_of(
    model: Trainable, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool
) -> Any:
    """The model's loss on a batch; what its call has added to it stays, whatever else is called."""
    given = {"training": training} if takes_training(model.compute_loss) else {}
    with added.kept():
        return model.compute_loss(x, y, y_pred, sample_weight, **given)


def update_metrics(
    model: Trainable, x: Any, y: Any, y_pred: Any, sample_weight: Any, loss: Any
) -> Any:
    """Add a batch to the mean loss and to the compiled metrics.

    Returns the logs that the model's own ``compute_metrics`` makes, None where it has none.
    """
    size = next(a.shape[0] for a in tree.leaves(x) if a is not None)
    compilation_of(model).mean_loss.update_state(loss, sample_weight=size)
    logs = model.compute_metrics(x, y, y_pred, sample_weight)
    return logs if is_overridden(model, "compute_metrics") else None
