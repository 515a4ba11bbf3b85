"""Studies: what is trained, from which seeds, what is kept, and what the numbers say."""

import contextlib
import csv
import io
import math
import os
import re
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pytest

import lurnet
from lurnet import study as studies
from lurnet.cli.main import main
from lurnet.core.errors import BadState, BadType, BadValue
from lurnet.core.seeds import make_default_seed, set_random_seed
from lurnet.report import page
from lurnet.study import runs as study_runs
from lurnet.study.settings import key_of
from lurnet.study.statistics import estimate, paired_comparison
from lurnet.training import ensemble

sys.path.insert(0, str(Path(__file__).parent))
from study_builds import build, convolutional, data, fails_at_two, with_own_step  # noqa: E402

X, Y = data()
FIT = {"epochs": 2, "batch_size": 32, "validation_data": (X[:32], Y[:32]), "verbose": 0}
HERE = Path(__file__).parent


def fitted(grid=None, replicates=2, folder=False, make=build, **arguments):
    study = lurnet.Study(make, grid, replicates=replicates, folder=folder)
    return study.fit(X, Y, **(FIT | arguments))


@pytest.fixture(scope="module")
def grid_study():
    grid = {"l2": [0.001, 0.01, 0.1], "units": [2, 4]}
    return fitted(grid, replicates=3, evaluate_on=(X[32:], Y[32:]))


def metrics(study):
    return [run.metrics for run in study.runs]


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
    "a step of one's own": (with_own_step, {"units": [2, 3]}, {}, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", BATCHES)
def test_a_batch_gives_equal_results(name, monkeypatch):
    make, grid, arguments, programs = BATCHES[name]
    batches, plain = [], ensemble.fit
    monkeypatch.setattr(ensemble, "fit", lambda *a: (batches.append(1), plain(*a)))
    a, b = (fitted(grid, make=make, on=on, **arguments) for on in ("here", "batch"))
    assert len(batches) == programs
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


# --- numbers


def test_estimate_by_hand():
    found = estimate([0.90, 0.92, 0.97])
    sd = math.sqrt(((0.03) ** 2 + 0.01**2 + 0.04**2) / 2)
    assert found.mean == pytest.approx(0.93) and found.sd == pytest.approx(sd)
    half = 4.302652729911275 * sd / math.sqrt(3)  # Student's t, 2 degrees of freedom, 0.975
    assert (found.low, found.high) == (pytest.approx(0.93 - half), pytest.approx(0.93 + half))
    assert math.isnan(estimate([1.0]).sd)


def test_comparison_equals_scipy():
    from scipy import stats

    rng = np.random.default_rng(0)
    a, b = rng.normal(size=6), rng.normal(size=6)
    found, wanted = paired_comparison(a, b, ("a", "b", "m")), stats.ttest_rel(a, b)
    interval = wanted.confidence_interval(0.95)
    assert found.p == pytest.approx(wanted.pvalue)
    assert (found.low, found.high) == (pytest.approx(interval.low), pytest.approx(interval.high))
    with pytest.raises(BadValue, match="two replicates"):
        paired_comparison([1.0], [1.0], ("a", "b", "m"))


def test_table(grid_study):
    table = grid_study.table("val_loss")
    values = [r.metrics["val_loss"] for r in grid_study.runs[:3]]
    assert table[0]["l2"] == 0.001 and table[0]["units"] == 2 and table[0]["n"] == 3
    assert table[0]["mean"] == pytest.approx(np.mean(values))
    assert table[0]["sd"] == pytest.approx(np.std(values, ddof=1))
    assert f"{np.mean(values):.4f}" in str(table) and len(str(table).splitlines()) == 8
    assert table.to_markdown().count("\n") == 7
    rows = list(csv.DictReader(io.StringIO(table.to_csv())))
    assert [float(r["mean"]) for r in rows] == [r["mean"] for r in table]
    assert "<td>0.001</td>" in table._repr_html_()
    assert {"test_loss", "test_accuracy", "val_loss"} <= set(grid_study.table().metrics)


def test_test_metrics_are_the_models(grid_study):
    run = grid_study.runs[4]
    found = run.model.evaluate(X[32:], Y[32:], verbose=0, return_dict=True)
    assert run.metrics["test_loss"] == pytest.approx(found["loss"], rel=1e-5)


@pytest.mark.parametrize(("monitor", "pick"), [("val_loss", min), ("val_accuracy", max)])
def test_best(grid_study, monitor, pick):
    grid_study.given_monitor = monitor
    means = {tuple(r.setting.items()): r.estimate(monitor).mean for r in grid_study.results}
    best = grid_study.best
    assert best.estimate(monitor).mean == pick(means.values())
    assert best.run.metrics[monitor] == pick(r.metrics[monitor] for r in best.runs)
    grid_study.given_monitor = "auto"
    assert grid_study.monitor == "val_accuracy"


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (lambda s: s.table("val_acuracy"), "Did you mean 'val_accuracy'"),
        (lambda s: s.compare({"l2": 0.1}, {"l2": 0.01}), "one is needed"),
        (lambda s: s.compare({"l2": 5}, {"l2": 0.01, "units": 2}), "No settings"),
        (lambda s: s.plot(x="nothing"), "no parameter"),
        (lambda s: lurnet.Study(build, folder=False).best, "no runs yet"),
    ],
)
def test_bad_questions(grid_study, ask, text):
    with pytest.raises((BadValue, BadState), match=text):
        ask(grid_study)


