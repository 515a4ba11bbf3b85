"""What callbacks do to the run around: runs of their own, and what they hear and write."""

import warnings

import keras
import numpy as np
import pytest

import lurnet

RNG = np.random.default_rng(0)
X = RNG.normal(size=(24, 3)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")
OTHER = 3 * X[:10], 1 - Y[:10]

EVENTS = [
    "on_train_begin", "on_epoch_begin", "on_train_batch_begin", "on_train_batch_end",
    "on_train_progress", "on_test_begin", "on_test_batch_begin", "on_test_batch_end", "on_test_end",
    "on_epoch_end", "on_train_end",
]  # fmt: skip
RUNS = {
    "evaluate": lambda m: m.evaluate(*OTHER, verbose=0),
    "test_on_batch": lambda m: m.test_on_batch(*OTHER),
    "predict": lambda m: m.predict(OTHER[0], verbose=0),
    "call": lambda m: m(OTHER[0]),
}


def network(lib=lurnet, metrics=("accuracy", "auc"), model=None, **options):
    lib.utils.set_random_seed(0)
    x = lib.Input((3,))
    hidden = lib.layers.Dense(4, "tanh", kernel_initializer=lib.initializers.Constant(0.1))(x)
    constant = lib.initializers.Constant(0.2)
    y = lib.layers.Dense(1, "sigmoid", kernel_initializer=constant)(hidden)
    made = (model or lib.Model)(x, y)
    options = {"loss": "binary_crossentropy", "metrics": list(metrics) or None} | options
    made.compile(lib.optimizers.SGD(0.1), **options)
    return made


def trained(model, *callbacks, data=None, **options):
    data = (X, Y) if data is None else (data,)
    options = {"batch_size": 8} | options if len(data) > 1 else options
    history = model.fit(
        *data, epochs=2, shuffle=False, verbose=0, callbacks=list(callbacks),
        validation_data=(X[:12], Y[:12]), **options,
    )  # fmt: skip
    return history.history


def same(a, b):
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_allclose(a[name], b[name], rtol=1e-5, err_msg=name)


def listener(event, act):
    """A callback that acts at an event, once."""
    done = []

    def hook(self, *args, **kwargs):
        if not done:
            done.append(True)
            act(self.model)

    return type("Listener", (lurnet.callbacks.Callback,), {event: hook})(), done


@pytest.mark.parametrize("event", EVENTS)
def test_runs_in_a_callback_leave_the_run_around_alone(event):
    plain = trained(network())
    other = network()

    def act(model):
        for run in RUNS.values():
            run(model)
            run(other)
        shares = lurnet.Model(model.inputs, model.outputs)
        shares.compile(loss="mse", metrics=model.metrics[1:])  # the same metric objects
        shares.evaluate(*OTHER, verbose=0)

    callback, done = listener(event, act)
    same(trained(network(), callback), plain)
    assert done


@pytest.mark.parametrize("event", ["on_train_batch_end", "on_epoch_begin", "on_test_batch_end"])
def test_the_inner_run_gives_what_it_gives_alone(event):
    found = []

    def act(model):
        found.extend([model.evaluate(*OTHER, verbose=0), model.get_weights()])

    callback, _ = listener(event, act)
    model = network()
    trained(model, callback)
    inner, weights = found
    model.set_weights(weights)
    np.testing.assert_allclose(inner, model.evaluate(*OTHER, verbose=0), rtol=1e-6)


def test_an_evaluation_inside_an_evaluation():
    model = network()
    plain = model.evaluate(X, Y, batch_size=8, verbose=0)
    callback, _ = listener("on_test_batch_end", RUNS["evaluate"])
    found = model.evaluate(X, Y, batch_size=8, verbose=0, callbacks=[callback])
    np.testing.assert_allclose(found, plain, rtol=1e-6)


def test_a_stream_is_watched_as_arrays_are():
    batches = Again((X[i : i + 8], Y[i : i + 8]) for i in range(0, 24, 8))
    callback, _ = listener("on_train_batch_end", RUNS["evaluate"])
    same(trained(network(), callback, data=batches), trained(network(), data=batches))


def test_a_fit_inside_a_fit_keeps_its_marks_to_itself():
    """The weights go on from where it left them; metrics, history and stop_training do not."""
    inner = []

    def act(model):
        stop = lurnet.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: setattr(model, "stop_training", True)
        )
        fit = model.fit(*OTHER, epochs=3, verbose=0, callbacks=[stop])
        inner.append(fit)

    callback, _ = listener("on_train_batch_end", act)
    model = network()
    outer = model.fit(X, Y, batch_size=8, epochs=2, verbose=0, callbacks=[callback])
    assert len(outer.history["loss"]) == 2 and len(inner[0].history["loss"]) == 1
    assert model.history is outer and outer is not inner[0]


HOOKS = {
    "no default": ("on_epoch_begin", lambda self, epoch, logs: dict(logs)),
    "other names": ("on_epoch_end", lambda self, a, b: (a, sorted(b))),
    "anything": ("on_epoch_end", lambda self, *a, **k: (len(a), sorted(k))),
    "begin": ("on_train_begin", lambda self, logs: dict(logs)),
    "batch begin": ("on_train_batch_begin", lambda self, batch, logs: (batch, dict(logs))),
    "old name": ("on_batch_end", lambda self, batch, logs: (batch, sorted(logs))),
    "by name only": ("on_train_batch_end", lambda self, batch, *, logs: (batch, sorted(logs))),
    "test": ("on_test_end", lambda self, logs: sorted(logs)),
    "end": ("on_train_end", lambda self, logs: sorted(logs)),
}


