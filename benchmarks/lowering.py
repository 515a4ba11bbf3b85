"""Time a training step of a small convolutional network in lurnet's forms and in XLA's own.

    python benchmarks/lowering.py --rounds 5

Two 3x3 convolutions of 32 filters, each with a 2x2 pooling, then 64, 64 and 10 units; random
images of 28x28. Steps run inside `lax.fori_loop`, as in training; both forms take turns.
"""

import argparse
import time

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from lurnet.kernels.common.choice import using
from lurnet.kernels.conv.op import conv
from lurnet.kernels.matmul.op import matmul
from lurnet.kernels.max_pool.op import max_pool

SHAPES = [(3, 3, 1, 32), (3, 3, 32, 32), (800, 64), (64, 64), (64, 10)]
STEPS = {"auto": 40, "xla": 3}
RATE = 0.1


def network(weights, x):
    for kernel, bias in weights[:2]:
        x = conv(x, kernel, (1, 1), "valid", (1, 1))
        x = max_pool(jax.nn.relu(x + bias), (2, 2), (2, 2))
    x = x.reshape(len(x), -1)
    for kernel, bias in weights[2:-1]:
        x = jax.nn.relu(matmul(x, kernel) + bias)
    kernel, bias = weights[-1]
    return matmul(x, kernel) + bias


def loss(weights, x, y):
    chosen = jnp.take_along_axis(jax.nn.log_softmax(network(weights, x)), y[:, None], 1)
    return -chosen.mean()


def compiled(form, batch):
    """A function that trains for `STEPS[form]` steps and returns the seconds each took."""
    random = np.random.default_rng(0)
    x = jnp.asarray(random.random((64 * batch, 28, 28, 1)), "float32")
    y = jnp.asarray(random.integers(10, size=64 * batch))
    weights = [
        (jnp.asarray(random.normal(size=s) / np.sqrt(np.prod(s[:-1])), "float32"), jnp.zeros(s[-1]))
        for s in SHAPES
    ]

    def step(i, weights):
        rows = (i % 64) * batch
        take = lambda a: lax.dynamic_slice_in_dim(a, rows, batch)  # noqa: E731
        slopes = jax.grad(loss)(weights, take(x), take(y))
        return jax.tree.map(lambda w, slope: w - RATE * slope, weights, slopes)

    train = jax.jit(lambda start, stop, weights: lax.fori_loop(start, stop, step, weights))
    with using(form):
        jax.block_until_ready(train(0, 1, weights))

    def timed():
        start = time.perf_counter()
        jax.block_until_ready(train(0, STEPS[form], weights))
        return (time.perf_counter() - start) / STEPS[form]

    return timed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batches", type=int, nargs="+", default=[32, 128])
    options = parser.parse_args()
    print("ms per training step, best of", options.rounds)
    print(f"{'batch':>6} {'auto':>8} {'xla':>8} {'ratio':>6}")
    for batch in options.batches:
        timed = {form: compiled(form, batch) for form in STEPS}
        rounds = [{form: run() for form, run in timed.items()} for _ in range(options.rounds)]
        best = {form: 1e3 * min(figures[form] for figures in rounds) for form in STEPS}
        ratio = best["xla"] / best["auto"]
        print(f"{batch:6} {best['auto']:8.2f} {best['xla']:8.2f} {ratio:6.1f}", flush=True)


if __name__ == "__main__":
    main()
