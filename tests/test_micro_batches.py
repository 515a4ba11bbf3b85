"""Batches split into micro-batches: which, and that nothing changes."""

import numpy as np
import pytest

import lurnet
from lurnet.kernels import costs
from lurnet.training import micro_batches


@pytest.fixture
def always():
    """Splitting pays whatever the size."""
    with costs.using(micro_batch_bytes=0):
        yield


@pytest.mark.parametrize("weighted", [False, True])
def test_micro_batches_equal_whole_ones(weighted, always):
    layers, rng = lurnet.layers, np.random.default_rng(0)
    x, y = rng.normal(size=(160, 6, 6, 1)), rng.integers(0, 3, 160)
    weights = rng.uniform(size=160) if weighted else None
    results = []
    for size in (32, 10**6):
        lurnet.utils.set_random_seed(2)
        model = lurnet.Sequential(
            [
                lurnet.Input((6, 6, 1)),
                layers.Conv2D(4, 3, activation="relu", kernel_regularizer="l2"),
                layers.Flatten(),
                layers.Dense(3, "softmax", activity_regularizer="l1"),
            ]
        )
        model.compile("adam", weighted_metrics=["accuracy"], loss="sparse_categorical_crossentropy")
        options = {"batch_size": 128, "epochs": 2, "shuffle": False, "verbose": 0}
        with costs.using(micro_batch=size):
            record = model.fit(x, y, sample_weight=weights, **options)
        results.append((record.history, model.get_weights()))
    for key, values in results[1][0].items():
        np.testing.assert_allclose(results[0][0][key], values, rtol=1e-5, err_msg=key)
    for a, b in zip(results[0][1], results[1][1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_layers_that_mix_samples_keep_the_batch_whole(always):
    layers = lurnet.layers

    def parts(*inner, loss="mse", **options):
        model = lurnet.Sequential(
            [lurnet.Input((6, 6, 1)), layers.Conv2D(2, 3), *inner, layers.Flatten()]
        )
        model.compile("sgd", loss, **options)
        model.fit(np.zeros((2, 6, 6, 1)), np.zeros((2, 32)), verbose=0)
        return micro_batches.count_for(model, (np.zeros((64, 6, 6, 1)), np.zeros((64, 32))))

    assert parts(layers.Activation("relu"), layers.Softmax(axis=-2), layers.Dropout(0.5)) == 2
    assert parts(metrics=["mae"]) == 2
    assert parts(layers.Softmax(axis=-4)) == 1
    assert parts(layers.UnitNormalization(axis=[0, 1])) == 1
    assert parts(layers.Activation(lambda x: x)) == 1
    assert parts(layers.Dropout(0.5, noise_shape=(1, 4, 4, 2))) == 1
    assert parts(layers.MixUp()) == 1
    assert parts(layers.Dense(2, activity_regularizer="l2")) == 2
    assert parts(layers.Reshape((4, 4, 2), activity_regularizer=lambda x: 0.1)) == 1
    assert parts(metrics=[lambda y, p: p]) == 1
    assert parts(layers.BatchNormalization()) == 1
    assert parts(layers.Lambda(lambda x: x)) == 1
    assert parts(loss="dice") == 1


def test_only_large_batches_are_split():
    """By what is written: outputs of a convolution that a pooling takes are not."""
    layers = lurnet.layers

    def parts(*inner, images=128):
        shapes = (40, 40, 1)
        model = lurnet.Sequential([lurnet.Input(shapes), layers.Conv2D(16, 3), *inner])
        model.compile("sgd", "mse")
        y = np.zeros((images, *model.output_shape[1:]))
        return micro_batches.count_for(model, (np.zeros((images, *shapes)), y))

    large = 38 * 38 * 16 * 4 * 128
    assert large >= costs.costs().micro_batch_bytes > large // 4
    assert parts() == 4
    assert parts(images=64) == 1
    assert parts(layers.MaxPooling2D()) == parts(layers.ReLU(), layers.MaxPooling2D()) == 1
    assert parts(layers.AveragePooling2D(2)) == 4
