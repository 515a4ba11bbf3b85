"""Models of many shapes, made alike by lurnet and by the oracle: for summaries and diagrams."""

import numpy as np


def zoo(keras, large=True):
    makers = [seq, unbuilt, two_inputs, twice, ops, nested, subunbuilt, sub]
    makers += [inception, unet] if large else []
    return {make.__name__: make(keras) for make in makers}


def seq(keras):
    L = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            L.Conv2D(32, 3, activation="relu", name="conv"),
            L.MaxPooling2D(name="max_pooling"),
            L.Flatten(name="flatten"),
            L.Dropout(0.5, name="dropout"),
            L.Dense(10, trainable=False, activation="softmax", name="dense"),
        ],
        name="seq",
    )


def unbuilt(keras):
    dense = keras.layers.Dense
    return keras.Sequential([dense(3, name="d1"), dense(4, name="d2")], name="unbuilt")


def two_inputs(keras):
    L = keras.layers
    x, y, shared = keras.Input((8,), name="a"), keras.Input((8,), name="b"), L.Dense(4, name="s")
    h = L.Add(name="add")([shared(x), shared(y)])
    name = "concatenate_of_everything_that_came_before_with_a_very_long_name"
    z = L.Concatenate(name=name)([h, x])
    layers = [keras.Input((12,)), L.Dense(3, name="i1"), L.Dense(2, name="i2")]
    return keras.Model([x, y], [keras.Sequential(layers, name="inner")(z), h], name="two_inputs")


def twice(keras):
    x, dense = keras.Input((4,), name="x"), keras.layers.Dense(4, name="dense")
    return keras.Model(x, dense(dense(x)), name="twice")


def ops(keras):
    x = keras.Input((4,), name="x")
    h = keras.layers.Reshape((2, 2), name="reshape")(x * 2 + 1)
    return keras.Model(x, keras.layers.LSTM(3, return_state=True, name="lstm")(h), name="ops")


def inception(keras):
    L = keras.layers
    x = keras.Input((16, 16, 8), name="image")
    h = L.Conv2D(8, 3, padding="same", name="stem")(x)
    for i in range(2):
        a = L.Conv2D(8, 1, padding="same", name=f"a{i}")(h)
        b = L.Conv2D(8, 3, padding="same", name=f"b{i}1")(h)
        b = L.BatchNormalization(name=f"b{i}bn")(b)
        b = L.Conv2D(8, 3, padding="same", name=f"b{i}2")(L.Activation("relu", name=f"r{i}")(b))
        c = L.MaxPooling2D(3, 1, padding="same", name=f"c{i}")(h)
        m = L.Conv2D(8, 1, name=f"proj{i}")(L.Concatenate(name=f"cat{i}")([a, b, c]))
        h = L.Add(name=f"sum{i}")([m, h])
    g = L.GlobalAveragePooling2D(name="gap")(h)
    outputs = [L.Dense(10, activation="softmax", name="label")(g), L.Dense(4, name="box")(g)]
    return keras.Model(x, outputs, name="inception")


def unet(keras):
    L = keras.layers
    x = keras.Input((32, 32, 3), name="picture")
    skips, h = [], x
    for i in range(3):
        skips.append(L.Conv2D(4 * 2**i, 3, padding="same", name=f"down{i}")(h))
        h = L.MaxPooling2D(name=f"pool{i}")(skips[-1])
    h = L.Conv2D(32, 3, padding="same", name="bottom")(h)
    for i in (2, 1, 0):
        h = L.Conv2DTranspose(4 * 2**i, 2, strides=2, name=f"up{i}")(h)
        h = L.Concatenate(name=f"join{i}")([h, skips[i]])
        h = L.Conv2D(4 * 2**i, 3, padding="same", name=f"again{i}")(h)
    return keras.Model(x, L.Conv2D(1, 1, name="mask")(h), name="unet")


def nested(keras):
    """A model with two inputs, used twice inside another."""
    L = keras.layers
    p, q = keras.Input((6,), name="p"), keras.Input((6,), name="q")
    ends = [L.Dense(5, name="dp")(p), L.Dense(5, name="dq")(q)]
    encoder = keras.Model([p, q], L.Subtract(name="sub")(ends), name="encoder")
    u, v, w = (keras.Input((6,), name=name) for name in "uvw")
    both = L.Multiply(name="mul")([encoder([u, v]), encoder([v, w])])
    return keras.Model([u, v, w], L.Dense(1, name="head")(both), name="nested")


def subunbuilt(keras):
    class Sub(keras.Model):
        def __init__(self):
            super().__init__(name="sub")
            self.a = keras.layers.Dense(3, name="da")
            self.b = keras.Sequential([keras.layers.Dense(4, name="db")], name="stack")

        def call(self, x):
            return self.b(self.a(x))

    return Sub()


def sub(keras):
    model = subunbuilt(keras)
    model(np.ones((2, 3), "float32"))
    return model
