"""Training runs that lurnet and Keras must take alike: a network, a loss, how it is fitted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 6)).astype("float32")
IMAGES = RNG.normal(size=(20, 8, 8, 2)).astype("float32")
CLASSES = RNG.integers(0, 3, 50)
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]
REAL = RNG.normal(size=(50, 2)).astype("float32")
BINARY = (X[:, 0] > 0).astype("float32")
WEIGHTS = RNG.uniform(0.1, 2, 50).astype("float32")
STEPS = RNG.normal(size=(20, 5, 3)).astype("float32")


@dataclass
class Run:
    """One training run.

    ``make(keras)`` gives the model, ``compile`` and ``fit`` the arguments of those methods (a
    function of ``keras`` where they hold objects).
    """

    make: Callable[[Any], Any]
    compile: Any
    x: Any
    y: Any
    fit: dict[str, Any] = field(default_factory=dict)
    tolerance: float = 2e-5


def mlp(units: int = 3, last: str | None = "softmax", **options: Any) -> Callable[[Any], Any]:
    """A network of one hidden layer."""

    def make(keras: Any) -> Any:
        layers = keras.layers
        hidden = layers.Dense(8, activation="tanh", **options)
        return keras.Sequential([keras.Input((6,)), hidden, layers.Dense(units, activation=last)])

    return make


def convnet(keras: Any) -> Any:
    """Convolution, batch normalisation, pooling.

    No bias before the normalisation: its gradient is nothing but rounding, which Adam makes large.
    """
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            layers.Conv2D(4, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(5, 3, activation="relu", strides=2),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, activation="softmax"),
        ]
    )


def unbuilt(keras: Any) -> Any:
    """A Sequential that finds its input's shape in the data."""
    layers = keras.layers
    return keras.Sequential([layers.Dense(5, activation="relu"), layers.Dense(3, "softmax")])


def recurrent(keras: Any) -> Any:
    """A recurrent network."""
    layers = keras.layers
    return keras.Sequential([keras.Input((5, 3)), layers.LSTM(4), layers.Dense(3, "softmax")])


def two_heads(keras: Any) -> Any:
    """Two inputs, two outputs, a shared layer, an op in the graph."""
    a, b = keras.Input((6,), name="a"), keras.Input((6,), name="b")
    shared = keras.layers.Dense(4, activation="relu", name="shared")
    joined = keras.layers.concatenate([shared(a), shared(b) * 2.0 + 1.0])
    one = keras.layers.Dense(3, activation="softmax", name="kind")(joined)
    two = keras.layers.Dense(2, name="place")(joined)
    return keras.Model([a, b], [one, two])


def by_name(keras: Any) -> Any:
    """Outputs in a dict."""
    x = keras.Input((6,))
    hidden = keras.layers.Dense(4, activation="relu")(x)
    outputs = {
        "kind": keras.layers.Dense(3, activation="softmax")(hidden),
        "place": keras.layers.Dense(2)(hidden),
    }
    return keras.Model(x, outputs)


def subclassed(keras: Any) -> Any:
    """A model that is a class, with a loss of its own in call()."""

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = keras.layers.Dense(7, activation="relu")
            self.out = keras.layers.Dense(3, activation="softmax")

        def call(self, x: Any, training: bool = False) -> Any:
            h = self.hidden(x)
            self.add_loss(0.01 * keras.ops.sum(keras.ops.square(h)))
            return self.out(h)

    return Net()


