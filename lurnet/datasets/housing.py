"""What the two sets of house prices share: one table, shuffled and cut."""

import numpy as np

from lurnet.core.errors import BadValue
from lurnet.datasets.containers import Split


def check_split(name: str, test_split: float) -> None:
    """Raise `BadValue` unless the share of the test part is from 0 to below 1."""
    if not 0 <= test_split < 1:
        raise BadValue(f"{name}: `test_split` must be from 0 to below 1, but it is {test_split}.")


def cut(x: np.ndarray, y: np.ndarray, test_split: float, seed: int) -> tuple[Split, Split]:
    """Shuffle the rows in the order that ``seed`` draws; the last part of them is for the test."""
    order = np.arange(len(x))
    np.random.RandomState(seed).shuffle(order)
    rows = int(len(x) * (1 - test_split))
    return (x[order[:rows]], y[order[:rows]]), (x[order[rows:]], y[order[rows:]])