@pytest.mark.parametrize("name", HOOKS)
def test_hooks_hear_what_they_hear_in_keras(name):
    event, hook = HOOKS[name]
    heard = []
    for lib in (lurnet, keras):
        notes = []
        callback = type("Hears", (lib.callbacks.Callback,), {event: _noting(notes, name, hook)})()
        trained(network(lib, metrics=["mae"]), callback)
        heard.append(notes)
    assert heard[0] == heard[1] and heard[0]


def _noting(notes, name, hook):
    """A hook that notes what the other one gives, with the same arguments."""
    if name == "anything":
        return lambda self, *a, **k: notes.append(hook(self, *a, **k))
    if name == "by name only":
        return lambda self, batch, *, logs: notes.append(hook(self, batch, logs=logs))
    if hook.__code__.co_argcount == 2:
        return lambda self, logs: notes.append(hook(self, logs))
    return lambda self, number, logs: notes.append(hook(self, number, logs))


def test_fewer_arguments_are_heard_too():
    notes = []
    methods = {
        "on_train_begin": lambda self: notes.append("begin"),
        "on_epoch_end": lambda self, epoch: notes.append(epoch),
    }
    trained(network(), type("Short", (lurnet.callbacks.Callback,), methods)())
    assert notes == ["begin", 0, 1]


@pytest.mark.parametrize("event", ["on_epoch_end", "on_train_batch_end", "on_epoch_begin"])
def test_what_a_callback_writes_reaches_the_later_ones(event):
    found = []
    for lib in (lurnet, keras):
        seen = []
        first = {event: lambda self, n, logs=None: logs.update(new=n)}
        later = {
            event: lambda self, n, logs=None: seen.append(logs["new"]),  # noqa: B023
            "on_train_end": lambda self, logs=None: seen.append(sorted(logs)),  # noqa: B023
        }
        callbacks = [type("C", (lib.callbacks.Callback,), m)() for m in (first, later)]
        history = trained(network(lib, metrics=["mae"]), *callbacks)
        found.append([seen, sorted(history), history.get("new")])
    assert found[0] == found[1]


class Ends(lurnet.utils.PyDataset):
    """Five batches."""

    def __len__(self):
        return 5

    def __getitem__(self, i):
        if i >= 5:
            raise IndexError
        return X[:4], Y[:4]


class Again:
    """Batches that can be gone through again, as a data set can."""

    def __init__(self, batches):
        self.batches = list(batches)

    def __iter__(self):
        return iter(self.batches)


def five():
    return (Ends()[i] for i in range(5))


SHORT = {  # source, steps of an epoch: the epochs of four that are trained
    "generator in an epoch": (five, 2, 3),
    "generator between epochs": (five, 5, 1),
    "generator without steps": (five, None, 1),
    "iterator": (lambda: iter(list(five())), 3, 2),
    "data set": (lambda: Again(five()), 7, 4),
    "data set between epochs": (lambda: Again(five()), 5, 4),
    "PyDataset": (Ends, 7, 4),
    "PyDataset in parts": (Ends, 3, 4),
}


@pytest.mark.parametrize("name", SHORT)
def test_a_source_that_ends_early_warns_and_keeps_what_is_trained(name):
    make, steps, epochs = SHORT[name]
    model = network(metrics=())
    before = model.get_weights()[0]
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        history = model.fit(make(), steps_per_epoch=steps, epochs=4, verbose=0)
    assert len(history.history["loss"]) == epochs and np.isfinite(history.history["loss"]).all()
    assert not np.array_equal(before, model.get_weights()[0])
    ran_out = [str(w.message) for w in seen if "ran out" in str(w.message)]
    assert bool(ran_out) == (name != "data set between epochs"), ran_out


def test_an_evaluation_of_too_few_batches_warns():
    model = network(metrics=())
    with pytest.warns(UserWarning, match="ran out while testing, after 5 batches of the 9"):
        found = model.evaluate(five(), steps=9, verbose=0)
    np.testing.assert_allclose(found, model.evaluate(X[:4], Y[:4], verbose=0), rtol=1e-5)


class Told(lurnet.utils.PyDataset):
    """Notes in which epoch it was asked."""

    def __init__(self, **options):
        super().__init__(**options)
        self.epoch, self.served = None, []

    def __len__(self):
        return 3

    def on_epoch_begin(self):
        self.epoch = 0 if self.epoch is None else self.epoch + 1

    def __getitem__(self, i):
        self.served.append(self.epoch)
        return X[:4], Y[:4]


@pytest.mark.parametrize("run", ["fit", "evaluate", "validation"])
def test_a_source_is_told_of_an_epoch_before_it_is_asked(run):
    source, model = Told(workers=2), network(metrics=())
    if run == "fit":
        model.fit(source, epochs=2, verbose=0)
    elif run == "evaluate":
        model.evaluate(source, verbose=0)
        model.evaluate(source, verbose=0)
    else:
        model.fit(X, Y, epochs=2, verbose=0, validation_data=source)
    assert None not in source.served
    assert [source.served.count(e) >= 3 for e in (0, 1)] == [True, True]


def test_a_callback_stops_predicting():
    found = []
    for lib in (lurnet, keras):

        class Stop(lib.callbacks.Callback):
            def on_predict_batch_end(self, batch, logs=None):
                self.model.stop_predicting = batch == 1

        model = lib.Sequential([lib.Input((4,)), lib.layers.Dense(1)])
        data = np.ones((32, 4), "float32")
        found.append(model.predict(data, batch_size=8, callbacks=[Stop()], verbose=0).shape)
    assert found == [(16, 1)] * 2