# --- what is kept


def test_finished_runs_are_found_again(tmp_path, monkeypatch):
    first = fitted({"l2": [0.1]}, folder=tmp_path / "s")
    trained = []
    plain = study_runs._train
    monkeypatch.setattr(study_runs, "_train", lambda *a: (trained.append(1), plain(*a)))
    again = fitted({"l2": [0.1]}, folder=tmp_path / "s")
    assert not trained and metrics(again) == metrics(first)
    for a, b in zip(first.best.model.get_weights(), again.best.model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    fitted({"l2": [0.1, 0.2]}, folder=tmp_path / "s", replicates=3)  # both may grow
    assert len(trained) == 4
    fitted({"l2": [0.1]}, folder=tmp_path / "s", make=rebuilt)  # the models have changed
    assert len(trained) == 6


def rebuilt(l2):
    return build(l2, units=5)


rebuilt.__name__ = "build"


def test_another_study_is_refused(tmp_path):
    fitted(folder=tmp_path / "s")
    with pytest.raises(BadState, match="fit: .*epochs.* now"):
        fitted(folder=tmp_path / "s", epochs=3)


def test_folder_chosen(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    one, two = fitted(folder=None), fitted(folder=None, epochs=1)
    assert one.folder != two.folder and one.folder.parent == Path("studies")
    assert (one.folder / "study.json").is_file()


def test_killed_study_goes_on(tmp_path):
    folder = tmp_path / "s"
    child = subprocess.Popen(
        [sys.executable, str(HERE / "study_builds.py")],
        stdout=subprocess.PIPE,
        env=os.environ | {"FOLDER": str(folder)},
        cwd=HERE.parent,
        text=True,
    )
    assert child.stdout.readline() == "waiting\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    kept = {p: p.stat().st_mtime_ns for p in (folder / "runs").glob("*.json")}
    assert len(kept) == 2

    class Wait(lurnet.callbacks.Callback):
        pass

    arguments = {"epochs": 2, "batch_size": 32, "callbacks": Wait, "verbose": 0}
    study = lurnet.Study(build, {"l2": [0.1, 0.2]}, replicates=2, folder=folder)
    study.fit(X, Y, **arguments)
    assert all(p.stat().st_mtime_ns == t for p, t in kept.items())
    whole = lurnet.Study(build, {"l2": [0.1, 0.2]}, replicates=2, folder=False)
    assert metrics(study) == metrics(whole.fit(X, Y, **arguments))


def test_ctrl_c_keeps_finished_runs(tmp_path, capsys):
    class Stop(lurnet.callbacks.Callback):
        count = 0

        def on_train_begin(self, logs=None):
            Stop.count += 1
            if Stop.count == 2:
                raise KeyboardInterrupt

    study = lurnet.Study(build, {"l2": [0.1, 0.2]}, folder=tmp_path / "s")
    with pytest.raises(KeyboardInterrupt):
        study.fit(X, Y, **FIT, callbacks=Stop)
    assert "1 finished runs are kept" in capsys.readouterr().out
    assert len(study.runs) == 1
    assert len(study.fit(X, Y, **FIT, callbacks=Stop).runs) == 2


def until(condition, seconds=20):
    """Whether a condition comes true in time."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def alive(group):
    """The command lines of the processes in a group, but those that only wait to be collected."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, _, of = (place / "stat").read_text().rpartition(")")[2].split()[:3]
            if int(of) == group and state != "Z":
                found.append((place / "cmdline").read_text().replace("\0", " "))
    return found


@pytest.fixture
def in_processes(tmp_path):
    """The folder and the process of a study that has workers, in a process group of its own."""
    child = subprocess.Popen(
        [sys.executable, str(HERE / "study_builds.py")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"FOLDER": str(tmp_path / "s"), "STUDY": "study_in_processes"},
        cwd=HERE.parent,
        text=True,
        start_new_session=True,
    )
    yield tmp_path / "s", child
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.communicate()


ENDS = {  # who gets which signal: a terminal's Ctrl-C goes to all
    "terminal": (os.killpg, signal.SIGINT),
    "notebook": (os.kill, signal.SIGINT),
    "killed": (os.kill, signal.SIGKILL),
}


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
@pytest.mark.parametrize("how", ENDS)
def test_processes_end_with_the_study(how, in_processes, monkeypatch):
    folder, child = in_processes
    assert [child.stdout.readline()[:3] for _ in range(2)] == ["1/4", "2/4"]
    assert len(alive(child.pid)) >= 3  # the study and its two workers
    send, number = ENDS[how]
    send(child.pid, number)
    told, errors = child.communicate(timeout=60)
    assert until(lambda: not alive(child.pid)), alive(child.pid)
    if number == signal.SIGINT:
        assert f"Stopped by Ctrl-C: 2 finished runs are kept in {folder}. The same call" in told
        assert errors.count("Traceback") == 1 and errors.rstrip().endswith("KeyboardInterrupt")
    monkeypatch.setattr(study_runs, "_train", None)  # the finished runs are found, not trained
    study = lurnet.Study(build, {"epochs": [1]}, replicates=2, folder=folder)
    assert len(study.fit(X, Y, batch_size=32, verbose=0).runs) == 2
    assert len(list((folder / "runs").iterdir())) == 4  # two files for each, nothing half written


def test_failures_are_kept(tmp_path):
    with pytest.warns(UserWarning, match="2 of 4 runs .* two is too few"):
        study = fitted({"units": [2, 3]}, make=fails_at_two, folder=tmp_path / "s")
    assert [r.error is None for r in study.runs] == [False, False, True, True]
    assert "fails_at_two" in study.failed[0].traceback
    assert study.best.setting == {"units": 3} and study.table().lines[0][1:3] == ["0", "2"]
    with pytest.raises(BadValue, match="no weights"):
        _ = study.failed[0].model
    with pytest.raises(BadState, match="All 2 runs"):
        fitted({"units": [2]}, make=fails_at_two)


@pytest.mark.parametrize(
    ("make", "text"),
    [(lambda: 3, "must return a compiled model"), (lambda: lurnet.Sequential(), "not compiled")],
)
def test_build_without_a_model(make, text):
    with pytest.raises(BadState, match=text):
        fitted(make=make)


# --- progress


@pytest.mark.parametrize(("verbose", "lines"), [(0, 0), (1, 1), (2, 4)])
def test_progress(verbose, lines, capsys):
    fitted({"l2": [0.1, 0.2]}, verbose=verbose)
    output = capsys.readouterr().out
    assert len(output.splitlines()) == lines
    assert verbose != 1 or "run 4/4" in output
    assert verbose != 2 or "4/4  l2=0.2, replicate 2: val_accuracy" in output


# --- search


SPACE = {
    "l2": studies.log(1e-4, 1e-1),
    "rate": studies.uniform(0.1, 0.5),
    "units": studies.integer(2, 4),
}


@pytest.mark.parametrize("sampler", ["random", "tpe"])
def test_search(sampler, tmp_path):
    pytest.importorskip("optuna")

    def searched():
        study = lurnet.Study(build, folder=tmp_path / "s")
        return study.search(SPACE, 3, X, Y, sampler=sampler, **FIT)

    study = searched()
    assert len(study.settings) == len(study.runs) == 3
    for s in study.settings:
        assert 1e-4 <= s["l2"] <= 0.1 and 0.1 <= s["rate"] <= 0.5 and s["units"] in (2, 3, 4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study_runs, "_train", None)  # nothing is trained a second time
        assert searched().settings == study.settings
    assert len(study.plot("val_loss", x="l2").axes[0].containers[0].lines[0].get_xdata()) == 3


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: studies.log(0, 1), "positive"),
        (lambda: studies.uniform(1, 1), "less than"),
        (lambda: studies.choice(), "choose from"),
        (lambda: lurnet.Study(build, folder=False).search({"l2": 1}, 1, X, Y), "uniform"),
    ],
)
def test_bad_spaces(call, text):
    with pytest.raises((BadValue, BadType), match=text):
        call()


