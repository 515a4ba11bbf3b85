"""The outputs of a model as it is now: from the first executor that takes the arrays."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lurnet.core.advice import WrongShape
from lurnet.core.errors import BadState
from lurnet.core.masking import get_mask
from lurnet.core.types import Int
from lurnet.core.variable import in_scope
from lurnet.inference.batches import ignore, length, on_host
from lurnet.inference.compiled import CompiledProgram
from lurnet.inference.eager import Eager
from lurnet.inference.executor import Executor, Forward, Progress
from lurnet.inference.latency import LatencyPath
from lurnet.inference.throughput import ThroughputPath
from lurnet.inference.to_jax import to_jax
from lurnet.layers import context
from lurnet.layers.state import flatten_layers
from lurnet.layers.version import kept_version, version_of
from lurnet.training import device
from lurnet.training.data.gathering import copied
from lurnet.training.per_sample import has_own_code, has_side_outputs
from lurnet.training.protocol import Trainable

#: All executors, in the order in which they are asked.
EXECUTORS: tuple[Callable[[Forward], Executor], ...] = (
    LatencyPath,
    ThroughputPath,
    CompiledProgram,
    Eager,
)


class Predictor:
    """A model's outputs for any number of samples.

    It holds the model's variables: ask ``predictor`` for the one that fits the model as it is now.
    Each call computes with the weights of one moment.

    Args:
        model: the model.
        executors: those that may be used, in order.
    """

    def __init__(
        self, model: Trainable, executors: Sequence[Callable[[Forward], Executor]] = EXECUTORS
    ) -> None:
        self.forward = Forward(model)
        self.executors = [make(self.forward) for make in executors]
        self._again = [executor.run_again for executor in self.executors]
        #: whether a call leaves nothing but outputs
        self.is_plain = self.forward.per_sample and not any(
            has_side_outputs(x) or has_own_code(x) for x in flatten_layers(model)
        )

    def __call__(self, x: Any, batch_size: Int | None = None, progress: Progress = ignore) -> Any:
        """The outputs for nested arrays of any one length.

        Args:
            x: the arrays.
            batch_size: samples in a batch, None: as many as suit.
            progress: told now and then how many samples are done.
        """
        count = length(x)
        try:
            for executor in self.executors:
                if executor.takes(x, count):
                    outputs = executor.run(x, count, batch_size, progress)
                    if outputs is not None:
                        return outputs
        except WrongShape as error:
            raise error.of(count) from error
        raise BadState("There is no executor for such arrays.")

    def again(self, x: Any) -> Any:
        """The outputs for an array like one that went through here before, or None."""
        for run_again in self._again:
            outputs = run_again(x)
            if outputs is not None:
                return outputs
        return None


def predictor(model: Trainable) -> Predictor:
    """The predictor of a model as it is now, kept until one of its layers changes."""
    version = version_of(model)
    kept = version.predictor
    if kept is None:
        flags, kept = version.flags(), Predictor(model)
        if version.flags() == flags:  # else somebody has frozen a layer meanwhile
            version.predictor = kept
    return kept


def call_compiled(model: Trainable, args: tuple, kwargs: dict[str, Any]) -> Any:
    """What ``model(x)`` gives, from an executor; None where it must run as it is written.

    That is so in training mode, within other calls and traces, and where the call does more than
    compute: code of the user's own, losses, masks.
    """
    if not (_infers(args, kwargs) and model.built and _are_plain(x := args[0])):
        return None
    call = predictor(model)
    if not call.is_plain:
        return None
    # The device may still read the array when the caller, who has the outputs, fills it anew.
    return device.to_device(call(copied(x)))


def call_again(model: Trainable, args: tuple, kwargs: dict[str, Any]) -> Any:
    """``call_compiled`` for an array like one before, by a look at what may differ alone."""
    if not _infers(args, kwargs):
        return None
    x = args[0]
    call = _kept_for(model, x)
    if call is None or not call.is_plain or get_mask(x) is not None:
        return None
    outputs = call.again(x)
    return to_jax(outputs) if type(outputs) is np.ndarray else outputs


def predict_again(model: Trainable, x: Any, batch_size: Int | None) -> Any:
    """What ``predict`` gives without callbacks, found like that of ``call_again``."""
    call = _kept_for(model, x)
    if call is None or (batch_size is not None and (batch_size,) != x.shape[:1]):
        return None
    outputs = call.again(x)
    return outputs if outputs is None or type(outputs) is np.ndarray else on_host(outputs)


def _infers(args: tuple, kwargs: dict[str, Any]) -> bool:
    """Whether a call is the user's own, of one input, in inference mode."""
    if not context.undisturbed() or in_scope() or len(args) != 1:
        return False
    return not kwargs or (len(kwargs) == 1 and not kwargs.get("training", True))


def _kept_for(model: Trainable, x: Any) -> Predictor | None:
    """The predictor of a model that has not changed since, where x is nothing but an array."""
    version = kept_version(model)
    if version is None:
        return None
    plain = type(x) is np.ndarray or (device.is_concrete(x) and not isinstance(x, np.ndarray))
    return version.predictor if plain else None


def _are_plain(x: Any) -> bool:
    if isinstance(x, (list, tuple, dict)):
        return all(map(_are_plain, x.values() if isinstance(x, dict) else x)) and len(x) > 0
    return device.is_concrete(x) and x.ndim > 0 and x.shape[0] > 0 and get_mask(x) is None
