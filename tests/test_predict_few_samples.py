"""Predictions of few samples by small networks, which need no XLA: the same as a program's."""

import gc
import resource
import threading
import weakref

import numpy as np
import pytest

import lurnet as keras
from lurnet import layers
from lurnet.inference.compiled import CompiledProgram
from lurnet.inference.latency import CALLS, LatencyPath
from lurnet.inference.predictor import Predictor, predictor
from lurnet.kernels.common.loading import lanes as lanes_of_library
from lurnet.kernels.matmul.op import matmul

pytestmark = [
    pytest.mark.skipif(not lanes_of_library(), reason="there are no kernels here"),
    pytest.mark.registers,
]

RNG = np.random.default_rng(7)


def dense(activation, **options):
    first = layers.Dense(70, activation=activation, name="first", **options)
    return [keras.Input((50,)), first, layers.Dense(3, activation="softmax", name="last")]


def images(*between, channels=1):
    first = layers.Conv2D(32, 3, activation="relu", name="first")
    return [keras.Input((12, 12, channels)), first, *between, layers.Flatten(), layers.Dense(5)]


def two_branches():
    x = keras.Input((40,))
    a, b = (layers.Dense(20, activation=name)(x) for name in ("relu", "tanh"))
    return keras.Model(x, [layers.Dense(2)(a), layers.Dense(3)(b)])


def shared_layer():
    x = keras.Input((40,))
    again = layers.Dense(40, activation="relu")
    return keras.Model(x, layers.Dense(1, activation="sigmoid")(again(again(x))))


def added():
    x = keras.Input((40,))
    y = layers.Dense(40)(x)
    return keras.Model(x, layers.Dense(2)(layers.Add()([x, y])))


class Written(keras.Model):
    def __init__(self):
        super().__init__()
        self.first, self.last = layers.Dense(30, activation="relu"), layers.Dense(2)

    def call(self, x):
        return self.last(self.first(x))


CAPTURED = {
    **{name: lambda name=name: dense(name) for name in ("relu", "sigmoid", "tanh", "softmax")},
    "linear": lambda: dense(None),
    "no bias": lambda: dense("relu", use_bias=False),
    "no bias, linear": lambda: dense(None, use_bias=False),
    "one output": lambda: [keras.Input((30,)), layers.Dense(1)],
    "dropout": lambda: [*dense("relu")[:2], layers.Dropout(0.5), layers.Dense(3)],
    "convolution": images,
    "pooled": lambda: images(layers.MaxPooling2D()),
    "pooled, 3 channels": lambda: images(layers.MaxPooling2D(), channels=3),
    "padded": lambda: images(layers.MaxPooling2D(3, strides=2, padding="same")),
    "strided": lambda: images(layers.Conv2D(16, 3, strides=2, padding="same"), layers.ReLU()),
    "reshaped": lambda: [
        keras.Input((144,)),
        layers.Reshape((12, 12, 1)),
        *images(layers.MaxPooling2D())[1:],
    ],
    "one axis": lambda: [
        keras.Input((40, 8)),
        layers.Conv1D(32, 3, activation="relu"),
        layers.MaxPooling1D(),
        layers.Flatten(),
        layers.Dense(2),
    ],
    "a layer twice": shared_layer,
    "no weights": lambda: [keras.Input((8, 8, 2)), layers.MaxPooling2D()],
}
NOT_CAPTURED = {
    "other activation": lambda: dense("gelu"),
    "several outputs": two_branches,
    "addition": added,
    "embedding": lambda: [keras.Input((4,)), layers.Embedding(5, 3), layers.Flatten()],
    "recurrent": lambda: [keras.Input((6, 8)), layers.LSTM(16)],
    "nothing": lambda: [keras.Input((6, 8)), layers.Flatten()],
    "large": lambda: [keras.Input((784,)), *(layers.Dense(2048) for _ in range(4))],
    "half": lambda: [keras.Input((50,)), layers.Dense(3, dtype="mixed_bfloat16")],
}


def made(build):
    keras.utils.set_random_seed(3)
    network = build()
    model = keras.Sequential(network) if isinstance(network, list) else network
    rng = np.random.default_rng(1)
    model.set_weights([w + rng.normal(0, 0.1, w.shape) for w in model.get_weights()])
    return model


def batch(model, count):
    return RNG.random((count, *model.input_shape[1:]), np.float32)


def graph_of(model, x):
    """The captured graph that computes such arrays, or None."""
    latency = predictor(model).executors[0]
    return latency.known[x.shape] if latency.takes(x, len(x)) else None


