"""Models of every form, built from a `keras` namespace: lurnet's or the real one."""

from typing import NamedTuple

import numpy as np

_random = np.random.default_rng(7)


class Case(NamedTuple):
    name: str
    build: object  # keras -> model
    x: object
    y: object = None  # labels, where fit is tried too
    loss: object = "mse"
    optimizer: object = "adam"
    metrics: object = None

    @property
    def fitted(self):
        return self.y is not None


def floats(*shape):
    return _random.normal(size=shape).astype("float32")


def sequential(k):
    return k.Sequential(
        [
            k.Input((4,)),
            k.layers.Dense(5, activation="relu", kernel_regularizer="l2"),
            k.layers.Dropout(0.0),
            k.layers.Dense(2, activation="softmax"),
        ],
        name="stack",
    )


def without_input(k):
    model = k.Sequential([k.layers.Dense(5, activation="tanh"), k.layers.Dense(2)])
    model(k.ops.ones((1, 4)))
    return model


def convolutions(k):
    return k.Sequential(
        [
            k.Input((8, 8, 1)),
            k.layers.Conv2D(3, 3, use_bias=False, padding="same"),
            k.layers.BatchNormalization(),
            k.layers.ReLU(),
            k.layers.MaxPooling2D(2),
            k.layers.SeparableConv2D(2, 3),
            k.layers.Flatten(),
            k.layers.Dense(2),
        ]
    )


def many_in_and_out(k):
    a, b = k.Input((3,), name="a"), k.Input((4,), name="b")
    h = k.layers.Concatenate()([k.layers.Dense(3)(a), k.layers.Dense(3)(b)])
    return k.Model([a, b], [k.layers.Dense(2, name="left")(h), k.layers.Dense(1, name="right")(h)])


def dicts(k):
    ins = {"b": k.Input((3,), name="b"), "a": k.Input((3,), name="a")}
    h = k.layers.Add()([k.layers.Dense(3)(ins["a"]), k.layers.Dense(3)(ins["b"])])
    return k.Model(ins, {"z": k.layers.Dense(2)(h), "y": k.layers.Dense(2)(h)})


def nested(k):
    inner = k.Sequential([k.Input((3,)), k.layers.Dense(3), k.layers.Dense(3)], name="inner")
    i = k.Input((3,))
    deep = k.Model(i, k.layers.Dense(3)(inner(i)), name="deep")
    x = k.Input((3,))
    return k.Model(x, k.layers.Dense(2)(deep(x)))


def shared(k):
    a, b = k.Input((3,)), k.Input((3,))
    once = k.layers.Dense(3)
    return k.Model([a, b], k.layers.Subtract()([once(a), once(once(b))]))


def shared_across(k):
    once = k.layers.Dense(3)
    left = k.Sequential([k.Input((3,)), once], name="left")
    right = k.Sequential([k.Input((3,)), once, k.layers.Dense(3)], name="right")
    x = k.Input((3,))
    return k.Model(x, k.layers.Subtract()([left(x), right(x)]))


def operations(k):
    x = k.Input((3,))
    h = k.layers.Dense(3)(x) + 1
    h = k.ops.concatenate([h, 2 * k.ops.relu(x)], axis=-1)
    h = k.ops.mean(h, axis=-1, keepdims=True) - h[:, :2]
    return k.Model(x, h)


def branches_out_of_order(k):
    """Branches of different depth: Keras numbers layers by depth, not in the order of calls."""
    x = k.Input((3,))
    deep = k.layers.Dense(3)(x)
    flat = k.layers.Dense(3)(x)
    deep = k.layers.Dense(3)(k.layers.Dense(3)(deep))
    side = k.layers.Dense(3)(k.layers.Add()([flat, deep]))
    return k.Model(x, [k.layers.Dense(3)(flat), side, k.layers.Dense(3)(deep)])


def branches_joined(k):
    x = k.Input((3,))
    a, b, c = (k.layers.Dense(3) for _ in range(3))
    return k.Model(x, k.layers.Add()([c(x), a(b(x))]))


def late_input(k):
    x, z = k.Input((3,)), k.Input((3,))
    h = k.layers.Dense(3)(k.layers.Dense(3)(x))
    return k.Model([z, x], k.layers.Add()([k.layers.Dense(3)(z), h]))


def recurrent(k):
    return k.Sequential(
        [
            k.Input((5,), dtype="int32"),
            k.layers.Embedding(9, 4, mask_zero=True),
            k.layers.Bidirectional(k.layers.LSTM(3, return_sequences=True)),
            k.layers.TimeDistributed(k.layers.Dense(3)),
            k.layers.GRU(3, return_sequences=True),
            k.layers.SimpleRNN(2),
        ]
    )


