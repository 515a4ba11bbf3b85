"""safetensors with whole models, weights in several files, npz: written, read, told by content."""

import json
import warnings

import keras
import numpy as np
import pytest
from cases.models import CASES
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

import lurnet
from lurnet.core.errors import BadFile, BadValue

WAYS = [(lurnet, keras), (keras, lurnet), (lurnet, lurnet)]


def make(k=lurnet, value=None, dtype=None):
    layers = [k.Input((20,)), k.layers.Dense(50, name="a"), k.layers.BatchNormalization(name="n")]
    model = k.Sequential([*layers, k.layers.Dense(30, name="b", dtype=dtype)])
    if value is not None:
        model.set_weights([np.full(w.shape, value, w.dtype) for w in model.get_weights()])
    return model


def same(a, b):
    for x, y in zip(a.get_weights(), b.get_weights(), strict=True):
        np.testing.assert_array_equal(np.asarray(x, "float32"), np.asarray(y, "float32"))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_whole_models_in_safetensors(case, tmp_path):
    model = case.build(lurnet)
    model.compile(case.optimizer, case.loss)
    model.save(tmp_path / "x.safetensors")
    (tmp_path / "x.safetensors").rename(tmp_path / "x.bin")  # known by content
    loaded = lurnet.saving.load_model(tmp_path / "x.bin")
    same(model, loaded)
    assert type(loaded.optimizer) is type(model.optimizer)
    case.build(lurnet).load_weights(tmp_path / "x.bin")


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16", "float64"])
def test_safetensors_as_others_write_it(dtype, tmp_path):
    model = make(value=0.5, dtype=dtype)
    model.save(tmp_path / "x.safetensors")
    with safe_open(tmp_path / "x.safetensors", "numpy") as file:
        about = file.metadata()
        assert set(file.keys()) >= {"layers/dense/vars/0", "layers/dense_1/vars/1"}
        assert file.get_tensor("layers/dense/vars/0").shape == (20, 50)
    assert json.loads(about["config"])["class_name"] == "Sequential"
    same(lurnet.saving.load_model(tmp_path / "x.safetensors"), model)


def test_safetensors_that_others_wrote(tmp_path):
    model = make(value=0.5)
    save_file({v.path: np.asarray(v) for v in model.weights}, tmp_path / "x.safetensors")
    other = make(value=0.0)
    other.load_weights(tmp_path / "x.safetensors")
    same(model, other)
    model.save_weights(tmp_path / "y.safetensors")
    found = load_file(tmp_path / "y.safetensors")
    np.testing.assert_array_equal(found["layers/dense/vars/0"], model.get_weights()[0])
    with pytest.raises(BadFile, match="without an architecture"):
        lurnet.saving.load_model(tmp_path / "y.safetensors")


@pytest.mark.parametrize(("source", "target"), WAYS, ids=["to_keras", "from_keras", "round_trip"])
def test_shards(source, target, tmp_path):
    path = tmp_path / "big.weights.json"
    for value in (1.0, 2.0, 3.0):  # each set replaces the one before
        model = make(source, value)
        model.save_weights(path, max_shard_size=1e-5)
        other = make(target, 0.0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            other.load_weights(path)
        same(model, other)
        named = {n for names in json.loads(path.read_text())["weight_map"].values() for n in names}
        assert len(named) > 1
        there = {p.name for p in tmp_path.iterdir()} - {path.name}
        assert there == named | {"big_00000.weights.h5"}


def test_shards_arguments(tmp_path):
    model = make()
    with pytest.raises(BadValue, match="layers/dense/vars/0.*more than max_shard_size"):
        model.save_weights(tmp_path / "x.weights.json", max_shard_size=1e-6)
    with pytest.raises(BadFile, match=r"write 'x.weights.json'"):
        model.save_weights(tmp_path / "x.weights.h5", max_shard_size=1)
    with pytest.raises(BadValue, match="positive"):
        model.save_weights(tmp_path / "x.weights.json", max_shard_size=0)
    assert not list(tmp_path.iterdir())
    model.save_weights(tmp_path / "x.weights.json")
    with pytest.raises(BadFile, match="overwrite=False"):
        model.save_weights(tmp_path / "x.weights.json", overwrite=False)


def test_npz(tmp_path):
    model, other = make(value=0.5), make(value=0.0)
    np.savez_compressed(tmp_path / "x.npz", *model.get_weights())
    other.load_weights(tmp_path / "x.npz")
    same(model, other)
    named = {v.path.replace("/", "."): np.asarray(v) for v in model.weights}
    np.savez(tmp_path / "y.npz", **named)
    other = make(value=0.0)
    other.load_weights(tmp_path / "y.npz")
    same(model, other)
    np.savez(tmp_path / "z.npz", *model.get_weights()[1:])
    with pytest.raises(BadFile, match="7 arrays by number, but Sequential .* has 8"):
        other.load_weights(tmp_path / "z.npz")
    np.savez(tmp_path / "u.npz", kernel=np.ones(3))
    with pytest.raises(BadFile, match="'kernel', but the variables .* are 'a/kernel'"):
        other.load_weights(tmp_path / "u.npz")
