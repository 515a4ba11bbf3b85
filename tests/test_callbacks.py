"""Callbacks: fed with the same logs as real Keras' callbacks, and heard in real training."""

import inspect
import json
import threading
import warnings
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from cases.callbacks import CASES, REFUSED, TABLES

import lurnet
from lurnet import callbacks
from lurnet.callbacks.standard import standard_callbacks

OURS = {"GradientRecorder"}  # Keras has none
NAMES = [n for n in vars(callbacks) if inspect.isclass(getattr(callbacks, n)) and n not in OURS]


class Model:
    """Notes what a callback does to it; its weights are the number of the epoch."""

    def __init__(self, variable):
        rate = variable(0.1)
        self.optimizer = SimpleNamespace(learning_rate=rate)
        self.stop_training, self.weights, self.done, self.metrics = False, 0, [], []

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.done.append(("set", weights))

    def save(self, path, overwrite=True):
        self.done.append(("save", path))

    def save_weights(self, path, overwrite=True):
        self.done.append(("save_weights", path))


def story(package, name, options, metric, values):
    """What happens to a model that a callback hears the epochs of."""
    callback = getattr(package.callbacks, name)(**options)
    model, told = Model(package.Variable), []
    callback.set_model(model)
    callback.set_params({"epochs": len(values), "steps": 5, "verbose": 0})
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        model.weights = epoch
        callback.on_epoch_begin(epoch)
        logs = {"other": 1.0} if value is None else {metric: value}
        for batch in range(5):
            callback.on_train_batch_begin(batch)
            callback.on_train_batch_end(batch, dict(logs))
        callback.on_epoch_end(epoch, logs)
        rate = float(np.asarray(model.optimizer.learning_rate))
        told.append((round(rate, 6), model.stop_training, sorted(logs)))
        if model.stop_training:
            break
    callback.on_train_end()
    state = [getattr(callback, k, None) for k in ("wait", "stopped_epoch", "best_epoch")]
    return told, model.done, state


def said(warned):
    return any(w.category is UserWarning for w in warned)


@pytest.mark.parametrize("case", CASES)
def test_same_story_as_the_oracle(case):
    with warnings.catch_warnings(record=True) as ours:
        warnings.simplefilter("always")
        found = story(lurnet, *CASES[case])
    with warnings.catch_warnings(record=True) as theirs:
        warnings.simplefilter("always")
        wanted = story(keras, *CASES[case])
    assert found == wanted
    assert said(ours) == said(theirs)


@pytest.mark.parametrize("name", NAMES)
def test_same_arguments_as_the_oracle(name):
    def arguments(package):
        parameters = inspect.signature(getattr(package.callbacks, name).__init__).parameters
        return [(p.name, p.default, p.kind) for p in parameters.values()]

    assert arguments(lurnet) == arguments(keras)


@pytest.mark.parametrize(("name", "options", "message", "both"), REFUSED)
def test_bad_options_are_refused(name, options, message, both):
    with pytest.raises((ValueError, TypeError), match=message):
        getattr(callbacks, name)(**options)
    if both:
        with pytest.raises(ValueError):
            getattr(keras.callbacks, name)(**options)


@pytest.mark.parametrize(("logs", "options"), TABLES)
def test_csv_is_the_oracles(logs, options, tmp_path):
    written = []
    for package in (lurnet, keras):
        path = tmp_path / f"{package.__name__}.csv"
        for append in (False, True):
            log = package.callbacks.CSVLogger(path, append=append, **options)
            log.set_model(SimpleNamespace(stop_training=False))
            log.on_train_begin()
            for epoch, row in enumerate(logs):
                given = {k: np.array(v) if isinstance(v, list) else v for k, v in row.items()}
                log.on_epoch_end(epoch, given)
            log.on_train_end()
        written.append(path.read_bytes())
    assert written[0] == written[1]


