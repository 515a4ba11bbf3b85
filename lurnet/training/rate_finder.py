"""The learning-rate range test: training at rising rates, and everything as before afterwards."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from lurnet.core.errors import BadValue
from lurnet.training.building import build_for
from lurnet.training.checks import require_compiled
from lurnet.training.compiled import on_host
from lurnet.training.data.arrays import check_lengths, standardize, take
from lurnet.training.own_steps import step_variables

#: A smoothed loss this many times the lowest one ends the test.
BLOWN_UP = 4.0


class LearningRates(NamedTuple):
    """What a range test found; ``suggestion`` is None where the loss never fell."""

    rates: np.ndarray
    losses: np.ndarray
    smooth: np.ndarray
    suggestion: float | None


def find_learning_rate(
    model: Any,
    x: Any,
    y: Any,
    batch_size: int = 32,
    smallest: float = 1e-6,
    largest: float = 10.0,
    steps: int = 120,
    smoothing: float = 0.9,
    seed: int = 0,
) -> LearningRates:
    """Train some steps at rates that rise from ``smallest`` to ``largest``, and look at the loss.

    The smoothed loss is ``s_i = (m s'_(i-1) + (1 - m) loss_i) / (1 - m^i)``, with m the smoothing.
    The suggestion is a tenth of the rate where it is lowest: training is quick there, and far from
    blowing up. Weights, optimizer, random numbers and metrics are put back, bit for bit.

    Smith, 2017, "Cyclical Learning Rates for Training Neural Networks",
    https://arxiv.org/abs/1506.01186

    Args:
        model: a compiled model.
        x: inputs.
        y: labels.
        batch_size: samples in a step.
        smallest: the first rate.
        largest: the last rate; it ends earlier where the loss blows up.
        steps: how many rates.
        smoothing: share of the old value in the running mean, from 0 to below 1.
        seed: seed of the order of the samples.

    >>> import lurnet
    >>> model = lurnet.Sequential([lurnet.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> x = np.linspace(-1, 1, 64)[:, None]
    >>> found = find_learning_rate(model, x, 3 * x)
    >>> 1e-3 < found.suggestion < 5
    True
    """
    require_compiled(model, "find_learning_rate")
    if not 0 < smallest < largest or steps < 5 or not 0 <= smoothing < 1:
        raise BadValue(
            "find_learning_rate needs 0 < smallest < largest, 5 steps at least and a smoothing "
            f"from 0 to below 1, not {smallest}, {largest}, {steps} and {smoothing}."
        )
    data = standardize(on_host(model, x), "x"), standardize(y, "y")
    rates = np.geomspace(smallest, largest, steps)
    rng = np.random.default_rng(seed)
    count = check_lengths(data[0], data[1], None)
    size = min(batch_size, count)
    batches = _batches(count, size, rng)
    with _put_back(model, data, size):
        losses = _losses(model, data, rates, batches, smoothing)
    smooth = smoothed(losses, smoothing)
    return LearningRates(rates[: len(losses)], losses, smooth, suggest(rates, smooth))


def _batches(count: int, size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Batches of row numbers without end, each pass in a new order."""
    while True:
        order = rng.permutation(count)
        yield from (order[i : i + size] for i in range(0, count - size + 1, size))


def _losses(
    model: Any, data: Any, rates: np.ndarray, batches: Iterator, smoothing: float
) -> np.ndarray:
    """The loss of each step, until it is no number or the smoothed one has blown up."""
    losses: list[float] = []
    for rate, rows in zip(rates, batches, strict=False):
        model.optimizer.learning_rate = float(rate)
        losses.append(model.train_on_batch(*take(data, rows), return_dict=True)["loss"])
        if not np.isfinite(losses[-1]):
            return np.array(losses[:-1])
        smooth = smoothed(losses, smoothing)
        if smooth[-1] > BLOWN_UP * smooth.min():
            break
    return np.array(losses)


@contextlib.contextmanager
def _put_back(model: Any, data: Any, size: int) -> Iterator[None]:
    """Leave the model as it was, its learning rate and random numbers included."""
    build_for(model, (*data, None), size)
    variables = step_variables(model, "train")
    kept = [np.array(v.stored) for v in variables]
    try:
        yield
    finally:
        for variable, array in zip(variables, kept, strict=True):
            variable.assign(array)


def smoothed(losses: Sequence[float] | np.ndarray, share: float) -> np.ndarray:
    """The running mean, corrected for its start at 0.

    >>> smoothed(np.array([2.0, 2.0, 2.0]), 0.9).tolist()
    [2.0, 2.0, 2.0]
    """
    means, mean = [], 0.0
    for i, loss in enumerate(losses):
        mean = share * mean + (1 - share) * loss
        means.append(mean / (1 - share ** (i + 1)))
    return np.array(means)


def suggest(rates: np.ndarray, smooth: np.ndarray) -> float | None:
    """A tenth of the rate where the smoothed loss is lowest; None where it has not fallen.

    >>> suggest(np.array([0.01, 0.1, 1.0, 10.0]), np.array([1.0, 0.9, 0.5, 2.0]))
    0.1
    """
    lowest = int(np.argmin(smooth)) if len(smooth) else 0
    return float(rates[lowest] / 10) if lowest else None
