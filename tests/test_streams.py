"""Streams of batches: gathered in windows, and nothing tells it but the speed."""

import contextlib
import itertools
import signal
import threading
import time

import numpy as np
import pytest
from cases.training import CE, CLASSES, WEIGHTS, X, mlp

import lurnet
from lurnet.kernels import costs
from lurnet.training.data import gathering

PAIRS = [(X[i : i + 8], CLASSES[i : i + 8]) for i in range(0, 50, 8)]  # the last one holds 2
LONG = 20.0  # seconds that a thread may take before a test fails instead of hanging


class Dataset(lurnet.utils.PyDataset):
    def __init__(self, batches):
        super().__init__()
        self.batches, self.ended = batches, 0

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        return self.batches[index]

    def on_epoch_end(self):
        self.ended += 1


def endless(batches):
    while True:
        yield from batches


def refilled(batches):
    """Always the same arrays, filled anew."""
    x, y = (np.empty_like(a) for a in batches[0])
    while True:
        for batch in batches:
            x[: len(batch[0])], y[: len(batch[1])] = batch
            yield x[: len(batch[0])], y[: len(batch[1])]


def dropout(keras):
    layers = [keras.layers.Dropout(0.5, seed=3), keras.layers.Dense(3, "softmax")]
    return keras.Sequential([keras.Input((6,)), *layers])


def named(keras):
    inputs = {name: keras.Input((6,), name=name) for name in "ab"}
    joined = keras.layers.Concatenate()([inputs["a"], inputs["b"]])
    return keras.Model(inputs, keras.layers.Dense(3, "softmax")(joined))


def any_length(keras):
    layers = [keras.layers.GlobalAveragePooling1D(), keras.layers.Dense(3, "softmax")]
    return keras.Sequential([keras.Input((None, 2)), *layers])


def own_step(keras):
    class Own(keras.Sequential):
        def train_step(self, data):
            x, y = data

            def loss():
                return self.compute_loss(x, y, self(x, training=True))

            gradients, _ = self.gradients(loss)
            self.optimizer.apply(gradients, self.trainable_variables)
            return {"first": y[0], "size": x.shape[0]}

    return Own([keras.Input((6,)), keras.layers.Dense(3, "softmax")])


def of_lengths(*lengths):
    rng = np.random.default_rng(1)
    return [(rng.normal(size=(4, n, 2)), rng.integers(0, 3, 4)) for n in lengths]


NAMED = [({"b": x, "a": x * 2}, y, WEIGHTS[: len(x)]) for x, y in PAIRS]
WIDE = [(x.astype("float64"), y.astype("int64")) for x, y in PAIRS]
SOURCES = {
    "dataset": (mlp(), lambda: Dataset(PAIRS), {}),
    "dataset, shuffled": (mlp(), lambda: Dataset(PAIRS), {"shuffle": True}),
    "dataset, some steps": (mlp(), lambda: Dataset(PAIRS), {"steps_per_epoch": 5}),
    "list of batches": (mlp(), lambda: iter(PAIRS * 2), {"steps_per_epoch": 7}),
    "endless": (mlp(), lambda: endless(PAIRS[:-1]), {"steps_per_epoch": 10}),
    "small batches between": (mlp(), lambda: endless(PAIRS), {"steps_per_epoch": 16}),
    "same arrays": (mlp(), lambda: refilled(PAIRS), {"steps_per_epoch": 16}),
    "64 bits": (mlp(), lambda: Dataset(WIDE), {}),
    "class weights": (mlp(), lambda: Dataset(PAIRS), {"class_weight": {0: 1, 1: 2, 2: 0.5}}),
    "dicts and weights": (named, lambda: Dataset(NAMED), {}),
    "random numbers": (dropout, lambda: Dataset(PAIRS), {}),
    "lengths": (any_length, lambda: Dataset(of_lengths(5, 5, 3, 5, 4, 4, 5)), {}),
    "one batch": (mlp(), lambda: Dataset(PAIRS[:1]), {}),
    "own step": (own_step, lambda: Dataset(PAIRS), {}),
}


def trained(make, source, **options):
    """History and weights after two epochs."""
    lurnet.utils.set_random_seed(4)
    model = make(lurnet)
    model.compile("sgd", **CE)
    options = {"epochs": 2, "verbose": 0, "shuffle": False, **options}
    return model.fit(*source, **options).history, model.get_weights()


