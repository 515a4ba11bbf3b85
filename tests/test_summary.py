"""model.summary(): real Keras' figures in a table of our own."""

import io
import re
import sys

import keras
import numpy as np
import pytest
from cases.pictured import zoo

import lurnet
from lurnet.looking.parts import is_chain
from lurnet.looking.summary import print_summary


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "240")  # the oracle cuts its lines there


OURS, THEIRS = zoo(lurnet, large=False), zoo(keras, large=False)


def table(model, **options):
    """The cells of all rows, put together where they were wrapped, and the totals."""
    texts = []
    model.summary(print_fn=lambda text, **_: texts.append(text), line_length=220, **options)
    rows, totals = [], []
    for line in texts[0].splitlines()[1:]:
        line = re.sub(r"\x1b\[[0-9;]*m", "", line)
        if line[:1] in "│┃":
            cells = [c.strip() for c in re.split("[│┃]", line)[1:-1]]
            if rows and not cells[2]:
                rows[-1] = [f"{a} {b}".strip() for a, b in zip(rows[-1], cells, strict=True)]
            else:
                rows.append(cells)
        elif line[:1] == " " and ":" in line:
            totals.append(line.strip())
    return rows, totals


def cut(row):
    """The first and fourth cell only begin alike: the oracle cuts long names off."""
    return [cell[:30] for cell in row]


OPTIONS = [{}, {"expand_nested": True}, {"show_trainable": True}]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("name", [n for n in OURS if n[:3] not in ("sub", "ops")])
def test_same_figures_as_the_oracle(name, options):
    ours, theirs = table(OURS[name], **options), table(THEIRS[name], **options)
    assert [cut(row) for row in ours[0]] == [cut(row) for row in theirs[0]]
    assert ours[1] == theirs[1]


@pytest.mark.parametrize("name", ["sub", "subunbuilt"])
def test_subclassed_models(name):
    ours, theirs = table(OURS[name]), table(THEIRS[name])
    if name == "sub":  # the size of the batch that a model saw is nobody's interest
        for rows in (ours[0], theirs[0]):
            for row in rows[1:]:
                row[1] = row[1].replace("(2,", "(None,")
    assert ours == theirs


def test_ops_are_listed():
    ours, theirs = table(OURS["ops"])[0], table(THEIRS["ops"])[0]
    plain = [[[re.sub(r"_\d+", "", cell) for cell in row] for row in t] for t in (ours, theirs)]
    assert plain[0] == plain[1]


def test_layer_range():
    for pattern in (("conv", "flatten"), ("max_pool.*", "d.*")):
        ours, theirs = (table(m["seq"], layer_range=pattern) for m in (OURS, THEIRS))
        assert ours == theirs and len(ours[0]) < 6
    with pytest.raises(ValueError, match="no layer 'flaten'.*Did you mean 'flatten'"):
        OURS["seq"].summary(layer_range=("flaten", "d.*"))


def test_optimizer_state_counts():
    found = []
    for package in (lurnet, keras):
        model = package.Sequential([package.Input((4,)), package.layers.Dense(3, name="d")])
        model.compile("adam", "mse")
        model.optimizer.build(model.trainable_variables)
        found.append(table(model))
    assert found[0] == found[1] and found[0][1][-1] == "Optimizer params: 32 (128.00 B)"


def test_narrow_weights_weigh_less():
    found = []
    for package in (lurnet, keras):
        layers = [package.Input((4,)), package.layers.Dense(3, name="d", dtype="float16")]
        found.append(table(package.Sequential(layers)))
    assert found[0] == found[1] and "30.00 B" in found[0][1][0]


@pytest.mark.parametrize("name", OURS)
def test_chain_or_graph_as_the_oracle_sees_it(name):
    header = table(THEIRS[name])[0][0]
    assert is_chain(OURS[name]) == ("Connected to" not in header)


def printed(monkeypatch, terminal=False, **options):
    stdout = io.StringIO()
    stdout.isatty = lambda: terminal
    monkeypatch.setattr(sys, "stdout", stdout)
    monkeypatch.setenv("TERM", "xterm-256color")
    OURS["seq"].summary(**options)
    monkeypatch.undo()
    return stdout.getvalue()


def test_plain_where_there_is_no_terminal(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    assert "\x1b" not in printed(monkeypatch)
    assert "\x1b" in printed(monkeypatch, terminal=True)


@pytest.mark.parametrize("width", [50, 80, 120])
def test_width_and_positions(monkeypatch, width):
    lines = printed(monkeypatch, line_length=width).splitlines()
    assert max(map(len, lines)) <= width
    lines = printed(monkeypatch, line_length=width, positions=[0.5, 0.8, 1.0]).splitlines()
    assert abs(lines[1].index("┳") - 0.5 * width) <= 2


def test_brackets_in_names_are_shown():
    texts = []
    model = lurnet.Sequential([lurnet.Input((2,)), lurnet.layers.Dense(1, name="[red]x")])
    print_summary(model, print_fn=texts.append)
    assert "[red]x (Dense)" in texts[0]


def test_after_training_nothing_is_unknown():
    class Two(lurnet.Model):
        def __init__(self):
            super().__init__()
            self.first, self.second = lurnet.layers.Dense(3), lurnet.layers.Dense(1)

        def call(self, x):
            return self.second(self.first(x))

    model = Two()
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 4), "float32"), np.ones((8, 1), "float32"), verbose=0)
    rows, totals = table(model)
    assert [row[1].split(",")[-1] for row in rows[1:]] == [" 3)", " 1)"]
    assert totals[1] == "Trainable params: 19 (76.00 B)"
