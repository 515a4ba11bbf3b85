"""Axes of size 0 - no samples, no features, no channels - as real Keras computes with them.

Where the oracle itself divides by zero, ours are sums of nothing.
"""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import lurnet

CASES = {  # the layer, and the shape of its input
    "no features": (lambda k: k.Dense(3), (3, 0)),
    "no samples": (lambda k: k.Dense(3, activation="relu"), (0, 4)),
    "convolution, no samples": (lambda k: k.Conv2D(4, 3), (0, 5, 5, 3)),
    "convolution, no rows": (lambda k: k.Conv2D(4, 3, padding="same"), (2, 0, 5, 3)),
    "pooling, no samples": (lambda k: k.MaxPooling2D(), (0, 4, 4, 3)),
    "pooling, no channels": (lambda k: k.MaxPooling2D(), (2, 4, 4, 0)),
    "means, no samples": (lambda k: k.AveragePooling2D(2), (0, 4, 4, 2)),
    "transposed, no channels": (lambda k: k.Conv2DTranspose(2, 3), (2, 5, 5, 0)),
    "depthwise, no samples": (lambda k: k.DepthwiseConv2D(3), (0, 5, 5, 2)),
    "recurrent, no samples": (lambda k: k.LSTM(3), (0, 5, 2)),
    "recurrent, no features": (lambda k: k.LSTM(3), (2, 5, 0)),
    "normalized, no samples": (lambda k: k.LayerNormalization(), (0, 3)),
    "normalized, no features": (lambda k: k.BatchNormalization(), (3, 0)),
    "softmax, no samples": (lambda k: k.Conv1D(3, 2, activation="softmax"), (0, 4, 3)),
    "flat, no samples": (lambda k: k.Flatten(), (0, 3, 4)),
    "reshaped, no samples": (lambda k: k.Reshape((-1, 2)), (0, 4)),
    "reshaped, no numbers": (lambda k: k.Reshape((3, -1)), (2, 0)),
    "dropout, no samples": (lambda k: k.Dropout(0.5), (0, 3)),
}


def computed(library, make, shape):
    """The output, the gradients by weights and by the input."""
    layer, x = make(library.layers), jnp.ones(shape)
    layer(x)
    trained = [v.value for v in layer.trainable_variables]
    others = [v.value for v in layer.non_trainable_variables]

    def run(trained, x):
        return jnp.sum(layer.stateless_call(trained, others, x)[0] ** 2)

    return layer(x), jax.grad(run, (0, 1))(trained, x)


@pytest.mark.lowerings
@pytest.mark.parametrize("name", CASES)
def test_layer(name):
    ours, theirs = (jax.tree.leaves(computed(k, *CASES[name])) for k in (lurnet, keras))
    for a, b in zip(ours, theirs, strict=True):
        assert a.shape == b.shape and a.dtype == b.dtype
        if 0 in CASES[name][1] and not b.any():  # weights are drawn: sums are 0 where all are
            np.testing.assert_array_equal(a, b)


@pytest.mark.lowerings
@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda k: k.Conv2D(4, 3), (2, 3, 3, 4)),
        (lambda k: k.DepthwiseConv2D(3), (2, 3, 3, 0)),
        (lambda k: k.Conv2D(4, 3, padding="same", strides=2), (2, 3, 3, 4)),
    ],
    ids=["convolution", "depthwise", "strides"],
)
def test_sums_over_no_channels(make, shape):
    y, gradients = computed(lurnet, make, (2, 5, 5, 0))
    assert y.shape == shape and not y.any()
    assert not any(g.any() for g in jax.tree.leaves(gradients))


def test_no_size_is_left_to_be_found():
    with pytest.raises(ValueError, match=r"cannot make \(0, -1\)"):
        lurnet.layers.Reshape((0, -1))(np.ones((2, 0)))


def test_a_model_of_no_channels_trains():
    model = lurnet.Sequential(
        [lurnet.Input((5, 5, 0)), lurnet.layers.Conv2D(2, 3), lurnet.layers.Flatten()]
    )
    model.compile("sgd", "mse")
    assert model.fit(np.ones((2, 5, 5, 0)), np.zeros((2, 18)), verbose=0).history["loss"] == [0]
