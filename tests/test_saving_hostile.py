"""Damaged and hostile model files: each is refused with the library's own error, at once."""

import io
import json
import os
import zipfile

import h5py
import numpy as np
import pytest

import lurnet
from lurnet.core.errors import BadFile, LurnetError


def make():
    return lurnet.Sequential([lurnet.Input((2,)), lurnet.layers.Dense(3, name="d")])


@pytest.fixture(scope="module")
def parts():
    """The members of a good file."""
    file = io.BytesIO()
    folder = pytest.importorskip("tempfile").mkdtemp()
    make().save(os.path.join(folder, "good.keras"))
    with zipfile.ZipFile(os.path.join(folder, "good.keras")) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    del file
    return found


def write(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def refuses(path, text, load=lurnet.saving.load_model):
    with pytest.raises(LurnetError, match=text):
        load(path)


def load_weights(path):
    make().load_weights(path)


# --- files that are none

OTHER = [
    (b"", "empty"),
    (b"\x89PNG\r\n\x1a\n" + bytes(50), "PNG image"),
    (b"\x80\x04\x95" + bytes(50), "pickle"),
    (b"hello, world, what a fine day it is", "no model file"),
    (b'{"class_name": "Sequential"}', "model_from_json"),
    (b"<!DOCTYPE html>", "web page"),
    (b"PK\x03\x04" + bytes(100), "damaged or cut off"),
    (b"\x89HDF\r\n\x1a\n" + bytes(100), "damaged or cut off|HDF5"),
]


@pytest.mark.parametrize(("data", "text"), OTHER, ids=lambda x: str(x)[:12])
@pytest.mark.parametrize("load", [lurnet.saving.load_model, load_weights])
def test_other_kinds(data, text, load, tmp_path):
    (tmp_path / "x.keras").write_bytes(data)
    refuses(tmp_path / "x.keras", text, load)


def test_folders_and_missing_files(tmp_path):
    refuses(tmp_path, "folder without a model")
    refuses(tmp_path / "nothing.keras", "There is no file")
    (tmp_path / "saved_model.pb").write_bytes(b"x")
    refuses(tmp_path, "SavedModel")
    refuses(None, "must be a path")


def test_arrays_and_torch_files(tmp_path):
    np.savez(tmp_path / "x.npz", a=np.ones(3))
    refuses(tmp_path / "x.npz", r"\.npz")
    write(tmp_path / "t.pt", [("archive/data.pkl", b"x")])
    refuses(tmp_path / "t.pt", "PyTorch")


def test_weights_given_as_a_model(tmp_path):
    make().save_weights(tmp_path / "x.weights.h5")
    refuses(tmp_path / "x.weights.h5", "load_weights")


def test_cut_off_anywhere(tmp_path, parts):
    path = write(tmp_path / "x.keras", parts.items())
    make().save_weights(tmp_path / "x.weights.h5")
    for file, load in ((path, lurnet.saving.load_model), (tmp_path / "x.weights.h5", load_weights)):
        data = file.read_bytes()
        for percent in range(0, 100, 4):
            file.write_bytes(data[: len(data) * percent // 100])
            refuses(file, ".", load)


def test_flipped_bytes_raise_nothing_else(tmp_path, parts):
    random = np.random.default_rng(0)
    path = write(tmp_path / "x.keras", parts.items())
    data = path.read_bytes()
    for _ in range(40):
        broken = bytearray(data)
        for place in random.integers(0, len(data), 3):
            broken[place] = random.integers(0, 256)
        path.write_bytes(broken)
        try:
            lurnet.saving.load_model(path)
        except LurnetError:
            continue


# --- configs


def edited(parts, change):
    config = json.loads(parts["config.json"])
    change(config)
    return parts | {"config.json": json.dumps(config)}


def layer(config):
    return config["config"]["layers"][1]


def code(config):
    function = {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": None}}
    settings = {"name": "up", "function": function, "arguments": {}}
    layer(config).update(class_name="Lambda", config=settings)


def named(module, name, **more):
    def change(config):
        layer(config).update(module=module, class_name=name, **more)

    return change


def with_field(key, value):
    return lambda config: layer(config)["config"].update({key: value})


def function_of(module, name):
    entry = {"module": module, "class_name": "function", "config": name, "registered_name": name}
    return with_field("activation", entry)


CONFIGS = [
    (code, "never run"),
    (named("os", "system"), "not Keras': system"),
    (named("builtins", "eval"), "not Keras': eval"),
    (named("keras.utils", "get_file", config={"fname": "x", "origin": "https://x.y"}), "not here"),
    (named("keras.src.layers", "Nothing"), "'Nothing' of Keras"),
    (named("keras.layers", "TFSMLayer", config={"filepath": "x"}), "not here"),
    (named("mine", "Mine", registered_name="Pack>Mine"), r"\{'Pack>Mine': Mine\}"),
    (function_of("os", "system"), "not Keras': system"),
    (function_of("builtins", "exec"), "exec"),
    (function_of("keras.config", "enable_unsafe_deserialization"), "not here"),
    (with_field("name", ".."), "which is a path"),
    (with_field("name", "../../x"), "which is a path"),
    (with_field("units", -3), "positive integer"),
    (with_field("units", float("nan")), "positive integer"),
    (with_field("units", "3"), "positive integer"),
    (with_field("activation", {"class_name": "function", "config": 3}), "."),
    (lambda c: c["config"].update(layers=3), "does not describe a model"),
    (lambda c: c["config"].update(layers=[3]), "."),
    (lambda c: c.update(config=[1]), "must be a dict"),
    (lambda c: c.update(class_name=["x"]), "."),
    (lambda c: layer(c).update(registered_name=["x"]), "does not describe"),
    (lambda c: layer(c).update(module=["x"]), "does not describe"),
    (lambda c: layer(c)["config"].clear(), "."),
    (lambda c: layer(c)["config"].update(dtype={"class_name": "DTypePolicy", "config": 7}), "."),
    (lambda c: layer(c).update(build_config={"input_shape": [None, "x"]}), "."),
    (lambda c: c.clear(), "."),
]


@pytest.mark.parametrize(("change", "text"), CONFIGS)
def test_configs(change, text, tmp_path, parts):
    path = write(tmp_path / "x.keras", edited(parts, change).items())
    refuses(path, text)
    assert list(tmp_path.iterdir()) == [path]  # nothing was written elsewhere


TEXTS = [
    ("[" * 100_000, "nested too deeply|no JSON"),
    ('{"a":' * 100_000, "nested too deeply|no JSON"),
    ('{"class_name": "Sequential", "class_name": "Model", "config": {}}', "class_name twice"),
    ("[1, 2]", "must hold a dict"),
    ("{", "no JSON"),
    (b"\xff\xfe\x00", "no JSON"),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS, ids=range(len(TEXTS)))
def test_texts(text, expected, tmp_path, parts):
    refuses(write(tmp_path / "x.keras", (parts | {"config.json": text}).items()), expected)
    with pytest.raises(LurnetError, match=expected):
        lurnet.models.model_from_json(text)


def test_deep_config(tmp_path, parts):
    start = '{"class_name": "Sequential", "module": "keras", "config": {"layers": ['
    for depth in (400, 10_000):
        text = start * depth + "]}}" * depth
        refuses(write(tmp_path / "x.keras", (parts | {"config.json": text}).items()), "nested too")


# --- archives


def test_zip_bombs(tmp_path, parts):
    zeros = bytes(70 * 2**20)
    refuses(write(tmp_path / "a.keras", (parts | {"config.json": zeros}).items()), "would unpack")
    refuses(
        write(tmp_path / "b.keras", (parts | {"model.weights.h5": zeros}).items()), "would unpack"
    )


def test_members(tmp_path, parts):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = write(tmp_path / "x.keras", [*parts.items(), ("config.json", b"{}")])
    refuses(path, "more than once")
    lacking = [(k, v) for k, v in parts.items() if k != "model.weights.h5"]
    refuses(write(tmp_path / "y.keras", lacking), "no model.weights.h5")
    more = [*parts.items(), ("../../evil", b"x"), ("/etc/evil", b"x")]
    lurnet.saving.load_model(write(tmp_path / "z.keras", more))  # never unpacked by name
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.keras", "y.keras", "z.keras"]


# --- HDF5


def external_link(file, folder):
    file["layers/dense/vars/0"] = h5py.ExternalLink(str(folder / "other.h5"), "secret")


def soft_link(file, folder):
    file["layers/dense/vars/0"] = h5py.SoftLink("/layers/dense/vars/1")


def virtual(file, folder):
    layout = h5py.VirtualLayout(shape=(2, 3), dtype="f4")
    layout[:] = h5py.VirtualSource(str(folder / "other.h5"), "secret", shape=(2, 3))
    file["layers/dense/vars"].create_virtual_dataset("0", layout)


def external_storage(file, folder):
    place = [(str(folder / "raw.bin"), 0, 24)]
    file["layers/dense/vars"].create_dataset("0", (2, 3), "f4", external=place)


def shape_bomb(file, folder):
    file["layers/dense/vars"].create_dataset("0", (2**20, 2**20), "f4", chunks=(64, 64))


def wrong_shape(file, folder):
    file["layers/dense/vars/0"] = np.ones((3, 2), "f4")


def texts(file, folder):
    file["layers/dense/vars"].create_dataset("0", data=["a", "b"])


def objects(file, folder):
    file["layers/dense/vars/0"] = file["layers"].ref


def circle(file, folder):
    file["layers/dense/vars/0"] = file["layers"]


def no_group(file, folder):
    file["stray"] = np.ones(3)


HDF5 = [
    (external_link, "is a link"),
    (soft_link, "is a link"),
    (virtual, "in another file"),
    (external_storage, "in another file"),
    (shape_bomb, "misshapen"),
    (wrong_shape, r"\(3, 2\) in the file"),
    (texts, "no numbers"),
    (objects, "no numbers"),
    (circle, "leads back"),
    (no_group, "no weights file"),
]


@pytest.mark.parametrize(("attack", "text"), HDF5, ids=lambda x: getattr(x, "__name__", ""))
def test_hdf5(attack, text, tmp_path, parts):
    (tmp_path / "raw.bin").write_bytes(bytes(24))
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["secret"] = np.ones((2, 3), "f4")
    path = tmp_path / "x.weights.h5"
    make().save_weights(path)
    with h5py.File(path, "a") as file:
        del file["layers/dense/vars/0"]
        attack(file, tmp_path)
    refuses(path, text, load_weights)
    archive = write(tmp_path / "x.keras", (parts | {"model.weights.h5": path.read_bytes()}).items())
    refuses(archive, text)


def test_shape_bomb_for_a_loader_of_the_users_own(tmp_path):
    class Own(lurnet.layers.Layer):
        def build(self, shape):
            self.w = self.add_weight(shape=(1,))

        def call(self, x):
            return x

        def load_own_variables(self, store):
            self.w.assign(store["0"][0, 0])

    model = lurnet.Sequential([lurnet.Input((2,)), Own()])
    model.save_weights(tmp_path / "x.weights.h5")
    with h5py.File(tmp_path / "x.weights.h5", "a") as file:
        del file["layers/own/vars/0"]
        file["layers/own/vars"].create_dataset("0", (2**20, 2**20), "f4", chunks=(64, 64))
    refuses(tmp_path / "x.weights.h5", "claims 4398046511104 bytes", model.load_weights)


def test_old_layouts_say_what_to_do(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.attrs["layer_names"] = ["a"]
    refuses(tmp_path / "x.h5", "Keras 1 and 2", load_weights)
    refuses(tmp_path / "x.h5", "save it as .keras")
    with pytest.raises(BadFile, match="by_name"):
        make().load_weights(tmp_path / "x.h5", by_name=True)
