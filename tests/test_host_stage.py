"""Models with layers over strings inside: the host stage first, then what is compiled."""

import json
from pathlib import Path

import numpy as np
import pytest
from cases.host_models import COLORS, EVERYTHING, IDS, LABELS, MODELS, TEXTS, back, made, story

import lurnet
from lurnet import layers
from lurnet.core.errors import LurnetError

pytestmark = pytest.mark.usefixtures("quick_compilation")
GOLDEN = Path(__file__).parent / "golden"  # cases/host_models.py, run under real Keras
TRUE = json.loads((GOLDEN / "host_models.json").read_text("utf-8"))
NAMES = list(MODELS)


def close(a, b):
    np.testing.assert_allclose(a, b, 1e-4, 1e-5)


def text_input():
    return lurnet.Input((1,), dtype="string")


@pytest.mark.parametrize("name", NAMES)
def test_as_real_keras(name):
    told = story(made(lurnet, name), MODELS[name][1])
    for key, values in TRUE[name].items():
        close(told[key], values)


@pytest.mark.parametrize("name", NAMES)
def test_real_keras_files(name):
    model = lurnet.saving.load_model(GOLDEN / f"host_{name}.keras")
    told = story(model, MODELS[name][1])
    for key, values in TRUE[name].items():
        close(told[key], values)


@pytest.mark.parametrize("version", ["2_12", "2_13"])
def test_vocabularies_in_files_of_old_times(version):
    file = GOLDEN / f"host_tf_{version}.keras"
    x = {name: array for name, array in EVERYTHING.items() if name != "size"}
    model = lurnet.saving.load_model(file)
    close(model.predict(x, verbose=0), json.loads(file.with_suffix(".json").read_text("utf-8")))


@pytest.mark.parametrize("ending", ["keras", "h5", "safetensors"])
@pytest.mark.parametrize("name", NAMES)
def test_files(name, ending, tmp_path):
    model, x = made(lurnet, name), MODELS[name][1]
    model.save(tmp_path / f"x.{ending}")
    again = lurnet.saving.load_model(tmp_path / f"x.{ending}")
    close(again.predict(x, verbose=0), TRUE[name]["before"])
    model.save_weights(tmp_path / "x.weights.h5")
    other = MODELS[name][0](lurnet)
    other.load_weights(tmp_path / "x.weights.h5")
    close(other.predict(x, verbose=0), TRUE[name]["before"])


@pytest.mark.parametrize("name", NAMES)
def test_copies(name):
    model, x = made(lurnet, name), MODELS[name][1]
    clone = lurnet.models.clone_model(model)  # it knows the words, and has weights of its own
    clone.set_weights(model.get_weights())
    close(clone.predict(x, verbose=0), TRUE[name]["before"])
    again = type(model).from_config(model.get_config())
    assert again.output_shape == model.output_shape
    assert [w.shape for w in again.weights] == [w.shape for w in model.weights]
    model.summary(print_fn=lambda line: None)


@pytest.mark.parametrize("name", NAMES)
def test_every_way_to_call(name):
    model, x = made(lurnet, name), MODELS[name][1]
    true = TRUE[name]["before"]
    rows = {k: v[:2] for k, v in x.items()} if isinstance(x, dict) else x[:2]
    close(model(x), true)
    close(model(x, training=True), true)
    close(model.predict_on_batch(rows), true[:2])
    close(model.predict(iter([(rows,), (rows,)]), verbose=0), true[:2] * 2)
    losses = TRUE[name]["losses"]
    assert np.isclose(model.test_on_batch(x, LABELS), np.mean((true - LABELS) ** 2), 1e-4)
    model.run_eagerly = True
    close(model.predict(x, verbose=0), true)
    assert np.isfinite(model.train_on_batch(x, LABELS)) and len(losses) == 3


def test_streams_and_validation():
    def batches():
        while True:
            for start in (0, 4):
                yield TEXTS[start : start + 4, None], LABELS[start : start + 4]

    model = made(lurnet, "words")
    run = model.fit(
        batches(), steps_per_epoch=2, epochs=3, validation_data=(TEXTS, LABELS), verbose=0
    )
    close(model.predict(TEXTS, verbose=0), TRUE["words"]["after"])
    assert np.isclose(run.history["val_loss"][-1], TRUE["words"]["evaluated"], 1e-4)
    model.fit(TEXTS, LABELS, validation_split=0.5, verbose=0)


