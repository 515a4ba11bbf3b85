"""Model.evaluate: merged batches, larger ones than asked for, where no result depends on them."""

import copy
from typing import Any

from lurnet.inference.batches import samples_that_suit
from lurnet.training.data.arrays import ArrayData
from lurnet.training.data.streams import Stream
from lurnet.training.peak_activation import peak_output
from lurnet.training.per_sample import averages_over_samples
from lurnet.training.protocol import Trainable
from lurnet.training.runner import make_runner
from lurnet.training.session import session_of


def make_tester(model: Trainable, data: ArrayData | Stream, batches_wanted: bool) -> Any:
    """The runner that tests a model; ``batches_wanted``: a callback listens to every batch."""
    if batches_wanted or isinstance(data, Stream):
        return make_runner(model, "test", data)
    by, larger = merged_batches(model, data), copy.copy(data)
    larger.batch_size = min(by * data.batch_size, data.count)
    runner = make_runner(model, "test", larger)
    runner.batches_done = lambda steps: min(by * steps, data.steps)
    return runner


def merged_batches(model: Trainable, data: ArrayData) -> int:
    """How many batches may be computed as one.

    Where batches fill the data exactly, so do the larger ones: a smaller one at the end would need
    a program of its own.
    """
    if data.limit is not None or model.run_eagerly:
        return 1
    training = session_of(model).training
    if not training.once("averages", lambda: averages_over_samples(model)):
        return 1
    largest = training.once("peak output", lambda: peak_output(model))
    wanted = samples_that_suit(data.x, largest) // data.batch_size
    if data.count % data.batch_size:
        return max(1, wanted)
    return next((n for n in range(wanted, 1, -1) if data.batches % n == 0), 1)
