"""The compiled program: one batch in a call, or many, with as few programs as can be."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lurnet.core import donation, tree
from lurnet.core.forked import forks
from lurnet.core.types import Int
from lurnet.inference.batches import (
    BATCH,
    SIZES,
    BatchedFunction,
    samples_that_suit,
    shapes_of,
)
from lurnet.inference.executor import FEW, Forward, Progress
from lurnet.kernels.common.choice import on_cpu
from lurnet.kernels.costs import costs
from lurnet.training import device, device_loop
from lurnet.training.data.arrays import joined, take
from lurnet.training.data.gathering import own
from lurnet.training.data.staging import StagingBuffers, bytes_per_sample
from lurnet.training.peak_activation import peak_output


class CompiledProgram:
    """XLA's programs of a model's outputs."""

    def __init__(self, forward: Forward) -> None:
        self.forward, self.largest = forward, peak_output(forward.model)
        fills = forward.per_sample
        self.batched = BatchedFunction(
            forward.session, forward.step, "outputs", fills=fills, writes=not fills
        )
        self.loops: dict[Any, tuple[Callable[..., Any], Any]] = {}  # by sizes and shapes

    def takes(self, x: Any, count: int) -> bool:
        """Whether there is something to compile, and this process has XLA's threads."""
        del x, count
        host = self.forward.host
        return not (self.forward.model.run_eagerly or (host is not None and host.is_all) or forks())

    def run(self, x: Any, count: int, batch_size: Int | None, progress: Progress) -> Any:
        """The outputs; where samples are computed apart, in batches filled up to a few sizes."""
        if not self.forward.per_sample:
            return self.batched(x, int(batch_size or BATCH), progress)
        suits = samples_that_suit(x, self.largest)
        size = int(batch_size or max((s for s in SIZES if s <= suits), default=SIZES[0]))
        if count <= size:
            return self.batched(x, size, progress)
        return self._loops(x, count, size, progress)

    def run_again(self, x: Any) -> Any:
        """The outputs for a few samples, if there is a program for just such an array.

        The device may read it after the caller has filled it anew: it gets a copy.
        """
        if not self.forward.is_pure or x.shape[:1] > (FEW,) or forks():
            return None
        run = self.batched.programs.get((x.shape, x.dtype))
        return None if run is None else run(donation.snapshot(self.forward.variables), own(x))

    def _loops(self, x: Any, count: int, size: int, progress: Progress) -> Any:
        """Many batches in each call."""
        room = max(1, costs().predict_call_bytes // (size * max(1, bytes_per_sample(x))))
        rows = size * 2 ** (min(-(-count // size), room) - 1).bit_length()
        part = _parts(device.to_host(x), rows)
        outputs, running, state = [], None, donation.snapshot(self.forward.variables)
        try:
            for start in range(0, count, rows):
                steps = -(-min(rows, count - start) // size)
                made = self._loop(state, *part(start, steps * size), rows, size, steps)
                if running is not None:
                    outputs.append(device.wait(running))  # its buffer is the next to be filled
                    progress(start)
                running = made
        finally:
            device.wait(running)  # it reads the arrays
        return take(joined([*outputs, running]), slice(count))

    def _loop(self, state: list, x: Any, first: int, rows: int, size: int, steps: int) -> Any:
        key = size, rows, shapes_of(x)
        if key not in self.loops:
            step, variables = self.forward.step, self.forward.variables
            spec = device_loop.returned_zeros(step, variables, x, size)
            zeros = tree.map_structure(lambda a: np.zeros((rows, *a.shape[1:]), a.dtype), spec)
            zeros = device.to_device(zeros, copy=True)
            make = device_loop.output_loop(step, variables, size)
            args = state, x, np.int32(0), np.int32(1), zeros
            run = self.forward.session.program(lambda: make, f"loop {size}", False, *args)
            self.loops[key] = run, zeros
        run, zeros = self.loops[key]
        return run(state, x, np.int32(first), np.int32(steps), zeros)


def _parts(arrays: Any, rows: int) -> Callable[[int, int], tuple[Any, int]]:
    """What gives the samples from ``start`` on, ``count`` of at most ``rows``, and their first.

    The program reads the arrays where they lie, if it can; otherwise they are copied into windows,
    the next ones while the device works.
    """
    held = device.resident(arrays) if on_cpu() else None
    if held is not None:
        return lambda start, count: (held, start)
    staging = StagingBuffers(arrays, rows)
    return lambda start, count: (device.to_device(staging.stretch(start, count)), 0)
