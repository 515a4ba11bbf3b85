"""Bias and activation after max-pooling: the same values and gradients as before it."""

import gc
import itertools
import subprocess
import sys
import weakref

import jax
import numpy as np
import pytest

import lurnet as keras
from lurnet.activations import RISING
from lurnet.kernels import fusion
from lurnet.kernels.common import choice, loading

random = np.random.default_rng(0)
POOLS = [
    {"pool_size": 2},
    {"pool_size": 3, "strides": 2, "padding": "same"},
    {"pool_size": 3, "strides": 1},
]
NETS = {
    "in the convolution": lambda f: [keras.layers.Conv2D(4, 3, activation=f)],
    "without bias": lambda f: [keras.layers.Conv2D(4, 3, activation=f, use_bias=False)],
    "as a layer": lambda f: [keras.layers.Conv2D(4, 3), keras.layers.Activation(f)],
    "after another": lambda f: [keras.layers.Conv2D(4, 3, activation=f), keras.layers.ReLU(2.0)],
}


def trained(net, activation, pool):
    """Outputs, and weights after two steps of training."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    x, y = random_data()
    pooling = keras.layers.MaxPooling2D(**POOLS[pool])
    layers = [keras.Input((9, 9, 2)), *NETS[net](activation), pooling, keras.layers.Flatten()]
    model = keras.Sequential(layers)
    model.add(keras.layers.Dense(3, activation="softmax"))
    for layer in model.layers:  # a bias of zero would hide where it was added
        if getattr(layer, "bias", None) is not None:
            layer.bias.assign(np.linspace(-1, 1, layer.bias.shape[0]))
    model.compile("sgd", "sparse_categorical_crossentropy")
    before = model.predict(x, verbose=0)
    model.fit(x, y, batch_size=8, epochs=1, shuffle=False, verbose=0)
    return [before, *model.get_weights()]


def random_data():
    rng = np.random.default_rng(2)
    return rng.normal(size=(16, 9, 9, 2)).astype("float32"), rng.integers(0, 3, 16)


@pytest.mark.parametrize(
    ("net", "pool", "activation"),
    [*itertools.product(NETS, range(len(POOLS)), ["relu"]), ("in the convolution", 0, "tanh")],
)
def test_training_is_the_same(net, pool, activation):
    fused = trained(net, activation, pool)
    with choice.using("xla"):
        plain = trained(net, activation, pool)
    for one, other in zip(fused, plain, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_it_happens(monkeypatch):
    """The activation reads a quarter of the values where pooling comes first."""
    seen = []
    relu = keras.activations.relu
    layer = keras.layers.Conv2D(4, 3, activation="relu")
    layer.activation = lambda x: seen.append(x.shape) or relu(x)
    monkeypatch.setattr("lurnet.layers.conv.RISING", {layer.activation})
    model = keras.Sequential([keras.Input((10, 10, 1)), layer, keras.layers.MaxPooling2D()])
    seen.clear()
    model.predict(np.zeros((1, 10, 10, 1), "float32"), verbose=0)
    assert [s[1:] for s in seen] == [(8, 8, 4), (4, 4, 4)]


@pytest.mark.parametrize("function", sorted(RISING, key=lambda f: f.__name__))
def test_rising_functions_rise(function):
    values = np.sort(random.normal(scale=20, size=10_000)).astype("float32")
    steps = np.diff(np.asarray(function(values), "float64"))
    assert steps.min() >= -1e-6


def test_others_do_not_wait():
    falling = keras.layers.Conv2D(4, 3, activation="silu")
    model = keras.Sequential([keras.Input((6, 6, 1)), falling, keras.layers.MaxPooling2D()])
    x = random.normal(size=(4, 6, 6, 1)).astype("float32")
    wanted = keras.ops.max_pool(falling(x), 2)
    np.testing.assert_allclose(model.predict(x, verbose=0), wanted, rtol=1e-5, atol=1e-6)


def test_nothing_is_said_at_the_end():
    code = """
import numpy, lurnet as keras
m = keras.Sequential([keras.Input((6, 6, 1)), keras.layers.Conv2D(2, 3, activation="relu"),
                      keras.layers.MaxPooling2D()])
m.predict(numpy.zeros((2, 6, 6, 1)), verbose=0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""


@pytest.mark.parametrize("activation", ["relu", "linear"])
def test_nothing_is_kept_alive(activation):
    """A convolution without bias and activation gives out the very value it would note."""
    gc.collect()
    before = fusion.tracked()  # a trace that an error ended may still be held somewhere
    layers = NETS["without bias"](activation)
    model = keras.Sequential([keras.Input((8, 8, 1)), *layers, keras.layers.MaxPooling2D()])
    model.predict(np.zeros((1, 8, 8, 1), "float32"), verbose=0)
    kept = weakref.ref(model)
    keras.backend.clear_session()
    del layers, model
    gc.collect()
    assert kept() is None and fusion.tracked() <= before


def pooled_graph(kind):
    """A convolution, a pooling, and sometimes another reader of what lies between them."""
    layers = keras.layers
    penalty = "l2" if kind == "penalized" else None
    x = keras.Input((8, 8, 1))
    conv = layers.Conv2D(4, 3, activation="relu", activity_regularizer=penalty)
    between = conv(x)
    after = layers.ReLU(2.0)(between) if kind == "another layer" else between
    ends = [layers.Flatten()(layers.MaxPooling2D()(after))]
    if kind == "read twice":
        ends.append(layers.Flatten()(between))
    out = layers.Dense(2)(layers.Concatenate()(ends) if len(ends) > 1 else ends[0])
    return keras.Model(x, [out, between] if kind == "given out" else out)


@pytest.mark.parametrize(
    ("kind", "as_one"),
    [
        ("plain", True),
        ("another layer", True),
        ("read twice", False),
        ("given out", False),
        ("penalized", False),
    ],
)
def test_a_convolution_and_its_pooling_are_one_where_nothing_else_reads(kind, as_one):
    """Otherwise it would be computed twice."""
    model = pooled_graph(kind)
    text = jax.jit(lambda x: model(x)).lower(np.zeros((4, 8, 8, 1), "float32")).as_text()
    assert ("@lurnet.conv_pool." in text) == (as_one and loading.lanes() > 0)
