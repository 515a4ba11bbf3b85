"""Every reader of files from bytes: each gives a model or arrays, or the library's own error."""

import copy
import io
import json
import tempfile
import warnings
import zipfile
from pathlib import Path

import numpy as np

import lurnet
from lurnet.core.errors import LurnetError
from lurnet.saving import load_model


def make():
    """A small model with the parts that files have: layers, an optimizer, a metric."""
    layers = [lurnet.Input((2,)), lurnet.layers.Dense(3, name="d")]
    model = lurnet.Sequential([*layers, lurnet.layers.BatchNormalization(name="n")], name="m")
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def load_weights(path):
    """Weights into the small model."""
    make().load_weights(path)


def read_json(path):
    """The text of a config."""
    lurnet.models.model_from_json(path.read_bytes().decode("utf-8", "replace"))


def read_config(path):
    """A config in a whole model file, whose weights are good."""
    text = path.read_bytes()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", text)
        archive.writestr("model.weights.h5", SEEDS["weights.h5"])
    load_model(path)


def read_shards(path):
    """A map of weights beside a good shard."""
    path.with_name("x_00000.weights.h5").write_bytes(SEEDS["weights.h5"])
    load_weights(path)


def look(path):
    """What ``lurnet inspect`` tells."""
    from lurnet.saving.contents import contents

    contents(path)


def _seeds():
    with tempfile.TemporaryDirectory() as name:
        folder, model = Path(name), make()
        model.save(folder / "x.keras")
        model.save(folder / "x.safetensors")
        model.save_weights(folder / "x.weights.h5")
        model.save_weights(folder / "x.weights.json")
        model.save(folder / "x.h5")
        model.save_weights(folder / "y.h5")
        file = io.BytesIO()
        np.savez(file, *model.get_weights())
        return {
            "keras": (folder / "x.keras").read_bytes(),
            "safetensors": (folder / "x.safetensors").read_bytes(),
            "weights.h5": (folder / "x.weights.h5").read_bytes(),
            "weights.json": (folder / "x.weights.json").read_bytes(),
            "npz": file.getvalue(),
            "h5": (folder / "x.h5").read_bytes(),
            "old.h5": (folder / "y.h5").read_bytes(),
            "json": model.to_json().encode(),
        }


SEEDS = _seeds()
#: Name -> the reader, and the good file that inputs are made from.
READERS = {
    "model": (load_model, "keras"),
    "weights": (load_weights, "weights.h5"),
    "tensors": (load_model, "safetensors"),
    "npz": (load_weights, "npz"),
    "shards": (read_shards, "weights.json"),
    "json": (read_json, "json"),
    "config": (read_config, "json"),
    "no model": (load_model, "weights.h5"),
    "old": (load_model, "h5"),
    "old weights": (load_weights, "old.h5"),
    "look": (look, "keras"),
    "look into tensors": (look, "safetensors"),
    "look into arrays": (look, "weights.h5"),
    "look into an old file": (look, "h5"),
}


def attempt(name, data, folder):
    """Whether the reader took the bytes; False where it refused them. Any other error comes out."""
    path = Path(folder) / "x.bin"
    path.write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            READERS[name][0](path)
        except LurnetError as error:
            assert str(error), "an error without a message"
            return False
    return True


def edit_json(text, choose):
    """JSON with some values exchanged: ``choose(n)`` gives numbers below n."""
    config = json.loads(text)
    for _ in range(1 + choose(3)):
        holder, key = _spot(config, choose)
        holder[key] = copy.deepcopy(VALUES[choose(len(VALUES))])
    return json.dumps(config).encode()


VALUES = [None, True, -1, 0, 3, 10**12, 2**63, -(2**70), 1e308, float("nan"), "", "..", "relu", "d"]
VALUES += [[], {}, [None], [[]], {"a": 1}, [1, 2, 3], "Dense", "keras.layers", "__lambda__", "n"]
VALUES += [{"class_name": "function", "config": "exec"}, {"class_name": "__numpy__", "config": {}}]
VALUES += [{"class_name": "Dense", "config": {"units": 2}}, "float16", [-1, 10**9], "bfloat16"]


def _spot(config, choose):
    """A place in nested dicts and lists, on a random way down."""
    value = config
    while True:
        keys = list(value) if isinstance(value, dict) else range(len(value))
        if not keys:
            return {"": None}, ""
        key = keys[choose(len(keys))]
        inner = value[key]
        if not isinstance(inner, (dict, list)) or not inner or choose(4) == 0:
            return value, key
        value = inner
