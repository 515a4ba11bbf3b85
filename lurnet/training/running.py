"""Which models run an epoch on this thread: a run in a callback leaves the one around as it was."""

import contextlib
import contextvars
from collections.abc import Iterator

import numpy as np

from lurnet.training.compiled import compilation_of
from lurnet.training.protocol import Trainable

_metrics: contextvars.ContextVar[frozenset] = contextvars.ContextVar("running", default=frozenset())
_fits: contextvars.ContextVar[frozenset] = contextvars.ContextVar("fits", default=frozenset())


@contextlib.contextmanager
def metrics_kept(model: Trainable) -> Iterator[None]:
    """Run; metrics in use by a run around, of this model or of another one with which it shares
    them, have their values again afterwards.
    """
    around = _metrics.get()
    variables = model.metrics_variables if around else ()
    before = [(v, np.array(v.stored)) for v in variables if id(v) in around]
    try:
        yield
    finally:
        for variable, array in before:
            variable.assign(array)


@contextlib.contextmanager
def gathering_metrics(model: Trainable) -> Iterator[None]:
    """Run while the model's metrics gather a result of their own; see ``metrics_kept``."""
    with metrics_kept(model):
        token = _metrics.set(_metrics.get() | {id(v) for v in model.metrics_variables})
        try:
            yield
        finally:
            _metrics.reset(token)


@contextlib.contextmanager
def in_epoch(model: Trainable) -> Iterator[None]:
    """An epoch of training: whoever tests meanwhile, on any thread, leaves its metrics alone."""
    made = compilation_of(model)
    before, made.in_epoch = made.in_epoch, True
    try:
        yield
    finally:
        made.in_epoch = before


@contextlib.contextmanager
def fitting(model: Trainable) -> Iterator[None]:
    """Run a ``fit``; one inside that of the same model leaves its marks on it alone."""
    inside = id(model) in _fits.get()
    made = compilation_of(model)
    before = model.stop_training, model.history, made.watchers
    token = _fits.set(_fits.get() | {id(model)})
    try:
        yield
    finally:
        _fits.reset(token)
        if inside:
            model.stop_training, model.history, made.watchers = before