def asked_often(model, x):
    for _ in range(CALLS + 1):
        outputs = model.predict(x, verbose=0)
    return outputs


def as_program(model, x):
    return np.asarray(Predictor(model, [CompiledProgram])(x))


@pytest.mark.parametrize("name", CAPTURED)
def test_graphs_compute_what_programs_do(name):
    model = made(CAPTURED[name])
    for count in range(1, 9):
        x = batch(model, count)
        got = asked_often(model, x)
        if count == 1 or name in ("relu", "pooled"):
            assert graph_of(model, x), count
        for _ in range(2):
            x = batch(model, count)
            wanted = as_program(model, x)
            got = model.predict(x, verbose=0)
            called = model(x)
            assert got.dtype == called.dtype == wanted.dtype and got.shape == wanted.shape
            np.testing.assert_allclose(got, wanted, rtol=2e-5, atol=2e-6)
            np.testing.assert_array_equal(called, got)


@pytest.mark.parametrize("name", NOT_CAPTURED)
def test_other_networks_have_no_graph(name):
    model = made(NOT_CAPTURED[name])
    x = batch(model, 1)
    asked_often(model, x)
    assert graph_of(model, x) is None


def test_models_of_ones_own_have_one_where_samples_are_computed_apart():
    model = Written()
    x = RNG.random((2, 20), np.float32)
    asked_often(model, x)
    np.testing.assert_allclose(model.predict(x, verbose=0), model.last(model.first(x)), rtol=1e-5)


@pytest.mark.lowerings("xla")
def test_without_kernels_there_is_none():
    model = made(CAPTURED["relu"])
    x = batch(model, 1)
    asked_often(model, x)
    assert graph_of(model, x) is None


def fitted(model):
    model.compile("adam", "mse")
    model.fit(batch(model, 64), RNG.random((64, 3), np.float32), verbose=0, epochs=2)


def loaded(model, tmp_path):
    other = made(CAPTURED["relu"])
    other.set_weights([w * 0.5 for w in other.get_weights()])
    other.save_weights(tmp_path / "w.weights.h5")
    model.load_weights(tmp_path / "w.weights.h5")


def on_batches(model):
    model.compile("sgd", "mse")
    for _ in range(3):
        model.train_on_batch(batch(model, 16), RNG.random((16, 3), np.float32))


CHANGES = {
    "set_weights": lambda m: m.set_weights([w + 0.1 for w in m.get_weights()]),
    "assign": lambda m: m.get_layer("first").kernel.assign(np.ones((50, 70), "float32") / 50),
    "assign_add": lambda m: m.get_layer("last").bias.assign_add([1.0, 2.0, 3.0]),
    "fit": fitted,
    "train_on_batch": on_batches,
    "activation": lambda m: setattr(m.get_layer("first"), "activation", keras.activations.tanh),
    "frozen": lambda m: setattr(m.get_layer("first"), "trainable", False),
    "another layer": lambda m: m.add(layers.Dense(2)),
    "no layer": lambda m: m.pop(),
}


@pytest.mark.parametrize("name", [*CHANGES, "load_weights"])
def test_changes_are_seen_by_the_next_call(name, tmp_path):
    model = made(CAPTURED["relu"])
    x = batch(model, 1)
    before = asked_often(model, x)
    assert graph_of(model, x)
    for _ in range(3):
        if name == "load_weights":
            loaded(model, tmp_path)
        else:
            CHANGES[name](model)
        got = model.predict(x, verbose=0)
        np.testing.assert_allclose(got, as_program(model, x), rtol=2e-5, atol=2e-6)
        np.testing.assert_allclose(model(x), got, rtol=2e-5, atol=2e-6)
        assert name == "frozen" or got.shape != before.shape or abs(got - before).max() > 1e-5
        if name == "no layer":
            break


def test_rates_and_penalties_do_not_disturb():
    model = made(lambda: [*dense("relu", kernel_regularizer="l2")[:2], layers.Dropout(0.5)])
    model.compile("adam", "mse")
    x = batch(model, 1)
    asked_often(model, x)
    state = graph_of(model, x).state
    np.testing.assert_allclose(model.predict(x, verbose=0), as_program(model, x), rtol=2e-5)
    assert graph_of(model, x).state is state and len(state) == 2


