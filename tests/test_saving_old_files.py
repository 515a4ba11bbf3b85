"""Files of Keras 1 and 2, made by hand, and files in their layout, to and from real Keras."""

import json
import os
import runpy
import warnings
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from cases.legacy_files import IDIOMS, array, dense_1, layer, write
from cases.legacy_kernels import KERNELS
from cases.models import CASES

import lurnet
from lurnet.core.errors import BadFile, BadValue, LurnetError


def load(path, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return lurnet.saving.load_model(path, **options)


def near(a, b, tolerance=1e-5):
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("make", (IDIOMS | KERNELS).values(), ids=(IDIOMS | KERNELS).keys())
def test_idioms(make, tmp_path):
    model, weights, version, backend, x, y = make()
    path = write(tmp_path / "any.keras", model, weights, version, backend)  # known by content
    loaded = load(path)
    near(loaded.predict(x, verbose=0), y)
    again = lurnet.models.model_from_json(json.dumps(model | {"keras_version": version}))
    again.load_weights(path)
    near(again.predict(x, verbose=0), y)


def test_compile_settings_and_optimizer_state(tmp_path):
    model, weights, version, backend, *_ = dense_1()
    training = {
        "optimizer_config": layer(
            "Adam", lr=0.02, beta_1=0.9, beta_2=0.99, decay=0.1, epsilon=None
        ),
        "loss": "kullback_leibler_divergence",
        "metrics": ["accuracy"],
        "sample_weight_mode": None,
        "loss_weights": None,
    }
    path = write(tmp_path / "m.h5", model, weights, version, backend, training)
    slots = [array(3, 2), array(2), array(3, 2), array(2)]  # all m, then all v
    with h5py.File(path, "a") as file:
        group = file.create_group("optimizer_weights")
        names = ["iterations", *(f"v{i}" for i in range(4))]
        group.attrs["weight_names"] = [n.encode() for n in names]
        for n, value in zip(names, [np.int64(7), *slots], strict=True):
            group.create_dataset(n, data=value)
    optimizer = load(path).optimizer
    near([optimizer.learning_rate, optimizer.decay, optimizer.iterations], [0.02, 0.1, 7])
    state = [v for v in optimizer.variables if v.shape != ()]
    for variable, value in zip(state, [slots[0], slots[2], slots[1], slots[3]], strict=True):
        near(variable, value)


# --- weights alone


def pair(units=2, name="b"):
    layers = [lurnet.layers.Dense(4, name="a"), lurnet.layers.Dense(units, name=name)]
    return lurnet.Sequential([lurnet.Input((3,)), *layers])


def test_by_name_and_mismatch(tmp_path):
    model = pair()
    model.save_weights(tmp_path / "w.h5")
    other = pair(5)
    with pytest.raises(BadFile, match=r"misshapen  b: .*\(4, 2\)"):
        other.load_weights(tmp_path / "w.h5")
    with pytest.warns(UserWarning, match="left out"):
        other.load_weights(tmp_path / "w.h5", skip_mismatch=True)
    near(other.get_weights()[0], model.get_weights()[0])
    third = pair(5, "another")
    third.load_weights(tmp_path / "w.h5", by_name=True)
    near(third.get_weights()[0], model.get_weights()[0])
    shallow = lurnet.Sequential([lurnet.Input((3,)), lurnet.layers.Dense(4)])
    with pytest.raises(BadFile, match="weights of 2 layers"):
        shallow.load_weights(tmp_path / "w.h5")


def test_first_layout(tmp_path):
    arrays = pair().get_weights()
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file.attrs["nb_layers"] = 2
        for i in range(2):
            group = file.create_group(f"layer_{i}")
            group.attrs["nb_params"] = 2
            for p in range(2):
                group[f"param_{p}"] = arrays[2 * i + p]
    model = pair()
    model.load_weights(tmp_path / "w.h5")
    for a, b in zip(model.get_weights(), arrays, strict=True):
        near(a, b)


def test_names_in_pieces(tmp_path):
    model = pair()
    model.save_weights(tmp_path / "w.h5")
    with h5py.File(tmp_path / "w.h5", "a") as file:
        for group, key in ((file, "layer_names"), (file["a"], "weight_names")):
            names = list(group.attrs[key])
            del group.attrs[key]
            for i, name in enumerate(names):
                group.attrs[f"{key}{i}"] = [name]
    other = pair()
    other.load_weights(tmp_path / "w.h5")
    near(other.get_weights()[3], model.get_weights()[3])


# --- .keras files of tf.keras 2.12 and 2.13


def nested(k):
    inner = k.Sequential([k.Input((4,)), k.layers.Dense(4), k.layers.Dense(3)], name="inner")
    x = k.Input((3,))
    h = k.layers.Dropout(0.1)(k.layers.Dense(4)(x))
    return k.Model(x, k.layers.Dense(2)(inner(k.layers.BatchNormalization()(h))))


@pytest.mark.parametrize("gap", [1, 2])
def test_other_names_of_layers(gap, tmp_path):
    """Where they wrote "layers" otherwise, with gaps in the numbers (2) or without (1)."""
    model = nested(lurnet)
    model.save_weights(tmp_path / "new.weights.h5")
    with h5py.File(tmp_path / "new.weights.h5") as new, h5py.File(tmp_path / "x.h5", "w") as old:

        def copy(name, item):
            if isinstance(item, h5py.Dataset):
                name = name.replace("layers/", "_layer_checkpoint_dependencies/")
                name = name.replace("/dense_1/", f"/dense_{gap}/")
                old[name] = item[()]

        new.visititems(copy)
        assert "_layer_checkpoint_dependencies/sequential" in old
    other = nested(lurnet)
    other.load_weights(tmp_path / "x.h5")
    for a, b in zip(other.get_weights(), model.get_weights(), strict=True):
        near(a, b, 0)
    with pytest.raises(BadFile, match="does not fit"):
        pair().load_weights(tmp_path / "x.h5")


# --- what is refused


def external(file, folder):
    file["model_weights/d/d_W"] = h5py.ExternalLink(str(folder / "x.h5"), "x")


def soft(file, folder):
    file["model_weights/d/d_W"] = h5py.SoftLink("/model_weights/d/d_b")


def bomb(file, folder):
    file["model_weights/d"].create_dataset("d_W", (2**20, 2**20), "f4", chunks=(64, 64))


def nothing(file, folder):
    return


def numbers(file, folder):
    file["model_weights/d/d_W"] = np.ones((3, 2), "f4")
    file["model_weights"].attrs["layer_names"] = np.arange(3)


ATTACKS = [(external, "link"), (soft, "link"), (bomb, "claim"), (nothing, "not in it")]
ATTACKS += [(numbers, "no text")]


@pytest.mark.parametrize(("attack", "text"), ATTACKS, ids=lambda x: getattr(x, "__name__", ""))
def test_attacks(attack, text, tmp_path):
    model, weights, *rest = dense_1()
    path = write(tmp_path / "m.h5", model, weights, *rest[:2])
    with h5py.File(path, "a") as file:
        del file["model_weights/d/d_W"]
        attack(file, tmp_path)
    with pytest.raises(LurnetError, match=text):
        load(path)


def test_code_and_missing_classes(tmp_path):
    shape = {"batch_input_shape": [None, 3]}
    code = layer(
        "Lambda",
        name="up",
        function=["4wEAAAA=", None, None],
        function_type="lambda",
        output_shape=None,
        output_shape_type="raw",
        arguments={},
        **shape,
    )
    own = layer("Dense", name="d", output_dim=2, activation="mine", bias=True, **shape)
    stack = {"class_name": "Sequential", "config": [own, layer("Other", name="o")]}
    with pytest.raises(BadValue, match=r"\{'mine': mine, 'Other': Other\}"):
        load(write(tmp_path / "b.h5", stack, {}, "1.2.2"))
    path = write(tmp_path / "a.h5", {"class_name": "Sequential", "config": [code]}, {}, "2.2.4")
    with pytest.raises(BadFile, match="never run"):
        load(path)
    near(load(path, custom_objects={"up": lambda x: x + 1})(np.ones((1, 3))), [[2, 2, 2]])


# --- the layout written


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_h5_opens_in_keras_and_back(case, tmp_path):
    model = case.build(lurnet)
    model.compile(case.optimizer, case.loss)
    model.save(tmp_path / "m.h5")
    x = case.x
    for loaded in (load(tmp_path / "m.h5"), keras.saving.load_model(tmp_path / "m.h5")):
        for a, b in zip(leaves(model(x)), leaves(loaded(x)), strict=True):
            near(a, b)
        assert type(loaded.optimizer).__name__ == type(model.optimizer).__name__


def leaves(value):
    return [np.asarray(y) for y in keras.tree.flatten(value)]


def test_layout(tmp_path):
    model = pair()
    model.compile("adam", "mse", metrics=["mae"])
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as file:
        assert {"backend", "keras_version", "model_config", "training_config"} <= set(file.attrs)
        root = file["model_weights"]
        assert [n.decode() for n in root.attrs["layer_names"]] == ["a", "b"]
        assert len(root["a"].attrs["weight_names"]) == 2
        assert set(file) == {"model_weights", "optimizer_weights"}
    assert type(keras.saving.load_model(tmp_path / "m.h5").optimizer).__name__ == "Adam"


# --- real files


@pytest.mark.skipif("LURNET_DATA" not in os.environ, reason="LURNET_DATA names no folder of data")
def test_weights_of_theano_without_a_config():
    found = list(Path(os.environ["LURNET_DATA"]).rglob("lstm_th_keras_2_weights.h5"))
    make = lurnet.layers
    stack = [make.LSTM(96, return_sequences=True), make.LSTM(96), make.Dense(1)]
    model = lurnet.Sequential([lurnet.Input((None, 12)), *stack])
    model.load_weights(found[0])
    with h5py.File(found[0]) as file:
        for layer, name in zip(stack, ("lstm_1", "lstm_2", "dense_1"), strict=True):
            kernel = file[name][name]["kernel"][()]
            near(layer.get_weights()[0], kernel, 0)


@pytest.mark.skipif("LURNET_DATA" not in os.environ, reason="LURNET_DATA names no folder of data")
def test_real_files(capsys):
    script = Path(__file__).parent.parent / "scripts" / "old_files"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        main = runpy.run_path(str(script))["main"]
        main(Path(os.environ["LURNET_DATA"]) / "keras_files")
    said = capsys.readouterr().out
    opened, files = map(int, said.split("opened: ")[1].split("\n")[0].split(" of "))
    agree, known = said.split("agree: ")[1].split(" whose")[0].split(" of ")
    assert files >= 380 and opened >= files - 6, said
    assert agree == known and int(known) >= 90, said
