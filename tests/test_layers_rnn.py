"""Recurrent layers and wrappers: equal to real Keras' in value, gradient and config."""

import jax
import keras
import numpy as np
import pytest
from cases.layers_rnn import CASES, GRADIENTS, KINDS

import lurnet
from lurnet import layers, ops
from lurnet.core import tree
from lurnet.core.symbolic import SymbolicTensor
from lurnet.core.variable import pure

MASKS = {
    "right": [[1, 1, 1, 0, 0], [1, 0, 0, 0, 0], [1, 1, 1, 1, 1]],
    "left": [[0, 0, 1, 1, 1], [0, 0, 0, 0, 0], [1, 1, 1, 1, 0]],
    "holes": [[1, 0, 1, 0, 0], [0, 1, 0, 1, 1], [1, 1, 1, 1, 1]],
}


def noise(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def inputs(case):
    options = {}
    if case.mask:
        options["mask"] = np.array(MASKS[case.mask], bool)
    if case.states:
        options["initial_state"] = [
            noise((case.shape[0], size), i + 1) for i, size in enumerate(case.states)
        ]
    return noise(case.shape), options


def twins(case):
    """Our layer and the oracle's, built, with the same weights."""
    theirs, ours = case.make(keras.layers), case.make(layers)
    theirs.build(case.shape)
    ours.build(case.shape)
    weights = [noise(w.shape, i) * 0.5 for i, w in enumerate(theirs.weights)]
    assert [w.shape for w in ours.weights] == [w.shape for w in weights]
    theirs.set_weights(weights)
    ours.set_weights(weights)
    return ours, theirs


def flat(outputs):
    return [np.asarray(x) for x in keras.tree.flatten(outputs)]


def close(a, b, tolerance=2e-5):
    a, b = flat(a), flat(b)
    assert [x.shape for x in a] == [x.shape for x in b]
    for x, y in zip(a, b, strict=True):
        np.testing.assert_allclose(x, y, tolerance, tolerance)


def gradients(layer, x, options):
    variables = [layer.trainable_variables, layer.non_trainable_variables]
    trainable, rest = ([jax.numpy.asarray(np.asarray(v)) for v in vs] for vs in variables)

    def loss(trainable, x):
        out, _ = layer.stateless_call(trainable, rest, x, **options)
        return sum((leaf**2).sum() for leaf in keras.tree.flatten(out))

    return jax.jit(jax.grad(loss, (0, 1)))(trainable, x)


@pytest.mark.lowerings
@pytest.mark.parametrize("name", CASES)
def test_equals_the_oracle(name):
    case = CASES[name]
    ours, theirs = twins(case)
    x, options = inputs(case)
    close(ours(x, **options), theirs(x, **options))
    if name in GRADIENTS:
        close(gradients(ours, x, options), gradients(theirs, x, options), 1e-4)


def plain(config):
    """A config with what must be the same, without names and what only the oracle has."""
    if isinstance(config, dict):
        dropped = {"name", "quantization_config", "seed"}
        config = {k: v for k, v in config.items() if k not in dropped}
        if config.get("activity_regularizer") is None:
            config.pop("activity_regularizer", None)
        return {k: plain(v) for k, v in config.items()}
    return [plain(v) for v in config] if isinstance(config, (list, tuple)) else config


@pytest.mark.parametrize("name", CASES)
def test_config(name):
    ours, theirs = CASES[name].make(layers), CASES[name].make(keras.layers)
    assert plain(ours.get_config()) == plain(keras.saving.serialize_keras_object(theirs)["config"])
    again = type(ours).from_config(ours.get_config())
    assert again.get_config() == ours.get_config()
    for layer in (ours, again):
        layer.build(CASES[name].shape)
    assert [w.shape for w in again.weights] == [w.shape for w in ours.weights]


@pytest.mark.parametrize("name", CASES)
def test_symbolic_shapes(name):
    case = CASES[name]
    layer = case.make(layers)
    _, options = inputs(case)
    batch, time, *rest = case.shape

    def called(batch, time):
        given = {"mask": SymbolicTensor((batch, time), "bool")} if "mask" in options else {}
        if case.states:
            given["initial_state"] = [SymbolicTensor((batch, size)) for size in case.states]
        return layer(SymbolicTensor((batch, time, *rest)), **given)

    symbolic, fixed = called(None, None), called(batch, time)
    for seen, real in zip(tree.flatten(symbolic), tree.flatten(fixed), strict=True):
        assert seen.shape[0] is None
        known = [(s, r) for s, r in zip(seen.shape, real.shape, strict=True) if s is not None]
        assert all(s == r for s, r in known)
        assert seen.shape.count(None) == (2 if real.shape[:2] == (batch, time) else 1)


@pytest.mark.parametrize("name", ["LSTM holes", "stack", "both all", "each step"])
def test_jit_and_bfloat16(name):
    case = CASES[name]
    ours, theirs = twins(case)
    x, options = inputs(case)
    close(jax.jit(lambda x: ours(x, **options))(x), ours(x, **options), 1e-6)
    policy = lurnet.core.dtypes.dtype_policy()
    lurnet.core.dtypes.set_dtype_policy("mixed_bfloat16")
    try:
        narrow = case.make(layers)
        narrow.build(case.shape)
        narrow.set_weights(ours.get_weights())
        out = narrow(x, **options)
    finally:
        lurnet.core.dtypes.set_dtype_policy(policy)
    assert {str(leaf.dtype) for leaf in tree.flatten(out)} == {"bfloat16"}
    wide = [np.asarray(leaf, "float32") for leaf in tree.flatten(out)]
    close(wide, ours(x, **options), 0.1)


@pytest.mark.parametrize("kind", KINDS)
def test_stateful(kind):
    options = {"stateful": True, "return_state": True}
    pairs = [getattr(L, kind)(3, **options) for L in (layers, keras.layers)]
    for layer in pairs:
        layer.build((2, 5, 4))
    pairs[1].set_weights(pairs[0].get_weights())
    for step in range(3):
        close(*[layer(noise((2, 5, 4), step)) for layer in pairs])
    close(*[layer.states for layer in pairs])
    for layer in pairs:
        layer.reset_state()
    assert not any(np.any(s) for s in flat(pairs[0].states))
    close(*[layer(noise((2, 5, 4))) for layer in pairs])
    assert len(pairs[0].weights) == 3
    with pytest.raises(ValueError, match=f"{pairs[0].name}.*batch of 3"):
        pairs[0](noise((3, 5, 4)))
    with pytest.raises(ValueError, match="batch_shape"):
        getattr(layers, kind)(3, stateful=True).build((None, 5, 4))


def test_stateful_compiled():
    layer = layers.GRU(3, stateful=True)
    layer.build((2, 5, 4))
    x = noise((2, 5, 4))
    run = jax.jit(pure(lambda x: layer(x), layer.variables))
    first, arrays = run([v.value for v in layer.variables], x)
    second, _ = run(arrays, x)
    close([layer(x), layer(x)], [first, second])
    assert not np.allclose(first, second)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("option", [{"dropout": 0.5}, {"recurrent_dropout": 0.5}])
def test_dropout(kind, option):
    layer = getattr(layers, kind)(64, return_sequences=True, seed=1, **option)
    off = getattr(layers, kind)(64, return_sequences=True)
    x = np.ones((16, 6, 64), "float32")
    layer.build(x.shape)
    off.build(x.shape)
    off.set_weights(layer.get_weights())
    close(layer(x), off(x))
    a, b = layer(x, training=True), layer(x, training=True)
    assert not np.allclose(a, b) and np.all(np.isfinite(a))
    if option.get("dropout"):  # a linear cell shows it: inputs doubled or gone, the same ones
        cell = getattr(layers, f"{kind}Cell")(4, dropout=0.5, seed=1)
        cell.build((None, 1000))
        (mask,), none = cell.masks(8, True)
        assert none is None and set(np.unique(mask)) == {0, 2}
        assert abs(float(ops.mean(mask)) - 1) < 0.05
    again = getattr(layers, kind)(64, return_sequences=True, seed=1, **option)
    again.build(x.shape)
    again.set_weights(layer.get_weights())
    close(again(x, training=True), a)


def test_dropout_is_the_same_at_all_steps():
    layer = layers.SimpleRNN(
        4, dropout=0.5, return_sequences=True, recurrent_initializer="zeros", activation=None
    )
    out = np.asarray(layer(np.ones((3, 7, 16), "float32"), training=True))
    np.testing.assert_allclose(out, np.repeat(out[:, :1], 7, 1), 1e-6)


def test_cells_alone():
    for kind, count in KINDS.items():
        pairs = [getattr(L, f"{kind}Cell")(3) for L in (layers, keras.layers)]
        states = [noise((2, 3), i) for i in range(count)]
        for cell in pairs:
            cell.build((2, 4))
        pairs[1].set_weights(pairs[0].get_weights())
        close(*[cell(noise((2, 4)), states) for cell in pairs])
        assert plain(pairs[0].get_config()) == plain(pairs[1].get_config())
        assert len(pairs[0].get_initial_state(batch_size=2)) == count


class Minimal(layers.Layer):
    """A cell of a user: one weight, one state, dropout inside."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units, self.state_size = units, units
        self.drop = layers.Dropout(0.5)

    def build(self, shape):
        self.w = self.add_weight((shape[-1], self.units), name="w")

    def call(self, inputs, states, training=False):
        h = self.drop(inputs, training=training) @ self.w.value + states[0]
        return h, [h]

    def get_config(self):
        return super().get_config() | {"units": self.units}


class Bare:
    """The smallest cell: no layer at all."""

    state_size = [4, 2]
    output_size = 4

    def __call__(self, inputs, states):
        total, count = states
        return inputs * 2, [total + inputs, count + 1]

    call = __call__


def test_cells_of_users():
    layer = layers.RNN(Minimal(3), return_sequences=True)
    x = np.ones((2, 5, 4), "float32")
    np.testing.assert_allclose(layer(x)[:, -1], 5 * x[:, 0] @ np.asarray(layer.cell.w), 1e-5)
    out = np.asarray(layer(x, training=True))
    steps = np.diff(out, axis=1)
    assert not np.allclose(steps[:, 0], steps[:, 1])  # new noise at each step
    (drawn,) = layer.cell.drop.variables
    before = np.asarray(drawn)
    layer(x, training=True)
    assert np.asarray(drawn)[1] == before[1] + 5
    out, total, count = layers.RNN(Bare(), return_state=True)(x)
    assert out.tolist() == (2 * x[:, 0]).tolist()
    assert total.tolist() == (5 * x[:, 0]).tolist() and float(count[0, 0]) == 5
    twice = layers.Bidirectional(layers.RNN(Minimal(3)))
    assert twice(x).shape == (2, 6)


def test_time_distributed_with_moving_averages():
    pairs = [L.TimeDistributed(L.BatchNormalization()) for L in (layers, keras.layers)]
    x = noise((4, 3, 2))
    for layer in pairs:
        layer.build(x.shape)
    close(*[layer(x, training=True) for layer in pairs])
    close(*[layer.get_weights() for layer in pairs])


def test_masks_go_on():
    x = ops.convert_to_tensor(noise((3, 5, 4)))
    mask = ops.convert_to_tensor(np.array(MASKS["right"], bool))
    lurnet.core.masking.set_mask(x, mask)
    get = lurnet.core.masking.get_mask
    assert get(layers.LSTM(3)(x)) is None
    assert get(layers.LSTM(3, return_sequences=True)(x)) is mask
    assert get(layers.Bidirectional(layers.GRU(3, return_sequences=True))(x)) is mask
    seen = layers.GRU(3)(x)
    layer = layers.GRU(3)
    layer.build(x.shape)
    given = layer(noise((3, 5, 4)), mask=mask)
    assert np.allclose(given, layer(x)) and seen.shape == (3, 3)


def test_weights_of_both():
    first = layers.Bidirectional(layers.LSTM(3))
    first.build((None, 5, 4))
    second = layers.Bidirectional(layers.LSTM(3), weights=first.get_weights())
    close(second(noise((2, 5, 4))), first(noise((2, 5, 4))))
    paths = [v.path for v in first.weights]
    assert paths[0] == f"{first.name}/forward_{first.forward_layer.name[8:]}/lstm_cell/kernel"
    assert "/backward_" in paths[3] and paths[4].endswith("recurrent_kernel")


ERRORS = [
    (lambda: layers.LSTM(3, name="seq")(np.ones((2, 5), "float32")), "'seq'.*3 axes.*features"),
    (lambda: layers.GRU(3, name="g")(np.ones((2, 5, 4, 3), "float32")), "'g'.*3 axes"),
    (lambda: layers.LSTM(0), "LSTM: `units`.*positive"),
    (lambda: layers.LSTM(3, dropout=1.5), "`dropout`"),
    (lambda: layers.LSTM(3, activaton="tanh"), "activation"),
    (lambda: layers.RNN(3), "RNN: `cell`"),
    (lambda: layers.Bidirectional(layers.Dense(3)), "go_backwards|return_sequences|stateful"),
    (lambda: layers.Bidirectional(layers.GRU(3), merge_mode="concta"), "'concat'"),
    (lambda: layers.Bidirectional(layers.GRU(3), backward_layer=layers.GRU(3)), "go_backwards"),
    (lambda: layers.TimeDistributed(3), "TimeDistributed: `layer`"),
    (
        lambda: layers.TimeDistributed(layers.Dense(2), name="td")(np.ones((2, 3), "float32")),
        "'td'.*at least 3",
    ),
]


@pytest.mark.parametrize(("call", "message"), ERRORS)
def test_errors(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()
