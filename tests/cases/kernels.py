"""Calls of the library in C at sizes around the edges of every tile, with values in float64."""

from collections.abc import Iterator
from itertools import product as every

import numpy as np
from cases import references as plain
from cases.captured_graphs import networks
from cases.frames import Case

MOST = 40  # along each axis, all sizes up to it
EDGES = (1, 2, 7, 17, 33)  # where the other axes stand meanwhile
F32 = "float32"


def numbers(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.standard_normal(shape).astype(F32)


def crossed(count: int, edges: tuple = EDGES, most: int = MOST) -> Iterator[tuple[int, ...]]:
    """All sizes of each of so many axes, the others at edges."""
    for axis in range(count):
        for size in range(most + 1):
            for others in every(edges, repeat=count - 1):
                yield (*others[:axis], size, *others[axis:])


def drawn(rng: np.random.Generator, count: int, draws: int, most: int = 70) -> Iterator[tuple]:
    """Sizes at random."""
    for _ in range(draws):
        yield tuple(int(n) for n in rng.integers(0, most + 1, count))


# ---- products ----

#: rows, depth, columns around blocks of rows, of depths, and panels
BLOCKS = [
    *every((47, 48, 49, 96, 97), (3, 20), (1, 31, 32, 33)),
    *every((1, 5, 9), (255, 256, 257, 513), (1, 15, 16, 17, 65)),
    *every((1, 2, 3), (1, 2, 8, 9), (63, 64, 65, 96, 100, 127, 128, 129, 200)),
]


def products(rng: np.random.Generator, thin: int) -> Iterator[Case]:
    sizes = [*list(crossed(3))[::thin], *BLOCKS, *drawn(rng, 3, 400 // thin)]
    for n, depth, m in sizes:
        left, right = numbers(rng, n, depth), numbers(rng, depth, m)
        wanted = [plain.product(left, right)]
        out = [((n, m), F32)]
        yield Case("matmul", [left, right], out, wanted)
        yield Case("matmul_tn", [np.ascontiguousarray(left.T), right], out, wanted)
        turned = np.ascontiguousarray(right.T)
        both = [*wanted, (right.astype(float), 0)]
        yield Case("matmul_nt", [left, turned], [*out, ((depth, m), F32)], both)


# ---- convolutions and poolings ----


def geometries(rng: np.random.Generator, thin: int) -> Iterator[dict]:
    """Sizes and movements of convolutions of which at least one output is left, or none is."""
    base = {"n": 2, "high": 5, "wide": 6, "c": 3, "f": 5, "kh": 3, "kw": 2}
    shapes = [base, {**base, "c": 8, "f": 2}, {**base, "c": 17, "f": 16}, {**base, "f": 33, "n": 9}]
    shapes += [{**base, "n": 1, "high": 1, "kh": 1, "wide": 9, "kw": 3, "f": 1}]
    moves = [
        (1, 1, 1, 0, 0, 0, 0),
        (1, 1, 1, 1, 1, 1, 0),
        (2, 1, 1, 2, 1, 0, 3),
        (1, 3, 2, 2, 0, 4, 1),
    ]
    chosen = []
    for (i, shape), axis in every(enumerate(shapes), base):
        for size in range(1 if axis in ("kh", "kw") else 0, MOST + 1 if axis in "cf" else 12):
            if (i + size) % min(
                thin, len(shapes)
            ) == 0:  # every size with one of the shapes at least
                chosen.append(({**shape, axis: size}, moves[len(chosen) % len(moves)]))
    for _ in range(900 // thin):
        most = {"n": 12, "high": 14, "wide": 14, "c": 20, "f": 40, "kh": 5, "kw": 5}
        shape = {k: int(rng.integers(1, m)) for k, m in most.items()}
        chosen.append((shape, (*rng.integers(1, 4, 3), *rng.integers(0, 4, 4))))
    for shape, move in chosen:
        sh, sw, gap, top, left, bottom, right = (int(i) for i in move)
        oh = (shape["high"] + top + bottom - (shape["kh"] - 1) * gap - 1) // sh + 1
        ow = (shape["wide"] + left + right - shape["kw"]) // sw + 1
        out = {"oh": max(oh, 0), "ow": max(ow, 0)}
        yield {**shape, **out, "moves": (sh, sw, gap, top, left)}


def pools(rng: np.random.Generator, high: int, wide: int) -> tuple | None:
    """A pooling over so many rows and columns, of whose windows each has a part inside."""
    window = [int(rng.choice([1, 2, 2, 2, 3, 5])) for _ in range(2)]
    steps = [int(rng.integers(1, 4)) for _ in range(2)] if rng.random() < 0.5 else window
    lows, highs = ([int(rng.integers(0, w)) * int(rng.integers(2)) for w in window] for _ in "ab")
    counts = [
        (size + a + b - w) // s + 1
        for size, a, b, w, s in zip((high, wide), lows, highs, window, steps, strict=True)
    ]
    found = min(high, wide, *counts) > 0
    return ((*window, *steps, *lows), counts) if found else None


def convolutions(rng: np.random.Generator, thin: int) -> Iterator[Case]:
    for g in geometries(rng, thin):
        x = numbers(rng, g["n"], g["high"], g["wide"], g["c"])
        kernel = numbers(rng, g["kh"], g["kw"], g["c"], g["f"])
        y = numbers(rng, g["n"], g["oh"], g["ow"], g["f"])
        how = g["moves"]
        made = plain.correlate(x, kernel, y.shape, how)
        yield Case("conv", [x, kernel], [(y.shape, F32)], [made], how)
        parts = ((min(8, g["n"]), *kernel.shape), F32)
        by_kernel = [plain.kernel_gradient(x, y, kernel.shape, how), None]
        results = [(kernel.shape, F32), parts]
        yield Case("conv_kernel_grad", [x, y], results, by_kernel, how)
        found = pools(rng, g["oh"], g["ow"])
        if found and x.size and kernel.size:
            yield from pooled(rng, x, kernel, made, how, *found)


def pooled(
    rng: np.random.Generator, x: np.ndarray, kernel: np.ndarray, made: tuple, how: tuple,
    window: tuple, counts: list[int],
) -> Iterator[Case]:  # fmt: skip
    """A convolution with its pooling, and the gradients of that."""
    n, oh, ow, f = made[0].shape
    moves = (*how, *window, oh, ow)
    largest, places = plain.max_pool(made[0], window, counts)
    shape = largest.shape
    wanted = largest, plain.max_pool(made[1], window, counts)[0]
    asked = plain.Places(made[0], window, counts, largest, 1e-5 * made[1].max())
    yield Case("conv_pool", [x, kernel], [(shape, F32), (shape, "uint8")],
               [wanted, asked], moves)  # fmt: skip
    yield Case("conv_pool", [x, kernel], [(shape, F32), ((0,), "uint8")],
               [wanted, None], moves)  # fmt: skip
    y = numbers(rng, *shape)
    whole = plain.given_back(y, places, window, made[0].shape)
    parts = ((min(8, n), *kernel.shape), F32)
    gradient = plain.kernel_gradient(x, whole, kernel.shape, how)
    yield Case("unpool_conv_kernel_grad", [x, y, places], [(kernel.shape, F32), parts],
               [gradient, None], moves)  # fmt: skip
    kh, kw = kernel.shape[:2]
    low, high = rng.integers(0, kh, 2), rng.integers(0, kw, 2)
    back = numbers(rng, kh, kw, f, int(rng.integers(1, 20)))
    out = n, oh + int(low.sum()) - kh + 1, ow + int(high.sum()) - kw + 1, back.shape[-1]
    if min(out) > 0:
        there = (1, 1, 1, int(low[0]), int(high[0]))
        yield Case("unpool_conv", [y, places, back], [(out, F32)],
                   [plain.correlate(whole, back, out, there)],
                   (*there, *window, oh, ow))  # fmt: skip


def poolings(rng: np.random.Generator, thin: int) -> Iterator[Case]:
    sizes = [(2, 4, 5, c) for c in range(MOST + 1)]
    sizes += [(1, h, 3, c) for h in range(1, MOST + 1) for c in (1, 9)]
    sizes += [(n, 3, w, c) for w in range(1, MOST + 1) for n, c in ((0, 2), (1, 1), (2, 17))]
    sizes += [tuple(int(i) for i in rng.integers(1, 20, 4)) for _ in range(300)]
    for n, high, wide, c in sizes[::thin]:
        found = pools(rng, high, wide)
        if not found:
            continue
        window, counts = found
        x = rng.integers(-3, 4, (n, high, wide, c)).astype(F32)  # many are equal
        largest, places = plain.max_pool(x, window, counts)
        shape = largest.shape
        both = [(largest, 0), (places, 0)]
        yield Case("max_pool", [x], [(shape, F32), (shape, "uint8")], both, window)
        yield Case("max_pool", [x], [(shape, F32), ((0,), "uint8")], [both[0], None], window)
        y = numbers(rng, *shape)
        wanted = plain.given_back(y, places, window, x.shape)
        size = plain.given_back(abs(y), places, window, x.shape)
        yield Case("unpool", [y, places], [(x.shape, F32)], [(wanted, size)], window)


# ---- what follows a product ----

#: rows and columns in blocks of several tasks
LONG = [(5000, 1), (4097, 1), (1300, 7), (3, 5000), (130, 64), (259, 33)]


def tables(rng: np.random.Generator, thin: int) -> list[tuple[int, int]]:
    return [*list(crossed(2))[::thin], *LONG, *drawn(rng, 2, 60 // thin, 200)]


def finishes(rng: np.random.Generator, thin: int) -> Iterator[Case]:
    for i, (rows, n) in enumerate(tables(rng, thin)):
        x, bias, g = numbers(rng, rows, n) * 3, numbers(rng, n), numbers(rng, rows, n)
        for kind, biased in every(range(5), (True, False)):
            b = bias if biased else np.zeros(0, F32)
            y = plain.activated(x.astype(float) + (b if biased else 0), kind)
            same = {0: 0} if i % 2 else {}
            yield Case(
                "bias_act", [x, b], [((rows, n), F32)], [(y, 1 + abs(y))], (kind,), None, same
            )
            y32 = y.astype(F32)
            by_x = plain.unactivated(g, y32.astype(float), kind)
            size = 1 + abs(by_x)
            shape, wanted = ((0,), None) if kind == 0 else ((rows, n), (by_x, size * 4))
            parts = 8 if i % 3 else 1
            sums = n if biased else 0
            total = (by_x.sum(0), size.sum(0) * 4) if biased else None
            results = [(shape, F32), ((sums,), F32), ((parts, sums), F32)]
            yield Case("bias_act_grad", [g, y32], results, [wanted, total, None], (kind,))


def losses(rng: np.random.Generator, thin: int) -> Iterator[Case]:
    for i, (rows, n) in enumerate(tables(rng, thin)):
        kinds = range(8) if rows * n < 3000 else (i % 8,)
        for kind in kinds if n else ():
            target, output = plain.loss_arrays(rng, kind, rows, n)
            g = numbers(rng, rows)
            value, slope = plain.loss(kind, target, output, 1e-7)
            yield Case("loss_rows", [target, output], [((rows,), F32)], [(value, 1 + abs(value))],
                       (kind,), 1e-7)  # fmt: skip
            wanted = slope * g[:, None]
            size = abs(g[:, None]) * (1 + abs(slope).max(1, initial=0)[:, None])
            yield Case("loss_rows_grad", [target, output, g], [((rows, n), F32)],
                       [(wanted, size)], (kind,), 1e-7)  # fmt: skip
        if n:
            output = np.round(numbers(rng, rows, n) * 2)
            target = output[rng.permutation(rows)] if i % 2 else rng.integers(-1, n + 1, rows)
            right = target.argmax(1) if i % 2 else target
            yield Case("top1_match", [target.astype(F32), output], [((rows,), F32)],
                       [((output.argmax(1) == right).astype(float), 0)])  # fmt: skip


def sums(rng: np.random.Generator, thin: int) -> Iterator[Case]:
    for count in [*range(MOST + 1), 63, 64, 65, 1000, 4097, 70001]:
        x, number = numbers(rng, count), numbers(rng)
        for parts, divisor in ((1, 1), (8, 7), (8, max(count, 1))):
            wanted = x.astype(float).sum() / divisor, abs(x).sum() / divisor
            yield Case("mean", [x], [((), F32), ((parts,), F32)],
                       [tuple(map(np.asarray, wanted)), None], (divisor,))  # fmt: skip
            wanted = np.full(count, float(number) / divisor), 1
            yield Case("mean_grad", [number], [((count,), F32)], [wanted], (divisor,))


def rows(rng: np.random.Generator, thin: int) -> Iterator[Case]:
    for i, (count, n) in enumerate([*crossed(2, (1, 17)), (40, 300), (3, 0)]):
        dtype = ("float32", "uint8", "bool", "int32", "float16", "int8", "int16", "uint16")[i % 8]
        array = rng.integers(0, 2 if dtype == "bool" else 100, (1 + i % 5, n)).astype(dtype)
        index = rng.integers(0, len(array) + 2, count).astype("int32")
        high, low = divmod(array.ctypes.data, 2**32)
        where = plain.Held(np.array([low, high, len(array)], "uint32"), array)
        taken = array[np.minimum(index, len(array) - 1)]
        yield Case("gather_rows", [where, index], [((count, n), dtype)], [(taken, 0)])


def updates(rng: np.random.Generator, thin: int) -> Iterator[Case]:
    lists = [[size] for size in range(MOST + 1)]
    lists += [[8191, 3], [8192, 1], [8193], [5, 20000, 0, 7], [1] * 7, [3, 16384, 8, 0, 9]]
    for i, (sizes, kind) in enumerate(every(lists, range(6))):
        count, slots = plain.UPDATES[kind]
        given = abs(rng.random(count)).astype(F32) * 0.5 + 0.1
        arrays = [[numbers(rng, size) for size in sizes] for _ in range(slots + 2)]
        if kind > 2:
            arrays[2 if kind > 3 else 3] = [abs(a) for a in arrays[2 if kind > 3 else 3]]
        new = [plain.updated(kind, given, *one) for one in zip(*arrays, strict=True)]
        wanted = [(one[k], 4 + abs(one[k])) for k in range(slots + 1) for one in new]
        flat = [*map(np.asarray, given), *(a for one in arrays for a in one)]
        n, same = len(sizes), {}
        if i % 2:
            places = [count + k + (n if k >= n else 0) for k in range(n * (slots + 1))]
            same = dict(enumerate(places))
        results = [(a.shape, F32) for a in (arrays[0] * (slots + 1))]
        yield Case("fused_step", flat, results, wanted, (kind,), None, same)
    for sizes in ([0], [1, 2, 3], [40, 0, 17]):
        results = [((n,), F32) for n in sizes]
        yield Case("zeros", [], results, [(np.zeros(n), 0) for n in sizes])


def dropouts(rng: np.random.Generator, thin: int) -> Iterator[Case]:
    for i, size in enumerate([*range(MOST + 1), 4095, 4096, 4097, 10001]):
        x, key = numbers(rng, size), rng.integers(0, 2**32, 2, dtype=np.uint64).astype("uint32")
        rate = np.float32((0.0, 0.1, 0.5, 0.9999, 1.0)[i % 5])
        y = plain.dropped(x, key, rate)
        yield Case("dropout", [x, key, np.asarray(rate)], [((size,), F32)], [(y, abs(y))])


_ALL = products, convolutions, poolings, finishes, losses, sums, rows, updates, dropouts, networks
GROUPS = {f.__name__: f for f in _ALL}
