"""How far a metric can go: intervals are not drawn where it cannot be."""

import re
from typing import Any

import numpy as np

Bounds = tuple[float, float]
FREE: Bounds = (-np.inf, np.inf)
#: Ends of the names of metrics that are shares, from 0 to 1.
SHARES = (
    *("acc", "accuracy", "auc", "precision", "recall", "iou", "io_u", "f1_score", "fbeta_score"),
    *("precision_at_recall", "recall_at_precision"),
    *("sensitivity_at_specificity", "specificity_at_sensitivity"),
)


def bounds_of(metric: str) -> Bounds:
    """The smallest and the largest value that a metric can have, as its name tells.

    >>> bounds_of("val_accuracy"), bounds_of("loss")
    ((0.0, 1.0), (-inf, inf))
    """
    name = re.sub(r"_\d+$", "", metric)
    share = any(name == end or name.endswith(f"_{end}") for end in SHARES)
    return (0.0, 1.0) if share else FREE


def within(mean: Any, low: Any, high: Any, bounds: Bounds | None) -> tuple[np.ndarray, np.ndarray]:
    """The ends of intervals as they are drawn: none beyond what the quantity can be.

    A mean beyond the bounds shows that they are not the quantity's own (an accuracy in percent,
    say); then nothing is cut.

    >>> within([0.9], [0.75], [1.05], (0, 1))
    (array([0.75]), array([1.]))
    """
    mean, low, high = (np.asarray(v, float) for v in (mean, low, high))
    least, most = bounds or FREE
    if np.any(mean < least) or np.any(mean > most):
        return low, high
    return np.maximum(low, least), np.minimum(high, most)