DIRECTIONS = [
    ("val_loss", "less"),
    ("out_loss", "less"),
    ("accuracy", "greater"),
    ("val_out_sparse_categorical_accuracy", "greater"),
    ("auc", "greater"),
    ("auc_1", "greater"),
    ("val_mean_squared_error", "less"),
    ("mae", "less"),
    ("huber", "less"),
    ("f1_score", "greater"),
]


def direction(name, metrics=()):
    """How a callback compares once it has heard of an epoch."""
    stop = callbacks.EarlyStopping(name)
    stop.set_model(SimpleNamespace(metrics=list(metrics), stop_training=False))
    stop.on_train_begin()
    stop.on_epoch_end(0, {name: 0.5})
    return stop.monitor_op.__name__


@pytest.mark.parametrize(("name", "wanted"), DIRECTIONS)
def test_direction_by_name(name, wanted):
    assert direction(name) == wanted


def test_direction_by_the_models_metrics():
    own = lurnet.metrics.RootMeanSquaredError(name="rmse"), lurnet.metrics.AUC(name="area")
    assert direction("val_rmse", own) == "less" and direction("out_area", own) == "greater"
    assert direction("val_mine", [SimpleNamespace(name="mine", _direction="up")]) == "greater"
    for unknown in ("mystery", "mean", "true_positives"):
        with pytest.raises(ValueError, match="mode='max'"):
            direction(unknown)
    with pytest.warns(UserWarning, match="'maximum'.*Did you mean 'max'"):
        callbacks.EarlyStopping("loss", mode="maximum")


def test_missing_metric_is_explained():
    stop = callbacks.EarlyStopping("val_loss")
    with pytest.warns(UserWarning, match="validation_data"):
        stop.on_epoch_end(0, {"loss": 1.0})
    with pytest.warns(UserWarning, match="Did you mean 'accuracy'"):
        callbacks.EarlyStopping("acuracy").on_epoch_end(0, {"accuracy": 1.0})
    save = callbacks.ModelCheckpoint("{val_los}.keras")
    with pytest.raises(KeyError, match="Did you mean 'val_loss'"):
        save.on_epoch_end(0, {"val_loss": 1.0})


def test_lambda_hears_only_what_it_was_given():
    plain = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: None)
    batch = callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)
    assert not standard_callbacks([plain], verbose=0).wants_batches
    assert standard_callbacks([batch], verbose=0).wants_batches


QUIET = ["ModelCheckpoint", "TensorBoard", "BackupAndRestore"]


@pytest.mark.parametrize("name", QUIET)
def test_batches_are_heard_only_on_demand(name, tmp_path):
    option = "update_freq" if name == "TensorBoard" else "save_freq"
    for freq, heard in (("epoch", False), (2, True)):
        made = getattr(callbacks, name)(str(tmp_path / "a.keras"), **{option: freq})
        assert standard_callbacks([made], verbose=0).wants_batches == heard


def test_nan_stops_or_raises(capsys):
    for values, stops in (([0.5, 0.4], False), ([np.nan], True), ([0.1, np.inf], True)):
        guard, model = callbacks.TerminateOnNaN(), SimpleNamespace(stop_training=False)
        guard.set_model(model)
        for step, value in enumerate(values):
            guard.on_train_progress(step, lambda value=value: {"loss": value})
        assert model.stop_training == stops
    assert capsys.readouterr().out.count("training stops") == 2
    guard = callbacks.TerminateOnNaN(raise_error=True)
    with pytest.raises(RuntimeError, match="learning rate"):
        guard.on_epoch_end(0, {"loss": np.nan})


