"""Steps as the engine runs them: its own, or those of a user's class, in both forms of Keras."""

from collections.abc import Callable
from typing import Any

from lurnet.core.variable import Variable, values
from lurnet.layers.tracking import unique
from lurnet.training import step
from lurnet.training.compiled import compilation_of
from lurnet.training.overrides import is_overridden, takes_state
from lurnet.training.protocol import Trainable


def step_function(model: Trainable, kind: str) -> Callable[..., Any]:
    """What the loop runs: returns None, or the logs where the step is the user's own."""
    if kind == "predict":
        return lambda x: predict_outputs(model, x)
    if not is_overridden(model, f"{kind}_step"):
        plain = step.train_step if kind == "train" else step.test_step
        return lambda data: plain(model, data)
    own = getattr(model, f"{kind}_step")
    return _stateful(model, own, kind) if takes_state(own) else own


def predict_outputs(model: Trainable, x: Any) -> Any:
    """The outputs for a batch of inputs, by the model's ``predict_step``."""
    own = model.predict_step
    if is_overridden(model, "predict_step") and takes_state(own):
        state = tuple([v.stored for v in part] for part in _state_parts(model, "predict"))
        return own(state, (x,))[0]
    return own((x,) if isinstance(x, (tuple, list)) else x)


def step_variables(model: Trainable, kind: str) -> list[Variable]:
    """All state that a step may read or write."""
    parts = [model.trainable_variables, model.non_trainable_variables]
    if kind != "predict":
        parts.append(model.metrics_variables)
    if kind == "train" and model.optimizer is not None:
        parts.append(model.optimizer.variables)
        parts += [watcher.variables for watcher in compilation_of(model).watchers]
    return unique(v for part in parts for v in part)


# --- the pure form of Keras on JAX, ``(state, data) -> (result, state)``


def _state_parts(model: Trainable, kind: str) -> list[list[Variable]]:
    parts = [model.trainable_variables, model.non_trainable_variables]
    if kind == "train":
        parts.append(model.optimizer.variables)
    return parts if kind == "predict" else [*parts, model.metrics_variables]


def stateless(model: Trainable, run: Callable[[], Any], state: Any, kind: str) -> tuple:
    """What ``run`` gives for variables that have the values of a state, and the new state."""
    parts = _state_parts(model, kind)
    with values([v for p in parts for v in p], [a for p in state for a in p]) as scope:
        result = run()
        return result, tuple([scope[v] for v in part] for part in parts)


def _stateful(model: Trainable, own: Callable[..., Any], kind: str) -> Callable[..., Any]:
    """A user's pure step as one on variables."""

    def run(data: Any) -> Any:
        parts = _state_parts(model, kind)
        logs, new = own(tuple([v.stored for v in part] for part in parts), data)
        for part, arrays in zip(parts, new, strict=True):
            for variable, array in zip(part, arrays, strict=True):
                variable.assign(array)
        return logs

    return run
