"""Models with layers over strings and ids inside, for lurnet and for real Keras on TensorFlow.

``KERAS_BACKEND=tensorflow python tests/cases/host_models.py FOLDER`` writes the files that are kept
in tests/golden: what each model predicts before and after some training, and the models themselves.
With tf.keras 2.12 or 2.13 installed, ``python tests/cases/host_models.py FILE.keras`` writes the
files of that time, each with its predictions beside it.
"""

import sys

import numpy as np

TEXTS = np.array(
    ["the cat sat", "a dog, the cat", "Dogs!", "", "a bird sat and sat", "cat cat"], "O"
)
COLORS = np.array([["red"], ["blue"], ["red"], ["green"], ["?"], ["blue"]], "O")
IDS = np.array([[7], [2**40], [3], [7], [2**40 + 1], [1]], "int64")
SIZES = np.linspace(-1, 1, 12, dtype="float32").reshape(6, 2)
LABELS = np.array([[0.0], [1.0], [1.0], [0.0], [0.0], [1.0]], "float32")
EVERYTHING = {"text": TEXTS[:, None], "color": COLORS, "id": IDS, "size": SIZES}
LEARNED = ["the cat", "the dog sat", "a cat"]


def adapted(layer, data):
    layer.adapt(data)
    return layer


def words(k):
    """Texts, an embedding with masks, a recurrent layer."""
    make = k.layers
    return k.Sequential(
        [
            k.Input((1,), dtype="string"),
            adapted(make.TextVectorization(output_sequence_length=5), LEARNED),
            make.Embedding(8, 3, mask_zero=True),
            make.SimpleRNN(4),
            make.Dense(1, activation="sigmoid"),
        ]
    )


def weighed(k):
    """Texts as weights of their words."""
    make = k.layers
    layer = adapted(make.TextVectorization(output_mode="tf_idf"), LEARNED)
    return k.Sequential([k.Input((1,), dtype="string"), layer, make.Dense(1)])


def features(k):
    """Every layer that runs on the host, beside an input that needs none."""
    make = k.layers
    text, color = (k.Input((1,), dtype="string", name=n) for n in ("text", "color"))
    number, size = k.Input((1,), dtype="int64", name="id"), k.Input((2,), name="size")
    bag = make.TextVectorization(output_mode="multi_hot", max_tokens=9, pad_to_max_tokens=True)
    index = adapted(make.StringLookup(num_oov_indices=2), COLORS)(color)
    parts = [
        adapted(bag, LEARNED)(text),
        make.Flatten()(make.Embedding(6, 2)(index)),
        make.IntegerLookup(vocabulary=[7, 2**40], output_mode="one_hot")(number),
        make.Hashing(4, output_mode="one_hot")(number),
        make.HashedCrossing(5, output_mode="one_hot")([color, number]),
        make.Rescaling(2.0)(size),
    ]
    parts = [make.Reshape((-1,), dtype="float32")(x) for x in parts]
    return k.Model([text, color, number, size], make.Dense(1)(make.Concatenate()(parts)))


def nested(k):
    """A model with a host stage inside another one that has one too."""
    make = k.layers
    text, color = (k.Input((1,), dtype="string", name=n) for n in ("text", "color"))
    inner = words(k)
    given = make.StringLookup(vocabulary=["red", "blue"], output_mode="one_hot")(color)
    both = make.Concatenate()([inner(text), make.Reshape((3,), dtype="float32")(given)])
    return k.Model({"text": text, "color": color}, make.Dense(1)(both))


def back(k):
    """Strings to strings: nothing is left to compile."""
    make = k.layers
    color = k.Input((1,), dtype="string")
    index = make.StringLookup(vocabulary=["red", "blue"])(color)
    return k.Model(color, make.StringLookup(vocabulary=["red", "blue"], invert=True)(index))


def old(k):
    """Learned vocabularies, two layers of one class among them, and one that was given."""
    make = k.layers
    text, color = (k.Input((1,), dtype="string", name=n) for n in ("text", "color"))
    number = k.Input((1,), dtype="int64", name="id")
    index = adapted(make.TextVectorization(output_sequence_length=4), LEARNED)(text)
    color_index = adapted(make.StringLookup(num_oov_indices=2), COLORS)(color)
    parts = [
        make.GlobalAveragePooling1D()(make.Embedding(8, 3)(index)),
        adapted(make.TextVectorization(output_mode="tf_idf"), TEXTS)(text),
        make.Flatten()(make.Embedding(6, 2)(color_index)),
        make.StringLookup(vocabulary=["green", "red"], output_mode="one_hot")(color),
        adapted(make.IntegerLookup(output_mode="one_hot"), IDS[:3])(number),
    ]
    parts = [make.Flatten(dtype="float32")(x) for x in parts]
    return k.Model([text, color, number], make.Dense(2)(make.Concatenate()(parts)))


#: Name: the model, its inputs.
MODELS = {
    "words": (words, TEXTS[:, None]),
    "weighed": (weighed, TEXTS[:, None]),
    "features": (features, EVERYTHING),
    "nested": (nested, {k: EVERYTHING[k] for k in ("text", "color")}),
}


def weights_for(model):
    """The same weights in both libraries."""
    shapes = [w.shape for w in model.get_weights()]
    return [np.sin(np.arange(np.prod(s)) + i).reshape(s) / 2 for i, s in enumerate(shapes)]


def made(k, name):
    """The model, compiled, with known weights."""
    model = MODELS[name][0](k)
    model.set_weights(weights_for(model))
    model.compile(k.optimizers.SGD(0.1), "mse")
    return model


def story(model, x):
    """Predictions, then the loss of each epoch, then predictions again."""
    before = model.predict(x, verbose=0).tolist()
    run = model.fit(x, LABELS, batch_size=4, epochs=3, shuffle=False, verbose=0)
    return {
        "before": before,
        "losses": run.history["loss"],
        "evaluated": model.evaluate(x, LABELS, batch_size=6, verbose=0),
        "after": model.predict(x, verbose=0).tolist(),
    }


if __name__ == "__main__":
    import json
    from pathlib import Path

    import keras  # real Keras, or that of tf.keras
    import tensorflow as tf

    def tensors(x):
        arrays = x if isinstance(x, dict) else {"x": x}
        found = {k: tf.constant(v) for k, v in arrays.items()}
        return found if isinstance(x, dict) else found["x"]

    if sys.argv[1].endswith(".keras"):
        file, model = Path(sys.argv[1]), old(tf.keras)
        x = {k: v for k, v in EVERYTHING.items() if k != "size"}
        model.save(file, save_format="keras_v3")
        file.with_suffix(".json").write_text(json.dumps(model.predict(tensors(x)).tolist()))
        raise SystemExit
    folder, found = Path(sys.argv[1]), {}
    for name, (_, x) in MODELS.items():
        model = made(keras, name)
        model.save(folder / f"host_{name}.keras")
        found[name] = story(model, tensors(x))
    (folder / "host_models.json").write_text(json.dumps(found))
