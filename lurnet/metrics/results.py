"""What the name of a result in the logs tells: which metric it is, and which way is better."""

import re
from collections.abc import Iterable
from typing import Any

from lurnet import losses, metrics
from lurnet.core.traits import stated

Bounds = tuple[float, float]
#: Names that ``compile`` resolves by the labels, and that of what is minimised.
BY_LABELS = {"acc": metrics.Accuracy, "ce": metrics.CategoricalCrossentropy}
BY_LABELS |= {"crossentropy": metrics.CategoricalCrossentropy, "loss": losses.Loss}


def direction_of(result: str, known: Iterable[Any] = ()) -> str | None:
    """Whether a result is better "up" or "down"; None where nothing says.

    Args:
        result: its name; ``val_`` or the name of an output may stand before the metric's.
        known: the model's own metrics, which are asked first. Our classes state ``direction``; an
            object of the user's may say so by ``_direction``, as in Keras.

    >>> direction_of("val_out_accuracy"), direction_of("loss"), direction_of("mystery")
    ('up', 'down', None)
    """
    for metric in sorted(known, key=lambda m: m.name != result):
        if f"_{result}".endswith(f"_{metric.name}"):
            stands = stated(type(metric), "direction", None, by=())
            found = getattr(metric, "_direction", None) or stands
            if found in ("up", "down"):
                return found
    maker = _maker_of(result)
    if isinstance(maker, type) and issubclass(maker, metrics.Metric):
        return stated(maker, "direction", None, by=())
    return "down" if maker else None  # a loss, as all functions among the metrics are


def bounds_of(result: str) -> Bounds:
    """The smallest and the largest value that a result can have, as its metric states.

    >>> bounds_of("val_accuracy"), bounds_of("loss")
    ((0.0, 1.0), (-inf, inf))
    """
    maker, free = _maker_of(result), (float("-inf"), float("inf"))
    return stated(maker, "bounds", free, by=()) if isinstance(maker, type) else free


def _maker_of(result: str) -> Any:
    """The metric or loss whose name a result has, perhaps behind an output's and with a number."""
    words = re.sub(r"_\d+$", "", result).split("_")
    for i in range(len(words)):
        name = "_".join(words[i:])
        if name in BY_LABELS or name in metrics.registry:
            return BY_LABELS.get(name) or metrics.registry[name]
    return None
