"""Files of layers of the user's own: save_assets and load_assets, and hostile archives of them."""

import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from cases.hostile import watched, write
from cases.own_assets import X, keeper, made

import lurnet
from lurnet.core.errors import BadFile

TRUE = (X * 2 + 0.5) * 3 - 0.5
ASSET = "assets/layers/keeper/numbers/factor.bin"


@pytest.fixture
def model():
    return made(lurnet)


def parts(model, path):
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_what_is_in_the_file(model, tmp_path):
    found = parts(model, tmp_path / "x.keras")
    files = {n: d for n, d in found.items() if n.startswith("assets/")}
    second = ASSET.replace("keeper/", "keeper_1/")
    assert files == {ASSET: np.float32(2).tobytes(), second: np.float32(3).tobytes()}


@pytest.mark.parametrize("name", ["x.keras", "folder"])
def test_both_ways(name, model, tmp_path):
    model.save(tmp_path / name, **({"zipped": False} if name == "folder" else {}))
    again = lurnet.saving.load_model(tmp_path / name)
    np.testing.assert_allclose(again(X), TRUE.sum(1, keepdims=True), 1e-6)
    again.layers[0].factor = 5.0
    again.save(tmp_path / name, **({"zipped": False} if name == "folder" else {}))
    assert lurnet.saving.load_model(tmp_path / name).layers[0].factor == 5.0


def test_real_keras_reads_it_and_ours_reads_its(model, tmp_path):
    keras = pytest.importorskip("keras")
    model.save(tmp_path / "ours.keras")
    made(keras).save(tmp_path / "theirs.keras")
    theirs = keras.saving.load_model(tmp_path / "ours.keras")
    keeper(lurnet)
    ours = lurnet.saving.load_model(tmp_path / "theirs.keras")
    for loaded in (theirs, ours):
        assert [(x.factor, x.offset) for x in loaded.layers[:2]] == [(2.0, 0.5), (3.0, -0.5)]
    np.testing.assert_allclose(theirs.predict(X, verbose=0), ours.predict(X, verbose=0), 1e-6)


def test_nothing_stays_in_the_scratch_folder(model, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    model.save(tmp_path / "x.keras")
    lurnet.saving.load_model(tmp_path / "x.keras")
    assert not list((tmp_path / "scratch").iterdir())


@pytest.mark.parametrize("name", ["x.h5", "x.safetensors"])
def test_formats_without_a_place_say_so(name, model, tmp_path):
    with pytest.warns(UserWarning, match="no place for what Keeper 'keeper.*Save the model as .k"):
        model.save(tmp_path / name)


def test_a_layer_over_texts_may_keep_more(tmp_path):
    @lurnet.saving.register_keras_serializable("Assets")
    class Words(lurnet.layers.StringLookup):
        note = ""

        def save_assets(self, dir_path):
            super().save_assets(dir_path)
            Path(dir_path, "note.txt").write_text(self.note)

        def load_assets(self, dir_path):
            super().load_assets(dir_path)
            self.note = Path(dir_path, "note.txt").read_text()

    layer = Words()
    layer.adapt(["a", "b"])
    layer.note = "mine"
    lurnet.Sequential([lurnet.Input((1,), dtype="string"), layer]).save(tmp_path / "x.keras")
    again = lurnet.saving.load_model(tmp_path / "x.keras").layers[0]
    assert (again.note, again.get_vocabulary()) == ("mine", layer.get_vocabulary())


def test_links_are_not_saved(tmp_path, model):
    class Linking(lurnet.layers.Layer):
        def save_assets(self, dir_path):
            Path(dir_path, "link").symlink_to("/etc/hosts")

        def call(self, x):
            return x

    with pytest.raises(BadFile, match="link.* is a link or no plain file"):
        lurnet.Sequential([lurnet.Input((2,)), Linking()]).save(tmp_path / "x.keras")
    assert not list(tmp_path.iterdir())


PLACE = "assets/layers/keeper/"
HOSTILE = {
    "up": ({PLACE + "../../../../out.txt": b"x"}, "no plain path below assets/"),
    "up inside": ({PLACE + "a/../b": b"x"}, "no plain path"),
    "absolute": ({PLACE + "/etc/x": b"x"}, "no plain path"),
    "backslash": ({PLACE + "..\\out.txt": b"x"}, "no plain path"),
    "drive": ({PLACE + "C:out.txt": b"x"}, "no plain path"),
    "control": ({PLACE + "a\nb": b"x"}, "no plain path"),
    "long": ({PLACE + "a/" * 2000 + "b": b"x"}, "no plain path"),
    "file and folder": ({PLACE + "n": b"x", PLACE + "n/m": b"x"}, "a file and a folder at once"),
    "long name": ({PLACE + "a" * 300: b"x"}, "no plain path"),
    "bomb": ({PLACE + "a": bytes(2**28)}, "would unpack to"),
    "many bombs": ({PLACE + str(i): bytes(2**22) for i in range(40)}, "would unpack to"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile(what, model, tmp_path):
    members, said = HOSTILE[what]
    (tmp_path / "in").mkdir()
    found = parts(model, tmp_path / "good.keras")
    path = write(tmp_path / "in" / "x.keras", found | members)
    with watched(path), pytest.raises(BadFile, match=said):
        lurnet.saving.load_model(path)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["good.keras", "in", "x.keras"]


def test_a_link_in_the_archive_is_a_plain_file(model, tmp_path):
    found = parts(model, tmp_path / "good.keras")
    with zipfile.ZipFile(tmp_path / "x.keras", "w") as archive:
        for name, data in found.items():
            info = zipfile.ZipInfo(name)
            if name == ASSET:
                info.external_attr = 0o120777 << 16
            archive.writestr(info, b"/etc" if name == ASSET else data)
    again = lurnet.saving.load_model(tmp_path / "x.keras")
    assert again.layers[0].factor == np.frombuffer(b"/etc", "float32")[0]


def test_links_in_a_folder_are_not_followed(model, tmp_path):
    model.save(tmp_path / "m", zipped=False)
    (tmp_path / "secret").write_bytes(b"1234")
    (tmp_path / "m" / ASSET).unlink()
    (tmp_path / "m" / ASSET).symlink_to(tmp_path / "secret")
    with pytest.raises(TypeError):  # nothing was unpacked, so the layer gets None, as in Keras
        lurnet.saving.load_model(tmp_path / "m")
