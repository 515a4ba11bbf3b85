"""The progress bar: real Keras' figures, and output that suits a terminal, a file, a notebook."""

import inspect
import io
import re
import sys
import types

import keras
import numpy as np
import pytest

import lurnet
from lurnet.callbacks import progress
from lurnet.callbacks.standard import standard_callbacks


class Screen(io.StringIO):
    """A stdout that says what it is."""

    def __init__(self, terminal=True, encoding="utf-8"):
        super().__init__()
        self.terminal, self._encoding = terminal, encoding

    @property
    def encoding(self):
        return self._encoding

    def isatty(self):
        return self.terminal


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("NO_COLOR", raising=False)


def written(monkeypatch, show, **screen):
    stdout = Screen(**screen)
    monkeypatch.setattr(sys, "stdout", stdout)
    show()
    monkeypatch.undo()
    return stdout.getvalue()


def drawings(text):
    """Each drawing without colours, speed and trailing space."""
    text = re.sub(r"\x1b\[[0-9;]*[mK]|\x08", "", text)
    text = re.sub(r"(\d+:)*\d+s( -)? \d+(s|ms|us)/", r"TIME/", text)
    return [line.rstrip() for line in re.split(r"[\r\n]", text) if line.strip()]


UPDATES = [
    ({}, [(1, {"loss": 1.0, "acc": 0.1}), (5, {"loss": 0.2, "acc": 0.00001}), (10, {"loss": 0.1})]),
    ({"stateful_metrics": ["loss"]}, [(1, {"loss": 1.0}), (5, {"loss": 0.2}), (7, {"loss": 0.3})]),
    ({"stateless_metrics": ["a"]}, [(2, {"a": 1.0, "b": 1.0}), (5, {"a": 0.2, "b": 0.2})]),
    ({"width": 30, "unit_name": "sample"}, [(3, {}), (10, {})]),
    ({"target": None}, [(1, {"loss": 1.0}), (2, {"loss": 0.5})]),
    ({"target": 1000}, [(1, {"loss": np.array([1.0, 2.0]), "big": 12345678.0, "n": 3})]),
    ({"target": 1}, [(1, {"x": -0.0005})]),
]


@pytest.mark.parametrize(("options", "updates"), UPDATES)
@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_progbar_shows_what_the_oracle_shows(options, updates, verbose, monkeypatch):
    def show(package):
        bar = package.utils.Progbar(**({"target": 10, "interval": 0, "verbose": verbose} | options))
        for current, values in updates:
            bar.update(current, list(values.items()))

    ours, theirs = (written(monkeypatch, lambda p=p: show(p)) for p in (lurnet, keras))
    assert drawings(ours) == drawings(theirs)


def test_progbar_add_and_signature(monkeypatch):
    def show(package):
        bar = package.utils.Progbar(10, interval=0)
        bar.add(3, [("l", 1.0)])
        bar.add(4, [("l", 4.0)])
        bar.add(3)

    ours, theirs = (written(monkeypatch, lambda p=p: show(p)) for p in (lurnet, keras))
    assert drawings(ours) == drawings(theirs)
    for method in ("__init__", "update", "add"):
        found = [getattr(p.utils.Progbar, method) for p in (lurnet, keras)]
        names = [[(p.name, p.default) for p in inspect.signature(f).parameters.values()]
                 for f in found]  # fmt: skip
        assert names[0] == names[1]


def bar_of_ten(**screen):
    def show():
        bar = progress.Progbar(10, interval=0)
        for i in range(1, 11):
            bar.update(i, [("loss", 1 / i)])

    return show


def test_a_file_gets_the_last_line_only(monkeypatch):
    text = written(monkeypatch, bar_of_ten(), terminal=False)
    assert text.count("\n") == 1 and "\r" not in text and "\x1b" not in text and "\x08" not in text
    assert re.fullmatch(r"10/10 ━{20} 0s \d+(us|ms)/step - loss: 0\.1000\n", text)


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1"])
def test_bar_in_poor_encodings(monkeypatch, encoding):
    text = written(monkeypatch, bar_of_ten(), encoding=encoding)
    assert "===" in text and "━" not in text
    text.encode(encoding)


def test_colours_are_left_out_on_demand(monkeypatch):
    assert "\x1b[32m" in written(monkeypatch, bar_of_ten())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in written(monkeypatch, bar_of_ten())


def test_a_notebook_is_live():
    class OutStream(Screen):
        pass

    OutStream.__module__ = "ipykernel.iostream"
    assert progress.is_live(OutStream(terminal=False))
    assert not progress.is_live(Screen(terminal=False))
    assert not progress.is_live(types.SimpleNamespace())


