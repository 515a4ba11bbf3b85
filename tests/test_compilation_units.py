"""Deep networks compiled in parts: the same results, and nothing that stays behind."""

import gc
import weakref

import numpy as np
import pytest

import lurnet
from lurnet import layers
from lurnet.core.compilation_units import are_units_kept, units_kept
from lurnet.core.graph import graph_of
from lurnet.kernels import costs
from lurnet.models import compilation_units
from lurnet.training import program

RNG = np.random.default_rng(0)
X, Y = RNG.random((24, 6, 6, 2), "float32"), RNG.integers(0, 3, 24)


def block(x, *between):
    y = layers.Conv2D(4, 3, padding="same")(x)
    for layer in between:
        y = layer(y)
    return layers.Add()([layers.Conv2D(4, 1)(y), x])


def normalized():
    return [layers.BatchNormalization(), layers.Activation("relu")]


def nested():
    x = inputs = lurnet.Input((6, 6, 4))
    for _ in range(2):
        x = block(x, layers.ReLU())
    return [lurnet.Model(inputs, x)]


BETWEEN = {
    "normalized": normalized,
    "random": lambda: [layers.Dropout(0.5, seed=3), layers.GaussianNoise(0.1, seed=4)],
    "losses": lambda: [layers.ActivityRegularization(l2=0.1)],
    "code of the user's own": lambda: [layers.Lambda(lambda x: x * 2)],
    "ops": lambda: [lambda x: lurnet.ops.tanh(x) + 1],
    "a model": nested,
    "masks": lambda: [layers.Reshape((36, 4)), layers.Masking(), layers.Reshape((6, 6, 4))],
}


def model(between, blocks=2):
    lurnet.utils.set_random_seed(1)
    x = inputs = lurnet.Input((6, 6, 2))
    x = layers.Conv2D(4, 1)(x)
    for _ in range(blocks):
        x = block(x, *between())
    x = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    made = lurnet.Model(inputs, x)
    made.compile(
        lurnet.optimizers.SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return made


def trained(between):
    made = model(between)
    with np.errstate(all="raise"):
        curves = made.fit(
            X, Y, batch_size=8, epochs=2, verbose=0, validation_data=(X[:9], Y[:9])
        ).history
    return curves, made.get_weights(), made.predict(X[:5], verbose=0)


@pytest.mark.parametrize("name", BETWEEN)
@pytest.mark.filterwarnings("ignore:.*got an input with a mask")
def test_equal_to_the_whole(name, quick_compilation):
    with costs.using(compilation_units=2):
        with units_kept():
            assert compilation_units.pays_in_units(graph_of(model(BETWEEN[name])).nodes)
        curves, weights, outputs = trained(BETWEEN[name])
    with costs.using(compilation_units=10**6):
        others = trained(BETWEEN[name])
    for key, values in curves.items():
        np.testing.assert_allclose(values, others[0][key], rtol=1e-4, atol=1e-6, err_msg=key)
    for a, b in zip(weights, others[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=2e-4)
    np.testing.assert_allclose(outputs, others[2], rtol=1e-3, atol=2e-4)


def test_deep_ones_only():
    depth = [compilation_units.pays_in_units(graph_of(model(normalized, 4)).nodes)]
    with units_kept():
        depth += [compilation_units.pays_in_units(graph_of(model(normalized, 4)).nodes)]
        small = lurnet.Sequential([lurnet.Input((6, 6, 2)), layers.Conv2D(4, 3)])
        depth += [compilation_units.pays_in_units(graph_of(small).nodes)]
    assert depth == [False, True, False]
    assert not are_units_kept()


def test_nothing_is_kept_alive(quick_compilation):
    made = model(normalized)
    with costs.using(compilation_units=2):
        made.fit(X, Y, batch_size=8, verbose=0)
    seen = weakref.ref(made)
    del made
    program.clear_programs()
    gc.collect()
    assert seen() is None