def test_standard_callbacks():
    model, own = SimpleNamespace(), callbacks.History()
    stop = callbacks.EarlyStopping("loss")
    names = [type(c).__name__ for c in standard_callbacks(stop, model, history=True).callbacks]
    assert names == ["EarlyStopping", "History", "ProgbarLogger"]
    found = standard_callbacks([own, stop], model, verbose=0, epochs=3, steps=7, history=True)
    assert found.callbacks == [own, stop] and model.history is own
    assert stop.params == {"verbose": 0, "epochs": 3, "steps": 7}
    again = standard_callbacks(found, model, verbose=1, history=True)
    assert [type(c).__name__ for c in again.callbacks][2:] == ["ProgbarLogger"]
    with pytest.raises(TypeError, match=r"EarlyStopping\(\.\.\.\)"):
        standard_callbacks([callbacks.EarlyStopping])
    with pytest.raises(TypeError, match="keras.callbacks.Callback"):
        standard_callbacks([print])


def test_public_list_is_the_oracles():
    heard = []
    for package in (lurnet, keras):
        model = SimpleNamespace()
        note = [package.callbacks.LambdaCallback(on_epoch_end=lambda e, logs: heard.append(e))]
        tell = package.callbacks.CallbackList(note, add_history=True, model=model, epochs=2)
        tell.on_train_begin()
        tell.on_epoch_end(1, {"loss": 0.5})
        tell.on_train_end()
        history = [c for c in tell.callbacks if isinstance(c, package.callbacks.History)]
        assert history[0].history == {"loss": [0.5]} and tell.params["epochs"] == 2
    assert heard == [1, 1]


# --- real training


def small(package, optimizer="adam"):
    model = package.Sequential([package.Input((4,)), package.layers.Dense(1)])
    model.compile(optimizer, "mse")
    model.set_weights([np.full((4, 1), 0.1), np.zeros(1)])
    return model


