"""A layer with files of its own, for lurnet and for real Keras.

``python tests/cases/own_assets.py FILE`` writes a model with real Keras, or reads one that exists.
"""

import sys
from pathlib import Path

import numpy as np

X = np.array([[1.0, 2.0], [3.0, 4.0]], "float32")


def keeper(k):
    """A layer that keeps a number in a file of a subfolder, and one in its own variables' store."""

    @k.saving.register_keras_serializable("Assets")
    class Keeper(k.layers.Layer):
        factor, offset = 1.0, 0.0

        def call(self, x):
            return x * self.factor + self.offset

        def save_assets(self, dir_path):
            folder = Path(dir_path, "numbers")
            folder.mkdir()
            (folder / "factor.bin").write_bytes(np.float32(self.factor).tobytes())

        def load_assets(self, dir_path):
            data = Path(dir_path, "numbers", "factor.bin").read_bytes()
            self.factor = float(np.frombuffer(data, "float32")[0])

        def save_own_variables(self, store):
            store["offset"] = np.float32(self.offset)

        def load_own_variables(self, store):
            self.offset = float(store["offset"][()])

    return Keeper


def made(k):
    """A model with two such layers."""
    layers = [keeper(k)(), keeper(k)()]
    model = k.Sequential([k.Input((2,)), *layers, k.layers.Dense(1, kernel_initializer="ones")])
    for i, layer in enumerate(layers):
        layer.factor, layer.offset = 2.0 + i, 0.5 - i
    return model


if __name__ == "__main__":
    import keras

    if Path(sys.argv[1]).exists():
        keeper(keras)
        print(keras.saving.load_model(sys.argv[1]).predict(X, verbose=0).tolist())
    else:
        made(keras).save(sys.argv[1])