# --- pictures and the page


def test_plot(grid_study):
    axes = grid_study.plot("val_accuracy", x="l2").axes[0]
    assert axes.get_xscale() == "log" and len(axes.containers) == 2
    found = axes.containers[1].lines[0].get_ydata()
    means = [r["mean"] for r in grid_study.table("val_accuracy") if r["units"] == 4]
    np.testing.assert_allclose(np.asarray(found, float), means)
    curves = grid_study.plot_curves("val_loss", most=2).axes[0]
    assert len(curves.lines) == 2 and "2 of 6" in curves.get_title()


def made_up(grid, replicates=3, level=0.97):
    """A study with numbers that no training made."""

    def build(**setting):
        raise AssertionError

    study = lurnet.Study(build, grid, replicates=replicates, folder=False)
    rng = np.random.default_rng(0)
    for setting in study.settings:
        for i in range(replicates):
            curve = np.clip(level + 0.02 * rng.normal(size=3), 0, 1).tolist()
            ends = {"val_accuracy": curve[-1], "val_loss": 1 - curve[-1]}
            run = studies.Run(setting, i, i, {"val_accuracy": curve, "val_loss": curve}, ends)
            study._runs[key_of(setting, i)] = run
    return study


KERNELS = [[3, 3], [5, 5]]
PLACES = [  # grid, then what is on the axis, in the legend, and the titles of the panels
    ({"act": ["relu", "tanh"], "l2": [1e-6, 1e-5, 1e-4, 1e-3, 1e-2]}, "l2", "act", [""]),
    ({"rate": [0.1, 0.3, 0.5], "units": [8, 16, 32, 64]}, "units", "rate", [""]),
    ({"units": list(range(9)), "depth": list(range(1, 10))}, "units", "depth", [""]),
    ({"pad": ["a", "b"], "window": [3, 5], "stride": [1, 2]}, "window", "pad",
     ["stride=1", "stride=2"]),
    ({"kernel": KERNELS, "act": ["relu", "tanh", "elu"]}, "act", "kernel", [""]),
    ({"network": ["z", "a"]}, "network", None, [""]),
    ([{"units": 8}, {"units": 8, "rate": 0.5}, {"units": 16}], "setting", None, [""]),
    ([{"units": 8}, {"units": None}], "units", None, [""]),
]  # fmt: skip


