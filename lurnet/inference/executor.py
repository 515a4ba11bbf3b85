"""What computes outputs, and what its kinds share: a model's forward pass as it is now."""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from lurnet.core import donation
from lurnet.core.types import Int
from lurnet.core.variable import Variable
from lurnet.inference.captured import CapturedGraph, capture
from lurnet.kernels.common.choice import in_c
from lurnet.training import device_loop
from lurnet.training.compiled import host_stage
from lurnet.training.per_sample import model_is_per_sample
from lurnet.training.protocol import Trainable
from lurnet.training.steps import Steps

#: Samples that are few: up to these, the time of a call is what it costs to start computing.
FEW = 32

Progress = Callable[[int], None]  #: told now and then how many samples are done


class Executor(Protocol):
    """A way to compute outputs: the first one in ``predictor.EXECUTORS`` that takes arrays does it.

    All give the same results, so that each may be taken out.
    """

    def takes(self, x: Any, count: int) -> bool:
        """Whether it computes the outputs for these nested arrays, of so many samples."""
        ...

    def run(self, x: Any, count: int, batch_size: Int | None, progress: Progress) -> Any:
        """The outputs, nested arrays; None: just now it cannot, the next one is asked.

        ``batch_size`` None: as many as suit.
        """
        ...

    def run_again(self, x: Any) -> Any:
        """The outputs for an array of a shape and dtype that it had before, or None.

        All that is looked at and looked up on the way depends on the model as it is, the array's
        shape and its dtype, so that this call need not.
        """
        ...


class Forward:
    """A model's forward pass, for the model as it is now."""

    def __init__(self, model: Trainable) -> None:
        self.model, self.host = model, host_stage(model)
        self.session = Steps(model, "predict")
        self.step: Callable[..., Any] = self.session.step
        self.variables: list[Any] = self.session.variables
        #: whether each sample is computed by itself, so that batches may be of any size
        self.per_sample = model_is_per_sample(model) and not model.run_eagerly
        #: whether outputs are a function of one array, sample by sample, and of nothing but weights
        self.is_pure = self.per_sample and self.host is None

    def capture(self, x: np.ndarray) -> tuple[CapturedGraph, list[Variable]] | None:
        """The kernels that the outputs for x consist of, if they do, and the weights they read."""
        if not self.is_pure or not in_c(x.dtype):
            return None
        run = device_loop.output_program(self.step, self.variables)
        graph = capture(run, donation.arrays(self.variables), x)
        return None if graph is None else (graph, [self.variables[i] for i in graph.state])
