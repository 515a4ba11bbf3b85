"""Graph capture: the kernels that a network's outputs consist of, from its program's jaxpr.

Where a network is nothing but kernels, ``instance.py`` runs them without XLA.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.extend.core import ClosedJaxpr, Literal

from lurnet.kernels.bias_act.op import Activation
from lurnet.kernels.common.loading import relies_on_numbers, target

#: Kernels that can be captured: what they do depends on arrays and whole numbers only.
CAPTURED = ("matmul", "bias_act", "conv", "conv_pool", "max_pool")
_NAMES = {target(name): name for name in CAPTURED}

#: Operations that are others, under a name, and those that leave numbers where they are.
INLINED = {"pjit", "jit", "closed_call", "custom_vjp_call", "custom_jvp_call"}
SAME_MEMORY = {"reshape", "squeeze", "expand_dims", "copy", "copy_p", "broadcast_in_dim"}
SAME_MEMORY |= {"convert_element_type"}

#: Of a kernel's call in a graph: buffers, axes of a buffer, numbers of an attribute.
BUFFERS, AXES, NUMBERS = 4, 6, 16
relies_on_numbers(
    graph_buffers=BUFFERS,
    graph_axes=AXES,
    graph_numbers=NUMBERS,
    graph_record_bytes=8 * (4 + BUFFERS * (3 + AXES) + NUMBERS),
)


class Memory(NamedTuple):
    """Where numbers lie: `kind` is "state", "input", "constant" or "own"."""

    kind: str
    number: int  # which array of the state, or of the constants; of one's own, a running number
    dtype: np.dtype
    size: int


class Buffer(NamedTuple):
    """Memory as an array of some shape."""

    memory: Memory
    shape: tuple[int, ...]


class KernelCall(NamedTuple):
    """One call of a kernel."""

    name: str
    arguments: list[Buffer]
    results: list[Buffer]
    numbers: tuple[int, ...]

    @property
    def multiply_adds(self) -> int:
        """How long it takes on one thread, roughly."""
        out = math.prod(self.results[0].shape)
        if self.name == "bias_act":
            return 25 * out
        if self.name == "max_pool":
            return 8 * out
        kernel = self.arguments[1].shape
        if self.name == "conv_pool":
            out = self.results[0].shape[0] * self.numbers[-2] * self.numbers[-1] * kernel[-1]
        return out * math.prod(kernel[:-1])


class _Reader:
    """Turns a jaxpr into calls."""

    def __init__(self) -> None:
        self.calls: list[KernelCall] = []
        self.constants: list[np.ndarray] = []
        self.own = 0

    def constant(self, array: Any) -> Memory:
        array = np.array(array, order="C")
        self.constants.append(array)
        return Memory("constant", len(self.constants) - 1, array.dtype, array.size)

    def new(self, aval: Any) -> Memory:
        self.own += 1
        return Memory("own", self.own, aval.dtype, aval.size)

    def read(self, closed: ClosedJaxpr, arguments: list[Memory | None]) -> list[Memory | None]:
        """The results' memory; None for what no kernel computes."""
        jaxpr = closed.jaxpr
        if len(jaxpr.invars) != len(arguments):
            return [None for _ in jaxpr.outvars]
        known = dict(zip(jaxpr.constvars, map(self.constant, closed.consts), strict=True))
        known |= dict(zip(jaxpr.invars, arguments, strict=True))
        for equation in jaxpr.eqns:
            inputs = [None if isinstance(v, Literal) else known.get(v) for v in equation.invars]
            known |= dict(zip(equation.outvars, self.made(equation, inputs), strict=True))
        return [None if isinstance(v, Literal) else known[v] for v in jaxpr.outvars]

    def made(self, equation: Any, inputs: list[Memory | None]) -> list[Memory | None]:
        name, params = equation.primitive.name, equation.params
        if name == "lurnet_form":
            inner = jax.make_jaxpr(params["meaning"].compute)(*(v.aval for v in equation.invars))
            return self.read(inner, inputs)
        inner = params.get("jaxpr") or params.get("call_jaxpr")
        if name in INLINED and isinstance(inner, ClosedJaxpr):
            return self.read(inner, inputs)
        if name in SAME_MEMORY and inputs and _stays(equation):
            return inputs[:1]
        if name == "optimization_barrier":
            return inputs
        if name == "broadcast_in_dim" and equation.outvars[0].aval.size == 0:  # no bias
            return [self.constant(np.zeros(0, equation.outvars[0].aval.dtype))]
        if name == "max" and inputs[0] is not None and _is_relu(equation):
            x, y = (v.aval for v in (equation.invars[0], equation.outvars[0]))
            out, bias = self.new(y), self.constant(np.zeros(0, np.float32))
            before, after = [Buffer(inputs[0], x.shape), Buffer(bias, (0,))], Buffer(out, y.shape)
            return self.kept(KernelCall("bias_act", before, [after], (Activation.RELU,)))
        if name == "ffi_call" and params["target_name"] in _NAMES and None not in inputs:
            return self.called(equation, inputs)  # type: ignore[arg-type]
        return [None] * len(equation.outvars)

    def called(self, equation: Any, inputs: list[Memory]) -> list[Memory | None]:
        params = equation.params
        results = [self.new(v.aval) for v in equation.outvars]
        numbers = [np.asarray(getattr(v, "val", v)) for _, v in params["attributes"]]
        call = KernelCall(
            _NAMES[params["target_name"]],
            [Buffer(m, v.aval.shape) for m, v in zip(inputs, equation.invars, strict=True)],
            [Buffer(m, v.aval.shape) for m, v in zip(results, equation.outvars, strict=True)],
            tuple(int(n) for n in numbers[0]) if numbers else (),
        )
        return self.kept(call) if len(numbers) <= 1 else [None for _ in results]

    def kept(self, call: KernelCall) -> list[Memory | None]:
        """The results of a call that is to be made."""
        if not _fits(call):
            return [None for _ in call.results]
        self.calls.append(call)
        return [b.memory for b in call.results]


