"""The list of callbacks that fit, evaluate and predict tell: the user's and the standard ones."""

from collections.abc import Iterable
from typing import Any

from lurnet.callbacks import base
from lurnet.callbacks.history import History
from lurnet.callbacks.progress import ProgbarLogger
from lurnet.core import tree
from lurnet.core.errors import BadType

__all__ = ["CallbackList"]


def standard_callbacks(
    callbacks: Any = None,
    model: Any = None,
    verbose: int | str = "auto",
    epochs: int | None = None,
    steps: int | None = None,
    history: bool = False,
) -> base.CallbackList:
    """The user's callbacks, then a History where it is wanted, then a bar unless it is silent.

    Args:
        callbacks: a list of callbacks, one callback, a CallbackList, or None.
        model: the model they listen to; its ``history`` is set to the History.
        verbose: 0 silent, 1 a bar, 2 a line for each epoch; "auto" is 1.
        epochs: number of the last epoch.
        steps: steps in an epoch, None if unknown.
        history: whether there is a History.

    >>> len(standard_callbacks(None, verbose=0, history=True).callbacks)
    1
    """
    verbose = 1 if verbose == "auto" else int(verbose)
    found = _listed(callbacks)
    if history:
        known = next((c for c in found if isinstance(c, History)), None)
        if known is None:
            found.append(known := History())
        if model is not None:
            model.history = known
    if verbose and not any(isinstance(c, ProgbarLogger) for c in found):
        found.append(ProgbarLogger())
    params = {"verbose": verbose, "epochs": epochs, "steps": steps}
    return base.CallbackList(found, model, params)


def _listed(callbacks: Any) -> list[Any]:
    if callbacks is None:
        return []
    if isinstance(callbacks, base.CallbackList):
        return list(callbacks.callbacks)
    found = tree.flatten(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks]
    for callback in found:
        if isinstance(callback, type):
            raise BadType(
                f"`callbacks` holds the class {callback.__name__}: write {callback.__name__}(...)."
            )
        if not hasattr(callback, "set_model"):
            raise BadType(
                f"`callbacks` takes objects of keras.callbacks.Callback, but one is {callback!r}."
            )
    return found


class CallbackList(base.CallbackList):
    """Tells events to callbacks, for training loops of your own.

    Args:
        callbacks: a list of callbacks, or one.
        add_history: whether to add a History where there is none.
        add_progbar: whether to add a ProgbarLogger where there is none.
        model: handed to them.
        **params: ``verbose``, ``epochs`` and ``steps``, handed to them.

    >>> tell = CallbackList(add_history=True, epochs=1)
    >>> tell.on_train_begin(); tell.on_epoch_end(0, {"loss": 0.5})
    >>> tell.callbacks[0].history
    {'loss': [0.5]}
    """

    def __init__(
        self,
        callbacks: Iterable[Any] | Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        found = _listed(callbacks)
        if add_history and not any(isinstance(c, History) for c in found):
            found.append(History())
        if add_progbar and not any(isinstance(c, ProgbarLogger) for c in found):
            found.append(ProgbarLogger())
        super().__init__(found, model, params)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """A training step is over: there is progress too."""
        self._batch_end("train", batch, logs)

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """A test step is over: there is progress too."""
        self._batch_end("test", batch, logs)

    def on_predict_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """A prediction step is over: there is progress too."""
        self._batch_end("predict", batch, logs)

    def _batch_end(self, kind: str, batch: int, logs: dict[str, Any] | None) -> None:
        logs = {} if logs is None else logs
        for callback in self.callbacks:
            base.hear(getattr(callback, f"on_{kind}_batch_end"), batch, logs)
            getattr(callback, f"on_{kind}_progress", lambda *_: None)(
                batch + 1, lambda: dict(logs) if kind != "predict" else {}
            )
