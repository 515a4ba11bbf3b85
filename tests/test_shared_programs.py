"""Models that differ in numbers share one compiled program, and train as if they did not."""

import numpy as np
import pytest

import lurnet
from lurnet import layers, optimizers, regularizers
from lurnet.core.seeds import seeded
from lurnet.training import program

RNG = np.random.default_rng(0)
X = RNG.normal(size=(48, 6)).astype("float32")
Y = RNG.integers(0, 2, 48).astype("float32")


def dense(**arguments):
    return layers.Dense(5, activation="tanh", **arguments)


def network(*inner, optimizer=None):
    model = lurnet.Sequential([lurnet.Input((6,)), *inner, layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer or "sgd", "binary_crossentropy")
    return model


CASES = {
    "l1": lambda v: network(dense(kernel_regularizer=regularizers.L1(v))),
    "l2": lambda v: network(dense(kernel_regularizer=regularizers.L2(v))),
    "l1_l2": lambda v: network(dense(bias_regularizer=regularizers.L1L2(l1=0.1, l2=v))),
    "orthogonal": lambda v: network(
        dense(kernel_regularizer=regularizers.OrthogonalRegularizer(v))
    ),
    "activity": lambda v: network(dense(activity_regularizer=regularizers.L2(v))),
    "dropout": lambda v: network(dense(), layers.Dropout(v)),
    "spatial": lambda v: network(
        layers.Reshape((3, 2)), layers.SpatialDropout1D(v), layers.Flatten()
    ),
    "gaussian dropout": lambda v: network(dense(), layers.GaussianDropout(v)),
    "alpha dropout": lambda v: network(dense(), layers.AlphaDropout(v)),
    "noise": lambda v: network(layers.GaussianNoise(v), dense()),
    "learning rate": lambda v: network(dense(), optimizer=optimizers.SGD(v)),
    "momentum": lambda v: network(dense(), optimizer=optimizers.SGD(0.1, momentum=v)),
    "weight decay": lambda v: network(dense(), optimizer=optimizers.Adam(0.1, weight_decay=v)),
    "scale": lambda v: network(
        dense(kernel_initializer=lurnet.initializers.RandomNormal(stddev=v))
    ),
    "seed": lambda v: network(dense(), layers.Dropout(0.5, seed=int(v * 100))),
}


def trained(make, value):
    with seeded(3):
        model = make(value)
        model.fit(X, Y, batch_size=16, epochs=2, verbose=0)
        return model.get_weights()


@pytest.mark.parametrize("name", CASES)
def test_numbers_share_a_program(name, quick_compilation):
    make = CASES[name]
    program.clear_programs()
    first = trained(make, 0.2)
    count = program.program_count()
    shared = trained(make, 0.4)
    assert program.program_count() == count  # nothing was compiled
    program.clear_programs()
    alone = trained(make, 0.4)
    for a, b in zip(shared, alone, strict=True):
        np.testing.assert_array_equal(a, b)
    assert any((a != b).any() for a, b in zip(first, shared, strict=True))


def test_compiled_as_uncompiled(quick_compilation):
    def make(eager):
        inner = dense(kernel_regularizer=regularizers.L2(0.3)), layers.Dropout(0.3)
        model = network(*inner, layers.GaussianNoise(0.2))
        model.compile(optimizers.SGD(0.1, momentum=0.7), "mse", run_eagerly=eager)
        return model

    for a, b in zip(trained(make, False), trained(make, True), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("special", [0.0, 1.0])
def test_zero_and_one_have_programs_of_their_own(special, quick_compilation):
    make = CASES["dropout"]
    trained(make, 0.5)
    lifted = trained(make, special)
    program.clear_programs()
    for a, b in zip(lifted, trained(make, special), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_number_changed_later_counts(quick_compilation):
    """Who changes a factor between two calls of fit wants it changed."""
    penalty = regularizers.L2(0.5)
    model = network(dense(kernel_regularizer=penalty))
    size = float((model.get_weights()[0] ** 2).sum())
    first = model.evaluate(X, Y, verbose=0)
    penalty.l2 = 0.25
    assert first - model.evaluate(X, Y, verbose=0) == pytest.approx(0.25 * size, rel=1e-4)


def test_same_object_and_two_objects_differ(quick_compilation):
    """One penalty for two layers is one argument, two penalties are two."""

    def make(one, two):
        return network(dense(kernel_regularizer=one), dense(kernel_regularizer=two))

    program.clear_programs()
    same = regularizers.L2(0.1)
    a = trained(lambda v: make(same, same), 0)
    b = trained(lambda v: make(regularizers.L2(0.1), regularizers.L2(0.4)), 0)
    program.clear_programs()
    c = trained(lambda v: make(regularizers.L2(0.1), regularizers.L2(0.4)), 0)
    assert any((i != j).any() for i, j in zip(a, b, strict=True))
    for i, j in zip(b, c, strict=True):
        np.testing.assert_array_equal(i, j)