@pytest.mark.parametrize("kind", ["U", "S", "list", "column", "bytes"])
def test_forms_of_texts(kind):
    x = {
        "U": TEXTS.astype(str),
        "S": TEXTS.astype(bytes),
        "list": TEXTS.tolist(),
        "column": list(TEXTS.astype(str)),
        "bytes": np.array([t.encode() for t in TEXTS], object),
    }[kind]
    close(made(lurnet, "words").predict(x, verbose=0), TRUE["words"]["before"])


def test_input_found_in_the_data():
    vectorize = layers.TextVectorization(output_sequence_length=3)
    model = lurnet.Sequential(
        [vectorize, layers.Embedding(8, 2), layers.Flatten(), layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    vectorize.adapt(TEXTS)
    model.fit(TEXTS, LABELS, verbose=0)
    assert (model.input.shape, model.input.dtype) == ((None,), "string")
    ids = lurnet.Sequential([layers.Hashing(4, output_mode="one_hot"), layers.Dense(1)])
    assert ids(IDS).shape == (6, 1)
    assert ids.input.dtype == "int64"


def test_adapt_after_building():
    model = lurnet.Sequential([text_input(), layers.TextVectorization(), layers.Embedding(9, 2)])
    with pytest.raises(LurnetError, match=r"no vocabulary yet: call its adapt\(data\)"):
        model.predict(TEXTS, verbose=0)
    model.layers[0].adapt(TEXTS)
    assert model.predict(TEXTS, verbose=0).shape == (6, 5, 2)


def test_strings_out():
    model = back(lurnet)
    known = [["red"], ["blue"], ["red"], ["[UNK]"], ["[UNK]"], ["blue"]]
    assert model.predict(COLORS, verbose=0).tolist() == model(COLORS).tolist() == known


def test_only_the_rest_is_seen_by_steps_and_layers():
    model = made(lurnet, "words")
    computed = [x.name for x in model.layers if not isinstance(x, layers.TextVectorization)]
    assert list(model.activations(TEXTS)) == computed
    assert model.predict(TEXTS, mc_samples=3).mean.shape == (6, 1)
    lurnet.utils.find_learning_rate(model, TEXTS, LABELS, batch_size=2, steps=5)


class Own(lurnet.Model):
    def __init__(self):
        super().__init__()
        self.words = layers.TextVectorization(vocabulary=["cat"], output_mode="count")
        self.dense = layers.Dense(1)

    def call(self, x):
        return self.dense(self.words(x))


def test_models_of_ones_own():
    model = Own()
    assert model(TEXTS).shape == (6, 1)
    model.compile("sgd", "mse")
    with pytest.raises(LurnetError, match="into a Sequential or functional model"):
        model.fit(TEXTS, LABELS, verbose=0)


def after_dense():
    return lurnet.Sequential(
        [lurnet.Input((2,)), layers.Dense(2), layers.IntegerLookup(vocabulary=[1])]
    )


def grown():
    model = made(lurnet, "weighed")
    model.layers[0].adapt(["some more words than there were before"])
    return model.predict(TEXTS, verbose=0)


def strings_beside_numbers():
    x = text_input()
    index = layers.StringLookup(vocabulary=["a"])(x)
    word = layers.StringLookup(vocabulary=["a"], invert=True)(index)
    return lurnet.Model(x, [word, layers.Embedding(3, 2)(index)])


REFUSED = {
    "after a device layer": (after_dense, r"comes after Dense layer .*\(model.predict\(x\)\)"),
    "on the device": (
        lambda: lurnet.Sequential([text_input(), layers.Dense(2)]),
        "Dense layer .* strings cannot be computed with .* TextVectorization",
    ),
    "size unknown": (
        lambda: layers.TextVectorization(output_mode="count")(text_input()),
        r"call its adapt\(data\) before you build the model",
    ),
    "grown": (grown, r"output of shape \(6, 8\), but the model was built for \(None, 6\)"),
    "both": (strings_beside_numbers, "strings that 'string_lookup.*' gives are an output"),
    "numbers": (
        lambda: made(lurnet, "words").predict(LABELS),
        "expected values of dtype string, but the data hold float32",
    ),
    "strings": (
        lambda: made(lurnet, "features").predict(EVERYTHING | {"id": COLORS}),
        "input 'id': expected values of dtype int64, but the data hold strings",
    ),
    "shape": (
        lambda: made(lurnet, "words").predict(np.array([["a", "b"]])),
        r"expected \(None, 1\), but the data have shape \(1, 2\)",
    ),
    "missing": (
        lambda: made(lurnet, "words").predict(np.array(["a", np.nan], object)),
        "holds nan at index 1, where a text belongs",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refusals(what):
    run, said = REFUSED[what]
    with pytest.raises((LurnetError, TypeError), match=said):
        run()
