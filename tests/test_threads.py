"""Several threads: whoever reads a model while another trains it finds the weights of one step."""

import multiprocessing
import os
import sys
import threading
import time
import warnings

import numpy as np
import pytest

import lurnet as keras
from lurnet.kernels.common.loading import lanes as lanes_of_library

layers = keras.layers
X = np.ones((64, 3), "float32")
Y = np.zeros((64, 4), "float32")


@pytest.fixture(autouse=True)
def threads_take_turns_often():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


class Counts(keras.optimizers.Optimizer):
    """Adds 1 to every weight at each step, so that weights of one step are all equal."""

    def update_step(self, gradient, variable, learning_rate):
        variable.assign(variable.value + 1 + 0 * gradient)


def _dense():
    return [layers.Dense(1, kernel_initializer="zeros", name=f"d{i}") for i in range(4)]


def functional():
    """Four outputs, each by a layer of its own."""
    x = keras.Input((3,))
    return keras.Model(x, layers.Concatenate()([d(x) for d in _dense()]))


def captured():
    """Nothing but calls of the library in C: twice a product."""
    return keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(4, kernel_initializer="zeros"),
            layers.Dense(4, kernel_initializer="zeros"),
        ]
    )


class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.parts = _dense()

    def call(self, x):
        return keras.ops.concatenate([d(x) for d in self.parts], -1)


def own():
    model = Own()
    model.build((None, 3))
    return model


MODELS = {"functional": functional, "captured": captured, "own": own}


def of_step(name, step):
    """The outputs for ones after so many steps: all weights are then that number."""
    hidden = 3 * step + step
    return 4 * step * hidden + step if name == "captured" else hidden


def is_whole(name, outputs):
    """Whether outputs for ones are those of some step."""
    found = set(outputs.ravel().tolist())
    return len(found) == 1 and found <= {of_step(name, s) for s in range(2000)}


def _predict(model):
    return model.predict(X[:1], verbose=0)


def _call(model):
    return np.asarray(model(X[:2]))


def _many(model):
    return model.predict(X, verbose=0)


READERS = {"predict": _predict, "call": _call, "many": _many}


def run_together(*tasks, seconds=60):
    """Run functions in threads of their own; the first error is raised here."""
    errors = []

    def guarded(task):
        try:
            task()
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(t,), daemon=True) for t in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    assert not any(t.is_alive() for t in threads), "a thread hangs"
    if errors:
        raise errors[0]


def while_training(model, reader, count=25, readers=8):
    """What ``reader(model)`` gave in some threads while ``fit`` ran in another."""
    left, seen = [readers], []

    def train():
        while left[0] > 0:
            model.fit(X, Y, batch_size=16, epochs=3, verbose=0)

    def read():
        try:
            for _ in range(count):
                seen.append(reader(model))
                time.sleep(0.001)
        finally:
            left[0] -= 1

    run_together(train, *[read] * readers)
    return seen


def counting(name):
    model = MODELS[name]()
    model.compile(Counts(1.0), "mse")
    model.fit(X, Y, batch_size=16, verbose=0)
    return model


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", MODELS)
def test_eight_read_while_one_trains(name, reader):
    model = counting(name)
    seen = while_training(model, READERS[reader])
    assert len(seen) > 8 and all(is_whole(name, outputs) for outputs in seen)
    done = int(model.optimizer.iterations.numpy())
    assert (_predict(model) == of_step(name, done)).all()  # no step got lost
    assert len({outputs.ravel()[0] for outputs in seen}) > 1


def test_weights_while_one_trains():
    model = counting("functional")
    for weights in while_training(model, lambda m: m.get_weights(), readers=4):
        assert len({float(n) for w in weights for n in w.ravel()}) == 1


