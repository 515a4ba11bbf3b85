"""Models made for a number of samples, and layers that go on from the batch before."""

import keras
import numpy as np
import pytest

import lurnet

rng = np.random.default_rng(0)
X, Y = rng.normal(size=(8, 4, 3)).astype("float32"), rng.normal(size=(8, 1)).astype("float32")


def make(own, *stack, shape=(2, None, 3)):
    """The same model by lurnet or by Keras, with weights of one's own."""
    model = own.Sequential([own.Input(batch_shape=shape), *stack, own.layers.Dense(1)])
    numbers = np.random.default_rng(1)
    for weight in model.trainable_variables:
        weight.assign(numbers.normal(size=weight.shape).astype("float32") * 0.4)
    return model


RECURRENT = {
    "lstm": lambda L: [L.LSTM(4, stateful=True)],
    "two": lambda L: [L.LSTM(4, stateful=True, return_sequences=True), L.GRU(2, stateful=True)],
    "gru": lambda L: [L.GRU(4, stateful=True, reset_after=False)],
    "simple": lambda L: [L.SimpleRNN(4, stateful=True, unroll=False)],
    "bidirectional": lambda L: [L.Bidirectional(L.LSTM(3, stateful=True))],
    "cell": lambda L: [L.RNN(L.GRUCell(3), stateful=True)],
}


def memories(model):
    """The states that the model keeps, in one list."""
    found = []
    for layer in model.layers:
        for one in (getattr(layer, "forward_layer", layer), getattr(layer, "backward_layer", None)):
            found += list(getattr(one, "states", None) or [])
    return found


def forget(model):
    for state in memories(model):
        state.assign(np.zeros(state.shape, "float32"))


def trained_by_hand(model, epochs, size=2):
    """Losses of Keras' steps, the states handed on by hand: its compiled steps drop them."""
    losses = []
    for _ in range(epochs):
        for i in range(0, len(X), size):
            before = [np.array(s.value) for s in memories(model)]
            model(X[i : i + size])
            after = [np.array(s.value) for s in memories(model)]
            for state, array in zip(memories(model), before, strict=True):
                state.assign(array)
            losses.append(float(model.train_on_batch(X[i : i + size], Y[i : i + size])))
            for state, array in zip(memories(model), after, strict=True):
                state.assign(array)
    return np.reshape(losses, (epochs, -1)).mean(1)


@pytest.mark.parametrize("name", RECURRENT)
def test_states_go_on_while_training(name):
    theirs = make(keras, *RECURRENT[name](keras.layers))
    theirs.compile(keras.optimizers.SGD(0.1), "mse", run_eagerly=True)
    wanted = trained_by_hand(theirs, 2)
    ours = make(lurnet, *RECURRENT[name](lurnet.layers))
    ours.compile(lurnet.optimizers.SGD(0.1), "mse")
    found = ours.fit(X, Y, batch_size=2, epochs=2, shuffle=False, verbose=0).history["loss"]
    np.testing.assert_allclose(found, wanted, rtol=1e-4)
    for a, b in zip(memories(ours), memories(theirs), strict=True):
        np.testing.assert_allclose(a.value, b.value, rtol=1e-4, atol=1e-5)
    single = make(lurnet, *RECURRENT[name](lurnet.layers))
    single.compile(lurnet.optimizers.SGD(0.1), "mse")
    steps = [single.train_on_batch(X[i : i + 2], Y[i : i + 2]) for i in range(0, 8, 2)]
    np.testing.assert_allclose(np.mean(steps), wanted[0], rtol=1e-4)


