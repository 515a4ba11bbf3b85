"""Prediction: the same outputs whatever the number of samples, from few programs."""

import numpy as np
import pytest

import lurnet as keras
from lurnet.inference.batches import SIZES
from lurnet.inference.eager import Eager
from lurnet.inference.predictor import EXECUTORS, Predictor, call_again, call_compiled, predictor
from lurnet.layers import context
from lurnet.training.per_sample import model_is_per_sample

random = np.random.default_rng(0)
X = random.normal(size=(700, 8, 8, 2)).astype("float32")
layers = keras.layers


def images(*more):
    return keras.Sequential([keras.Input((8, 8, 2)), *more, layers.Flatten(), layers.Dense(3)])


class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.flatten, self.dense = layers.Flatten(), layers.Dense(3)

    def call(self, x):
        return self.dense(self.flatten(x))


class Centred(layers.Layer):
    """Ties the samples of a batch together."""

    def call(self, x):
        return x - keras.ops.mean(x, 0)


def with_op():
    x = keras.Input((8, 8, 2))
    return keras.Model(x, keras.ops.mean(x, axis=(2, 3)))


def two_ways():
    x = keras.Input((8, 8, 2), name="x")
    hidden = layers.Conv2D(2, 3)(x)
    outputs = {"a": layers.Flatten()(hidden), "b": layers.GlobalAveragePooling2D()(hidden)}
    return keras.Model({"x": x}, outputs)


def always_training(*layers):
    x = y = keras.Input((8, 8, 2))
    for layer in layers:
        y = layer(y, training=True)
    return keras.Model(x, y)


APART = {
    "convolution": lambda: images(layers.Conv2D(4, 3, activation="relu"), layers.MaxPooling2D()),
    "normalization": lambda: images(layers.BatchNormalization(), layers.Dropout(0.5)),
    "nested": lambda: images(keras.Sequential([layers.Conv2D(2, 3)])),
}
TIED = {
    "own model": Own,
    "own layer": lambda: images(Centred()),
    "function": lambda: images(layers.Lambda(lambda x: x * 2)),
    "op": with_op,
    "axis 0": lambda: images(layers.Softmax(axis=0)),
    "always training": lambda: always_training(layers.BatchNormalization(), layers.Flatten()),
}


@pytest.mark.parametrize("name", [*APART, *TIED])
def test_what_is_computed_apart(name):
    assert model_is_per_sample((APART | TIED)[name]()) is (name in APART)


@pytest.mark.parametrize("count", [1, 3, 16, 17, 300, 700])
@pytest.mark.parametrize("name", APART)
def test_any_number_of_samples(name, count):
    model = APART[name]()
    wanted = np.concatenate([_as_written(model, X[i : i + 100]) for i in range(0, 700, 100)])
    for size in (None, 64):
        got = model.predict(X[:count], batch_size=size, verbose=0)
        np.testing.assert_allclose(got, wanted[:count], rtol=1e-5, atol=1e-5)


def _as_written(model, x):
    """The call itself, op by op."""
    with context.calling(False):
        return np.asarray(model.call(x))


@pytest.mark.parametrize("count", [1, 7, 100])
@pytest.mark.parametrize("name", [*APART, *TIED])
@pytest.mark.parametrize("left", range(1, len(EXECUTORS)))
def test_each_executor_may_be_taken_out(left, name, count):
    model = (APART | TIED)[name]()
    kept = [e for e in EXECUTORS if e is not EXECUTORS[left - 1]]
    call = Predictor(model, kept)
    model.predict(X[:2], verbose=0)  # an own model is built
    for _ in range(5):
        got = np.asarray(
            call(X[:count], 50) if call.again(X[:count]) is None else call.again(X[:count])
        )
    wanted = model.predict(X[:count], batch_size=50, verbose=0)
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-5)


def test_the_last_executor_runs_the_model_as_it_is_written():
    """It takes everything, with the weights of one moment, and sees what they become."""
    model = APART["normalization"]()
    for _ in range(2):
        got = Predictor(model, [Eager])(X[:70])
        np.testing.assert_allclose(got, _as_written(model, X[:70]), rtol=1e-5, atol=1e-5)
        model.set_weights([w + 0.5 for w in model.get_weights()])


