"""What the library in C computes, in plain NumPy and float64; beside sums, those of all sizes."""

from typing import Any

import numpy as np

UPDATES = ((1, 0), (2, 1), (2, 1), (4, 2), (4, 1), (5, 2))  # numbers and slots


class Held(np.ndarray):
    """An array that keeps another alive, whose address it holds."""

    kept: Any

    def __new__(cls, array: np.ndarray, kept: np.ndarray) -> "Held":
        new = array.view(cls)
        new.kept = kept
        return new


def product(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    a, b = left.astype(float), right.astype(float)
    return a @ b, abs(a) @ abs(b)


def _field(x: np.ndarray, high: int, wide: int, top: int, left: int) -> np.ndarray:
    """x with zeros around it, of such a size."""
    n, h, w, c = x.shape
    field = np.zeros((n, max(high, top + h), max(wide, left + w), c))
    field[:, top : top + h, left : left + w] = x
    return field


def _taps(x: np.ndarray, window: tuple, counts: tuple, how: tuple) -> Any:
    """For each place in a window, the numbers that lie there; they are views."""
    (kh, kw), (oh, ow), (sh, sw, gap, top, left) = window, counts, how
    if not (oh and ow):
        return
    high, wide = (oh - 1) * sh + (kh - 1) * gap + 1, (ow - 1) * sw + kw
    field = _field(x, high, wide, top, left)
    for i in range(kh):
        for j in range(kw):
            rows = slice(i * gap, i * gap + (oh - 1) * sh + 1, sh)
            yield i, j, field[:, rows, j : j + (ow - 1) * sw + 1 : sw]


def correlate(x: np.ndarray, kernel: np.ndarray, shape: tuple, how: tuple) -> tuple:
    x, kernel = x.astype(float), kernel.astype(float)
    out, size = np.zeros(shape), np.zeros(shape)
    for i, j, tap in _taps(x, kernel.shape[:2], shape[1:3], how):
        out += tap @ kernel[i, j]
        size += abs(tap) @ abs(kernel[i, j])
    return out, size


def kernel_gradient(x: np.ndarray, y: np.ndarray, shape: tuple, how: tuple) -> tuple:
    x, y = x.astype(float), y.astype(float)
    out, size = np.zeros(shape), np.zeros(shape)
    if y.size and x.size:
        for i, j, tap in _taps(x, shape[:2], y.shape[1:3], how):
            rows, flat = tap.reshape(-1, tap.shape[-1]).T, y.reshape(-1, y.shape[-1])
            out[i, j], size[i, j] = rows @ flat, abs(rows) @ abs(flat)
    return out, size


# ---- pooling ----


def _windows(x: np.ndarray, window: tuple, counts: Any) -> np.ndarray:
    wh, ww, sh, sw, top, left = window
    low = np.full((x.shape[0], top + x.shape[1] + 99, left + x.shape[2] + 99, x.shape[3]), -np.inf)
    low[:, top : top + x.shape[1], left : left + x.shape[2]] = x
    taps = _taps(low, (wh, ww), tuple(counts), (sh, sw, 1, 0, 0))
    return np.stack([tap for _, _, tap in taps])


def max_pool(x: np.ndarray, window: tuple, counts: Any) -> tuple[np.ndarray, np.ndarray]:
    """The largest values and the first places where they are."""
    stacked = _windows(x, window, counts)
    return stacked.max(0), stacked.argmax(0).astype("uint8")


def given_back(y: np.ndarray, places: np.ndarray, window: tuple, shape: tuple) -> np.ndarray:
    wh, ww, sh, sw, top, left = window
    n, high, wide, c = shape
    oh, ow = y.shape[1:3]
    field = np.zeros((n, top + high + oh * sh + wh, left + wide + ow * sw + ww, c))
    for tap in range(wh * ww):
        i, j = divmod(tap, ww)
        part = field[:, i : i + (oh - 1) * sh + 1 : sh, j : j + (ow - 1) * sw + 1 : sw]
        part += np.where(places == tap, y.astype(float), 0)
    return field[:, top : top + high, left : left + wide]


class Places:
    """Stands for places of largest values where those may be rounded: as good as the largest."""

    def __init__(self, x: np.ndarray, window: tuple, counts: Any, largest: Any, least: float):
        self.stacked, self.largest, self.least = _windows(x, window, counts), largest, least

    def wrong(self, places: np.ndarray) -> np.ndarray:
        """Where they are not."""
        outside = places >= len(self.stacked)
        index = np.where(outside, 0, places)[None].astype(int)
        found = np.take_along_axis(self.stacked, index, 0)[0]
        return outside | ~(found >= self.largest - self.least)


# ---- activations and losses ----


def activated(x: np.ndarray, kind: int) -> np.ndarray:
    if kind == 0:
        return x
    if kind == 1:
        return np.maximum(x, 0)
    if kind == 2:
        return 1 / (1 + np.exp(-x))
    if kind == 3:
        return np.tanh(x)
    powers = np.exp(x - x.max(-1, initial=-np.inf, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def unactivated(g: np.ndarray, y: np.ndarray, kind: int) -> np.ndarray:
    g = g.astype(float)
    if kind == 4:
        return (g - (g * y).sum(-1, keepdims=True)) * y
    return g * (1, y > 0, y * (1 - y), 1 - y * y)[kind]


def loss_arrays(rng: np.random.Generator, kind: int, rows: int, n: int) -> tuple:
    """Targets and outputs of the library's kind of loss."""
    output = rng.standard_normal((rows, n)) * 2
    if kind in (0, 2, 4):
        output = rng.uniform(0.02, 0.98, (rows, n))
    if kind < 2:
        target = rng.integers(-1, n + 1, rows)
    elif kind < 4:
        target = rng.random((rows, n))
    else:
        target = rng.integers(0, 2, (rows, n)) if kind < 6 else rng.standard_normal((rows, n))
    return target.astype("float32"), output.astype("float32")


def loss(kind: int, target: np.ndarray, output: np.ndarray, least: float) -> tuple:
    """Of each row, and its derivative by the outputs."""
    t, x = target.astype(float), output.astype(float)
    n = x.shape[1]
    if kind < 4:
        if kind < 2:
            t = (np.arange(n) == t[:, None]).astype(float)
        if kind % 2:
            p = activated(x, 4)
            return -(t * np.log(p)).sum(1), p * t.sum(1, keepdims=True) - t
        total = x.sum(1, keepdims=True)
        p = np.clip(x / total, least, 1 - least)
        t_in = np.where(p == x / total, t, 0)
        slope = t_in.sum(1, keepdims=True) / total - t_in / x
        return -(t * np.log(p)).sum(1), slope
    values, slopes = (
        lambda: (-t * np.log(x) - (1 - t) * np.log(1 - x), (1 - t) / (1 - x) - t / x),
        lambda: (np.logaddexp(0, x) - t * x, 1 / (1 + np.exp(-x)) - t),
        lambda: ((t - x) ** 2, 2 * (x - t)),
        lambda: (abs(t - x), np.sign(x - t)),
    )[kind - 4]()
    return values.mean(1), slopes / n


# ---- optimizers and dropout ----


def updated(kind: int, numbers: np.ndarray, w: Any, g: Any, *slots: Any) -> tuple:
    rate, *rest = numbers.astype(float)
    w, g, *slots = (a.astype(float) for a in (w, g, *slots))
    if kind == 0:
        return (w - rate * g,)
    if kind in (1, 2):
        v = slots[0] * rest[0] - rate * g
        return w + (v if kind == 1 else v * rest[0] - rate * g), v
    if kind == 3:
        m, v = slots[0] + (g - slots[0]) * rest[0], slots[1] + (g * g - slots[1]) * rest[1]
        return w - m * rate / (np.sqrt(v) + rest[2]), m, v
    v = rest[0] * slots[0] + rest[1] * g * g
    step = rate * g / np.sqrt(v + rest[2])
    if kind == 4:
        return w - step, v
    step = rest[3] * slots[1] + step
    return w - step, v, step


def _mixed(bits: np.ndarray) -> np.ndarray:
    bits = (bits ^ (bits >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    bits = (bits ^ (bits >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return bits ^ (bits >> np.uint32(16))


def dropped(x: np.ndarray, key: np.ndarray, rate: np.float32) -> np.ndarray:
    golden = np.uint32(0x9E3779B1)
    first, second = key[:1], key[1:]
    start = _mixed(first ^ _mixed(second + golden))
    twist = _mixed(second ^ _mixed(start + golden))
    bits = _mixed(_mixed(np.arange(x.size, dtype="uint32") * golden + start) ^ twist)
    if rate >= 1:
        return np.zeros(x.size)
    return np.where(bits >= np.uint32(float(rate) * 2**32), x.astype(float) / (1 - float(rate)), 0)