@pytest.mark.parametrize("name", RECURRENT)
def test_states_go_on_while_predicting_and_testing(name):
    theirs = make(keras, *RECURRENT[name](keras.layers))
    outputs = np.concatenate([theirs(X[i : i + 2]) for i in range(0, 8, 2)])
    ours = make(lurnet, *RECURRENT[name](lurnet.layers))
    ours.compile("sgd", "mse", metrics=["mae"])
    for size in (2, None):  # the number of samples is the model's
        forget(ours)
        found = ours.predict(X, batch_size=size, verbose=0)
        np.testing.assert_allclose(found, outputs, rtol=1e-4, atol=1e-5)
    again = ours.predict(X, verbose=0)
    assert np.abs(again[:2] - outputs[:2]).max() > 1e-4
    forget(ours)
    loss, error = ours.evaluate(X, Y, batch_size=2, verbose=0)
    np.testing.assert_allclose(loss, np.mean((outputs - Y) ** 2), rtol=1e-4)
    np.testing.assert_allclose(error, np.mean(np.abs(outputs - Y)), rtol=1e-4)
    for layer in ours.layers[:-1]:
        layer.reset_state()
    first = ours.predict_on_batch(X[:2])
    np.testing.assert_allclose(first, outputs[:2], rtol=1e-4, atol=1e-5)
    ours.reset_states()
    assert all(not np.any(s.value) for s in memories(ours))


def test_a_model_of_ones_own_takes_the_batch_of_the_data():
    class Own(lurnet.Model):
        def __init__(self):
            super().__init__()
            self.memory, self.out = lurnet.layers.LSTM(4, stateful=True), lurnet.layers.Dense(1)

        def call(self, x):
            return self.out(self.memory(x))

    model = Own()
    model.compile("sgd", "mse")
    model.fit(X, Y, batch_size=4, shuffle=False, verbose=0)
    assert model.memory.states[0].shape == (4, 4)


def test_another_number_of_samples_is_refused():
    def fresh():
        model = make(lurnet, lurnet.layers.LSTM(4, stateful=True))
        model.compile("sgd", "mse")
        return model

    words = "keeps the states of 2 sequences, but it got a batch of "
    for call, size in [
        (lambda: fresh().fit(X[:5], Y[:5], batch_size=2, verbose=0), 1),
        (lambda: fresh().fit(X, Y, batch_size=4, verbose=0), 4),
        (lambda: fresh().evaluate(X, Y, batch_size=8, verbose=0), 8),
        (lambda: fresh().predict(X[:3], batch_size=2, verbose=0), 1),
        (lambda: fresh().train_on_batch(X[:3], Y[:3]), 3),
        (lambda: fresh()(X[:3]), 3),
    ]:
        with pytest.raises(ValueError, match=words + str(size)):
            call()


def fixed(own):
    """Ops that have the number of samples, 4, written into them."""
    x = own.Input(batch_shape=(4, 3))
    y = own.layers.Dense(2)(x)
    z = own.ops.reshape(own.ops.reshape(y, (2, 4)), (4, 2))
    z = z - own.ops.mean(y, axis=0, keepdims=True) + own.ops.ones((4, 2))
    model = own.Model(x, z)
    numbers = np.random.default_rng(1)
    model.set_weights([numbers.normal(size=w.shape) for w in model.get_weights()])
    model.compile(own.optimizers.SGD(0.1), "mse")
    return model


def test_ops_that_name_the_batch_train_as_in_keras():
    x, y = rng.normal(size=(12, 3)).astype("float32"), rng.normal(size=(12, 2)).astype("float32")
    answers = []
    for own in (lurnet, keras):
        model = fixed(own)
        found = model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0).history["loss"]
        found.append(model.evaluate(x, y, batch_size=4, verbose=0))
        found += list(np.ravel(model.predict(x, batch_size=4, verbose=0)))
        answers.append([*found, float(model.train_on_batch(x[:4], y[:4]))])
    np.testing.assert_allclose(*answers, rtol=1e-4, atol=1e-5)


def test_convolving_memories_train():
    x = rng.normal(size=(64 * 2, 2, 6, 6, 1)).astype("float32")
    layers = lurnet.layers
    stack = [
        layers.TimeDistributed(layers.Conv2D(2, 3)),
        layers.ConvLSTM2D(2, 3, stateful=True),
        layers.Flatten(),
    ]
    model = make(lurnet, *stack, shape=(64, 2, 6, 6, 1))
    model.compile("sgd", "mse")
    model.fit(x, np.zeros((128, 1)), batch_size=64, shuffle=False, verbose=0)
    assert any(np.any(s.value) for s in memories(model))
