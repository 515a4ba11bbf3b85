"""`lurnet inspect` and `lurnet convert`: what they tell and write; bad files cost one line."""

import json

import keras
import numpy as np
import pytest
from cases.models import CASES

import lurnet
from lurnet.cli import main
from lurnet.saving.contents import contents

NAMES = ["x.keras", "x.safetensors", "x.weights.h5", "x.weights.json"]


def make(k=lurnet):
    layers = [k.Input((4,)), k.layers.Dense(3, name="first"), k.layers.BatchNormalization()]
    model = k.Sequential([*layers, k.layers.Dense(2, name="last")], name="stack")
    model.compile(k.optimizers.Adam(0.02), "mse", metrics=["mae"])
    model.fit(np.ones((4, 4)), np.ones((4, 2)), verbose=0)
    return model


@pytest.fixture(scope="module")
def model():
    return make()


def save(model, path):
    whole = not path.name.startswith("x.weights")
    model.save(path) if whole else model.save_weights(path)
    return path


@pytest.mark.parametrize("name", NAMES)
def test_inspect(name, model, tmp_path, capsys):
    path = save(model, tmp_path / name)
    assert main(["inspect", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["parameters"] == model.count_params() == 35
    assert found["dtypes"] == {"float32": 35}
    assert found["optimizer_state"]["arrays"] == len(model.optimizer.variables)
    rows = [(r["name"], r["class"], r["parameters"]) for r in found["layers"]]
    if "weights" in name:
        assert {n for _, _, n in rows} == {15, 12, 8} and found["model"] is None
    else:
        names = [x.name for x in model.layers]
        kinds = ["Dense", "BatchNormalization", "Dense"]
        assert rows == list(zip(names, kinds, [15, 12, 8], strict=True))
        assert found["model"] == {"class": "Sequential", "name": "stack"}
        assert found["about"]["keras_version"] == "3.15.1"
        assert found["compiled"] == {"optimizer": "Adam (0.02)", "loss": "mse", "metrics": "mae"}
    assert main(["inspect", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "35 float32" in shown and "4x3" in shown


def test_inspect_files_of_keras(tmp_path):
    model = make(keras)
    model.save(tmp_path / "x.keras")
    model.save(tmp_path / "x.h5")
    for name in ("x.keras", "x.h5"):
        found = contents(tmp_path / name)
        rows = [(r["name"], r["class"], r["parameters"]) for r in found["layers"]]
        kinds = ["Dense", "BatchNormalization", "Dense"]
        names = [x.name for x in model.layers]
        assert rows == list(zip(names, kinds, [15, 12, 8], strict=True)), name
        assert found["about"]["keras_version"] == keras.__version__
        assert found["compiled"]["optimizer"] == "Adam (0.02)"
        assert found["optimizer_state"]["arrays"] > 6


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_all_parameters_have_a_row(case, tmp_path):
    model = case.build(lurnet)
    model.save(tmp_path / "x.keras")
    found = contents(tmp_path / "x.keras")
    assert found["parameters"] == model.count_params()
    assert sum(row["parameters"] for row in found["layers"]) == model.count_params()


def test_inspect_npz(model, tmp_path):
    np.savez(tmp_path / "x.npz", *model.get_weights())
    assert contents(tmp_path / "x.npz")["parameters"] == 35


@pytest.mark.parametrize("new", NAMES)
@pytest.mark.parametrize("old", NAMES)
def test_convert(old, new, model, tmp_path, capsys):
    source, target = save(model, tmp_path / old), tmp_path / f"new_{new}".replace("_x", "")
    status = main(["convert", str(source), str(target)])
    out, err = capsys.readouterr()
    if "weights" in old and new == "x.keras":
        assert (status, out) == (1, "") and "no whole model" in err and not target.exists()
        return
    assert status == 0, err
    assert "kept" in out and ("architecture" in out) == ("weights" not in old)
    if contents(target)["holds"] == "weights":
        made = make()
        made.load_weights(target)
    else:
        made = lurnet.saving.load_model(target)
    for a, b in zip(model.get_weights(), made.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert int(made.optimizer.iterations.value) == 1


BAD = [b"", b"PK\x03\x04" + bytes(100), b"\x89HDF\r\n\x1a\n" + bytes(100), b"\x80\x04\x95", b"{}"]


@pytest.mark.parametrize("data", BAD)
def test_bad_files_cost_one_line(data, tmp_path, capsys):
    path = tmp_path / "x\x1b[31m.keras"
    path.write_bytes(data)
    for command in (["inspect", str(path)], ["convert", str(path), str(tmp_path / "y.keras")]):
        assert main(command) == 1
        out, err = capsys.readouterr()
        assert not out and err.startswith("lurnet: ") and err.count("\n") == 1
        assert "\x1b" not in err


def test_names_in_a_file_cannot_steer_the_terminal(tmp_path, capsys):
    lurnet.Sequential([lurnet.Input((1,)), lurnet.layers.Dense(1, name="a\x1b[2J[red]")]).save(
        tmp_path / "x.keras"
    )
    assert main(["inspect", str(tmp_path / "x.keras")]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out and "a?[2J[red]" in out


def test_unknown_ending(model, tmp_path, capsys):
    source = save(model, tmp_path / "x.keras")
    assert main(["convert", str(source), str(tmp_path / "x.onnx")]) == 1
    assert "ending is none of" in capsys.readouterr().err
