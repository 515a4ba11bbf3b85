"""Evaluation: the same results in larger batches, and only where that is sure."""

import numpy as np
import pytest

import lurnet as keras
from lurnet.inference.evaluate import merged_batches
from lurnet.training import memory, program
from lurnet.training.data.arrays import ArrayData

layers, metrics = keras.layers, keras.metrics
RNG = np.random.default_rng(0)
X = RNG.random((90, 5), "float32")
CLASSES, ONE_HOT = RNG.integers(0, 3, 90), np.eye(3, dtype="float32")[RNG.integers(0, 3, 90)]
WEIGHTS = RNG.random(90).astype("float32")


def own_metric(y_true, y_pred):
    return keras.ops.max(y_pred)


class OwnMetric(metrics.Mean):
    def update_state(self, y_true, y_pred, sample_weight=None):
        return super().update_state(keras.ops.max(y_pred))


class OwnLayer(layers.Layer):
    def call(self, x):
        return x - keras.ops.mean(x, 0)


def model(*inner, loss="sparse_categorical_crossentropy", **compiled):
    keras.utils.set_random_seed(1)
    net = [keras.Input((5,)), layers.Dense(4, "relu", kernel_regularizer="l2"), *inner]
    made = keras.Sequential([*net, layers.Dense(3, "softmax", activity_regularizer="l2")])
    made.compile("sgd", loss, **compiled)
    return made


ALIKE = {
    "accuracy": lambda: (model(metrics=["accuracy"]), CLASSES, None),
    "normalized": lambda: (model(layers.BatchNormalization(), layers.Dropout(0.5)), CLASSES, None),
    "weighted": lambda: (model(weighted_metrics=["accuracy"]), CLASSES, WEIGHTS),
    "one-hot": lambda: (
        model(
            loss="categorical_crossentropy",
            metrics=["auc", "mse", metrics.F1Score(), metrics.RootMeanSquaredError(), "recall"],
        ),
        ONE_HOT,
        None,
    ),
}
APART = {
    "own metric": lambda: model(metrics=[own_metric]),
    "own metric class": lambda: model(metrics=[OwnMetric()]),
    "own layer": lambda: model(OwnLayer()),
    "own loss": lambda: model(loss=lambda t, p: keras.ops.mean(p)),
    "eagerly": lambda: model(run_eagerly=True),
}


def grouping(made, y, **options):
    made.evaluate(X[:10], y[:10], verbose=0)
    return merged_batches(made, ArrayData(X, y, **options))


class Seen(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.batches = []

    def on_test_batch_end(self, batch, logs=None):
        self.batches.append(batch)


@pytest.mark.parametrize("batch", [9, 10, 32])
@pytest.mark.parametrize("name", ALIKE)
def test_equal_to_single_batches(name, batch, quick_compilation):
    made, y, weight = ALIKE[name]()
    assert grouping(made, y, batch_size=batch) > 1 or batch == 32
    options = {"batch_size": batch, "sample_weight": weight, "verbose": 0, "return_dict": True}
    found = made.evaluate(X, y, **options)
    expected = made.evaluate(X, y, callbacks=[Seen()], **options)  # which sees each batch
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        np.testing.assert_allclose(found[key], value, rtol=2e-6, err_msg=key)


@pytest.mark.parametrize("name", APART)
def test_batches_stay_as_they_are(name):
    assert grouping(APART[name](), CLASSES, batch_size=9) == 1


def test_how_many():
    made = model()
    assert grouping(made, CLASSES, batch_size=9) == 10  # all ten, exactly
    assert grouping(made, CLASSES, batch_size=7) == 256 // 7  # a smaller one is left anyway
    assert grouping(made, CLASSES, batch_size=10, steps=3) == 1
    large = ArrayData(np.zeros((8, 2**23), "uint8"), np.zeros(8), batch_size=1)
    assert merged_batches(made, large) == 1


def test_callbacks_see_the_batches_asked_for(capsys):
    made, seen = model(), Seen()
    made.evaluate(X, CLASSES, batch_size=9, callbacks=[seen], verbose=0)
    assert seen.batches == list(range(10))
    made.evaluate(X, CLASSES, batch_size=9)
    assert "10/10" in capsys.readouterr().out


def test_metric_that_does_not_fit():
    with pytest.raises(ValueError, match=r"metric 'mse' .* shape \(\) .* \(3,\).*to_categorical"):
        model(metrics=["mse"]).fit(X, CLASSES, verbose=0)
    with pytest.raises(ValueError, match="metric 'own' stopped with ValueError: no such thing"):
        model(loss="mse", metrics=[_failing]).fit(X, ONE_HOT, verbose=0)


def _failing(y_true, y_pred):
    raise ValueError("no such thing")


_failing.__name__ = "own"


def test_memory_goes_back_after_long_work(monkeypatch):
    given = []
    monkeypatch.setattr(memory, "give_back", lambda: given.append(1))
    assert memory.with_memory_trim(pow, 2, 5) == 32
    assert not given
    monkeypatch.setattr(memory, "LONG_S", -1)
    with pytest.raises(ZeroDivisionError):
        memory.with_memory_trim(divmod, 1, 0)
    assert given == [1]
    program.clear_programs()
