"""Studies: numbers, pictures and pages of their results."""

import csv
import io
import math
import re
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import lurnet
from lurnet import study as studies
from lurnet.cli.main import main
from lurnet.core.errors import BadState, BadType, BadValue
from lurnet.report import page
from lurnet.study.findings import add_run
from lurnet.study.statistics import estimate, paired_comparison

sys.path.insert(0, str(Path(__file__).parent))
from study_builds import X, Y, build, fitted  # noqa: E402

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def grid_study():
    grid = {"l2": [0.001, 0.01, 0.1], "units": [2, 4]}
    return fitted(grid, replicates=3, evaluate_on=(X[32:], Y[32:]))


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
            add_run(study, run)
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