X = np.random.default_rng(1).normal(size=(48, 4)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def run(model, *heard, epochs=4, **options):
    options = {"batch_size": 16, "shuffle": False, "verbose": 0} | options
    return model.fit(X, Y, epochs=epochs, callbacks=list(heard), **options)


def test_fit_with_all_of_them_is_the_oracles(tmp_path):
    found = []
    for package in (lurnet, keras):
        model, c = small(package), package.callbacks
        best = str(tmp_path / f"{package.__name__}.weights.h5")
        heard = [
            c.LearningRateScheduler(lambda epoch, rate: rate * 0.9),
            c.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=10),
            c.ModelCheckpoint(best, save_weights_only=True, save_best_only=True, monitor="loss"),
            c.CSVLogger(tmp_path / f"{package.__name__}.csv"),
            c.EarlyStopping("loss", patience=2, min_delta=10, restore_best_weights=True),
            c.TerminateOnNaN(),
        ]
        history = run(model, *heard, epochs=9)
        other = package.Sequential([package.Input((4,)), package.layers.Dense(1)])
        other.load_weights(best)
        weights = [w for m in (model, other) for w in m.get_weights()]
        found.append((history.epoch, history.history, weights))
    (epochs, curves, weights), (wanted_epochs, wanted_curves, wanted) = found
    assert epochs == wanted_epochs and set(curves) == set(wanted_curves)
    for name in curves:
        np.testing.assert_allclose(curves[name], wanted_curves[name], rtol=1e-4)
    for a, b in zip(weights, wanted, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


class Crash(callbacks.Callback):
    """Breaks training off in an epoch."""

    def __init__(self, epoch, error=RuntimeError):
        super().__init__()
        self.epoch, self.error = epoch, error

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            raise self.error("crash")


@pytest.mark.parametrize("double", [False, True])
def test_backup_takes_up_after_a_crash(tmp_path, double):
    whole = run(small(lurnet)).history["loss"]
    folder = tmp_path / "backup"
    backup = callbacks.BackupAndRestore(folder, double_checkpoint=double)
    with pytest.raises(RuntimeError, match="crash"):
        run(small(lurnet), backup, Crash(2))
    facts = json.loads((folder / "training_metadata.json").read_text())
    assert facts["epoch"] == 2
    if double:  # the last one is broken: the one before is taken
        (folder / facts["weights"]).write_bytes(b"broken")
    model = small(lurnet)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        history = run(model, callbacks.BackupAndRestore(folder, double_checkpoint=double))
    assert bool(said) == double
    assert history.epoch == ([1, 2, 3] if double else [2, 3])
    np.testing.assert_allclose(history.history["loss"], whole[-len(history.epoch) :], rtol=1e-5)
    assert not folder.exists()
    assert run(model, epochs=1).epoch == [0]  # a training without it starts from the start


def test_backup_by_batches_and_broken(tmp_path):
    folder = tmp_path / "backup"
    with pytest.raises(RuntimeError, match="crash"):
        run(small(lurnet), callbacks.BackupAndRestore(folder, save_freq=2), Crash(3))
    facts = json.loads((folder / "training_metadata.json").read_text())
    assert (facts["epoch"], facts["batch"]) == (2, 2)
    assert len(list(folder.glob("*.weights.h5"))) == 1
    kept = callbacks.BackupAndRestore(folder, delete_checkpoint=False)
    assert run(small(lurnet), kept).epoch == [2, 3]
    assert folder.exists()
    (folder / "training_metadata.json").write_text("{")
    with pytest.raises(OSError, match="cannot be used"):
        run(small(lurnet), kept)


def test_backup_of_keras_is_taken_up(tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise RuntimeError("crash")

    with pytest.raises(RuntimeError, match="crash"):
        run(small(keras), keras.callbacks.BackupAndRestore(str(tmp_path / "b")), Stop())
    history = run(small(lurnet), callbacks.BackupAndRestore(tmp_path / "b"))
    whole = run(small(keras)).history["loss"]
    np.testing.assert_allclose(history.history["loss"], whole[2:], rtol=1e-4)


def test_backup_survives_ctrl_c(tmp_path, capsys):
    with pytest.raises(KeyboardInterrupt):
        run(small(lurnet), callbacks.BackupAndRestore(tmp_path / "b"), Crash(2, KeyboardInterrupt))
    assert run(small(lurnet), callbacks.BackupAndRestore(tmp_path / "b")).epoch == [2, 3]


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_ema_weights_are_the_oracles(swap_on_epoch):
    found = []
    for package in (lurnet, keras):
        model = small(package, package.optimizers.SGD(0.05, use_ema=True, ema_momentum=0.9))
        swap = package.callbacks.SwapEMAWeights(swap_on_epoch=swap_on_epoch)
        seen = []
        note = package.callbacks.LambdaCallback(
            on_epoch_end=lambda e, logs, seen=seen, m=model: seen.append(m.get_weights()[0].ravel())
        )
        history = run(model, swap, note, epochs=3, validation_data=(X, Y))
        found.append((history.history["val_loss"], seen, model.get_weights()[0]))
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4)


def test_ema_needs_averages():
    with pytest.raises(RuntimeError, match="use_ema=True"):
        run(small(lurnet), callbacks.SwapEMAWeights(), validation_data=(X, Y))


def test_nan_ends_fit(capsys):
    model = small(lurnet, lurnet.optimizers.SGD(1e30))
    history = run(model, callbacks.TerminateOnNaN(), epochs=50)
    assert len(history.epoch) < 3 and "training stops" in capsys.readouterr().out


# --- RemoteMonitor


@pytest.mark.parametrize("as_json", [False, True])
def test_remote_monitor_posts(as_json):
    bodies = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            size = int(self.headers["Content-Length"])
            bodies.append((self.path, self.rfile.read(size).decode()))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        root = f"http://127.0.0.1:{server.server_port}"
        callbacks.RemoteMonitor(root, send_as_json=as_json).on_epoch_end(3, {"loss": 0.5})
        thread.join()
    wanted = '{"epoch": 3, "loss": 0.5}' if as_json else "data=%7B%22epoch%22%3A+3%2C+"
    assert bodies[0][0] == "/publish/epoch/end/" and bodies[0][1].startswith(wanted)
    with pytest.warns(UserWarning, match="could not reach"):
        callbacks.RemoteMonitor(root).on_epoch_end(0, {})
