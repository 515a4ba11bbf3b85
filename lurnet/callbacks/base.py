"""Callbacks listen to training; this is what they can hear, and who tells them."""

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from lurnet.kernels.costs import costs

__all__ = ["Callback"]

EVENTS = ("train", "test", "predict")
#: Hooks that need the host after every single step.
BATCH_HOOKS = {
    "train": ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end"),
    "test": ("on_test_batch_begin", "on_test_batch_end"),
    "predict": ("on_predict_batch_begin", "on_predict_batch_end"),
}


class Callback:
    """Base of callbacks: override the events that you want to hear.

    ``self.model`` is the model and ``self.params`` a dict with ``verbose``, ``epochs`` and
    ``steps``. Logs are dicts of floats by metric name.

    A callback that overrides a batch event makes the device stop after every step, which is slow
    for small networks; ``on_train_progress`` is told several times a second instead.

    >>> class Shout(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print(f"epoch {epoch}: loss {logs['loss']:.2f}")
    """

    def __init__(self) -> None:
        self.params: dict[str, Any] = {}
        self._model: Any = None

    @property
    def model(self) -> Any:
        """The model that is trained."""
        return getattr(self, "_model", None)

    def set_model(self, model: Any) -> None:
        """Called before training with the model."""
        self._model = model

    def set_params(self, params: dict[str, Any]) -> None:
        """Called before training with ``verbose``, ``epochs`` and ``steps``."""
        self.params = params

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """An epoch starts."""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """An epoch is over; logs hold its metrics and, with ``val_``, the validation's."""

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Training starts."""

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Training is over."""

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Evaluation or validation starts."""

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Evaluation or validation is over."""

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Prediction starts."""

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        """Prediction is over."""

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """A training step starts."""
        hear(self.on_batch_begin, batch, logs)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """A training step is over; logs hold the metrics of the epoch so far."""
        hear(self.on_batch_end, batch, logs)

    def on_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Keras' older name of ``on_train_batch_begin``."""

    def on_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Keras' older name of ``on_train_batch_end``."""

    def on_test_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """A test step starts."""

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """A test step is over."""

    def on_predict_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """A prediction step starts."""

    def on_predict_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """A prediction step is over; logs hold ``outputs``."""

    def on_train_progress(self, step: int, logs: Callable[[], dict[str, Any]]) -> None:
        """Several times a second: ``step`` steps of the epoch are done; ``logs()`` fetches logs."""

    def on_test_progress(self, step: int, logs: Callable[[], dict[str, Any]]) -> None:
        """The same while testing."""

    def on_predict_progress(self, step: int, logs: Callable[[], dict[str, Any]]) -> None:
        """The same while predicting."""


class CallbackList:
    """Tells every event to every callback, in order.

    Args:
        callbacks: the callbacks.
        model: handed to them.
        params: handed to them.
    """

    def __init__(
        self, callbacks: Iterable[Any] = (), model: Any = None, params: dict[str, Any] | None = None
    ) -> None:
        self.callbacks = list(callbacks)
        self.set_model(model)
        self.set_params(params or {})
        self.wants_batches = self._wants("train")
        self.wants_test_batches = self._wants("test")
        self.wants_predict_batches = self._wants("predict")

    def append(self, callback: Any) -> None:
        """Add a callback."""
        self.callbacks.append(callback)
        callback.set_params(self.params)

    def set_model(self, model: Any) -> None:
        """Hand the model to all."""
        for callback in self.callbacks:
            callback.set_model(model)

    def set_params(self, params: dict[str, Any]) -> None:
        """Hand the parameters to all."""
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def _wants(self, kind: str) -> bool:
        return any(overrides(c, hook) for c in self.callbacks for hook in BATCH_HOOKS[kind])

    @property
    def gradient_watchers(self) -> list[Any]:
        """The callbacks that see every step's gradients, inside the compiled step."""
        return [c for c in self.callbacks if hasattr(c, "see_gradients")]

    @property
    def look_seconds(self) -> float:
        """Time between looks: short where somebody shows progress."""
        shown = any(overrides(c, "on_train_progress") for c in self.callbacks)
        return costs().look_seconds[shown]

    def __getattr__(self, event: str) -> Callable[..., Any]:
        if not event.startswith("on_"):
            raise AttributeError(event)

        def tell(*args: Any, **kwargs: Any) -> None:
            given = event_arguments(event, args, kwargs)
            for callback in self.callbacks:
                hook = getattr(callback, event, None)
                if hook is not None:
                    hear(hook, *given)

        self.__dict__[event] = tell
        return tell


def event_arguments(event: str, args: tuple, kwargs: dict[str, Any]) -> tuple:
    """What an event's hooks get, in order: the logs come last, a dict that all of them share."""
    logs = kwargs.pop("logs", None)
    args = (*args, *kwargs.values())
    of_all = event.removeprefix("on_").partition("_")[2] in ("begin", "end")  # of train, not batch
    numbers = 0 if of_all and not event.startswith(("on_epoch", "on_batch")) else 1
    if logs is None:
        logs = args[numbers] if len(args) > numbers else None
    return (*args[:numbers], {} if logs is None else logs)


def hear(hook: Callable[..., Any], *given: Any) -> None:
    """Call a hook that may take its logs by name only, or fewer arguments than there are."""
    if _takes(hook, len(given)):
        hook(*given)
        return
    *first, logs = given
    signature = inspect.signature(hook)
    for args, kwargs in ((given, {}), (first, {"logs": logs}), (first, {}), ((), {"logs": logs})):
        if _fits(signature, args, kwargs):
            hook(*args, **kwargs)
            return
    hook() if _fits(signature, (), {}) else hook(*given)


def _takes(hook: Callable[..., Any], count: int) -> bool:
    """Whether a plain function or method takes so many arguments by position: a quick look."""
    function = getattr(hook, "__func__", hook)
    code = getattr(function, "__code__", None)
    if code is None or code.co_kwonlyargcount:
        return False
    most = code.co_argcount - (function is not hook)
    return most - len(function.__defaults__ or ()) <= count <= most


def _fits(signature: inspect.Signature, args: Any, kwargs: dict[str, Any]) -> bool:
    try:
        signature.bind(*args, **kwargs)
    except TypeError:
        return False
    return True


def overrides(callback: Any, hook: str) -> bool:
    """Whether a callback has a hook of its own, in its class or set on the object."""
    if hook in getattr(callback, "__dict__", {}):
        return True
    own = getattr(type(callback), hook, None)
    return own is not None and own is not getattr(Callback, hook, None)
