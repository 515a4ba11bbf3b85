"""Hostile and damaged containers: zip, HDF5, safetensors, npz, maps of weights; all refused.

Configs are in test_attacks.py. ``watched`` limits memory and time, and forbids other files.
"""

import contextlib
import json
import pickle
import zipfile

import h5py
import numpy as np
import pytest
from cases.hostile import good_parts, layer, make, watched, with_config, write

import lurnet
from lurnet.core.errors import BadFile, LurnetError
from lurnet.saving import load_model
from lurnet.saving.contents import contents


@pytest.fixture(scope="module")
def parts():
    return good_parts()


def load_weights(path):
    make().load_weights(path)


def refuses(path, text, load=load_model, allowed=()):
    before = sorted(path.parent.rglob("*"))
    with watched(path, *allowed), pytest.raises(LurnetError, match=text):
        load(path)
    with watched(path, *allowed), contextlib.suppress(LurnetError):
        contents(path)  # it looks at headers alone, and may find nothing wrong with them
    assert sorted(path.parent.rglob("*")) == before


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
    ((10**6).to_bytes(8, "little") + b"{}", "cut off"),
]


@pytest.mark.parametrize(("data", "text"), OTHER, ids=lambda x: str(x)[:12])
@pytest.mark.parametrize("load", [load_model, load_weights, contents])
def test_other_kinds(data, text, load, tmp_path):
    (tmp_path / "x.keras").write_bytes(data)
    refuses(tmp_path / "x.keras", text, load)


def test_folders_and_missing_files(tmp_path):
    refuses(tmp_path, "folder without a model")
    refuses(tmp_path / "nothing.keras", "There is no file")
    (tmp_path / "saved_model.pb").write_bytes(b"x")
    refuses(tmp_path, "SavedModel")
    with pytest.raises(BadFile, match="must be a path"):
        load_model(None)


def test_folder_with_links(tmp_path, parts):
    folder = tmp_path / "model"
    make().save(folder, zipped=False)
    (tmp_path / "secret").write_bytes(parts["config.json"])
    (folder / "config.json").unlink()
    (folder / "config.json").symlink_to(tmp_path / "secret")
    refuses(folder, "no file config.json", allowed=[folder / "metadata.json"])


def test_torch_files(tmp_path):
    write(tmp_path / "t.pt", [("archive/data.pkl", pickle.dumps(print))])
    refuses(tmp_path / "t.pt", "PyTorch")
    refuses(tmp_path / "t.pt", "PyTorch", load_weights)


# --- truncated and flipped

CUT = ["x.keras", "x.safetensors", "x.h5", "x.weights.h5", "weights.h5", "x.weights.json", "x.npz"]


