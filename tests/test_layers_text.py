"""Layers over strings against golden values, which real Keras 3.15.1 gave on TensorFlow."""

import json
from pathlib import Path

import numpy as np
import pytest
from cases.layers_text import CASES, answer

from lurnet import layers
from lurnet.layers.preprocessing.hashes import bucket, crossed

GOLDEN = json.loads((Path(__file__).parent / "golden" / "layers_text.json").read_text("utf-8"))
#: Texts of all lengths that the hash treats apart, and what TensorFlow makes of them: the bucket
#: of 2**62 by to_hash_bucket_fast, and by to_hash_bucket_strong with key=[133, 137].
HASHES = {
    "": (1936946117179621455, 316627932347062996),
    "a": (3694432073954588131, 2466253977694453450),
    "abc": (2640714258260161385, 2288159068006480041),
    "hello wo": (3616420679985843595, 2130758417722720042),
    "0123456789abcdef": (1493332391325024359, 4045071960732599654),
    "the quick brown fox jumps": (1388962031143230994, 1888240196484492821),
    "the quick brown fox jumps over the lazy dog": (3200379034145657811, 1129845220512511072),
    "x" * 64: (2304502108871267256, 3649777762800071089),
    "y" * 65: (4023130470993650268, 4475297591810910813),
    "lorem ipsum " * 20: (3832910783461674474, 388009960398785172),
    "größe": (2518500454932085080, 3685422316722610750),
}


@pytest.mark.parametrize("text", HASHES)
def test_hashes(text):
    found = [bucket(text.encode(), 2**62, salt) for salt in (None, (133, 137))]
    assert found == list(HASHES[text])


def test_crossed():
    pairs = [(b"a", 3), (b"bb", -4), ("größe".encode(), 2**40)]
    assert [crossed(p, 2**40) for p in pairs] == [1074887891182, 446397643802, 484543472304]
    assert [crossed([n, t, n], 97) for t, n in pairs] == [29, 53, 86]


@pytest.mark.parametrize("name", CASES)
def test_same_as_the_oracle(name):
    found, wanted = json.loads(json.dumps(answer(layers, name))), GOLDEN[name]
    np.testing.assert_allclose(found["output"], wanted["output"], 1e-6)
    assert np.shape(found["output"]) == np.shape(wanted["output"])
    assert found["vocabulary"] == wanted["vocabulary"]
    assert found["config"] == wanted["config"]


@pytest.mark.parametrize("name", CASES)
def test_config(name):
    layer = CASES[name][0](layers)
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()


@pytest.mark.parametrize("kind", ["StringLookup", "IntegerLookup"])
def test_there_and_back(kind):
    words = ["b", "a"] if kind == "StringLookup" else [30, 10]
    mask = "" if kind == "StringLookup" else 0
    there = getattr(layers, kind)(vocabulary=words, mask_token=mask)
    back = getattr(layers, kind)(vocabulary=words, mask_token=mask, invert=True)
    found = there([[words[0], words[1], mask]])
    assert back(found).tolist() == [[words[0], words[1], mask]]


def test_adapt_takes_batches():
    layer = layers.TextVectorization()
    layer.adapt((np.array([t]) for t in ["a b", "b c", "b"]), steps=2)
    assert layer.get_vocabulary() == ["", "[UNK]", "b", "c", "a"]
    layer.adapt(["x"])
    assert layer.get_vocabulary(include_special_tokens=False) == ["x"]


def test_functions_standardize_and_split():
    layer = layers.TextVectorization(
        standardize=lambda x: np.char.replace(x, "-", " "),
        split=lambda x: [t.split(",") for t in x.tolist()],
        vocabulary=["a b", "c"],
    )
    assert layer(["a-b,c", "c"]).tolist() == [[2, 3], [3, 0]]


def test_bytes_and_single_texts():
    layer = layers.TextVectorization(vocabulary=["a", "b"])
    assert layer(np.array([b"a b", b"b"])).tolist() == [[2, 3], [3, 0]]
    assert layer("a b").tolist() == [2, 3]
    assert layers.StringLookup(vocabulary=["a"])("a").tolist() == 1


def test_vocabulary_from_a_file_of_the_users(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("größe\nb\n", "utf-8")
    layer = layers.StringLookup(vocabulary=str(path))
    assert layer(["b", "größe", "z"]).tolist() == [2, 1, 0]
    assert layer.get_config()["vocabulary"] is None  # a path stays out of files


def test_assets():
    layer = layers.TextVectorization()
    layer.adapt(["a b b"])
    fresh = layers.TextVectorization()
    fresh.take_assets(layer.assets())
    assert fresh.get_vocabulary() == layer.get_vocabulary()
    assert layers.StringLookup(vocabulary=["a"]).assets() == {}  # the config holds it


ERRORS = [
    (lambda: layers.StringLookup(vocabulary=["a", "a"]), "more than once"),
    (lambda: layers.StringLookup(vocabulary=[]), "empty"),
    (lambda: layers.StringLookup(max_tokens=2, vocabulary=["a", "b"]), "`max_tokens` is 2"),
    (lambda: layers.StringLookup(max_tokens=1), "above 1"),
    (lambda: layers.StringLookup(num_oov_indices=-1), "0 or more"),
    (lambda: layers.StringLookup(vocabulary=["a"], mask_token="m", num_oov_indices=0)("x"), "'x'"),
    (lambda: layers.StringLookup(vocabulary=["b", "m"], mask_token="m"), "special token 'm'"),
    (lambda: layers.StringLookup(output_mode="count")(["a"]), "no vocabulary yet"),
    (lambda: layers.StringLookup(output_mode="cuont"), "Did you mean 'count'"),
    (lambda: layers.StringLookup(vocabulary=["a"]).adapt(["b"]), "cannot adapt"),
    (lambda: layers.StringLookup(vocabulary="no/such/file"), "no vocabulary file"),
    (lambda: layers.StringLookup(vocabulary=["a"], output_mode="tf_idf"), "idf_weights"),
    (lambda: layers.StringLookup(pad_to_max_tokens=True), "needs `max_tokens`"),
    (lambda: layers.StringLookup(invert=True, output_mode="count"), "int"),
    (lambda: layers.IntegerLookup(salt=3), "farmhash"),
    (lambda: layers.IntegerLookup(vocabulary=["x"]), "must be a int, not 'x'"),
    (lambda: layers.TextVectorization(split="whitespaec"), "Did you mean 'whitespace'"),
    (lambda: layers.TextVectorization()([["a", "b"]]), "split=None"),
    (lambda: layers.TextVectorization(output_mode="count", output_sequence_length=3), "int"),
    (lambda: layers.TextVectorization(sparse=True), "no sparse tensors"),
    (lambda: layers.Hashing(0), "positive integer"),
    (lambda: layers.Hashing(3, salt="x"), "whole number"),
    (lambda: layers.HashedCrossing(3)([["a"]]), "at least two"),
    (lambda: layers.HashedCrossing(3)([["a"], ["b", "c"]]), "one shape"),
]


@pytest.mark.parametrize(("call", "message"), ERRORS)
def test_errors(call, message):
    with pytest.raises((ValueError, TypeError, RuntimeError), match=message):
        call()