CE = {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}
RUNS = {
    "sgd": Run(mlp(), {"optimizer": "sgd", **CE}, X, CLASSES),
    "sgd, last batch short": Run(
        mlp(), {"optimizer": "sgd", **CE}, X, CLASSES, {"batch_size": 20, "epochs": 3}
    ),
    "one-hot, adam": Run(
        mlp(),
        {"optimizer": "adam", "loss": "categorical_crossentropy", "metrics": ["acc", "mse"]},
        X,
        ONE_HOT,
    ),
    "binary": Run(
        mlp(1, "sigmoid"),
        {"optimizer": "rmsprop", "loss": "binary_crossentropy", "metrics": ["accuracy", "AUC"]},
        X,
        BINARY,
    ),
    "regression, regularizers": Run(
        mlp(2, None, kernel_regularizer="l2", bias_regularizer="l1", activity_regularizer="l2"),
        {"optimizer": "adam", "loss": "mse", "metrics": ["mae"]},
        X,
        REAL,
    ),
    "constraint": Run(
        mlp(2, None, kernel_constraint="max_norm"),
        {"optimizer": "sgd", "loss": "huber"},
        X,
        REAL,
    ),
    "crossentropy by shape": Run(
        mlp(), {"optimizer": "sgd", "loss": "crossentropy", "metrics": ["accuracy"]}, X, ONE_HOT
    ),
    "sample weights": Run(
        mlp(),
        {"optimizer": "sgd", **CE, "weighted_metrics": ["accuracy"]},
        X,
        CLASSES,
        {"sample_weight": WEIGHTS},
    ),
    "class weights": Run(
        mlp(), {"optimizer": "sgd", **CE}, X, CLASSES, {"class_weight": {0: 1.0, 1: 3.0, 2: 0.5}}
    ),
    "validation split": Run(
        mlp(), {"optimizer": "sgd", **CE}, X, CLASSES, {"validation_split": 0.3}
    ),
    "validation data and frequency": Run(
        mlp(),
        {"optimizer": "sgd", **CE},
        X,
        CLASSES,
        {"validation_data": (X[:9], CLASSES[:9]), "validation_freq": 2, "epochs": 4},
    ),
    "batch normalisation": Run(
        convnet, {"optimizer": "adam", **CE}, IMAGES, CLASSES[:20], tolerance=2e-4
    ),
    "unbuilt": Run(unbuilt, {"optimizer": "sgd", **CE}, X, CLASSES),
    "recurrent": Run(recurrent, {"optimizer": "adam", **CE}, STEPS, CLASSES[:20], tolerance=1e-4),
    "two inputs, two outputs": Run(
        two_heads,
        {
            "optimizer": "adam",
            "loss": ["sparse_categorical_crossentropy", "mse"],
            "loss_weights": [1.0, 0.3],
            "metrics": [["accuracy"], ["mae"]],
        },
        [X, X[::-1]],
        [CLASSES, REAL],
    ),
    "inputs and outputs by name": Run(
        two_heads,
        {
            "optimizer": "adam",
            "loss": {"place": "mae", "kind": "sparse_categorical_crossentropy"},
            "metrics": {"kind": ["accuracy"]},
        },
        {"b": X, "a": X[::-1]},
        {"place": REAL, "kind": CLASSES},
    ),
    "outputs in a dict": Run(
        by_name,
        {
            "optimizer": "sgd",
            "loss": {"place": "mse", "kind": "sparse_categorical_crossentropy"},
            "metrics": {"place": ["mae"]},
        },
        X,
        {"place": REAL, "kind": CLASSES},
    ),
    "subclassed with add_loss": Run(subclassed, {"optimizer": "sgd", **CE}, X, CLASSES),
    "momentum, clipping, decay": Run(
        mlp(),
        lambda keras: {
            "optimizer": keras.optimizers.SGD(
                keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.9),
                momentum=0.9,
                nesterov=True,
                clipnorm=0.5,
                weight_decay=0.01,
            ),
            **CE,
        },
        X,
        CLASSES,
    ),
    "moving averages, accumulation": Run(
        mlp(),
        lambda keras: {
            "optimizer": keras.optimizers.Adam(
                0.01, use_ema=True, ema_momentum=0.8, gradient_accumulation_steps=2
            ),
            **CE,
        },
        X,
        CLASSES,
        {"batch_size": 10},
    ),
}