def test_weights_are_seen_within_training():
    model = made(CAPTURED["relu"])
    x = batch(model, 1)
    asked_often(model, x)
    seen = []

    def look(*_):
        seen.append((model.predict(x, verbose=0), as_program(model, x)))

    model.compile("sgd", "mse")
    watch = keras.callbacks.LambdaCallback(on_train_batch_end=look, on_epoch_end=look)
    data = batch(model, 64), RNG.random((64, 3), np.float32)
    model.fit(*data, batch_size=16, epochs=2, verbose=0, callbacks=[watch])
    for got, wanted in seen:
        np.testing.assert_allclose(got, wanted, rtol=2e-5, atol=2e-6)
    assert len(seen) == 10 and abs(seen[0][0] - seen[-1][0]).max() > 1e-5


INPUTS = {
    "float64": lambda x: x.astype("float64"),
    "float16": lambda x: x.astype("float16").astype("float32").astype("float16"),
    "not contiguous": lambda x: np.asfortranarray(np.repeat(x, 2, 1))[:, ::2],
    "backwards": lambda x: np.ascontiguousarray(x[:, ::-1])[:, ::-1],
    "other bytes": lambda x: x.astype(">f4"),
    "read-only": lambda x: np.frombuffer(x.tobytes(), "float32").reshape(x.shape),
    "a tensor": keras.ops.convert_to_tensor,
    "a list": lambda x: [x],
}


@pytest.mark.parametrize("name", INPUTS)
def test_inputs_of_any_kind_give_the_same(name):
    model = made(CAPTURED["relu"])
    x = batch(model, 2).astype("float16").astype("float32")
    wanted = asked_often(model, x)
    np.testing.assert_allclose(
        model.predict(INPUTS[name](x), verbose=0), wanted, rtol=2e-3, atol=1e-4
    )


def test_wrong_shapes_are_still_refused():
    model = made(CAPTURED["relu"])
    asked_often(model, batch(model, 2))
    with pytest.raises(ValueError, match="50"):
        model.predict(np.zeros((2, 51), "float32"), verbose=0)


def test_outputs_are_the_callers():
    model = made(CAPTURED["relu"])
    x, other = batch(model, 1), batch(model, 1)
    asked_often(model, x)
    first, second = model.predict(x, verbose=0), model(x)
    kept = first.copy()
    model.predict(other, verbose=0), model(other)
    np.testing.assert_array_equal(first, kept)
    np.testing.assert_array_equal(second, kept)
    first[...] = 5
    np.testing.assert_array_equal(model.predict(x, verbose=0), kept)


@pytest.mark.parametrize("kind", ["relu", "pooled"])
def test_threads_may_ask_at_once(kind):
    model = made(CAPTURED[kind])
    xs = [batch(model, 1) for _ in range(6)]
    wanted = [asked_often(model, x) for x in xs]
    wrong = []

    def ask(x, right):
        for _ in range(300):
            if abs(model.predict(x, verbose=0) - right).max() > 1e-5:
                wrong.append(x)

    threads = [threading.Thread(target=ask, args=pair) for pair in zip(xs, wanted, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_memory_stays():
    model = made(CAPTURED["pooled"])
    x = batch(model, 1)
    asked_often(model, x)
    for _ in range(2000):
        model.predict(x, verbose=0), model(x)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for i in range(10_000):
        model.predict(x, verbose=0)
        if i % 100 == 0:
            model.set_weights(model.get_weights())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 8 * 1024


def test_a_graph_goes_with_its_model():
    model = made(CAPTURED["relu"])
    x = batch(model, 1)
    asked_often(model, x)
    gone = weakref.ref(graph_of(model, x))
    del model
    gc.collect()
    assert gone() is None


def test_many_shapes_have_no_more_graphs_than_there_may_be():
    model = made(CAPTURED["relu"])
    latency = LatencyPath(predictor(model).forward, shapes=3)
    for count in range(1, 6):
        x = batch(model, count)
        for _ in range(CALLS + 1):
            outputs = latency.run_again(x)
        assert latency.takes(x, count) is (count <= 3) is (outputs is not None)
        if outputs is not None:
            np.testing.assert_allclose(outputs, as_program(model, x), rtol=2e-5)


@pytest.mark.parametrize("units", [1, 7, 8, 10, 16, 17, 31, 32, 33, 48, 64, 65, 100, 300])
def test_a_row_times_a_matrix(units, lanes):
    for depth in (1, 2, 3, 7, 8, 9, 50, 129):
        x, w = RNG.random((1, depth), np.float32) - 0.5, RNG.random((depth, units), np.float32)
        np.testing.assert_allclose(matmul(x, w), x @ w, rtol=1e-4, atol=1e-5)
