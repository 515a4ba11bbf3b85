"""Small networks of odd shapes, whole: a step of training, predictions and evaluations in every
lowering, against the same network written in float64."""

from functools import partial
from math import prod

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

import lurnet as keras
from lurnet import layers

pytestmark = [
    pytest.mark.usefixtures("quick_compilation"),
    pytest.mark.lowerings("c8", "c16", "jax", "xla"),
]
#: rows, sizes of the input, its dtype, then layers: units, or (filters, window, stride, padding),
#: or the size of a pooling
CASES = [
    (5, (1,), "float32", [300, 7, 3]),
    (1, (1,), "float32", [64, 1]),
    (33, (1,), "float16", [17, 1]),
    (9, (2,), "int32", [33, 100, 1]),
    (16, (3,), "uint8", [1, 65, 2]),
    (7, (41,), "bool", [15, 16, 17]),
    (3, (6, 5, 1), "uint8", [(33, 3, 1, "same"), 2, 3]),
    (2, (7, 9, 3), "float32", [(5, 2, 2, "valid"), (1, 3, 1, "same"), 4]),
    (4, (1, 9, 1), "float32", [(17, 1, 1, "valid"), 1, 2]),
    (5, (8, 7, 17), "bfloat16", [(2, 3, 1, "valid"), 2, 1]),
    (3, (12, 2), "float32", [(9, 3, 1, "same"), 2, (34, 2, 3, "valid"), 5]),
    (6, (10, 1), "int8", [(1, 4, 1, "valid"), 3, 33, 1]),
]


def is_pool(what, rank):
    return isinstance(what, int) and rank > 1


def kinds(case):
    """Layers as (kind, arguments): behind the last convolution and its pooling they are dense."""
    _, sizes, _, whats = case
    images = len(sizes) - 1
    last = max((i for i, w in enumerate(whats) if isinstance(w, tuple)), default=-1)
    found = []
    for i, what in enumerate(whats):
        if isinstance(what, tuple):
            found.append(("conv", what))
        elif images and ((i == last + 1 and i < len(whats) - 1) or i < last):
            found.append(("pool", what))
        else:
            found.append(("dense", what))
    return found


def network(case):
    """Ours."""
    _, sizes, dtype, _ = case
    rank, flat = len(sizes) - 1, False
    model = keras.Sequential([keras.Input(sizes, dtype=dtype)])
    conv, pool = {
        0: (None, None),
        1: (layers.Conv1D, layers.MaxPooling1D),
        2: (layers.Conv2D, layers.MaxPooling2D),
    }[rank]
    for i, (kind, what) in enumerate(kinds(case)):
        end = i == len(case[3]) - 1
        if kind == "conv":
            filters, window, stride, padding = what
            model.add(conv(filters, window, stride, padding, activation="relu"))
        elif kind == "pool":
            model.add(pool(what))
        else:
            if rank and not flat:
                model.add(layers.Flatten())
                flat = True
            model.add(layers.Dense(what, activation=None if end else "relu"))
    return model


def outputs(case, weights, x):
    """The same, written plainly."""
    weights, steps = iter(weights), kinds(case)
    for i, (kind, what) in enumerate(steps):
        rank = x.ndim - 2
        if kind == "conv":
            _, _, stride, padding = what
            axes = "HW"[:rank]
            layout = f"N{axes}C", f"{axes}IO", f"N{axes}C"
            kernel, bias = next(weights), next(weights)
            x = lax.conv_general_dilated(
                x, kernel, (stride,) * rank, padding.upper(), dimension_numbers=layout
            )
            x = jnp.maximum(x + bias, 0)
        elif kind == "pool":
            window = (1, *(what,) * rank, 1)
            x = lax.reduce_window(x, -jnp.inf, lax.max, window, window, "VALID")
        else:
            x = x.reshape(len(x), -1) @ next(weights) + next(weights)
            x = x if i == len(steps) - 1 else jnp.maximum(x, 0)
    return x


def loss(case, weights, x, y):
    return ((outputs(case, weights, x) - y) ** 2).mean()


def data(case, seed=0):
    rng = np.random.default_rng(seed)
    rows, sizes, dtype, whats = case
    x = rng.integers(0, 256 if dtype == "uint8" else 2 if dtype == "bool" else 9, (rows, *sizes))
    if dtype.endswith(("16", "32")) and "int" not in dtype:
        x = rng.standard_normal((rows, *sizes))
    return x.astype(jnp.dtype(dtype)), rng.standard_normal((rows, whats[-1])).astype("float32")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_network(case):
    x, y = data(case)
    model = network(case)
    rng = np.random.default_rng(1)
    largest = max(1.0, abs(np.asarray(x, "float64")).max())
    start = [
        (rng.standard_normal(w.shape) / max(1, prod(w.shape[:-1])) ** 0.5).astype("float32")
        for w in model.weights
    ]
    start[0] = start[0] / np.float32(largest)
    model.set_weights(start)
    with jax.enable_x64(True):
        wide = [jnp.asarray(w, "float64") for w in start]
        x64, y64 = jnp.asarray(np.asarray(x, "float64")), jnp.asarray(y, "float64")
        wanted = np.asarray(outputs(case, wide, x64))
        value, slopes = jax.value_and_grad(partial(loss, case))(wide, x64, y64)
        value, slopes = float(value), [np.asarray(g) for g in slopes]
    size = 1e-5 * (1 + abs(wanted).max())
    np.testing.assert_allclose(model.predict(x, verbose=0), wanted, rtol=1e-5, atol=size)
    np.testing.assert_allclose(model.predict(x[:1], verbose=0), wanted[:1], rtol=1e-5, atol=size)
    model.compile(keras.optimizers.SGD(1.0), "mse")
    np.testing.assert_allclose(model.evaluate(x, y, verbose=0), value, rtol=1e-5)
    model.fit(x, y, batch_size=len(x), shuffle=False, verbose=0)
    for before, after, slope in zip(start, model.get_weights(), slopes, strict=True):
        step = before - np.asarray(after, "float64")
        close = 2e-5 * abs(slope).max() + 1e-6 * (1 + abs(before).max() + abs(slope).max())
        np.testing.assert_allclose(step, slope, atol=close)
