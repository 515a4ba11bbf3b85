"""Which methods of a model a user's class, or he in an instance, has replaced."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T", bound=Callable[..., Any])

_DEFAULTS: set[Any] = set()


def default(fn: T) -> T:
    """Decorator of a method that users replace: the engine asks whether it is this one."""
    _DEFAULTS.add(fn)
    return fn


def is_overridden(model: Any, method: str) -> bool:
    """Whether the model has a method of the user's own."""
    return getattr(getattr(model, method), "__func__", None) not in _DEFAULTS


def makes_logs(model: Any, kind: str) -> bool:
    """Whether what a step returns, made by code of the user's own, are the logs."""
    own = is_overridden(model, f"{kind}_step")
    return own or (kind != "predict" and is_overridden(model, "compute_metrics"))


def takes_state(step: Callable[..., Any]) -> bool:
    """Whether a user's step is of the pure form ``(state, data)``."""
    parameters = [
        p
        for p in inspect.signature(step).parameters.values()
        if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty
    ]
    return len(parameters) >= 2


def takes_training(compute_loss: Callable[..., Any]) -> bool:
    """Whether a model's ``compute_loss`` has the flag, which Keras before 3.3 did not give."""
    parameters = inspect.signature(compute_loss).parameters
    return "training" in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())
