"""Which models run an epoch on this thread: a run in a callback leaves the one around as it was."""

import contextlib
import contextvars
from collections.abc import Iterator
from typing import Any

import numpy as np

_metrics: contextvars.ContextVar[frozenset] = contextvars.ContextVar("running", default=frozenset())
_fits: contextvars.ContextVar[frozenset] = contextvars.ContextVar("fits", default=frozenset())


@contextlib.contextmanager
def gathering_metrics(model: Any) -> Iterator[None]:
    """Run while the model's metrics gather a result of their own.

    Those in use by a run around, of this model or of one with which it shares them, have their
    values again afterwards.
    """
    variables, around = model.metrics_variables, _metrics.get()
    before = [(v, np.array(v.stored)) for v in variables if id(v) in around]
    token = _metrics.set(around | {id(v) for v in variables})
    try:
        yield
    finally:
        _metrics.reset(token)
        for variable, array in before:
            variable.assign(array)


@contextlib.contextmanager
def fitting(model: Any) -> Iterator[None]:
    """Run a ``fit``; one inside that of the same model leaves its marks on it alone."""
    inside = id(model) in _fits.get()
    before = (model.stop_training, model.history, model._gradient_watchers)
    token = _fits.set(_fits.get() | {id(model)})
    try:
        yield
    finally:
        _fits.reset(token)
        if inside:
            model.stop_training, model.history, model._gradient_watchers = before
