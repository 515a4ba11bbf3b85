"""The data of the works: MNIST's pixels, random images, or a file that need not fit into memory."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import works

SEED = 0
Pair = tuple[np.ndarray, np.ndarray]


def data_file(work: works.Work) -> Path:
    """The data of `work`, or MNIST where it is missing (same shapes, same time)."""
    folder = os.environ.get("LURNET_DATA", "")
    wanted = Path(folder, f"{work.data}.npz")
    return wanted if wanted.exists() else Path(folder, "mnist.npz")


def load(work: works.Work, limit: int) -> Pair:
    """Pixels in [0, 1] as float32 and their targets, as many as one chunk takes."""
    count = work.used(limit)
    if work.data == "random":
        return random_images(work, count)
    if work.data == "stream":
        return stretched(work, count)
    return pixels(work, count, "train" if work.kind in works.WHOLE_BATCHES else "test")


def test_set(work: works.Work, limit: int) -> Pair:
    """The whole test set, or as many of it as are trained on."""
    return pixels(work, min(10_000, limit), "test")


def pixels(work: works.Work, count: int, part: str) -> Pair:
    """The first `count` samples of the data set's "train" or "test" part."""
    with np.load(data_file(work)) as arrays:
        x, y = arrays[f"x_{part}"], arrays[f"y_{part}"]
    if count > len(x):
        raise ValueError(f"--limit {count}: the data has {len(x)} samples")
    x = x[:count].astype("float32").reshape(-1, *work.shape)
    x /= 255
    return x, y[:count].astype("int32") if work.classify else x


def random_images(work: works.Work, count: int) -> Pair:
    """Noise with random labels: for networks whose speed alone is of interest."""
    random = np.random.default_rng(SEED)
    x = random.random((count, *work.shape), dtype="float32")
    return x, random.integers(1000, size=count).astype("int32")


def stretched(work: works.Work, count: int) -> Pair:
    """The data set again and again, in a temporary `.npy` file that is mapped into memory."""
    x, y = pixels(work, 60_000, "train")
    folder = tempfile.mkdtemp(prefix="lurnet-stream-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder, "x.npy")
    shape = (count, *work.shape)
    rows = np.lib.format.open_memmap(path, mode="w+", dtype="float32", shape=shape)
    for start in range(0, count, len(x)):
        rows[start : start + len(x)] = x[: count - start]
    rows.flush()
    return np.load(path, mmap_mode="r"), np.resize(y, count)


def held_mb() -> float:
    """Memory that this process itself holds, without the pages of mapped files (Linux)."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    values: list[Any] = [line.split()[1] for line in lines if line.startswith("RssAnon")]
    return int(values[0]) * 1024 / 1e6 if values else 0.0
