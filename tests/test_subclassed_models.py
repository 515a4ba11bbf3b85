"""Models of the user's own classes: constructors, parts, and what is compared in their steps."""

import keras
import numpy as np
import pandas
import pytest

import lurnet

X = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")


def by_position(K):
    class Pair(K.Model):
        def __init__(self, first, second):
            super().__init__()
            self.first, self.second = first, second

        def call(self, x):
            return self.second(self.first(x))

    return Pair(K.layers.Dense(3), K.layers.Dense(2))


def three_by_position(K):
    class Sized(K.Model):
        def __init__(self, units, activation, classes=2):
            super().__init__(name="sized")
            self.one = K.layers.Dense(units, activation)
            self.two = K.layers.Dense(classes)

        def call(self, x):
            return self.two(self.one(x))

    return Sized(3, "tanh", 2)


def names_of_the_functional_form(K):
    class Own(K.Model):
        def __init__(self, inputs=3, outputs=2):
            super().__init__()
            self.one, self.two = K.layers.Dense(inputs), K.layers.Dense(outputs)

        def call(self, x):
            return self.two(self.one(x))

    return Own(inputs=3, outputs=2)


def sequential(K):
    class Stack(K.Sequential):
        def __init__(self, units, classes):
            super().__init__([K.layers.Dense(units), K.layers.Dense(classes)])

    return Stack(3, 2)


def functional(K):
    class Own(K.Model):
        pass

    x = K.Input((4,))
    return Own(x, K.layers.Dense(2)(K.layers.Dense(3)(x)))


def functional_inside(K):
    class Own(K.Model):
        def __init__(self, units, classes):
            x = K.Input((4,))
            super().__init__(x, K.layers.Dense(classes)(K.layers.Dense(units)(x)))

    return Own(3, 2)


WAYS = [by_position, three_by_position, names_of_the_functional_form, sequential]
WAYS += [functional, functional_inside]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_constructors(way):
    ours, theirs = way(lurnet), way(keras)
    ours(X), theirs(X)
    ours.set_weights(theirs.get_weights())
    for model in (ours, theirs):
        model.compile("sgd", "mse")
        model.fit(X, X[:, :2], batch_size=4, shuffle=False, verbose=0)
    np.testing.assert_allclose(
        ours.predict(X, verbose=0), theirs.predict(X, verbose=0), rtol=1e-4, atol=1e-5
    )


def penalty(w):
    return 0.1 * (w * w).sum()


def halved(w):
    return w * 0.5


def penalty_class(K):
    class Own(K.regularizers.Regularizer):
        def __call__(self, w):
            return 0.1 * K.ops.sum(w * w)

    return Own()


def constraint_class(K):
    class Own(K.constraints.Constraint):
        def __call__(self, w):
            return w * 0.5

    return Own()


def plain_subclass(K):
    class Own(K.regularizers.L2):
        pass

    return Own(0.1)


OWN_PARTS = {
    "function as regularizer": lambda K: {"kernel_regularizer": penalty},
    "lambda as regularizer": lambda K: {"kernel_regularizer": lambda w: penalty(w)},
    "class of regularizers": lambda K: {"bias_regularizer": penalty_class(K)},
    "subclass of ours": lambda K: {"kernel_regularizer": plain_subclass(K)},
    "function as constraint": lambda K: {"kernel_constraint": halved},
    "class of constraints": lambda K: {"kernel_constraint": constraint_class(K)},
}


@pytest.mark.parametrize("name", OWN_PARTS)
def test_own_penalties_and_constraints(name):
    found = []
    for K in (lurnet, keras):
        layers = [K.Input((4,)), K.layers.Dense(3, **OWN_PARTS[name](K)), K.layers.Dense(1)]
        model = K.Sequential(layers)
        model.set_weights([np.full(w.shape, 0.5, "float32") for w in model.get_weights()])
        model.compile("sgd", "mse")
        history = model.fit(X, X[:, :1], batch_size=4, epochs=2, shuffle=False, verbose=0).history
        on_batch = float(np.ravel(model.train_on_batch(X, X[:, :1]))[0])
        figures = [*history["loss"], model.evaluate(X, X[:, :1], verbose=0), on_batch]
        found.append([*figures, *np.ravel(model.predict(X, verbose=0)), *np.ravel(model(X))])
    np.testing.assert_allclose(*found, rtol=2e-4, atol=1e-5)


def test_predict_step_in_the_pure_form():
    found = []
    for K in (lurnet, keras):

        class Scaled(K.Model):
            def predict_step(self, state, data):
                outputs, state = super().predict_step(state, data)
                return outputs * 100, state

        x = K.Input((4,))
        model = Scaled(x, K.layers.Dense(1, kernel_initializer="ones")(x))
        found.append([model.predict(X[:n], verbose=0).tolist() for n in (2, 3, 8)])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)


@pytest.mark.parametrize("method", ["test_step", "compute_loss"])
def test_what_an_own_step_compares_is_its_own_affair(method):
    """Targets may have another shape than what call() gives."""

    class Code(lurnet.Model):
        def __init__(self):
            super().__init__()
            self.encoder, self.decoder = lurnet.layers.Dense(1), lurnet.layers.Dense(4)

        def call(self, x):
            return self.encoder(x)

    def test_step(self, data):
        x, y = data
        return {"loss": lurnet.ops.mean((self.decoder(self.encoder(x)) - y) ** 2)}

    def compute_loss(self, x, y, y_pred, sample_weight=None, training=True):
        return lurnet.ops.mean((self.decoder(y_pred) - y) ** 2)

    setattr(Code, method, locals()[method])
    model = Code()
    model.compile("sgd", "mse")
    found = model.evaluate(X, X, verbose=0, return_dict=True)["loss"]
    wanted = np.mean((np.asarray(model.decoder(model.encoder(X))) - X) ** 2)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_tables_as_inputs_of_calls():
    frame = pandas.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    series, layers, ops = frame["a"], lurnet.layers, lurnet.ops
    ones = layers.Dense(1, kernel_initializer="ones")
    model = lurnet.Sequential([lurnet.Input((2,)), ones])
    np.testing.assert_allclose(model(frame), [[4.0], [6.0]])
    np.testing.assert_allclose(ones(frame), [[4.0], [6.0]])
    np.testing.assert_allclose(layers.Discretization([1.5])(series), [0, 1])
    for op in (ops.mean, ops.sum, ops.square, ops.exp, ops.max):
        np.testing.assert_allclose(op(series), op(series.to_numpy()), rtol=1e-6)


def test_an_eager_mask_is_seen_under_keras_name():
    x = lurnet.layers.Embedding(5, 2, mask_zero=True)(np.array([[1, 0]]))
    np.testing.assert_array_equal(x._keras_mask, [[True, False]])
    y = lurnet.layers.Masking()(np.zeros((1, 2, 3), "float32"))
    np.testing.assert_array_equal(y._keras_mask, [[False, False]])


def test_inputs_by_either_name_of_an_image_layer():
    images = np.random.default_rng(1).random((1, 4, 4, 3), np.float32)
    layer = lurnet.layers.Resizing(2, 2)
    for given in ({"inputs": images}, {"data": images}):
        np.testing.assert_array_equal(layer(**given), layer(images))
