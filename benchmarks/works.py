"""The works that are timed: networks as data, so that every contestant trains the same one.

Only the standard library is imported here at first: a worker times its framework's import from a
bare interpreter.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

# Chunks are a multiple of this: `steps_per_execution=16` never meets a shorter last call.
STEPS_MULTIPLE = 16


@dataclass(frozen=True)
class Conv:
    """Convolution, 3 x 3, relu."""

    filters: int
    padding: str = "valid"


@dataclass(frozen=True)
class Pool:
    """Max-pooling, 2 x 2."""


@dataclass(frozen=True)
class Flatten:
    """Images to vectors."""


@dataclass(frozen=True)
class Dropout:
    """Zeroes a share of its input while training."""

    rate: float


@dataclass(frozen=True)
class Dense:
    """Fully connected layer."""

    units: int
    activation: str = "relu"


Layer = Conv | Pool | Flatten | Dropout | Dense


@dataclass(frozen=True)
class Work:
    """One network, its data and how it is trained."""

    layers: tuple[Layer, ...]
    batch: int
    samples: int  # of one chunk, unless --limit says otherwise
    optimizer: str = "sgd"
    rate: float = 0.1
    data: str = "mnist"
    classify: bool = True  # False: the network reproduces its input

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one sample: a vector, or an image where the network has convolutions."""
        return (28, 28, 1) if isinstance(self.layers[0], Conv) else (784,)

    def steps(self, limit: int) -> int:
        """How many whole batches one chunk of at most `limit` samples has."""
        steps = limit // self.batch
        return steps - steps % STEPS_MULTIPLE or steps


def mlp(*units: int) -> tuple[Dense, ...]:
    """Hidden layers of these sizes and ten classes."""
    return *(Dense(n) for n in units), Dense(10, "softmax")


def block(filters: int) -> tuple[Layer, ...]:
    """One stage of the Fashion-MNIST network."""
    return Conv(filters, "same"), Pool(), Dropout(0.25)


CNN32 = (Conv(32), Pool(), Conv(32), Pool(), Flatten(), *mlp(64, 64))
STAGES = (*block(32), *block(64), *block(128))
FASHION = (*STAGES, Flatten(), Dense(128), Dense(128), Dropout(0.5), Dense(10, "softmax"))
AUTOENCODER = (Dense(128), Dense(64), Dense(128), Dense(784, "sigmoid"))

WORKS: dict[str, Work] = {
    "mlp64": Work(mlp(64, 64), batch=128, samples=60_000),
    "mlp500": Work(mlp(500, 300), batch=32, samples=60_000),
    "cnn32": Work(CNN32, batch=32, samples=16_384),
    "fashion_cnn": Work(FASHION, 128, 8_192, optimizer="adam", rate=1e-3, data="fashion_mnist"),
    "autoencoder": Work(AUTOENCODER, 128, 60_000, optimizer="adam", rate=1e-3, classify=False),
}


def keras_layer(layers: Any, spec: Layer) -> Any:
    """The layer that `spec` describes, from the namespace `keras.layers`."""
    match spec:
        case Conv(filters, padding):
            return layers.Conv2D(filters, 3, padding=padding, activation="relu")
        case Pool():
            return layers.MaxPooling2D()
        case Flatten():
            return layers.Flatten()
        case Dropout(rate):
            return layers.Dropout(rate)
        case Dense(units, activation):
            return layers.Dense(units, activation=activation)


def keras_model(keras: Any, work: Work, **options: Any) -> Any:
    """The compiled model of `work`; `keras` is Keras or lurnet, `options` go to `compile`."""
    layers = [keras_layer(keras.layers, spec) for spec in work.layers]
    model = keras.Sequential([keras.Input(work.shape), *layers])
    optimizer = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}[work.optimizer]
    model.compile(
        optimizer=optimizer(learning_rate=work.rate),
        loss="sparse_categorical_crossentropy" if work.classify else "mse",
        metrics=["accuracy"] if work.classify else None,
        **options,
    )
    return model


def data_file(work: Work) -> Path:
    """The data of `work`, or MNIST where it is missing (same shapes, same time)."""
    folder = os.environ.get("LURNET_DATA", "")
    wanted = Path(folder, f"{work.data}.npz")
    return wanted if wanted.exists() else Path(folder, "mnist.npz")


def load(work: Work, limit: int) -> tuple[np.ndarray, np.ndarray]:
    """Pixels in [0, 1] as float32 and their targets, cut to the whole batches of one chunk."""
    import numpy as np

    count = work.steps(limit) * work.batch
    with np.load(data_file(work)) as arrays:
        x, y = arrays["x_train"], arrays["y_train"]
    if count > len(x):
        raise ValueError(f"--limit {limit}: the data has {len(x)} samples")
    x = x[:count].astype("float32").reshape(-1, *work.shape)
    x /= 255
    return x, y[:count].astype("int32") if work.classify else x
