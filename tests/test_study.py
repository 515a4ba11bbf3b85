"""Studies: what is trained, from which seeds, and with what."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

import lurnet
from lurnet.core.errors import BadType, BadValue
from lurnet.core.seeds import make_default_seed, set_random_seed
from lurnet.training import ensemble

sys.path.insert(0, str(Path(__file__).parent))
from study_builds import (  # noqa: E402
    FIT,
    X,
    Y,
    build,
    convolutional,
    fails_at_two,
    fitted,
    metrics,
    with_own_step,
)

HERE = Path(__file__).parent


# --- seeds


def test_reproducible_and_outer_state_untouched():
    set_random_seed(5)
    first = metrics(fitted({"l2": [0.1, 0.2]}))
    after = make_default_seed(), np.random.random()
    set_random_seed(5)
    assert (make_default_seed(), np.random.random()) == after
    assert metrics(fitted({"l2": [0.1, 0.2]})) == first
    assert first[0] != first[1]


def test_by_hand():
    """A run is what its seed gives without a study."""
    run = fitted({"units": [3]}).runs[1]
    set_random_seed(run.seed)
    model = build(units=3)
    set_random_seed(run.seed + 1)
    history = model.fit(X, Y, **FIT).history
    assert history == run.history
    for a, b in zip(model.get_weights(), run.model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_replicates_are_paired():
    """Equal seeds: a setting that changes nothing gives equal results, replicate by replicate."""
    study = lurnet.Study(lambda name: build(), {"name": ["a", "b"]}, replicates=2, folder=False)
    study.fit(X, Y, **FIT)
    a, b = study.results
    assert [r.metrics for r in a.runs] == [r.metrics for r in b.runs]
    assert [r.seed for r in a.runs] == [r.seed for r in b.runs]
    compared = study.compare({"name": "a"}, {"name": "b"})
    assert (compared.mean, compared.p, compared.n) == (0, 1, 2)


@pytest.mark.slow
def test_processes_give_equal_results():
    grid = {"l2": [0.1, 0.2]}
    assert metrics(fitted(grid, on="processes", workers=2)) == metrics(fitted(grid))


BATCHES = {  # build, grid, further arguments of fit, how many programs train them
    "numbers": (build, {"l2": [0.01, 0.1], "rate": [0.1, 0.5]}, {}, 1),
    "structures": (build, {"units": [2, 3], "l2": [0.01, 0.1]}, {}, 2),
    "state": (convolutional, {"rate": [0.1, 0.2], "momentum": [0.5, 0.9]},
              {"evaluate_on": (X, Y)}, 2),
    "arguments of fit": (build, {"epochs": [1, 3], "batch_size": [20, 32]}, {}, 4),
    "weights of classes": (build, {"class_weight": [{0: 1.0, 1: 5.0}, {0: 3.0, 1: 1.0}]}, {}, 2),
    "a part to validate with": (build, {"l2": [0.1, 0.2]},
                                {"validation_data": None, "validation_split": 0.3}, 1),
    "no order": (build, {"l2": [0.1, 0.2]}, {"shuffle": False, "validation_data": None}, 1),
    "groups of three": (build, {"l2": [0.1, 0.2]}, {"workers": 3}, 2),
    "a step of one's own": (with_own_step, {"units": [2, 3]}, {}, 4),
}  # fmt: skip


@pytest.mark.parametrize("name", BATCHES)
def test_a_batch_gives_equal_results(name):
    make, grid, arguments, programs = BATCHES[name]
    a, b = (fitted(grid, make=make, on=on, **arguments) for on in ("here", "batch"))
    assert len({run.seconds for run in b.runs}) == programs  # shared out among a program's runs
    for one, other in zip(a.runs, b.runs, strict=True):
        assert (one.seed, one.structure) == (other.seed, other.structure)
        assert one.history.keys() == other.history.keys()
        for k, v in one.metrics.items():
            assert other.metrics[k] == pytest.approx(v, rel=1e-4, abs=1e-5), k
        for k, v in one.history.items():
            np.testing.assert_allclose(other.history[k], v, rtol=1e-4, atol=1e-5)
        weights = one.model.get_weights(), other.model.get_weights()
        for u, v in zip(*weights, strict=True):
            np.testing.assert_allclose(u, v, rtol=1e-3, atol=1e-5)


def test_what_fails_in_a_batch_runs_by_itself(monkeypatch):
    with pytest.warns(UserWarning, match="2 of 4 runs .* two is too few"):
        study = fitted({"units": [2, 3]}, make=fails_at_two, on="batch")
    assert [r.error is None for r in study.runs] == [False, False, True, True]
    wanted = metrics(fitted({"l2": [0.1, 0.2]}))

    def full(*args):
        raise MemoryError("no memory left")

    monkeypatch.setattr(ensemble, "fit", full)
    with pytest.warns(UserWarning, match="4 runs .* as one batch .no memory left"):
        assert metrics(fitted({"l2": [0.1, 0.2]}, on="batch")) == wanted


def test_a_batch_shows_its_progress(capsys):
    fitted({"l2": [0.1, 0.2]}, on="batch", verbose=1)
    assert "run 4/4" in capsys.readouterr().out


# --- settings


GRIDS = [
    (None, [{}]),
    ({"units": [1, 2], "rate": [0.1]}, [{"units": 1, "rate": 0.1}, {"units": 2, "rate": 0.1}]),
    ([{"units": 1}, {"rate": 0.5}], [{"units": 1}, {"rate": 0.5}]),
    ({"l2": np.array([0.5])}, [{"l2": 0.5}]),
]


@pytest.mark.parametrize(("grid", "expected"), GRIDS)
def test_grid(grid, expected):
    assert lurnet.Study(build, grid).settings == expected


BAD = [
    ({"grid": {"unit": [1]}}, BadType, "Did you mean 'units'"),
    ({"grid": {"units": 3}}, BadType, "[3]"),
    ({"grid": {"units": "relu"}}, BadType, "['relu']"),
    ({"grid": {"units": []}}, BadValue, "empty"),
    ({"grid": {"units": [1, 1]}}, BadValue, "twice"),
    ({"grid": [3]}, BadType, "dicts"),
    ({"grid": {"units": [lurnet.layers.Dense(3)]}, "build": lambda units: 0}, None, ""),
    ({"replicates": 0}, BadValue, "1 or more"),
    ({"mode": "most"}, BadValue, "'most'"),
    ({"build": 3}, BadType, "function"),
]


@pytest.mark.parametrize(("arguments", "error", "text"), BAD)
def test_bad_studies(arguments, error, text):
    if error is None:
        lurnet.Study(**arguments)
        return
    with pytest.raises(error, match=re.escape(text)):
        lurnet.Study(**({"build": build} | arguments))


BAD_FITS = [
    ({"callbacks": [lurnet.callbacks.TerminateOnNaN()]}, BadType, "callbacks=lambda"),
    ({"callbacks": "x"}, BadType, "functions"),
    ({"on": "moon"}, BadValue, "'here'"),
    ({"on": "batch", "callbacks": lurnet.callbacks.TerminateOnNaN}, BadValue, "callbacks cannot"),
]


@pytest.mark.parametrize(("arguments", "error", "text"), BAD_FITS)
def test_bad_fits(arguments, error, text):
    with pytest.raises(error, match=text):
        fitted(**arguments)


def test_generator_is_refused():
    with pytest.raises(BadType, match="only once"):
        lurnet.Study(build, folder=False).fit(x for x in ())


@pytest.mark.parametrize("other", [{"epochs": 1}, {"validation_data": (X[32:], Y[32:])}])
def test_another_call_of_fit_trains_anew(other):
    study = fitted({"l2": [0.1]})
    first = metrics(study)
    assert metrics(study.fit(X, Y, **FIT)) == first
    assert metrics(study.fit(X, Y, **(FIT | other))) != first
    assert metrics(study) == metrics(fitted({"l2": [0.1]}, **other))


def test_arguments_of_fit_in_the_grid():
    study = fitted({"epochs": [1, 3], "units": [2]}, replicates=1)
    assert [len(r.history["loss"]) for r in study.runs] == [1, 3]


def test_each_run_has_its_own_callbacks():
    made = []

    class Note(lurnet.callbacks.Callback):
        def __init__(self):
            super().__init__()
            made.append(self)

    fitted({"l2": [0.1, 0.2]}, callbacks=[Note, lambda: [Note()]])
    assert len(made) == 8 and len({id(n.model) for n in made}) == 4


# --- progress


@pytest.mark.parametrize(("verbose", "lines"), [(0, 0), (1, 1), (2, 4)])
def test_progress(verbose, lines, capsys):
    fitted({"l2": [0.1, 0.2]}, verbose=verbose)
    output = capsys.readouterr().out
    assert len(output.splitlines()) == lines
    assert verbose != 1 or "run 4/4" in output
    assert verbose != 2 or "4/4  l2=0.2, replicate 2: val_accuracy" in output