@pytest.mark.parametrize(("grid", "x", "by", "panels"), PLACES)
def test_every_setting_is_drawn(grid, x, by, panels):
    study = made_up(grid)
    figure = study.plot("val_accuracy")
    axes = figure.axes
    label = axes[0].get_xlabel() or figure.get_supxlabel()
    legend = axes[0].get_legend() or next(iter(figure.legends), None)
    assert label == x and [ax.get_title() for ax in axes] == panels
    assert (legend and legend.get_title().get_text()) == by
    bars = [c.lines[0].get_ydata() for ax in axes for c in ax.containers]
    found = [r["mean"] for r in study.table("val_accuracy")]
    np.testing.assert_allclose(sorted(np.concatenate(bars)), sorted(found))


def test_names_stand_as_in_the_grid():
    ax = made_up({"network": ["zeta", "alpha", "mu"]}).plot("val_accuracy").axes[0]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["zeta", "alpha", "mu"]
    assert {line.get_linestyle() for line in ax.lines} == {"None"}


def test_settings_without_a_value_have_their_own_name():
    ax = made_up([{"rate": 0.1}, {}]).plot("val_accuracy", x="rate").axes[0]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["0.1", "not given"]


def test_intervals_of_shares_are_cut_in_pictures_alone():
    study = made_up({"l2": [0.1, 0.2, 0.3]}, replicates=2)
    assert any(row["high"] > 1 for row in study.table("val_accuracy"))
    figures = dict(study.figures())
    assert len(figures) == 3  # bars and curves of the accuracy, curves of the loss
    for caption, figure in figures.items():
        share = "val_accuracy" in caption
        assert ("the table has them whole" in caption) == share
        ends = [p.vertices[:, 1] for c in figure.axes[0].collections for p in c.get_paths()]
        assert not share or max(map(np.max, ends)) <= 1
    assert not any("whole" in caption for caption, _ in made_up({"l2": [1, 2]}, 2, 0.5).figures())


