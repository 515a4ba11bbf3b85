"""Studies: which runs are kept and found again, what ends them, and searches."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import lurnet
from lurnet import study as studies
from lurnet.core.errors import BadState, BadType, BadValue

sys.path.insert(0, str(Path(__file__).parent))
import study_builds  # noqa: E402
from study_builds import (  # noqa: E402
    FIT,
    X,
    Y,
    build,
    fails_at_two,
    fitted,
    metrics,
)

HERE = Path(__file__).parent


# --- what is kept


def test_finished_runs_are_found_again(tmp_path):
    trained = []

    def counted():  # each run that is trained asks for its callbacks
        trained.append(1)
        return []

    def fitted(*args, **options):
        return study_builds.fitted(*args, callbacks=counted, **options)

    first = fitted({"l2": [0.1]}, folder=tmp_path / "s")
    trained.clear()
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
def test_processes_end_with_the_study(how, in_processes):
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
    records = {file: file.read_bytes() for file in (folder / "runs").iterdir()}
    study = lurnet.Study(build, {"epochs": [1]}, replicates=2, folder=folder)
    assert len(study.fit(X, Y, batch_size=32, verbose=0).runs) == 2
    assert {f: f.read_bytes() for f in records} == records  # found, not trained
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
    records = {file: file.read_bytes() for file in (tmp_path / "s" / "runs").iterdir()}
    assert searched().settings == study.settings
    assert {f: f.read_bytes() for f in records} == records  # nothing is trained a second time
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