def assert_same(one, other):
    assert one[0] == other[0]
    for a, b in zip(one[1], other[1], strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.fixture
def by_itself():
    """Call it, and each batch goes to the device by itself."""
    with contextlib.ExitStack() as stack:
        yield lambda: stack.enter_context(costs.using(staging_bytes=0))


@pytest.mark.filterwarnings("ignore:The data ran out")
@pytest.mark.parametrize("name", SOURCES)
def test_windows_give_what_single_batches_give(name, by_itself):
    make, source, options = SOURCES[name]
    windows = trained(make, [source()], **options)
    by_itself()
    assert_same(windows, trained(make, [source()], **options))


def test_a_stream_is_the_arrays_to_the_last_bit():
    arrays = trained(mlp(), (X[:48], CLASSES[:48]), batch_size=8)
    assert_same(trained(mlp(), [Dataset(PAIRS[:-1])]), arrays)
    assert_same(trained(mlp(), [endless(PAIRS[:-1])], steps_per_epoch=6), arrays)


def test_scores_on_a_stream_are_those_on_arrays():
    model = mlp()(lurnet)
    model.compile("sgd", **CE)
    scores = [
        model.evaluate(*args, verbose=0, **options)
        for args, options in (([X, CLASSES], {"batch_size": 8}), ([Dataset(PAIRS)], {}))
    ]
    np.testing.assert_allclose(scores[0], scores[1], rtol=1e-6)
    history = model.fit(X, CLASSES, validation_data=Dataset(PAIRS), verbose=0).history
    np.testing.assert_allclose(history["val_loss"], model.evaluate(Dataset(PAIRS), verbose=0)[:1])


LAYOUTS = {  # batch, steps of an epoch, batches in a window
    "small": ((np.zeros((8, 4)), np.zeros(8)), 50, 50),
    "endless": ((np.zeros((8, 4)), np.zeros(8)), None, gathering.MOST),
    "3 MiB": ((np.zeros((3, 2**18), "float32"),), None, 2),
    "5 MiB": ((np.zeros((5, 2**18), "float32"),), None, 0),
    "one step": ((np.zeros((8, 4)), np.zeros(8)), 1, 0),
    "unequal": ((np.zeros((8, 4)), np.zeros(4)), 50, 0),
    "on the device": ((lurnet.ops.zeros((8, 4)),), 50, 0),
    "no samples": ((np.zeros((0, 4)),), 50, 0),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_how_many_batches_go_into_a_window(name):
    batch, steps, wanted = LAYOUTS[name]
    windows = gathering.Gathering(steps)
    assert windows.takes(batch) == (wanted > 1)
    assert (windows.span if wanted > 1 else 0) == wanted
    if wanted > 1:
        assert not windows.takes(tuple(x[:-1] for x in batch)), "another shape"
        room = windows.staged().room
        assert sum(a.nbytes for a in room) <= costs.costs().staging_bytes


@pytest.mark.parametrize(
    ("sizes", "wanted"),
    [
        ([2, 2], [[0, 1]]),
        ([2, 2, 2, 2, 2], [[0, 1, 2], [3, 4]]),
        ([2, 2, 1, 2], [[0, 1], [2], [3]]),
        ([2, 1, 1], [[0], [1], [2]]),
        ([2, 2, 2, 1, 2], [[0, 1, 2], [3], [4]]),
    ],
)
def test_windows_of_three(sizes, wanted):
    batches = [(np.full((size, 1), i, "float32"), None, None) for i, size in enumerate(sizes)]
    found, windows = [], gathering.Gathering(3)
    items = gathering.Collecting(iter(batches), windows, own=True)
    while (item := items.next(False, lambda: LONG)) is not None:
        gathered = isinstance(item, gathering.StagedBatches)
        assert gathered == (sizes[int((item.room if gathered else item)[0, 0])] == 2)
        rows = item.room[: item.count * item.size] if gathered else item
        found.append(list(dict.fromkeys(rows[:, 0].tolist())))
        items.give_back(item)
    assert found == wanted


@pytest.mark.parametrize("busy", [False, True])
def test_a_slow_source_keeps_no_batch_waiting(busy):
    """A batch goes to the device before the next one is asked for."""

    def slow():
        for i in range(3):
            time.sleep(2 * patience)
            asked.append(i)
            yield np.zeros((2, 1)), None, None

    asked, taken, patience = [], [], costs.costs().stream_patience[busy]
    items = gathering.Collecting(slow(), gathering.Gathering(None), own=True)
    while (window := items.next(busy, lambda: patience)) is not None:
        taken.append(window.count)
        assert len(asked) == len(taken)
        items.give_back(window)
    assert taken == [1, 1, 1]


def test_a_generator_may_wait_until_a_batch_has_been_told():
    """Where somebody listens to batches, as in Keras."""
    told = threading.Semaphore(1)

    class See(lurnet.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            told.release()

    def waiting():
        for batch in PAIRS[:-1]:
            assert told.acquire(timeout=LONG)
            yield batch

    history, _ = trained(mlp(), [waiting()], steps_per_epoch=6, epochs=1, callbacks=[See()])
    assert len(history["loss"]) == 1


def same(keras):
    return keras.Sequential([keras.Input((6,)), keras.layers.Activation("linear")])


def normed(keras):
    return keras.Sequential([keras.Input((6,)), keras.layers.UnitNormalization(axis=0)])


@pytest.mark.parametrize("make", [mlp(), same, normed])
@pytest.mark.parametrize(
    "source",
    [lambda: Dataset(PAIRS), lambda: iter(PAIRS), lambda: itertools.islice(refilled(PAIRS), 7)],
)
def test_predictions_for_a_stream_are_those_for_its_batches(make, source):
    model = make(lurnet)
    wanted = np.concatenate([model.predict(x, verbose=0) for x, _ in PAIRS])
    np.testing.assert_allclose(model.predict(source(), verbose=0), wanted, rtol=1e-6)


class Steps(lurnet.callbacks.Callback):
    """Writes down what it is told about batches."""

    def __init__(self):
        self.heard = []

    def on_train_batch_begin(self, batch, logs=None):
        self.heard.append(batch)

    def on_train_batch_end(self, batch, logs=None):
        self.heard.append((batch, logs["loss"]))


def test_who_wants_every_batch_hears_every_batch():
    told = [Steps(), Steps()]
    trained(mlp(), (X[:48], CLASSES[:48]), batch_size=8, callbacks=told[:1])
    trained(mlp(), [Dataset(PAIRS[:-1])], callbacks=told[1:])
    assert told[0].heard == told[1].heard and len(told[0].heard) == 2 * 2 * 6


def test_looks_are_almost_as_few_as_with_arrays():
    """A call runs as many steps as the pace allows; only the one in advance does not know it."""

    class See(lurnet.callbacks.Callback):
        def __init__(self):
            self.steps = []

        def on_train_progress(self, step, logs):
            self.steps.append(step)

    arrays, stream = See(), See()
    with costs.using(stream_patience=(LONG, LONG), look_seconds=(LONG, LONG)):
        trained(mlp(), (X[:48], CLASSES[:48]), batch_size=8, epochs=1, callbacks=[arrays])
        trained(mlp(), [Dataset(PAIRS[:-1])], epochs=1, callbacks=[stream])
    assert arrays.steps == [2, 6] and stream.steps == [2, 4, 6]


def test_what_came_before_an_error_counts():
    def broken():
        yield from PAIRS[:5]
        raise RuntimeError("the file is torn")

    lurnet.utils.set_random_seed(4)
    model = mlp()(lurnet)
    model.compile("sgd", **CE)
    with pytest.raises(RuntimeError, match="torn"):
        model.fit(broken(), verbose=0)
    _, weights = trained(mlp(), [Dataset(PAIRS[:5])], epochs=1)
    assert_same(({}, model.get_weights()), ({}, weights))


def test_a_source_that_ends_early_ends_the_epoch():
    data = Dataset(PAIRS)
    model = mlp()(lurnet)
    model.compile("sgd", **CE)
    with pytest.warns(UserWarning, match="ran out in epoch 1, after 4 batches of the 100"):
        model.fit(iter(PAIRS[:4]), steps_per_epoch=100, verbose=0)
    assert int(model.optimizer.iterations) == 4
    model.fit(data, epochs=3, verbose=0)
    assert data.ended == 3 and int(model.optimizer.iterations) == 4 + 3 * len(PAIRS)


class Stop(lurnet.callbacks.Callback):
    """Stops at the first look, in one of two ways."""

    def __init__(self, by_signal):
        self.by_signal = by_signal

    def on_train_progress(self, step, logs):
        if self.by_signal:
            signal.raise_signal(signal.SIGINT)
        else:
            self.model.stop_training = True


@pytest.mark.parametrize("by_signal", [False, True])
def test_a_stopped_epoch_leaves_model_and_thread_in_order(by_signal, capsys):
    model = mlp()(lurnet)
    model.compile("sgd", **CE)
    options = {"steps_per_epoch": 10**6, "verbose": 0, "callbacks": [Stop(by_signal)]}
    if by_signal:
        with pytest.raises(KeyboardInterrupt):
            model.fit(endless(PAIRS), **options)
        assert "Stopped by Ctrl-C in epoch 1" in capsys.readouterr().out
    else:
        model.fit(endless(PAIRS), **options)
    assert not [t for t in threading.enumerate() if t.name == "lurnet-fetch"]
    before = int(model.optimizer.iterations)
    assert 0 < before < 10
    model.fit(Dataset(PAIRS), verbose=0)
    assert int(model.optimizer.iterations) == before + len(PAIRS)


def test_eager_steps_take_batches_one_by_one():
    seen = []

    def loss(labels, outputs):
        seen.append(float(lurnet.ops.sum(outputs)))  # a number: nothing is being traced
        return lurnet.ops.mean(outputs)

    model = mlp()(lurnet)
    model.compile("sgd", loss, run_eagerly=True)
    model.fit(Dataset(PAIRS[:3]), verbose=0)
    assert int(model.optimizer.iterations) == 3 and len(seen) >= 3