def test_files_while_one_trains(tmp_path):
    model = counting("functional")

    def save(model):
        place = tmp_path / f"{threading.get_ident()}.keras"
        model.save(place)
        return place.read_bytes()

    files = while_training(model, save, 4, readers=2)
    for i, data in enumerate(files[:: max(1, len(files) // 5)]):
        place = tmp_path / f"{i}.keras"
        place.write_bytes(data)
        found = keras.saving.load_model(place, custom_objects={"Counts": Counts})
        numbers = {float(n) for w in found.get_weights() for n in w.ravel()}
        assert len(numbers) == 1
        assert numbers == {float(found.optimizer.iterations.numpy())}


def test_evaluation_while_one_trains():
    model = counting("functional")
    model.evaluate(X, Y, verbose=0)
    losses = while_training(
        model, lambda m: m.evaluate(X, Y, batch_size=16, verbose=0), 8, readers=3
    )
    roots = np.sqrt(np.array(losses, "float64")) / 4
    assert len(losses) > 3 and abs(roots - roots.round()).max() < 1e-4 * roots.max()


def test_two_threads_train_two_models():
    models = [counting("functional"), counting("own")]
    steps = [int(m.optimizer.iterations.numpy()) for m in models]

    def train(model):
        return lambda: [model.fit(X, Y, batch_size=16, verbose=0) for _ in range(20)]

    run_together(*map(train, models))
    for name, model, before in zip(["functional", "own"], models, steps, strict=True):
        assert int(model.optimizer.iterations.numpy()) == before + 80
        assert (_predict(model) == of_step(name, before + 80)).all()


def test_a_model_that_shares_layers_with_the_one_that_trains():
    model = counting("functional")
    other = keras.Model(model.inputs, model.layers[2].output)
    left = [True]

    def train():
        while left[0]:
            model.fit(X, Y, batch_size=16, epochs=3, verbose=0)

    def read():
        try:
            for _ in range(40):
                assert is_whole("functional", other.predict(X[:1], verbose=0))
                time.sleep(0.001)
        finally:
            left[0] = False

    run_together(train, read)


def unbuilt():
    return keras.Sequential([layers.Dense(5, activation="relu"), layers.Dense(4)])


def unbuilt_own():
    return Own()


@pytest.mark.parametrize("use", [_predict, _call], ids=["predict", "call"])
@pytest.mark.parametrize("make", [unbuilt, unbuilt_own, captured, functional])
def test_first_use_in_many_threads(make, use):
    model, seen, start = make(), [], threading.Barrier(8)

    def first():
        start.wait()
        seen.append(use(model)[0])

    run_together(*[first] * 8)
    assert len(model.weights) == len(make_built(make).weights)
    for outputs in seen:
        np.testing.assert_allclose(outputs, seen[0], rtol=1e-6)
    np.testing.assert_allclose(use(model)[0], seen[0], rtol=1e-6)


def make_built(make):
    model = make()
    model(X[:1])
    return model


def test_new_weights_come_all_at_once():
    model = captured()
    model.build((None, 3))
    sets = [[np.full_like(w, s) for w in model.get_weights()] for s in range(1, 6)]
    over = []

    def write():
        for i in range(300):
            model.set_weights(sets[i % 5])
        over.append(True)

    def read():
        while not over:
            assert is_whole("captured", model.predict(X[:1], verbose=0))
            assert len({float(w.ravel()[0]) for w in model.get_weights()}) == 1

    run_together(write, read, read)


def test_what_somebody_holds_stays():
    model = counting("functional")
    held = [w.value for w in model.weights]
    before = [np.array(a) for a in held]
    model.fit(X, Y, verbose=0)
    model.train_on_batch(X, Y)
    for array, wanted in zip(held, before, strict=True):
        np.testing.assert_array_equal(array, wanted)


# --- forked processes, which have no threads but their own


def in_child(job):
    """What a forked process that runs ``job`` gives back: "right", or an error's text."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()

    def run():
        try:
            theirs.send(job())
        except Exception as error:  # noqa: BLE001
            theirs.send(f"{type(error).__name__}: {error}")

    child = context.Process(target=run)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # JAX and Python warn of what is tried here
        child.start()
    try:
        assert ours.poll(20), "the child hangs"
        return ours.recv()
    finally:
        child.kill()
        child.join()


def images():
    pictures = [layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten()]
    return keras.Sequential([keras.Input((28, 28, 1)), *pictures, layers.Dense(3)])


def dense():
    return keras.Sequential([keras.Input((6,)), layers.Dense(5, "relu"), layers.Dense(2)])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.skipif(lanes_of_library() == 0, reason="no library in C")
@pytest.mark.parametrize("calls", [0, 1, 5])
@pytest.mark.parametrize("make", [dense, images])
def test_predict_in_a_forked_process(make, calls):
    model = make()
    x = np.random.default_rng(0).random((70, *model.input_shape[1:]), np.float32)
    wanted = model.predict(x, verbose=0)
    for _ in range(calls):
        model.predict(x[:1], verbose=0)

    def job():
        for count in (1, 1, 3, 40, 70):
            for outputs in (model.predict(x[:count], verbose=0), model.predict_on_batch(x[:count])):
                np.testing.assert_allclose(outputs, wanted[:count], rtol=1e-4, atol=1e-5)
        return "right"

    assert in_child(job) == "right"
    np.testing.assert_allclose(model.predict(x, verbose=0), wanted, rtol=1e-6)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize(
    "job",
    [
        lambda m: m.fit(X, Y, verbose=0),
        lambda m: m.train_on_batch(X, Y),
        lambda m: m.evaluate(X, Y, verbose=0),
        lambda m: m.predict(X, verbose=0),
    ],
    ids=["fit", "train_on_batch", "evaluate", "predict"],
)
def test_what_needs_threads_says_so_in_a_forked_process(job):
    model = own()
    model.compile("sgd", "mse")
    model.train_on_batch(X, Y)
    said = in_child(lambda: job(model))
    assert "BadState" in said and "spawn" in said


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_while_others_predict():
    model = captured()
    wanted = _predict(model)
    left = [True]

    def read():
        while left[0]:
            model.predict(X[:1], verbose=0)

    def fork():
        try:
            for _ in range(4):
                assert in_child(lambda: bool((_predict(model) == wanted).all())) is True
        finally:
            left[0] = False

    run_together(read, read, fork)
