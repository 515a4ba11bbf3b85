"""A callback from functions."""

from collections.abc import Callable
from typing import Any

from lurnet.callbacks.base import Callback
from lurnet.core.errors import BadType, did_you_mean

__all__ = ["LambdaCallback"]


class LambdaCallback(Callback):
    """A callback made of functions, each called for the event that it is given for.

    Args:
        on_epoch_begin: ``(epoch, logs)``.
        on_epoch_end: ``(epoch, logs)``.
        on_train_begin: ``(logs)``.
        on_train_end: ``(logs)``.
        on_train_batch_begin: ``(batch, logs)``.
        on_train_batch_end: ``(batch, logs)``.
        **kwargs: any other event of Callback.

    >>> seen = []
    >>> note = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch))
    >>> note.on_epoch_end(0, {}); seen
    [0]
    """

    def __init__(
        self,
        on_epoch_begin: Callable[[int, Any], Any] | None = None,
        on_epoch_end: Callable[[int, Any], Any] | None = None,
        on_train_begin: Callable[[Any], Any] | None = None,
        on_train_end: Callable[[Any], Any] | None = None,
        on_train_batch_begin: Callable[[int, Any], Any] | None = None,
        on_train_batch_end: Callable[[int, Any], Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        own = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
        }
        known = [name for name in dir(Callback) if name.startswith("on_")]
        for name, function in (own | kwargs).items():
            if name.startswith("on_") and name not in known:
                raise BadType(f"There is no event `{name}`.{did_you_mean(name, known)}")
            if function is not None:  # only those given: the others cost nothing while training
                setattr(self, name, function)
