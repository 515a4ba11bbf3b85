"""Adaptive pooling and convolutional memories against the oracle."""

import keras
import numpy as np
import pytest
from cases.layers_spatial import MEMORIES, POOLS
from test_layers_rnn import close, gradients, inputs, noise, plain, twins

from lurnet import layers
from lurnet.core.errors import BadValue
from lurnet.core.symbolic import SymbolicTensor

pytestmark = pytest.mark.usefixtures("quick_compilation")
GRADIENTS = ["1 all", "2 strides same"]


@pytest.mark.lowerings
@pytest.mark.parametrize("name", POOLS)
def test_pooling(name):
    case = POOLS[name]
    ours, theirs = case.make(layers), case.make(keras.layers)
    x = noise(case.shapes[0])
    close(ours(x), theirs(x))
    assert plain(ours.get_config()) == plain(theirs.get_config())
    assert plain(type(ours).from_config(theirs.get_config()).get_config()) == plain(
        ours.get_config()
    )
    assert ours(SymbolicTensor((None, *x.shape[1:]))).shape == (None, *ours(x).shape[1:])


@pytest.mark.parametrize("name", MEMORIES)
def test_memory(name):
    case = MEMORIES[name]
    ours, theirs = twins(case)
    x, options = inputs(case)
    found, wanted = ours(x, **options), theirs(x, **options)
    close(found, wanted)
    if name in GRADIENTS:
        close(gradients(ours, x, options), gradients(theirs, x, options), 1e-4)
    assert [v.path.split("/")[1:] for v in ours.weights] == [
        v.path.split("/")[1:] for v in theirs.weights
    ]
    assert plain(ours.get_config()) == plain(keras.saving.serialize_keras_object(theirs)["config"])
    again = type(ours).from_config(theirs.get_config())
    assert plain(again.get_config()) == plain(ours.get_config())
    symbolic = case.make(layers)(SymbolicTensor((None, *x.shape[1:])))
    first = symbolic[0] if isinstance(symbolic, tuple) else symbolic
    assert first.shape[1:] == (found[0] if isinstance(found, tuple) else found).shape[1:]


def test_first_bias_of_the_forget_gate():
    layer = layers.ConvLSTM2D(2, 2)
    layer.build((None, 3, 4, 4, 1))
    np.testing.assert_array_equal(layer.cell.bias, [0, 0, 1, 1, 0, 0, 0, 0])


def test_dropout_draws_a_mask_per_gate():
    layer = layers.ConvLSTM2D(2, 2, dropout=0.5, recurrent_dropout=0.5, seed=1)
    x = noise((2, 3, 4, 4, 1))
    still = layer(x)
    assert not np.allclose(layer(x, training=True), still)
    assert not np.allclose(layer(x, training=True), layer(x, training=True))
    inner, outer = layer.cell.masks(2, True)
    assert [m.shape for m in inner] == [(2, 4, 4, 1)] * 4
    assert [m.shape for m in outer] == [(2, 3, 3, 2)] * 4


def test_stateful_goes_on():
    layer = layers.ConvLSTM1D(2, 2, stateful=True)
    x = noise((2, 4, 5, 1))
    whole = layers.ConvLSTM1D(2, 2)
    whole.build(x.shape)
    layer.build((2, None, 5, 1))
    layer.set_weights(whole.get_weights())
    layer(x[:, :2])
    close(layer(x[:, 2:]), whole(x))


ERRORS = [
    (lambda: layers.ConvLSTM2D(2, 3)(noise((2, 4, 4, 1))), "5 axes"),
    (lambda: layers.ConvLSTM2D(2, 3).build((None, 3, None, 4, 1)), "needs all sizes"),
    (lambda: layers.ConvLSTM2D(2, 3, strides=2, dilation_rate=2), "both be more than 1"),
    (lambda: layers.AdaptiveMaxPooling2D((2, 3, 4)), "2 of them"),
    (lambda: layers.AdaptiveMaxPooling2D(2)(noise((2, 4, 4))), "4 axes"),
]


@pytest.mark.parametrize(("call", "message"), ERRORS)
def test_errors(call, message):
    with pytest.raises(BadValue, match=message):
        call()


def test_masked_steps_leave_the_state():  # the oracle cannot: its masks have two axes only
    layer = layers.ConvLSTM2D(2, 2, return_sequences=True, return_state=True)
    x = noise((2, 4, 3, 3, 1))
    mask = np.array([[1, 1, 0, 1], [1, 0, 0, 0]], bool)
    out, h, _ = layer(x, mask=mask)
    close(h[0], layer(x[:1, [0, 1, 3]])[1][0])
    close(h[1], layer(x[1:, :1])[1][0])
    close(out[1, 3], out[1, 0])