def test_parameters_beyond_a_page_are_held_at_their_best():
    grid = {"a": list(range(6)), "b": list("pqrs"), "c": list("wxyz"), "d": list("abcde")}
    study = made_up(grid, replicates=1)
    with pytest.raises(BadValue, match="b, c vary too, in 16 ways"):
        study.plot()
    caption, figure = next(iter(study.figures()))
    assert re.search(r"where .=.*, as in the best setting", caption)
    assert 1 < len(figure.axes) <= 12


def test_report(grid_study, tmp_path):
    picture = grid_study.plot("val_loss", x="units", where={"l2": 0.1})
    place = grid_study.report(
        tmp_path / "new" / "page.html", "Width & decay", "Does <it> matter?", {"Seen": picture}
    )
    text = place.read_text()
    assert "<h1>Width &amp; decay</h1>" in text and "Does &lt;it&gt; matter?" in text
    assert not re.search(r"""(src|href)=["'](?!data:)|url\(|@import|<script""", text)
    assert text.count("data:image/svg+xml;base64,") == 5
    assert "def build(" in text and str(grid_study.runs[0].seed) in text
    best = grid_study.best.estimate("val_accuracy")
    assert f"{best.mean:.4f} ± {best.half_width:.4f}" in text


def test_one_parameter_is_named_once(tmp_path):
    study = made_up({"net": ["a=1", "b", "c", "d"]}, replicates=2, level=0.5)
    figures = dict(study.figures())
    curves = [f.axes[0] for caption, f in figures.items() if "after every epoch" in caption]
    assert all("bars at the end" in c for c in figures if "after every epoch" in c)
    first, *others = ([t.get_text() for t in ax.get_legend().get_texts()] for ax in curves)
    assert sorted(first) == ["a=1", "b", "c", "d"] and all(names == first for names in others)
    assert first[0] == study.best.setting["net"]  # so a setting has its colour in all pictures
    assert curves[0].get_legend().get_title().get_text() == "net"
    study.facts = {"fit": {}, "evaluate_on": None}
    assert "net=b" not in study.report(tmp_path / "page.html").read_text()


def test_page_of_one_setting_says_which(tmp_path):
    study = made_up({"net": ["wide"], "epochs": [7]}, replicates=2)
    study.facts = {"fit": {"batch_size": 32, "epochs": 1}, "evaluate_on": None}
    text = study.report(tmp_path / "page.html").read_text()
    assert "<dt>net</dt><dd>wide</dd><dt>epochs</dt><dd>7</dd>" in text
    assert "fit: batch_size" in text and "fit: epochs" not in text


def test_page_refuses_what_is_no_picture():
    with pytest.raises(BadType, match="matplotlib figures"):
        page.picture(3)


PROGRAM = """
import sys
import lurnet
sys.path.insert(0, {here!r})
from study_builds import build, data

x, y = data()
study = lurnet.Study(build, {{"l2": [0.1, 0.2]}}, replicates=3, folder={folder!r})
study.fit(x, y, epochs=4, validation_data=(x, y), verbose=0)
"""


@pytest.mark.parametrize("fast", [False, True])
def test_command(tmp_path, capsys, fast):
    program = tmp_path / "decay.py"
    program.write_text(PROGRAM.format(here=str(HERE), folder=str(tmp_path / "runs")))
    assert main(["study", *(["--quick"] if fast else []), str(program)]) == 0
    output = capsys.readouterr().out
    assert ("2 replicates" if fast else "3 replicates") in output and "val_accuracy" in output
    assert "<h2>Results</h2>" in (tmp_path / "decay.html").read_text()
    (tmp_path / "empty.py").write_text("x = 1")
    assert main(["study", str(tmp_path / "empty.py")]) == 1


def test_nothing_warns(grid_study, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        grid_study.report(tmp_path / "page.html")