def test_nested_inputs_and_outputs():
    model = two_ways()
    got = model.predict({"x": X}, verbose=0)
    assert got["a"].shape == (700, 72) and got["b"].shape == (700, 2)
    few = model.predict({"x": X[:5]}, verbose=0)
    np.testing.assert_allclose(got["b"][:5], few["b"], rtol=1e-5, atol=1e-6)


def test_batches_are_kept_where_samples_are_tied():
    model = images(Centred())
    wanted = [_as_written(model, X[i : i + 50]) for i in range(0, 120, 50)]
    got = model.predict(X[:150], batch_size=50, verbose=0)
    np.testing.assert_allclose(got[:100], np.concatenate(wanted[:2]), rtol=1e-5, atol=1e-5)


def test_few_programs():
    model = APART["convolution"]()
    for count in range(1, 80):
        model.predict(X[:count], verbose=0)
    programs = predictor(model).executors[2].batched.programs
    assert {shape[0] for shape, _ in programs} <= set(SIZES)


def batches(count):
    return (X[i * 4 : i * 4 + 4] for i in range(count))


@pytest.mark.parametrize("source", ["arrays", "generator", "listened to"])
@pytest.mark.parametrize("steps", [3, 5, 9])
def test_a_source_that_ends_early_warns_as_in_keras(source, steps, recwarn):
    class Listening(keras.callbacks.Callback):
        def on_predict_batch_end(self, batch, logs=None): ...

    model = images()
    x = X[:20] if source == "arrays" else batches(5)
    watch = [Listening()] if source == "listened to" else None
    got = model.predict(x, batch_size=4, steps=steps, verbose=0, callbacks=watch)
    assert len(got) == 4 * min(steps, 5)
    warned = [str(w.message) for w in recwarn if "ran out" in str(w.message)]
    assert len(warned) == (steps > 5) and all(f"the {steps} that steps" in w for w in warned)


def test_steps_and_batch_events():
    model = APART["convolution"]()
    assert len(model.predict(X, batch_size=10, steps=3, verbose=0)) == 30
    seen = []
    watch = keras.callbacks.LambdaCallback()
    watch.on_predict_batch_end = lambda batch, logs=None: seen.append(len(logs["outputs"]))
    model.predict(X[:70], verbose=0, callbacks=[watch])
    assert seen == [32, 32, 6]


@pytest.mark.parametrize("name", [*APART, *TIED])
def test_a_plain_call_is_the_call(name):
    model = (APART | TIED)[name]()
    model.predict(X[:2], verbose=0)  # an own model is built
    for x in (X[:1], X[:7]):
        np.testing.assert_allclose(model(x), _as_written(model, x), rtol=1e-5, atol=1e-5)


def test_a_call_sees_every_change():
    model = images(layers.Dense(4, name="d"))
    first = np.asarray(model(X[:2]))
    model.get_layer("d").activation = keras.activations.relu
    changed = np.asarray(model(X[:2]))
    assert abs(changed - first).max() > 1e-3
    np.testing.assert_allclose(changed, _as_written(model, X[:2]), rtol=1e-5, atol=1e-5)
    model.get_layer("d").kernel.assign(model.get_layer("d").kernel * 0)
    np.testing.assert_allclose(model(X[:2]), _as_written(model, X[:2]), rtol=1e-5, atol=1e-5)


def test_calls_that_do_more_than_compute():
    noisy = images(layers.Dropout(0.5))
    assert abs(np.asarray(noisy(X[:2], training=True)) - np.asarray(noisy(X[:2]))).max() > 1e-3
    model = images(layers.Dense(4, activity_regularizer="l2"))
    model(X[:2])
    assert len(model.losses) == 1
    masked = keras.Sequential([layers.Embedding(5, 3, mask_zero=True)])
    masked.build((None, 4))
    assert call_compiled(masked, (np.zeros((1, 4), "int32"),), {}) is None


