"""The number that is explained: a class's score, before a final softmax or sigmoid."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from lurnet import activations, ops
from lurnet.core import tree
from lurnet.core.dtypes import is_float
from lurnet.core.errors import BadType, BadValue
from lurnet.core.graph import graph_of
from lurnet.core.traits import fact_of
from lurnet.inference.batches import as_inputs, map_batches
from lurnet.layers import context

__all__ = ["scores", "targets"]


def scores(model: Any, x: Any, target: Any = None, batch_size: int | None = None) -> np.ndarray:
    """The scores that the maps explain, (n,).

    >>> import lurnet
    >>> model = lurnet.Sequential([lurnet.layers.Dense(3, activation="softmax")])
    >>> scores(model, np.zeros((2, 4))).tolist()
    [0.0, 0.0]
    """
    x = as_inputs(model, x)
    arrays, pick = targets(model, x, target)
    return map_batches(
        model, lambda a: pick(logits(model, a[0]), a[1]), (x, arrays), batch_size,
        facts_of("scores", target),
    )  # fmt: skip


def facts_of(name: str, target: Any) -> str | None:
    """What says which computation it is; nobody can tell a user's function from others."""
    return None if callable(target) else name


def float_images(model: Any, x: Any) -> np.ndarray:
    """One array of floats, which a gradient can be taken by."""
    x = as_inputs(model, x)
    if tree.is_nested(x):
        raise BadType(f"Model {model.name!r} has several inputs; a map is of one input only.")
    graph = graph_of(model)
    dtype = graph.inputs[0].dtype if graph else "float32"
    if not is_float(dtype):
        raise BadType(
            f"Model {model.name!r} takes whole numbers ({dtype}), and there is no "
            "gradient by those: explain the part of the model behind the embedding."
        )
    return np.asarray(x, "float32")


def targets(model: Any, x: Any, target: Any) -> tuple[np.ndarray, Callable]:
    """Class numbers (n,), and the function that picks scores: ``(outputs, numbers) -> (n,)``."""
    count = len(next(iter(tree.leaves(x))))
    if callable(target):
        return np.zeros(count, "int32"), lambda outputs, _: target(outputs)
    y = map_batches(model, lambda a: logits(model, a), x, None, "logits")
    if tree.is_nested(y) or y.ndim != 2:
        raise BadValue(
            f"Model {model.name!r} does not give one row of scores for a sample: say what to "
            "explain, target=lambda outputs: ... with one number for each sample."
        )
    numbers = y.argmax(-1) if target is None else np.broadcast_to(np.asarray(target), (count,))
    if numbers.dtype.kind not in "iu" or numbers.min() < 0 or numbers.max() >= y.shape[1]:
        raise BadValue(
            f"`target` must hold class numbers from 0 to {y.shape[1] - 1}, not {target!r:.100}."
        )
    return numbers.astype("int32"), _pick


def _pick(outputs: Any, numbers: Any) -> Any:
    return ops.take_along_axis(outputs, numbers[:, None], axis=1)[:, 0]


def logits(model: Any, x: Any) -> Any:
    """The model's outputs in inference mode, before a final softmax or sigmoid."""
    before: dict[int, tuple] = {}

    outer = context.watcher()

    def watch(layer: Any, args: tuple, outputs: Any) -> Any:
        outputs = outputs if outer is None else outer(layer, args, outputs)
        activation = getattr(layer, "activation", None)
        if _gives_probabilities(layer) or getattr(activation, "gives_probabilities", False):
            before[id(outputs)] = layer, args, outputs  # held, so that the id stays its own
        return outputs

    with context.watching(watch):
        y = model.call_for(x, training=False)
    if id(y) not in before:
        return y
    layer, args, _ = before[id(y)]
    if _gives_probabilities(layer):
        return args[0]
    with _without_activation(layer):
        return layer.call(*args)


def _gives_probabilities(layer: Any) -> bool:
    """Whether the whole layer, and not only its activation, turns scores into probabilities."""
    return fact_of(layer, "gives_probabilities", False, by=("call",))


@contextlib.contextmanager
def _without_activation(layer: Any) -> Iterator[None]:
    """The layer as it is before its activation."""
    kept = layer.activation
    layer.activation = activations.linear
    try:
        yield
    finally:
        layer.activation = kept