@pytest.mark.parametrize("name", CUT)
def test_cut_off_at_every_percent(name, tmp_path):
    path = tmp_path / name
    if name.endswith("npz"):
        np.savez(path, *make().get_weights())
    elif name in CUT[:3]:
        model = make()
        model.compile("sgd", "mse")
        model.save(path)
    else:
        make().save_weights(path)
    load = load_model if name in CUT[:3] else load_weights
    load(path)
    data = path.read_bytes()
    for percent in range(100):
        path.write_bytes(data[: len(data) * percent // 100])
        refuses(path, ".", load)


def test_flipped_bytes_raise_nothing_else(tmp_path, parts):
    random = np.random.default_rng(0)
    path = write(tmp_path / "x.keras", parts)
    data = path.read_bytes()
    for _ in range(40):
        broken = bytearray(data)
        for place in random.integers(0, len(data), 3):
            broken[place] = random.integers(0, 256)
        path.write_bytes(broken)
        try:
            load_model(path)
        except LurnetError:
            continue


# --- zip


BOMBS = [("config.json", load_model), ("metadata.json", contents), ("model.weights.h5", load_model)]


@pytest.mark.parametrize(("member", "load"), BOMBS, ids=lambda x: str(x)[:12])
def test_zip_bombs(member, load, tmp_path, parts):
    path = tmp_path / "x.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (parts | {member: b""}).items():
            with archive.open(name, "w") as file:
                file.write(data)
                for _ in range(300 if name == member else 0):
                    file.write(bytes(2**20))
    refuses(path, "would unpack", load)


def test_zip_bomb_among_the_assets(tmp_path, parts):
    bomb = {"assets/layers/string_lookup/vocabulary.txt": bytes(300 * 2**20)}
    path = write(tmp_path / "x.keras", parts | bomb)
    with watched(path), pytest.warns(UserWarning, match="no layer of the model takes"):
        load_model(path)  # no layer of this model asks for them: they are not unpacked


def test_members(tmp_path, parts):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = write(tmp_path / "x.keras", [*parts.items(), ("config.json", b"{}")])
    refuses(path, "more than once")
    lacking = {k: v for k, v in parts.items() if k != "model.weights.h5"}
    refuses(write(tmp_path / "y.keras", lacking), "no model.weights.h5")
    more = [*parts.items(), ("../../evil", b"x"), ("/etc/evil", b"x")]
    load_model(write(tmp_path / "z.keras", more))  # never unpacked by name
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.keras", "y.keras", "z.keras"]


# --- HDF5


def external_link(group, key, folder):
    group[key] = h5py.ExternalLink(str(folder / "other.h5"), "secret")


def soft_link(group, key, folder):
    group[key] = h5py.SoftLink(f"{group.name}/bias")


def virtual(group, key, folder):
    layout = h5py.VirtualLayout(shape=(2, 3), dtype="f4")
    layout[:] = h5py.VirtualSource(str(folder / "other.h5"), "secret", shape=(2, 3))
    group.create_virtual_dataset(key, layout)


def external_storage(group, key, folder):
    place = [(str(folder / "raw.bin"), 0, 24)]
    group.create_dataset(key, (2, 3), "f4", external=place)


def shape_bomb(group, key, folder):
    group.create_dataset(key, (2**20, 2**20), "f4", chunks=(64, 64))


def many_bombs(group, key, folder):
    for i in range(20):
        group.create_dataset(f"bomb_{i}/vars/0", (2**23,), "f4", chunks=(2**10,))


def chunk_bomb(group, key, folder):
    group.create_dataset(
        key, (2, 3), "f4", maxshape=(None, None), chunks=(2**14, 2**13), compression="gzip"
    )


def foreign_filter(group, key, folder):
    """Zstandard: to read it HDF5 would look for a program library to load."""
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_chunk((2, 3))
    properties.set_filter(32015, h5py.h5z.FLAG_OPTIONAL)
    space = h5py.h5s.create_simple((2, 3))
    h5py.h5d.create(group.id, key.encode(), h5py.h5t.NATIVE_FLOAT, space, properties)


def wrong_shape(group, key, folder):
    group[key] = np.ones((3, 2), "f4")


def texts(group, key, folder):
    group.create_dataset(key, data=["a", "b"])


def objects(group, key, folder):
    group[key] = group.ref


def circle(group, key, folder):
    group[key] = group.parent


def kernel_in(file):
    """The group that holds the Dense layer's kernel, and the kernel's name there."""
    found = []
    file.visititems(lambda _, item: found.append(item) if shape(item) == (2, 3) else None)
    place, _, key = found[0].name.rpartition("/")
    return file[place], key


def shape(item):
    return getattr(item, "shape", None)


HDF5 = [
    (external_link, "is a link"),  # CVE-2026-1669
    (soft_link, "is a link"),
    (virtual, "in another file"),  # CVE-2026-9335
    (external_storage, "in another file"),  # CVE-2026-12480
    (shape_bomb, "claim"),  # CVE-2026-0897
    (many_bombs, "claim"),  # CVE-2026-12570
    (chunk_bomb, "too large"),
    (foreign_filter, "filter 32015"),
    (wrong_shape, r"\(3, 2\).* in the file"),
    (texts, "no numbers"),
    (objects, "no numbers"),
    (circle, "leads back"),
]


@pytest.mark.parametrize("name", ["x.weights.h5", "weights.h5", "x.h5"])
@pytest.mark.parametrize(("attack", "text"), HDF5, ids=lambda x: getattr(x, "__name__", ""))
def test_hdf5(attack, text, name, tmp_path, parts):
    (tmp_path / "raw.bin").write_bytes(bytes(24))
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["secret"] = np.ones((2, 3), "f4")
    path = tmp_path / name
    (make().save if name == "x.h5" else make().save_weights)(path)
    with h5py.File(path, "a") as file:
        group, key = kernel_in(file)
        del group[key]
        attack(group, key, tmp_path)
    refuses(path, text, load_weights)
    if name == "x.h5":
        refuses(path, text)
    if name == "x.weights.h5":
        changed = parts | {"model.weights.h5": path.read_bytes()}
        refuses(write(tmp_path / "x.keras", changed), text)


def test_arrays_of_no_layer(tmp_path):
    path = tmp_path / "x.weights.h5"
    make().save_weights(path)
    with h5py.File(path, "a") as file:
        file["stray"] = np.ones(3)
    refuses(path, "no weights file", load_weights)


def test_config_and_weights_that_agree_on_a_bomb(tmp_path, parts):
    path = tmp_path / "x.weights.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("layers/dense/vars")
        group.create_dataset("0", (2, 2**35), "f4", chunks=(2, 2**10))
        group.create_dataset("1", (2**35,), "f4", chunks=(2**10,))
    changed = with_config(parts, lambda c: layer(c)["config"].update(units=2**35))
    changed["model.weights.h5"] = path.read_bytes()
    refuses(write(tmp_path / "x.keras", changed), "claim")


def test_shape_bomb_for_a_loader_of_the_users_own(tmp_path):
    class Own(lurnet.layers.Layer):
        def build(self, shape):
            self.w = self.add_weight(shape=(1,))

        def call(self, x):
            return x

        def load_own_variables(self, store):
            self.w.assign(store["0"][0, 0])

    model = lurnet.Sequential([lurnet.Input((2,)), Own()])
    path = tmp_path / "x.weights.h5"
    model.save_weights(path)
    with h5py.File(path, "a") as file:
        del file["layers/own/vars/0"]
        file["layers/own/vars"].create_dataset("0", (2**20, 2**20), "f4", chunks=(64, 64))
    refuses(path, "claim 4398046511104 bytes", model.load_weights)


# --- safetensors


def tensors(path, header, data=bytes(24), length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    size = len(text) if length is None else length
    path.write_bytes(size.to_bytes(8, "little") + text + data)
    return path


def one(shape=(2, 3), offsets=(0, 24), dtype="F32", **more):
    return {"a": {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}, **more}


SAFETENSORS = [
    (one(shape=(2**40, 2**40)), "contradicts itself"),
    (one(offsets=(0, 10**12)), "contradicts itself"),
    (one(shape=(-2, -3)), "contradicts itself"),
    (one(shape=(2.0, 3)), "contradicts itself"),
    (one(offsets=(24, 48)), "gaps"),
    (one(dtype="O"), "does not describe"),
    (one(b=one()["a"]), "overlap|more in it"),
    ({"a": [1, 2]}, "does not describe"),
    (one(__metadata__={"config": 3}), "must hold texts"),
    (b'{"a": 1, "a": 2}', "twice"),
    (b'{"a":' * 10_000, "nested too deeply|no JSON"),
    (one(shape=(1,), offsets=(0, 4)), "more in it"),
    (one(__metadata__={"config": "[" * 10_000}), "nested too deeply|no JSON"),
    (one(__metadata__={"config": '{"class_name": "os"}'}), "."),
]


@pytest.mark.parametrize(("header", "text"), SAFETENSORS, ids=range(len(SAFETENSORS)))
def test_safetensors(header, text, tmp_path):
    refuses(tensors(tmp_path / "x.safetensors", header), text)


# --- npz


def test_npz_with_pickles(tmp_path):
    array = np.array([{"a": 1}, None], object)
    np.savez(tmp_path / "x.npz", a=array)
    refuses(tmp_path / "x.npz", "pickle", load_weights)


NPY = [
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1073741824, 1073741824), }", "claim"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 4), }", "no array of numbers"),
    ("{'descr': '<U999999999', 'fortran_order': False, 'shape': (1,), }", "damaged"),
    ("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "pickle"),
    ("{'descr': __import__('os').getcwd(), 'fortran_order': False, 'shape': (1,), }", "damaged"),
    ("(" * 3000, "damaged"),
]


@pytest.mark.parametrize(("header", "text"), NPY, ids=range(len(NPY)))
def test_npy_headers(header, text, tmp_path):
    raw = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + bytes(16)
    refuses(write(tmp_path / "x.npz", {"a.npy": raw}), text, load_weights)


# --- maps of weights

PLACE = "/layers/dense/vars"
MAPS = [
    ({PLACE: "../other.weights.h5"}, "files of its own"),
    ({PLACE: "/etc/passwd"}, "files of its own"),
    ({PLACE: "..\\other.weights.h5"}, "files of its own"),
    ({PLACE: ["secret.txt"]}, "files of its own"),
    ({PLACE: [None]}, "files of its own"),
    ({PLACE: 3}, "files of its own"),
    ({PLACE: "link.weights.h5"}, "is a link"),
    ({PLACE: "missing.weights.h5"}, "There is no file"),
    ({PLACE: "bad.weights.h5"}, "pickle"),
    ({PLACE: ["good.weights.h5", "twin.weights.h5"]}, "in two files"),
    ([1], "no map"),
]


@pytest.mark.parametrize(("places", "text"), MAPS, ids=range(len(MAPS)))
def test_maps(places, text, tmp_path):
    make().save_weights(tmp_path / "good.weights.h5")
    make().save_weights(tmp_path / "twin.weights.h5")
    (tmp_path / "bad.weights.h5").write_bytes(b"\x80\x04\x95" + bytes(50))
    (tmp_path / "link.weights.h5").symlink_to("good.weights.h5")
    path = tmp_path / "x.weights.json"
    path.write_text(json.dumps({"metadata": {}, "weight_map": places}))
    shards = [tmp_path / f"{n}.weights.h5" for n in ("good", "twin", "bad", "missing")]
    refuses(path, text, load_weights, allowed=shards)


def test_map_bomb(tmp_path):
    path = tmp_path / "x.weights.json"
    with path.open("wb") as file:
        file.write(b'{"weight_map": {')
        file.truncate(2**36)
    refuses(path, "too large", load_weights)


def test_a_hostile_map_cannot_delete_files(tmp_path):
    make().save_weights(tmp_path / "precious.weights.h5")
    path = tmp_path / "x.weights.json"
    path.write_text(json.dumps({"weight_map": {PLACE: "precious.weights.h5"}}))
    make().save_weights(path)
    assert (tmp_path / "precious.weights.h5").exists()
