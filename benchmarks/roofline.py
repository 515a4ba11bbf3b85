"""How close a work is to what this machine can do: its operations and bytes against the peaks.

    python benchmarks/roofline.py --json results            # reads compare.py's figures there
    python benchmarks/roofline.py --work mlp64 cnn32

The peaks are a large float32 matrix product (the better of XLA's and NumPy's) and a large copy.
The floor is the time in which the peaks would do a step's operations, or move its bytes. Small
products reach no peak in any library, so the step's own products are timed in XLA too, each
alone: their sum is the floor of a step that is built of them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import costs
import jax
import jax.numpy as jnp
import numpy as np
import results
import works
from contestants import BASE
from costs import Product
from jax import lax

REPEATS = 5  # the best of these counts
LARGE = {"cpu": 2048, "gpu": 8192}  # size of the product that shows the peak
COPY_BYTES = 1 << 28
SECONDS = 0.05  # how long one timing of a product lasts, about
FIRST_GUESS = 2e10  # operations per second, to choose the number of repetitions


@dataclass(frozen=True)
class Peak:
    """What the machine was seen to do at its best."""

    flops: float  # per second
    bytes: float  # per second

    def floor_ms(self, work: works.Work) -> float:
        """Least time of a step of `work`."""
        seconds = max(costs.flops(work) / self.flops, costs.traffic(work) / self.bytes)
        return 1e3 * seconds


def best(run: Callable[[], Any]) -> float:
    """Seconds of the quickest of some runs, after one that does not count."""
    run()
    taken = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return min(taken)


def product_rate(product: Product, dtype: str = "float32") -> float:
    """Operations per second of a matrix product in XLA, repeated within one program.

    The barrier makes every repetition wait for the last one and keeps it from being dropped.
    """
    random = np.random.default_rng(0)
    shapes = ((product.m, product.k), (product.k, product.n))
    left, right = (jnp.asarray(random.normal(size=shape), dtype) for shape in shapes)
    count = max(4, int(SECONDS * FIRST_GUESS / product.flops))

    def once(_: int, out: Any) -> Any:
        a, b, _ = lax.optimization_barrier((left, right, out))
        return a @ b

    out = jnp.zeros((product.m, product.n), dtype)
    program = jax.jit(lambda out: lax.fori_loop(0, count, once, out))
    return count * product.flops / best(lambda: program(out).block_until_ready())


def numpy_rate(size: int) -> float:
    """Operations per second of a large float32 matrix product in NumPy."""
    random = np.random.default_rng(0)
    a, b = (random.normal(size=(size, size)).astype("float32") for _ in range(2))
    return 2 * size**3 / best(lambda: a @ b)


def copy_rate() -> float:
    """Bytes per second that a large copy reads and writes."""
    if jax.default_backend() == "cpu":
        source = np.ones(COPY_BYTES // costs.FLOAT, "float32")
        target = np.empty_like(source)
        return 2 * COPY_BYTES / best(lambda: np.copyto(target, source))
    source = jnp.ones(COPY_BYTES // costs.FLOAT, "float32")
    copy = jax.jit(lambda x: x + 1)
    return 2 * COPY_BYTES / best(lambda: copy(source).block_until_ready())


def measure_peak(dtype: str = "float32", size: int | None = None) -> Peak:
    """The peaks of the device that JAX uses."""
    device = jax.default_backend()
    size = size or LARGE.get(device, LARGE["gpu"])
    rate = product_rate(Product(size, size, size), dtype)
    if device == "cpu" and dtype == "float32":
        rate = max(rate, numpy_rate(size))
    return Peak(rate, copy_rate())


def measured_ms(folder: Path | None, name: str) -> float | None:
    """lurnet's median time of a step of this work, as compare.py wrote it."""
    path = folder / f"{name}.json" if folder else None
    if not path or not path.exists():
        return None
    record = json.loads(path.read_text())
    own = results.base(record)
    steps = costs.steps_per_unit(works.WORKS[name], record["samples"])
    return results.median_ms(own) / steps if own else None


def look(name: str, peak: Peak, folder: Path | None) -> dict[str, Any]:
    """Everything about one work."""
    work = works.WORKS[name]
    rates = {str(p): product_rate(p) for p in dict.fromkeys(costs.products(work))}
    sizes = [(str(p), p.flops) for p in costs.products(work)]
    return {
        "name": name,
        "flops": costs.flops(work),
        "bytes": costs.traffic(work),
        "floor_ms": peak.floor_ms(work),
        "products_ms": 1e3 * sum(flops / rates[shape] for shape, flops in sizes),
        "step_ms": measured_ms(folder, name),
        "products": [
            {"shape": s, "flops": flops, "gflops_per_s": rates[s] / 1e9} for s, flops in sizes
        ],
    }


def table(record: results.Record) -> str:
    """Floors and shares of all works."""
    head = ["work", "MFLOP a step", "MB a step", "floor ms", "products ms", f"{BASE} ms"]
    head += ["of the floor", "of the products"]
    rows = []
    for each in record["results"]:
        step = each["step_ms"]
        floors = each["floor_ms"], each["products_ms"]
        rows.append(
            [
                each["name"],
                results.short(each["flops"] / 1e6),
                results.short(each["bytes"] / 1e6),
                *(results.short(ms) for ms in floors),
                results.short(step) if step else "-",
                *(f"{100 * ms / step:.0f} %" if step else "-" for ms in floors),
            ]
        )
    return results.markdown(head, rows)


def products_table(record: results.Record) -> str:
    """What each work's own products reach in XLA."""
    rows = [
        [each["name"], p["shape"], results.short(p["flops"] / 1e6), f"{p['gflops_per_s']:.0f}"]
        for each in record["results"]
        for p in each["products"]
    ]
    return results.markdown(["work", "product", "MFLOP", "GFLOP/s"], rows)


def peaks(record: results.Record) -> str:
    """The machine's peaks, in words."""
    peak = record["peak"]
    return f"{peak['flops'] / 1e9:.0f} GFLOP/s and {peak['bytes'] / 1e9:.1f} GB/s"


def main() -> None:
    """Measure, print and write."""
    usual = [n for n in works.EVERYDAY if works.WORKS[n].kind in ("train", "predict", "evaluate")]
    usual = [name for name in usual if works.WORKS[name].data != "stream"]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", nargs="+", choices=works.WORKS, default=usual, metavar="WORK")
    parser.add_argument("--json", metavar="DIR", type=Path, help="compare.py's figures; ours too")
    args = parser.parse_args()
    peak = measure_peak()
    record = {
        "work": "roofline",
        "kind": "roofline",
        "command": f"benchmarks/roofline.py --json DIR --work {' '.join(args.work)}",
        "date": time.strftime("%Y-%m-%d"),
        "machine": results.machine(),
        "peak": asdict(peak),
        "results": [look(name, peak, args.json) for name in args.work],
    }
    print(f"peak: {peaks(record)}\n\n{table(record)}\n\n{products_table(record)}")
    if args.json:
        (args.json / "roofline.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