def test_memory_of_windows_is_used_again():

    from lurnet.training.data import staging

    data = np.zeros((100, 3), "float32")
    first = staging.StagingBuffers(data, 50)
    held = {b.base.ctypes.data for b in first.buffers}
    del first
    second = staging.StagingBuffers(data, 50)
    assert {b.base.ctypes.data for b in second.buffers} == held
    got = second.stretch(90, 20)
    assert got.shape == (50, 3) and (got[10:20] == 0).all()


def test_dropout_that_is_always_on_draws_anew():
    model = always_training(layers.Dropout(0.5))
    for run in (lambda: model.predict(X[:4], verbose=0), lambda: np.asarray(model(X[:4]))):
        assert abs(run() - run()).max() > 0.1


def test_progress_is_told():
    seen = []
    call = predictor(APART["convolution"]())
    call(np.zeros((40_000, 8, 8, 2), "float32"), None, seen.append)
    assert len(seen) >= 2 and seen == sorted(seen)


def test_the_caller_may_fill_the_input_anew():
    model = APART["convolution"]()
    x = X[:256].copy()
    wanted = np.asarray(model(x))
    outputs = model(x)
    x[...] = 0
    np.testing.assert_array_equal(outputs, wanted)


def as_known(model, x):
    """Outputs of ``predict`` and of a call for an array like one before."""
    outputs = predictor(model).again(x), call_again(model, (x,), {})
    assert all(y is not None for y in outputs)
    return outputs


def changed_activation(model):
    model.get_layer("d").activation = keras.activations.relu


def new_weights(model):
    model.set_weights([w + 1 for w in model.get_weights()])


def another_layer(model):
    model.add(layers.Dense(2))


def frozen(model):
    model.get_layer("d").trainable = False


CHANGES = {
    "activation": changed_activation,
    "weights": new_weights,
    "layer": another_layer,
    "frozen": frozen,
    "compiled": lambda model: model.compile("adam", "mse"),
    "trained": lambda model: (model.compile("sgd", "mse"), model.fit(X, X[:, 0, 0], verbose=0)),
    "eager": lambda model: model.compile("sgd", "mse", run_eagerly=True),
}


@pytest.mark.parametrize("change", CHANGES)
def test_arrays_like_one_before_take_the_short_way_until_the_model_changes(change):
    model = keras.Sequential([keras.Input((8, 8, 2)), layers.Flatten(), layers.Dense(2, name="d")])
    for _ in range(2):
        for x in (X[:1], X[:32]):
            wanted = _as_written(model, x)
            for got in (model.predict(x, verbose=0), model(x)):
                np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-5)
            if not model.run_eagerly:
                for got in as_known(model, x):
                    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-5)
        CHANGES[change](model)


def test_what_is_not_like_before_takes_the_long_way():
    model = APART["convolution"]()
    wanted = model.predict(X[:1], verbose=0)
    model(X[:1])
    for x in (X[:1].astype("float64"), keras.ops.convert_to_tensor(X[:1])):
        for got in (model.predict(x, verbose=0), model(x)):
            np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-5)
    with pytest.raises(ValueError, match="batch_size"):
        model.predict(X[:1], verbose=0, batch_size=0)
    with pytest.raises(TypeError):
        model.predict(X[:1], verbose=0, unknown=1)
    seen = []
    watch = keras.callbacks.LambdaCallback(on_predict_end=lambda logs=None: seen.append(1))
    model.predict(X[:1], verbose=0, callbacks=[watch])
    assert seen == [1]


def test_the_short_way_sees_the_float_type():
    model = images(layers.Dense(4))
    wanted = model.predict(X[:1], verbose=0)
    keras.config.set_floatx("float16")
    try:
        narrow = model.predict(X[:1] * 1.0001, verbose=0)
    finally:
        keras.config.set_floatx("float32")
    assert narrow.dtype == wanted.dtype and 0 < abs(narrow - wanted).max() < 0.05
    np.testing.assert_array_equal(model.predict(X[:1], verbose=0), wanted)


def test_masks_take_the_long_way():
    from lurnet.core.masking import set_mask

    model = images(layers.Dense(4))
    model(X[:1])
    x = keras.ops.convert_to_tensor(X[:1])
    model(x)
    set_mask(x, keras.ops.ones((1, 8), "bool"))
    assert call_again(model, (x,), {}) is None
