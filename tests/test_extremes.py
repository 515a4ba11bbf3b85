"""NaN, infinities, ties and numbers near the ends, in each lowering, against real Keras."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import lurnet

pytestmark = pytest.mark.lowerings("c8", "c16", "xla")
ENDS = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1e30, 1e30, 50.0, -50.0, 1e-40, 3.0]
ROWS, N = 300, 40


def table():
    """Rows with up to three such numbers; whole rows of one; ties."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((ROWS, N)).astype("float32")
    for row in x:
        for _ in range(rng.integers(0, 4)):
            row[rng.integers(N)] = ENDS[rng.integers(len(ENDS))]
    x[0], x[1], x[2] = -np.inf, np.inf, 0
    return x


X = table()
RNG = np.random.default_rng(1)
CLASSES = RNG.integers(0, N, ROWS)
SHARES = np.eye(N, dtype="float32")[CLASSES]
ZEROS_AND_ONES = RNG.integers(0, 2, (ROWS, N)).astype("float32")
LOSSES = {
    "class logits": ("SparseCategoricalCrossentropy", {"from_logits": True}, CLASSES, X),
    "class": ("SparseCategoricalCrossentropy", {}, CLASSES, abs(X)),
    "shares logits": ("CategoricalCrossentropy", {"from_logits": True}, SHARES, X),
    "shares": ("CategoricalCrossentropy", {}, SHARES, abs(X)),
    "binary logits": ("BinaryCrossentropy", {"from_logits": True}, ZEROS_AND_ONES, X),
    "binary": ("BinaryCrossentropy", {}, ZEROS_AND_ONES, X),
    "squared": ("MeanSquaredError", {}, np.zeros((ROWS, N), "float32"), X),
    "absolute": ("MeanAbsoluteError", {}, np.zeros((ROWS, N), "float32"), X),
}


def assert_same(function):
    """Value and gradient of ours and of the oracle's."""
    for ours, theirs in zip(function(lurnet), function(keras), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh", "softmax"])
def test_activation(name):
    def run(library):
        y, pull = jax.vjp(library.layers.Activation(name), jnp.asarray(X))
        return y, pull(jnp.cos(jnp.arange(X.size, dtype=y.dtype)).reshape(X.shape))[0]

    assert_same(run)


@pytest.mark.parametrize("odd", [False, True], ids=["", "odd targets"])
@pytest.mark.parametrize("name", LOSSES)
def test_loss(name, odd):
    cls, options, target, x = LOSSES[name]
    target = np.array(target)
    if odd:
        target = target.astype("float32")
        target.reshape(ROWS, -1)[5:9] = [[np.nan], [-1], [1e9], [-0.5]]

    def run(library):
        loss = getattr(library.losses, cls)(reduction="none", **options)
        y, pull = jax.vjp(lambda x: loss(jnp.asarray(target), x), jnp.asarray(x))
        return y, pull(jnp.ones_like(y))[0]

    assert_same(run)


@pytest.mark.parametrize("name", ["SparseCategoricalAccuracy", "CategoricalAccuracy"])
def test_accuracy(name):
    target = CLASSES if name.startswith("Sparse") else SHARES
    x = X.copy()
    x[::3][np.arange(100), CLASSES[::3]] = 100

    def run(library):
        metric, found = getattr(library.metrics, name)(), []
        for row in range(0, ROWS, 6):
            metric.reset_state()
            metric.update_state(target[row : row + 6], x[row : row + 6])
            found.append(float(metric.result()))
        return (np.array(found),)

    assert_same(run)
