"""Vocabularies in files: every format keeps them, real Keras' file opens, hostile ones do not."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from cases.hostile import watched, write
from cases.texts import INPUTS, adapted, answers, reader

import lurnet
from lurnet.core.errors import BadFile, BadState, LurnetError
from lurnet.layers import StringLookup

GOLDEN = Path(__file__).parent / "golden"  # cases/texts.py, run under real Keras, wrote both files
TRUE = json.loads((GOLDEN / "texts.json").read_text("utf-8"))
ASSET = "assets/layers/string_lookup/vocabulary.txt"


def same(model):
    for name, output in answers(model).items():
        np.testing.assert_allclose(output, TRUE[name], 1e-6, err_msg=name)


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def model():
    return adapted(lurnet)


def test_the_file_of_real_keras():
    reader(lurnet)
    loaded = lurnet.saving.load_model(GOLDEN / "texts.keras")
    same(loaded)
    loaded.numbers.adapt([1, 2])  # it was learned, so it may learn again
    assert loaded.numbers.get_vocabulary() == [-1, 2, 1]


def test_the_same_texts_as_real_keras(model, tmp_path):
    model.save(tmp_path / "x.keras")
    mine, theirs = members(tmp_path / "x.keras"), members(GOLDEN / "texts.keras")
    assets = {name: text for name, text in theirs.items() if name.startswith("assets/")}
    assert len(assets) == 6
    assert {n: t for n, t in mine.items() if n.startswith("assets/")} == assets


@pytest.mark.parametrize("name", ["x.keras", "x.safetensors", "folder"])
def test_every_format_keeps_them(name, model, tmp_path):
    reader(lurnet)
    same(model)
    model.save(tmp_path / name, **({"zipped": False} if name == "folder" else {}))
    again = lurnet.saving.load_model(tmp_path / name)
    same(again)
    again.text.adapt(["new words"])
    again.save(tmp_path / "again.keras")  # the new words, not those of the first file
    again = lurnet.saving.load_model(tmp_path / "again.keras")
    assert again.text.get_vocabulary() == ["", "[UNK]", "words", "new"]


def test_old_layout_keeps_those_in_configs(model, tmp_path):
    with pytest.raises(BadFile, match=r"no place.*Reader.*Save the model as .keras"):
        model.save(tmp_path / "x.h5")
    assert not list(tmp_path.iterdir())
    layers = [model.text, model.words, model.given]
    lurnet.Sequential(layers).save(tmp_path / "x.h5")
    with pytest.warns(UserWarning, match="no compile settings"):
        again = lurnet.saving.load_model(tmp_path / "x.h5").layers
    for a, b, name in zip(layers, again, ("text", "words", "given"), strict=True):
        assert b.get_vocabulary() == a.get_vocabulary()
        np.testing.assert_allclose(b(INPUTS[name]), TRUE[name], 1e-6)
    again[0].adapt(["new"])


def test_not_built(tmp_path):
    reader(lurnet)
    layer = StringLookup(output_mode="tf_idf")
    layer.adapt([["a", "b"], ["b", "c"]])
    lurnet.Sequential([layer]).save(tmp_path / "x.keras")
    again = lurnet.saving.load_model(tmp_path / "x.keras").layers[0]
    assert again(["b", "c"]).tolist() == layer(["b", "c"]).tolist()


@pytest.mark.parametrize("words", [["a", ""], ["", "a"], ["a\x0bb", "\u2028", " c "], ["[UNK]x"]])
def test_odd_tokens(words, tmp_path):
    layer = StringLookup()
    layer.adapt(words)
    lurnet.Sequential([layer]).save(tmp_path / "x.keras")
    again = lurnet.saving.load_model(tmp_path / "x.keras").layers[0]
    assert again.get_vocabulary() == layer.get_vocabulary()


def test_line_breaks(tmp_path):
    layer = StringLookup()
    layer.adapt(["a\nb", "c"])
    with pytest.raises(BadState, match=r"'a\\nb'.*vocabulary="):
        lurnet.Sequential([layer]).save(tmp_path / "x.keras")
    assert not list(tmp_path.iterdir())
    given = StringLookup(vocabulary=layer.get_vocabulary())
    lurnet.Sequential([given]).save(tmp_path / "x.keras")
    again = lurnet.saving.load_model(tmp_path / "x.keras").layers[0]
    assert again.get_vocabulary() == layer.get_vocabulary()


def test_a_vocabulary_set_later_is_the_one_in_the_config():
    layer = StringLookup(vocabulary=["a"])
    layer.set_vocabulary(["b", "c"])
    assert StringLookup.from_config(layer.get_config()).get_vocabulary() == ["[UNK]", "b", "c"]


# --- hostile texts

HOSTILE = [
    (bytes(2**26), "would unpack to"),
    (b"\n" * 2**25, "would unpack to"),
    (b"a\na\na", "more than once"),
    (b"\xff\xfe", "no text in UTF-8"),
    (b"a\nb\nc\nd\ne\nf\ng\nh", "`max_tokens` is 6|idf_weights"),
]


@pytest.mark.parametrize(("text", "said"), HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts(text, said, tmp_path):
    reader(lurnet)
    parts = members(GOLDEN / "texts.keras") | {ASSET: text}
    path = write(tmp_path / "x.keras", parts)
    with watched(path), pytest.raises(LurnetError, match=said):
        lurnet.saving.load_model(path)


def test_names_come_from_the_model(tmp_path):
    reader(lurnet)
    parts = members(GOLDEN / "texts.keras")
    for name in ("assets/../../out.txt", "assets//etc/passwd", "assets/layers/other/a.txt"):
        path = write(tmp_path / "x.keras", parts | {name: b"a"})
        with watched(path), pytest.warns(UserWarning, match="which no layer of the model takes"):
            same(lurnet.saving.load_model(path))
        assert [p.name for p in tmp_path.iterdir()] == ["x.keras"]


def test_links_in_a_folder(model, tmp_path):
    reader(lurnet)
    model.save(tmp_path / "m", zipped=False)
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "m" / ASSET).unlink()
    (tmp_path / "m" / ASSET).symlink_to(tmp_path / "secret.txt")
    loaded = lurnet.saving.load_model(tmp_path / "m")
    assert "secret" not in loaded.words.get_vocabulary()


def test_file_error_names_the_file(tmp_path):
    reader(lurnet)
    path = write(tmp_path / "x.keras", members(GOLDEN / "texts.keras") | {ASSET: b"a\na"})
    with pytest.raises(BadFile, match=f"x.keras: {ASSET}"):
        lurnet.saving.load_model(path)