def _is_relu(equation: Any) -> bool:
    """Whether this is the larger one of numbers and 0."""
    x, zero = equation.invars
    rows = x.aval.ndim > 0 and x.aval.dtype == np.float32
    return rows and isinstance(zero, Literal) and zero.aval.ndim == 0 and zero.val == 0


def _stays(equation: Any) -> bool:
    """Whether the numbers are the same in the same order."""
    x, out = equation.invars[0].aval, equation.outvars[0].aval
    axes = equation.params.get("broadcast_dimensions", ())
    ordered = list(axes) == sorted(axes) and equation.params.get("dimensions") is None
    if equation.primitive.name == "squeeze":
        ordered = True
    return x.dtype == out.dtype and x.size == out.size and ordered


def _fits(call: KernelCall) -> bool:
    buffers = [*call.arguments, *call.results]
    return (
        len(buffers) <= BUFFERS
        and len(call.numbers) <= NUMBERS
        and all(len(b.shape) <= AXES and b.memory.dtype in (np.float32, np.uint8) for b in buffers)
    )


def _needed(calls: list[KernelCall], output: Memory) -> list[KernelCall]:
    wanted, kept = {output}, []
    for call in reversed(calls):
        if any(b.memory in wanted for b in call.results):
            wanted |= {b.memory for b in call.arguments}
            kept.append(call)
    return kept[::-1]


def _in_place(calls: list[KernelCall]) -> list[KernelCall]:
    """The same, each finish over what it finishes if nothing else reads that: it is cached."""
    reads = Counter(b.memory for call in calls for b in call.arguments)
    moved: dict[Memory, Memory] = {}
    placed = []
    for call in calls:
        before = [b._replace(memory=moved.get(b.memory, b.memory)) for b in call.arguments]
        after = call.results
        first = call.arguments[0].memory
        if call.name == "bias_act" and first.kind == "own" and reads[first] == 1:
            moved[after[0].memory] = before[0].memory
            after = [after[0]._replace(memory=before[0].memory)]
        placed.append(call._replace(arguments=before, results=after))
    return placed


class CapturedGraph(NamedTuple):
    """The kernels that give a network's output, in order."""

    calls: list[KernelCall]
    output: Buffer
    input: Buffer
    constants: list[np.ndarray]

    @property
    def state(self) -> list[int]:
        """Which arrays of the state are read."""
        read = {b.memory for call in self.calls for b in call.arguments}
        return sorted(memory.number for memory in read if memory.kind == "state")

    @property
    def multiply_adds(self) -> int:
        """How long it takes on one thread, roughly."""
        return sum(call.multiply_adds for call in self.calls)


def capture(run: Callable[..., Any], state: Sequence[Any], x: Any) -> CapturedGraph | None:
    """The kernels that ``run(state, x)`` consists of, or None if it does anything else."""
    specs = [jax.ShapeDtypeStruct(a.shape, a.dtype) for a in (*state, x)]
    closed, made = jax.make_jaxpr(run, return_shape=True)(specs[:-1], specs[-1])
    if closed.effects or not isinstance(made, jax.ShapeDtypeStruct):
        return None
    arrays = [Memory("state", i, s.dtype, s.size) for i, s in enumerate(specs[:-1])]
    reader = _Reader()
    entry = Memory("input", 0, specs[-1].dtype, specs[-1].size)
    output = reader.read(closed, [*arrays, entry])[0]
    if output is None or output.kind != "own" or output.dtype != np.float32:
        return None
    calls = _in_place(_needed(reader.calls, output))
    last = Buffer(calls[-1].results[0].memory, made.shape)
    return CapturedGraph(calls, last, Buffer(entry, specs[-1].shape), reader.constants)