def stacked_cells(k):
    cells = [k.layers.GRUCell(3), k.layers.LSTMCell(2)]
    return k.Sequential([k.Input((4, 3)), k.layers.RNN(cells), k.layers.Dense(2)])


def norms(k):
    return k.Sequential(
        [
            k.Input((4,)),
            k.layers.LayerNormalization(),
            k.layers.Dense(4),
            k.layers.GroupNormalization(2),
            k.layers.PReLU(),
            k.layers.Rescaling(0.5),
        ]
    )


def frozen(k):
    model = sequential(k)
    model.layers[0].trainable = False
    return model


def mixed(k):
    return k.Sequential(
        [k.Input((4,)), k.layers.Dense(3, dtype="bfloat16"), k.layers.Dense(2, dtype="float32")]
    )


def subclass(k):
    """Weights only: layers in attributes, lists, dicts, some of them private, one of them twice."""

    class Net(k.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.zed = k.layers.Dense(3)
            self.Upper = k.layers.Dense(3)
            self._hidden = k.layers.Dense(3)
            self.pair = [k.layers.Dense(3), [k.layers.Dense(3)], k.layers.Dense(3)]
            self.named = {"b": k.layers.Dense(3), "a": k.layers.Dense(3)}
            self.alias = self.pair[0]
            self.inner = k.Sequential([k.layers.Dense(3), k.layers.Dense(2)])
            self.scale = self.add_weight(shape=(2,), initializer="ones")

        def call(self, x):
            for layer in (self.zed, self.Upper, self._hidden, *self.pair[:1], *self.pair[1]):
                x = layer(x)
            return self.inner(self.named["a"](self.named["b"](self.pair[2](x)))) * self.scale

    model = Net()
    model(k.ops.ones((1, 3)))
    return model


def layer_of_layers(k):
    class Block(k.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.c10, self.c9 = k.layers.Dense(3), k.layers.Dense(3)
            self._late, self.parts = (
                k.layers.Dense(3),
                (1, k.layers.Dense(3), {"k": k.layers.Dense(3)}),
            )

        def build(self, shape):
            for layer in (self.c10, self.c9, self._late, self.parts[1], self.parts[2]["k"]):
                layer.build(shape)
            self.w = self.add_weight(shape=(3,), initializer="ones", trainable=False)

        def call(self, x):
            for layer in (self.c10, self.c9, self._late, self.parts[1], self.parts[2]["k"]):
                x = layer(x)
            return x * self.w

    return k.Sequential([k.Input((3,)), Block(), k.layers.Dense(2)])


WORDS = _random.integers(0, 9, size=(6, 5)).astype("int32")
ONE_HOT = np.eye(2)[[0, 1] * 4].astype("float32")
CASES = [
    Case(
        "sequential", sequential, floats(8, 4), ONE_HOT, "categorical_crossentropy", metrics=["acc"]
    ),
    Case(
        "many_in_and_out",
        many_in_and_out,
        [floats(6, 3), floats(6, 4)],
        [floats(6, 2), floats(6, 1)],
    ),
    Case("nested", nested, floats(4, 3), optimizer="nadam"),
    Case("without_input", without_input, floats(8, 4), optimizer="rmsprop"),
    Case("convolutions", convolutions, floats(4, 8, 8, 1), floats(4, 2)),
    Case("dicts", dicts, {"a": floats(4, 3), "b": floats(4, 3)}),
    Case("shared", shared, [floats(4, 3), floats(4, 3)]),
    Case("shared_across", shared_across, floats(4, 3)),
    Case("operations", operations, floats(4, 3)),
    Case("branches_out_of_order", branches_out_of_order, floats(4, 3)),
    Case("branches_joined", branches_joined, floats(4, 3)),
    Case("late_input", late_input, [floats(4, 3), floats(4, 3)]),
    Case("recurrent", recurrent, WORDS),
    Case("stacked_cells", stacked_cells, floats(3, 4, 3)),
    Case("norms", norms, floats(4, 4)),
    Case("frozen", frozen, floats(8, 4)),
    Case("mixed", mixed, floats(4, 4)),
]
#: Of these the weights alone are saved: their classes are the user's.
WEIGHTS_ONLY = [
    Case("subclass", subclass, floats(4, 3)),
    Case("layer_of_layers", layer_of_layers, floats(4, 3)),
]
OPTIMIZERS = [
    *("SGD", "RMSprop", "Adam", "AdamW", "Adamax", "Nadam", "Adagrad", "Adadelta"),
    *("Adafactor", "Ftrl", "Lion", "Lamb", "Muon"),
]
