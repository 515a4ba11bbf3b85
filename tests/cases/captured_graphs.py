"""Captured graphs, alone and in batches on several threads, with values in float64."""

import ctypes
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from cases import references as plain
from cases.frames import TOLERANCE, Fenced, Library

BUFFERS, AXES, NUMBERS = 4, 6, 16  # as in captured.c
THREADS = 4


class Step(NamedTuple):
    """One call: its arrays by number."""

    name: str
    arguments: list[int]
    results: list[int]
    numbers: tuple[int, ...] = ()


class Network(NamedTuple):
    """Calls one after another. Of the arrays the first is the input, with its batches along a
    first axis; those that are None are computed, of such shapes."""

    steps: list[Step]
    shapes: list[tuple[int, ...]]
    arrays: list[Any]
    wanted: np.ndarray
    size: np.ndarray
    views: dict[int, int] = {}  # arrays that are others in another shape

    def __str__(self) -> str:
        return f"graph of {[(s.name, [self.shapes[i] for i in s.arguments]) for s in self.steps]}"

    def check(self, library: Library) -> None:
        """Each batch alone, then all at once."""
        address = library.compiled.lurnet_graph
        address.restype = ctypes.c_void_p
        records = np.array([self.record(library, step) for step in self.steps], np.int64)
        count = len(self.arrays[0])
        graphs = [
            address(records.ctypes.data_as(ctypes.c_void_p), len(records)) for _ in range(THREADS)
        ]
        rooms = [self.room() for _ in graphs]
        for graph, room in zip(graphs, rooms, strict=True):
            bound = np.array([a.ctypes.data for a in room], np.int64)
            library.compiled.lurnet_graph_bind(
                ctypes.c_void_p(graph), bound.ctypes.data_as(ctypes.c_void_p)
            )
        out = rooms[0][self.steps[-1].results[0]]
        for x, wanted, size in zip(self.arrays[0], self.wanted, self.size, strict=True):
            rooms[0][0][...] = x
            library.compiled.lurnet_graph_run(ctypes.c_void_p(graphs[0]))
            self.compare(out, wanted, size, "alone")
        outputs = np.full((count, *out.shape), np.nan, "float32")
        ends = 0, self.steps[-1].results[0]
        facts = [self.arrays[0].ctypes.data, outputs.ctypes.data, *ends]
        facts = np.array([*facts, self.arrays[0][0].nbytes, out.nbytes], np.int64)
        pointers = (ctypes.c_void_p * THREADS)(*graphs)
        run = library.compiled.lurnet_graph_batches
        run(pointers, ctypes.c_int64(THREADS), facts.ctypes.data_as(ctypes.c_void_p),
            ctypes.c_int64(count))  # fmt: skip
        self.compare(outputs, self.wanted, self.size, "in batches")
        for graph in graphs:
            library.compiled.lurnet_graph_free(ctypes.c_void_p(graph))

    def room(self) -> list[np.ndarray]:
        """All arrays, each before a page that nobody may touch."""
        made = []
        for i, (shape, given) in enumerate(zip(self.shapes, self.arrays, strict=True)):
            dtype = "float32" if given is None else given.dtype
            size = int(np.prod(shape)) * 4
            made.append(Fenced(size + 4096).place(shape, dtype, True))
            if given is not None and i:
                made[-1][...] = given
        return [made[self.views.get(i, i)] for i in range(len(made))]

    def compare(self, got: np.ndarray, wanted: np.ndarray, size: np.ndarray, how: str) -> None:
        if not (abs(got - wanted) <= 4 * TOLERANCE * size).all():
            raise AssertionError(f"{self} {how}: off by {abs(got - wanted).max()}")

    def record(self, library: Library, step: Step) -> list[int]:
        function = getattr(library.compiled, f"lurnet_{step.name}")
        facts = [ctypes.cast(function, ctypes.c_void_p).value or 0, len(step.arguments),
                 len(step.results), len(step.numbers)]  # fmt: skip
        slots = [*step.arguments, *step.results]
        for i in slots:
            shape = self.shapes[i]
            width = 1 if self.arrays[i] is not None and self.arrays[i].dtype == "uint8" else 4
            facts += [self.views.get(i, i), width, len(shape), *shape, *[0] * (AXES - len(shape))]
        facts += [0] * ((BUFFERS - len(slots)) * (3 + AXES))
        return [*facts, *step.numbers, *[0] * (NUMBERS - len(step.numbers))]


def networks(rng: np.random.Generator, thin: int) -> Iterator[Network]:
    for _ in range(240 // thin):
        yield dense(rng, [int(n) for n in rng.integers(1, 40, int(rng.integers(2, 5)))])
        yield images(rng, *(int(n) for n in rng.integers(1, 20, 5)))


def dense(rng: np.random.Generator, units: list[int]) -> Network:
    """Products, each with a bias and an activation over it in place."""
    n, count = int(rng.choice([1, 1, 2, 9, 33])), int(rng.integers(1, 12))
    x = rng.standard_normal((count, n, units[0])).astype("float32")
    steps, shapes, arrays = [], [x.shape[1:]], [x]
    y, size, last = x.astype(float), abs(x).astype(float), 0
    for depth, m in zip(units, units[1:], strict=False):
        w, b = (rng.standard_normal(s).astype("float32") / depth for s in ((depth, m), (m,)))
        kind, at = int(rng.integers(0, 5)), len(shapes)
        steps += [
            Step("matmul", [last, at], [at + 2]),
            Step("bias_act", [at + 2, at + 1], [at + 2], (kind,)),
        ]
        shapes += [w.shape, b.shape, (n, m)]
        arrays += [w, b, None]
        last, size = at + 2, 1 + size @ abs(w.astype(float))
        y = plain.activated(y @ w.astype(float) + b, kind)
    return Network(steps, shapes, arrays, y, size + 1)


def images(rng: np.random.Generator, high: int, wide: int, c: int, f: int, m: int) -> Network:
    """A convolution with its pooling, a bias and a ReLU, and a product."""
    n, count, high, wide = int(rng.integers(1, 3)), int(rng.integers(1, 12)), high + 3, wide + 3
    x = rng.standard_normal((count, n, high, wide, c)).astype("float32")
    kernel, b = (rng.standard_normal(s).astype("float32") for s in ((2, 3, c, f), (f,)))
    between, ends = (high - 1, wide - 2), ((high - 1) // 2, (wide - 2) // 2)
    window = (2, 2, 2, 2, 0, 0)
    y, size = plain.correlate(
        x.reshape(-1, high, wide, c), kernel, (count * n, *between, f), (1, 1, 1, 0, 0)
    )
    y, size = (plain.max_pool(a, window, ends)[0] for a in (y, size))
    w = rng.standard_normal((ends[0] * ends[1] * f, m)).astype("float32")
    flat = [plain.activated(a + b, 1).reshape(count, n, -1) for a in (y, size + abs(b))]
    steps = [
        Step("conv_pool", [0, 1], [2, 3], (1, 1, 1, 0, 0, *window, *between)),
        Step("bias_act", [2, 4], [2], (1,)),
        Step("matmul", [5, 6], [7]),
    ]
    pooled = (n, *ends, f)
    shapes = [x.shape[1:], kernel.shape, pooled, (0,), b.shape, (n, len(w)), w.shape, (n, m)]
    arrays = [x, kernel, None, np.zeros(0, "uint8"), b, None, w, None]
    return Network(
        steps, shapes, arrays, flat[0] @ w.astype(float), flat[1] @ abs(w.astype(float)), {5: 2}
    )
