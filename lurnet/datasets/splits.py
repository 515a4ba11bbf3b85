"""How data sets are shuffled and cut into a training and a test part."""

from typing import Any

import numpy as np

from lurnet.core.errors import BadValue
from lurnet.datasets.containers import Split


def check_split(name: str, test_split: float) -> None:
    """Raise `BadValue` unless the share of the test part is from 0 to below 1."""
    if not 0 <= test_split < 1:
        raise BadValue(f"{name}: `test_split` must be from 0 to below 1, but it is {test_split}.")


def shuffled(rng: np.random.RandomState, *arrays: np.ndarray) -> list[np.ndarray]:
    """The arrays, all in the same random order."""
    order = np.arange(len(arrays[0]))
    rng.shuffle(order)
    return [array[order] for array in arrays]


def divided(x: Any, y: np.ndarray, test_split: float) -> tuple[Split, Split]:
    """The rows for training, and the last ``test_split`` of them, which are for the test."""
    rows = int(len(x) * (1 - test_split))
    return (x[:rows], y[:rows]), (x[rows:], y[rows:])


def shuffled_and_divided(
    x: np.ndarray, y: np.ndarray, test_split: float, seed: int
) -> tuple[Split, Split]:
    """The same, in the order that ``seed`` draws."""
    x, y = shuffled(np.random.RandomState(seed), x, y)
    return divided(x, y, test_split)
