"""Small networks without XLA: their layers' calls of the library, one after another.

Handing a program over to XLA takes longer than such a network computes. A plan runs its calls on
the calling thread, on memory that is kept for it.
"""

import ctypes
import threading
import weakref
from itertools import accumulate
from operator import is_
from typing import Any

import jax
import numpy as np

from lurnet.core.forked import forks, require_threads
from lurnet.kernels.common.loading import address_of, plans
from lurnet.ops.native.recipe import AXES, BUFFERS, NUMBERS, Buffer, Call, Memory, Recipe

ALIGNED = 64  #: bytes; what XLA promises of its own memory


class Plan:
    """Calls on memory of their own; one thread at a time."""

    def __init__(self, recipe: Recipe) -> None:
        held = dict.fromkeys(b.memory for c in recipe.calls for b in (*c.arguments, *c.results))
        held[recipe.input.memory] = None
        self.slots = {memory: slot for slot, memory in enumerate(held)}
        self.addresses = np.zeros(len(held), np.int64)
        self.constants = recipe.constants
        self.places = {number: i for i, number in enumerate(recipe.state)}
        self.state: list[Any] | None = None  # the arrays that it computes with
        self.lock, self.process = threading.Lock(), forks()
        self._make_room(recipe)
        records = np.array([_record(call, self.slots) for call in recipe.calls], np.int64)
        plan = plans().lurnet_plan(records.ctypes.data, len(records))
        if not plan:
            raise MemoryError("There is no memory for a plan.")
        weakref.finalize(self, plans().lurnet_plan_free, plan)
        self.plan, self.run = ctypes.c_void_p(plan), plans().lurnet_plan_run
        self.ends = self.slots[recipe.input.memory], self.slots[recipe.output.memory]

    def _make_room(self, recipe: Recipe) -> None:
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

        self.input, self.output = view(recipe.input), view(recipe.output)

    def __call__(self, state: list, x: np.ndarray) -> np.ndarray | None:
        """The output for x, in memory of the caller's; None: better ask the program.

        `state`: the arrays that the recipe reads, in its order, which nobody gives away meanwhile.
        """
        if not self.acquire():  # another thread is at it
            return None
        try:
            if not self.ready(state):
                return None
            self.input[...] = x
            self.run(self.plan)
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

    def ready(self, state: list) -> bool:
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
                array = state[self.places[memory.number]]
                if not _is_here(array, memory):
                    return False
                self.addresses[slot] = array.unsafe_buffer_pointer()
        plans().lurnet_plan_bind(self.plan, self.addresses.ctypes.data)
        self.state = state
        return True


def _is_here(array: Any, memory: Memory) -> bool:
    if not isinstance(array, jax.Array) or array.is_deleted() or len(array.devices()) > 1:
        return False
    (device,) = array.devices()
    if not array.is_ready():
        require_threads()
    array.block_until_ready()
    return device.platform == "cpu" and (array.dtype, array.size) == (memory.dtype, memory.size)


def _record(call: Call, slots: dict[Memory, int]) -> list[int]:
    """A call as kernels/captured/captured.c reads it."""
    facts = [address_of(call.name), len(call.arguments), len(call.results), len(call.numbers)]
    for memory, shape in (*call.arguments, *call.results):
        sizes = [*shape, *[0] * (AXES - len(shape))]
        facts += [slots[memory], memory.dtype.itemsize, len(shape), *sizes]
    unused = BUFFERS - len(call.arguments) - len(call.results)
    facts += [0] * (unused * (3 + AXES))
    return [*facts, *call.numbers, *[0] * (NUMBERS - len(call.numbers))]
