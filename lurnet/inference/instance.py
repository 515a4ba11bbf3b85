"""A captured graph on memory of its own: its kernels run one after another, by one call of C.

Handing a program over to XLA takes longer than a small network computes. A graph runs on the
calling thread, or several equal ones run batches, one on each core.
"""

import ctypes
import threading
import weakref
from collections.abc import Sequence
from itertools import accumulate
from operator import is_
from typing import Any

import jax
import numpy as np

from lurnet.core import donation
from lurnet.core.forked import forks, require_threads
from lurnet.core.variable import Variable
from lurnet.inference.captured import (
    AXES,
    BUFFERS,
    NUMBERS,
    Buffer,
    CapturedGraph,
    KernelCall,
    Memory,
)
from lurnet.kernels.common.loading import address_of, graph_calls

ALIGNED = 64  #: bytes; what XLA promises of its own memory


class GraphInstance:
    """A captured graph with memory for all that it computes; one thread at a time.

    Args:
        graph: the graph.
        variables: those that it reads, in its order.
    """

    def __init__(self, graph: CapturedGraph, variables: Sequence[Variable]) -> None:
        self.variables = variables
        held = dict.fromkeys(b.memory for c in graph.calls for b in (*c.arguments, *c.results))
        held[graph.input.memory] = None
        self.slots = {memory: slot for slot, memory in enumerate(held)}
        self.addresses = np.zeros(len(held), np.int64)
        self.constants = graph.constants
        self.order = {number: i for i, number in enumerate(graph.state)}
        self.state: list[Any] | None = None  # the arrays that it computes with
        self.lock, self.process = threading.Lock(), forks()
        self._make_room(graph)
        records = np.array([_record(call, self.slots) for call in graph.calls], np.int64)
        pointer = graph_calls().lurnet_graph(records.ctypes.data, len(records))
        if not pointer:
            raise MemoryError("There is no memory for a captured graph.")
        weakref.finalize(self, graph_calls().lurnet_graph_free, pointer)
        self.pointer, self.launch = ctypes.c_void_p(pointer), graph_calls().lurnet_graph_run
        self.ends = self.slots[graph.input.memory], self.slots[graph.output.memory]

    def _make_room(self, graph: CapturedGraph) -> None:
        """Memory for the input and all that is computed."""
        own = [m for m in self.slots if m.kind in ("input", "own")]
        sizes = [-(-m.size * m.dtype.itemsize // ALIGNED) * ALIGNED for m in own]
        room = np.zeros(sum(sizes) + ALIGNED, np.uint8)
        first = -room.ctypes.data % ALIGNED
        starts = dict(zip(own, accumulate(sizes[:-1], initial=first), strict=True))
        for memory, start in starts.items():
            self.addresses[self.slots[memory]] = room.ctypes.data + start
        for memory, slot in self.slots.items():
            if memory.kind == "constant":
                self.addresses[slot] = self.constants[memory.number].ctypes.data

        def view(buffer: Buffer) -> np.ndarray:
            dtype, start = buffer.memory.dtype, starts[buffer.memory]
            part = room[start : start + buffer.memory.size * dtype.itemsize]
            return part.view(dtype).reshape(buffer.shape)

        self.input, self.output = view(graph.input), view(graph.output)

    def __call__(self, x: np.ndarray) -> np.ndarray | None:
        """The output for x, in memory of the caller's; None where it cannot just now."""
        state = self.state
        if state is None or not donation.are_of(state, self.variables):
            state = donation.snapshot(self.variables)
        if not self.acquire():  # another thread is at it
            return None
        try:
            if not self.is_ready(state):
                return None
            self.input[...] = x
            self.launch(self.pointer)
            return self.output.copy()
        finally:
            self.lock.release()

    def acquire(self) -> bool:
        """Take the lock, if no other thread of this process has it."""
        if self.lock.acquire(False):
            return True
        if self.process == forks():
            return False
        self.lock, self.process = threading.Lock(), forks()  # a thread of the process before
        return self.lock.acquire(False)

    def is_ready(self, state: list) -> bool:
        """Whether it can compute with these arrays now."""
        if state is self.state:
            return True
        same = self.state is not None and all(map(is_, state, self.state))
        return same or self._bind(state)

    def _bind(self, state: list) -> bool:
        """Compute with these arrays from now on, if they lie in the host's memory."""
        self.state = None
        for memory, slot in self.slots.items():
            if memory.kind == "state":
                array = state[self.order[memory.number]]
                if not _is_here(array, memory):
                    return False
                self.addresses[slot] = array.unsafe_buffer_pointer()
        graph_calls().lurnet_graph_bind(self.pointer, self.addresses.ctypes.data)
        self.state = state
        return True


def run_batches(graphs: Sequence[GraphInstance], x: np.ndarray, outputs: np.ndarray) -> None:
    """Fill the outputs for x, rows one behind another: each core takes one batch after another.

    ``graphs``: equal ones, one for each core, which nobody else uses meanwhile.
    """
    first = graphs[0]
    size = len(first.input)
    whole = len(x) // size * size
    if whole:
        _run_whole(graphs, x, outputs, whole // size)
    if rest := len(x) - whole:
        filled, last = np.zeros_like(first.input), np.empty_like(first.output)
        filled[:rest] = x[whole:]
        _run_whole(graphs, filled, last, 1)
        outputs[whole:] = last[:rest]


def _run_whole(
    graphs: Sequence[GraphInstance], x: np.ndarray, outputs: np.ndarray, count: int
) -> None:
    first = graphs[0]
    pointers = np.array([g.pointer.value for g in graphs], np.uint64)
    ends = x.ctypes.data, outputs.ctypes.data, *first.ends
    facts = np.array([*ends, *(len(first.input) * a[:1].nbytes for a in (x, outputs))], np.int64)
    graph_calls().lurnet_graph_batches(pointers.ctypes.data, len(graphs), facts.ctypes.data, count)


def _is_here(array: Any, memory: Memory) -> bool:
    if not isinstance(array, jax.Array) or array.is_deleted() or len(array.devices()) > 1:
        return False
    (device,) = array.devices()
    if not array.is_ready():
        require_threads()
    array.block_until_ready()
    return device.platform == "cpu" and (array.dtype, array.size) == (memory.dtype, memory.size)


def _record(call: KernelCall, slots: dict[Memory, int]) -> list[int]:
    """A call as the library reads it."""
    facts = [address_of(call.name), len(call.arguments), len(call.results), len(call.numbers)]
    for memory, shape in (*call.arguments, *call.results):
        sizes = [*shape, *[0] * (AXES - len(shape))]
        facts += [slots[memory], memory.dtype.itemsize, len(shape), *sizes]
    unused = BUFFERS - len(call.arguments) - len(call.results)
    facts += [0] * (unused * (3 + AXES))
    return [*facts, *call.numbers, *[0] * (NUMBERS - len(call.numbers))]