def test_long_lines_never_wrap(monkeypatch):
    def show():
        bar = progress.Progbar(10, interval=0)
        bar.update(3, [(f"a_metric_with_a_long_name_{i}", 1.0) for i in range(9)])

    monkeypatch.setenv("COLUMNS", "60")
    text = written(monkeypatch, show)
    assert max(map(len, drawings(text))) < 60


def test_time_left(monkeypatch):
    clock = iter([0.0, 10.0, 12.0, 14.0])

    class Timed(progress.Progbar):
        seconds = staticmethod(lambda: next(clock))

    bar = Timed(100)
    stdout = Screen()
    monkeypatch.setattr(sys, "stdout", stdout)
    bar.update(1)
    bar.update(3)  # 2 steps in 2 s after the first: a second a step, 97 s left
    assert "1:37" in stdout.getvalue() and "1s/step" in stdout.getvalue()


def test_logs_are_fetched_only_for_a_drawing(monkeypatch):
    fetched = []

    def run(terminal):
        bar = lurnet.callbacks.ProgbarLogger()
        bar.set_params({"verbose": 1, "epochs": 1, "steps": 100})
        bar.on_train_begin()
        bar.on_epoch_begin(0)
        for step in range(1, 101):
            bar.on_train_progress(step, lambda: fetched.append(1) or {"loss": 0.5})
        bar.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.4})

    text = written(monkeypatch, lambda: run(False), terminal=False)
    assert fetched == [] and "loss: 0.5000 - val_loss: 0.4000" in text
    written(monkeypatch, lambda: run(True))
    assert 1 <= len(fetched) < 50


def test_broken_off_epoch_shows_how_far_it_came(monkeypatch):
    def show():
        events = standard_callbacks(None, None, 1, 1, 100)
        events.on_train_begin()
        events.on_epoch_begin(0)
        events.on_train_progress(37, dict)
        events.on_epoch_end(0, {"loss": 0.5})

    text = written(monkeypatch, show, terminal=False)
    assert text.startswith(" 37/100 ━━━━━━━─") and "loss: 0.5000" in text


X = np.random.default_rng(0).normal(size=(96, 4)).astype("float32")
Y = X.sum(1, keepdims=True)


@pytest.fixture(scope="module", params=[lurnet, keras], ids=["lurnet", "keras"])
def model(request):
    package = request.param
    made = package.Sequential([package.Input((4,)), package.layers.Dense(1)])
    made.compile("sgd", "mse", metrics=["mae"])
    made.fit(X, Y, verbose=0)
    return made


NUMBER = r"\d+\.\d{4}(e-\d\d)?"
METRICS = rf"loss: {NUMBER} - mae: {NUMBER}"
SHOWN = [
    ("fit", {"verbose": 1, "epochs": 2, "validation_split": 1 / 3},
     rf"Epoch 1/2\n2/2 ━{{20}} TIME/step - {METRICS} - val_{METRICS.replace('mae', 'val_mae')}\n"
     rf"Epoch 2/2\n2/2 ━{{20}} TIME/step - {METRICS} - val_{METRICS.replace('mae', 'val_mae')}"),
    ("fit", {"verbose": 2}, rf"3/3 - TIME/step - {METRICS}"),
    ("fit", {"verbose": 0}, ""),
    ("evaluate", {}, rf"3/3 ━{{20}} TIME/step - {METRICS}"),
    ("evaluate", {"verbose": 2}, rf"3/3 - TIME/step - {METRICS}"),
    ("predict", {}, r"3/3 ━{20} TIME/step"),
    ("predict", {"verbose": 2}, "3/3 - TIME/step"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "options", "wanted"), SHOWN)
def test_models_show_progress_as_the_oracle_does(model, method, options, wanted, monkeypatch):
    arrays = (X,) if method == "predict" else (X, Y)
    text = written(monkeypatch, lambda: getattr(model, method)(*arrays, **options))
    last = {}  # what stays on the screen: the last drawing on each line
    for i, line in enumerate(text.split("\n")):
        kept = drawings(line)
        last |= {i: kept[-1]} if kept else {}
    assert re.fullmatch(wanted, "\n".join(last.values())), text


def test_generators_show_unknown_then_their_length(monkeypatch):
    made = lurnet.Sequential([lurnet.Input((4,)), lurnet.layers.Dense(1)])
    made.compile("sgd", "mse")

    def batches():
        for _ in range(3):
            yield X[:8], Y[:8]

    class Eager(lurnet.callbacks.ProgbarLogger):
        def on_epoch_begin(self, epoch, logs=None):
            super().on_epoch_begin(epoch, logs)
            self.progbar.interval = 0

    text = written(monkeypatch, lambda: made.fit(batches(), verbose=1, callbacks=[Eager()]))
    found = drawings(text)
    assert any(re.match(" *[12]/Unknown TIME/step", line) for line in found)
    assert re.fullmatch(rf"3/3 ━{{20}} TIME/step - loss: {NUMBER}", found[-1])
