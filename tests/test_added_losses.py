"""Losses that layers add: whose they are and how long they last, beside real Keras."""

import threading

import keras
import numpy as np
import pytest

import lurnet

X = np.arange(8, dtype="float32").reshape(4, 2) / 10


def dense(lib, name=None, **options):
    options = {"activity_regularizer": lib.regularizers.L2(0.5)} | options
    return lib.layers.Dense(2, kernel_initializer="ones", name=name, **options)


def adding(lib):
    """A layer that adds its input's mean, times the number of its calls so far in this call."""

    class Adds(lib.layers.Layer):
        def call(self, x):
            self.add_loss(lib.ops.mean(x))
            return 2 * x

    return Adds()


def shown(*layers):
    return [[round(float(v), 4) for v in x.losses] for x in layers]


def called_one_after_another(lib):
    a, b = dense(lib), dense(lib)
    b(a(X))
    yield shown(a, b)
    a(2 * X)
    yield shown(a, b)


def called_twice_in_a_call(lib):
    class Twice(lib.layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = dense(lib)

        def call(self, x):
            return self.inner(self.inner(x))

    outer = Twice()
    for _ in range(2):
        outer(X)
        yield shown(outer, outer.inner)
    outer.inner(X)
    yield shown(outer, outer.inner)


def shared_layer(lib):
    inner, x = dense(lib), lib.Input((2,))
    one = lib.Model(x, lib.layers.Add()([inner(x), inner(2 * x)]))
    other = lib.Model(x, inner(x))
    one(X)
    yield [len(one.losses), len(other.losses), round(float(sum(one.losses)), 4)]
    other(X)
    yield [len(one.losses), len(other.losses), round(float(sum(one.losses)), 4)]


def nested_models(lib):
    inside = lib.Sequential([lib.Input((2,)), adding(lib), dense(lib)])
    outside = lib.Sequential([lib.Input((2,)), inside, adding(lib)])
    outside(X)
    yield [sorted(shown(outside)[0]), sorted(shown(inside)[0])]
    inside(X)
    yield [sorted(shown(outside)[0]), sorted(shown(inside)[0])]
    outside(lib.Input((2,)))
    yield [shown(outside), shown(inside)]


def added_outside(lib):
    layer = adding(lib)
    layer.add_loss(lib.ops.ones(()))
    yield shown(layer)
    layer.add_loss([lib.ops.ones(()), lib.ops.zeros(())])
    yield shown(layer)
    layer(X)
    yield shown(layer)


def stateless(lib):
    layer = lib.Sequential([lib.Input((2,)), dense(lib, kernel_regularizer="l2"), adding(lib)])
    layer(X)
    before = shown(layer)
    state = [v.value for v in layer.trainable_variables], []
    *_, losses = layer.stateless_call(*state, 3 * X, return_losses=True)
    yield [before, sorted(round(float(v), 4) for v in losses)]
    yield len(layer.stateless_call(*state, X))


def after_runs(lib):
    model = lib.Sequential(
        [lib.Input((2,)), dense(lib, kernel_regularizer=lib.regularizers.L2(0.1)), adding(lib)]
    )
    model.compile(lib.optimizers.SGD(0.01), "mse")
    yield shown(model)
    yield round(model.evaluate(X, X, verbose=0), 4)
    yield shown(model)
    history = model.fit(X, X, batch_size=2, shuffle=False, epochs=2, verbose=0).history
    yield [np.round(history["loss"], 4).tolist(), shown(model)]
    model(X)
    yield shown(model)


def unrolled(lib):
    class Cell(lib.layers.Layer):
        state_size = 2

        def __init__(self):
            super().__init__()
            self.inner = dense(lib)

        def build(self, shape):
            self.inner.build(shape)

        def call(self, x, states):
            now = self.inner(x) + states[0]
            return now, [now]

    layer = lib.layers.RNN(Cell(), unroll=True)
    layer(X.reshape(1, 4, 2))
    yield round(float(sum(layer.losses)), 4)


def regularized_output(lib):
    x = X.reshape(2, 2, 2)
    penalty = {"activity_regularizer": lib.regularizers.L2(0.1)}
    for make in (
        lambda: lib.layers.TimeDistributed(dense(lib, activity_regularizer=None), **penalty),
        lambda: lib.layers.LSTM(
            2,
            kernel_initializer="ones",
            recurrent_initializer="zeros",
            return_state=True,
            **penalty,
        ),
    ):
        layer = make()
        layer(x)
        yield shown(layer)


WAYS = [
    called_one_after_another, called_twice_in_a_call, shared_layer, nested_models, added_outside,
    stateless, after_runs, unrolled, regularized_output,
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_losses_are_those_that_keras_has(way):
    assert list(way(lurnet)) == list(way(keras))


def auto_encoder(lib, again, form):
    """A model whose loss calls its parts again; ``form``: who sums the penalties."""

    class Model(lib.Model):
        def __init__(self):
            super().__init__()
            self.encoder, self.decoder = dense(lib), dense(lib)

        def call(self, x):
            return self.decoder(self.encoder(x))

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            made = self.decoder(self.encoder(again * x))
            loss = lib.ops.mean((y - made) ** 2)
            if form == "super":
                return super().compute_loss(x, y, y_pred, sample_weight, training) + loss
            return loss + sum(self.losses)

    model = Model()
    model.compile(lib.optimizers.SGD(0.01), "mse")
    return model


@pytest.mark.parametrize("form", ["own", "super"])
@pytest.mark.parametrize("again", [1, 2])
@pytest.mark.parametrize("eagerly", [False, True])
def test_a_loss_that_calls_the_parts_again_keeps_the_penalties(again, form, eagerly):
    found = []
    for lib in (lurnet, keras):
        model = auto_encoder(lib, again, form)
        model.run_eagerly = eagerly
        history = model.fit(X, X, batch_size=2, epochs=2, shuffle=False, verbose=0).history
        found.append([*history["loss"], model.evaluate(X, X, batch_size=2, verbose=0)])
    np.testing.assert_allclose(*found, rtol=1e-5)


def test_penalties_of_parts_that_only_the_loss_calls_count():
    """They are lost in Keras on JAX; TensorFlow and Torch count them."""

    class Model(lurnet.Model):
        def __init__(self):
            super().__init__()
            self.encoder = dense(lurnet)

        def call(self, x):
            return x

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            self.encoder(x)
            return sum(self.losses)

    model = Model()
    model.compile("sgd")
    layer = dense(lurnet)
    layer(X)
    np.testing.assert_allclose(model.evaluate(X, verbose=0), float(layer.losses[0]), rtol=1e-6)


@pytest.mark.parametrize("unroll", [False, True])
def test_penalties_of_a_cell_are_those_of_all_steps(unroll):
    """A compiled loop hands them out, also while it trains; Keras leaks a tracer there."""

    class Cell(lurnet.layers.Layer):
        state_size = 2

        def __init__(self):
            super().__init__()
            self.inner = dense(lurnet)

        def call(self, x, states):
            return states[0], [self.inner(x)]

    layer, alone = lurnet.layers.RNN(Cell(), unroll=unroll), dense(lurnet)
    x = X.reshape(1, 4, 2)
    wanted = 0.0
    for step in range(4):
        alone(x[:, step])
        wanted += float(alone.losses[0])
    layer(x)
    np.testing.assert_allclose(float(sum(layer.losses)), wanted, rtol=1e-5)
    model = lurnet.Sequential([lurnet.Input((4, 2)), layer])
    model.compile("sgd")
    np.testing.assert_allclose(model.evaluate(x, verbose=0), wanted, rtol=1e-5)
    first, last = model.fit(x, epochs=2, verbose=0).history["loss"]
    assert last < first


class Slow(lurnet.layers.Layer):
    """Adds its input's mean; waits for another thread in the middle of its call."""

    def __init__(self, meet):
        super().__init__()
        self.meet = meet

    def call(self, x):
        self.add_loss(lurnet.ops.mean(x))
        self.meet()
        return x


def in_threads(*calls):
    found, errors = [None] * len(calls), []

    def run(i, call):
        try:
            found[i] = call()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not errors, errors
    return found


def test_another_threads_call_does_not_empty_the_losses_of_a_step():
    other = dense(lurnet)
    model = lurnet.Sequential([lurnet.Input((2,)), Slow(lambda: in_threads(lambda: other(X)))])
    model.compile("sgd")
    np.testing.assert_allclose(model.evaluate(X, verbose=0), X.mean(), rtol=1e-6)
    assert model.losses == [] and other.losses == []  # those of the other thread were its own


def test_two_threads_see_their_own_losses_of_one_layer():
    barrier = threading.Barrier(2, timeout=60)
    layer = Slow(barrier.wait)

    def call(x):
        layer(x)
        return [float(v) for v in layer.losses]

    found = in_threads(lambda: call(X), lambda: call(3 * X))
    np.testing.assert_allclose(found, [[X.mean()], [3 * X.mean()]], rtol=1e-6)


def test_two_threads_train_two_models_as_one_after_another():
    def curve(seed):
        model = lurnet.Sequential([lurnet.Input((2,)), dense(lurnet), adding(lurnet)])
        model.compile(lurnet.optimizers.SGD(0.01 * seed), "mse")
        fit = model.fit(X, X, batch_size=2, epochs=3, shuffle=False, verbose=0)
        return fit.history["loss"]

    alone = [curve(1), curve(2)]
    np.testing.assert_allclose(in_threads(lambda: curve(1), lambda: curve(2)), alone, rtol=1e-6)
