"""Methods of a model that users replace are called by fit, evaluate and predict as in Keras."""

import keras
import numpy as np
import pytest

import lurnet

X = np.linspace(-1, 1, 24, dtype="float32").reshape(12, 2)
Y = X.sum(1)


def model_of(package, calls):
    class Own(package.Sequential):
        def make_train_function(self, force=False):
            calls.append("train")
            return super().make_train_function(force)

        def make_test_function(self, force=False):
            calls.append("test")
            return super().make_test_function(force)

        def make_predict_function(self, force=False):
            calls.append("predict")
            return super().make_predict_function(force)

        def evaluate(self, x=None, y=None, **options):
            calls.append("evaluate")
            found = super().evaluate(x, y, **options)
            return {**found, "own": 7.0} if options.get("return_dict") else found

    model = Own([package.Input((2,)), package.layers.Dense(1, kernel_initializer="ones")])
    model.compile("sgd", "mse")
    return model


RUNS = {
    "fit": lambda m: m.fit(X, Y, verbose=0),
    "fit and validate": lambda m: m.fit(X, Y, validation_data=(X, Y), epochs=2, verbose=0),
    "evaluate": lambda m: m.evaluate(X, Y, verbose=0),
    "predict": lambda m: [m.predict(X[:1], verbose=0) for _ in range(5)],
    "train_on_batch": lambda m: m.train_on_batch(X, Y),
    "test_on_batch": lambda m: m.test_on_batch(X, Y),
}


@pytest.mark.parametrize("run", RUNS)
def test_the_hooks_are_called_as_often_as_by_the_oracle(run):
    ours, theirs = [], []
    for package, calls in ((lurnet, ours), (keras, theirs)):
        RUNS[run](model_of(package, calls))
    assert ours == theirs


def test_a_validation_is_the_models_own_evaluation():
    class Heard:
        def __init__(self, package):
            self.count, heard = 0, self

            class Callback(package.callbacks.Callback):
                def on_test_begin(self, logs=None):
                    heard.count += 1

            self.callback = Callback()

    histories, counts = [], []
    for package in (lurnet, keras):
        heard = Heard(package)
        options = {"epochs": 2, "shuffle": False, "verbose": 0, "callbacks": [heard.callback]}
        found = model_of(package, []).fit(X, Y, validation_data=(X, Y), **options)
        histories.append(found.history)
        counts.append(heard.count)
    assert counts == [2, 2]
    assert histories[0]["val_own"] == histories[1]["val_own"] == [7.0, 7.0]
    for name, values in histories[1].items():
        np.testing.assert_allclose(histories[0][name], values, rtol=1e-5, err_msg=name)
