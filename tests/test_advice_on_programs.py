"""What errors advise for layers, losses and metrics is done as they say: the program then works."""

import re

import numpy as np
import pytest
from test_advice import codes, done, error_of

import lurnet
from lurnet import layers, ops

RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 4)).astype("float32")
Y = X[:, :1]

# --- code that asks for values

SAME = {  # what a layer does with x, and what is advised instead
    "if": (lambda x: x if ops.sum(x) > 0 else -x, "keras.ops.where", "keras.ops.cond"),
    "while": (lambda x: loop(x), "keras.ops.while_loop"),
    "and": (lambda x: (ops.sum(x) > 0 and x) + x, "keras.ops.where"),
    "float": (lambda x: x * float(ops.sum(x)), "Leave it a tensor"),
    "int": (lambda x: x * int(ops.sum(x)), "Leave it a tensor"),
    "item": (lambda x: x * ops.sum(x).item(), "Leave it a tensor"),
    "tolist": (lambda x: ops.convert_to_tensor(x.tolist()), "Leave it a tensor"),
    "range": (lambda x: x * len(range(ops.argmax(x[0]))), "keras.ops.fori_loop"),
    "item of a list": (lambda x: x * [1, 2, 3, 4][ops.argmax(x[0])], "keras.ops.take"),
    "asarray": (lambda x: ops.convert_to_tensor(np.asarray(x)), "of the same name of keras.ops"),
    "tanh": (lambda x: np.tanh(x), "keras.ops.tanh"),
    "where": (lambda x: np.where(x > 0, x, 0), "keras.ops.where"),
}


def loop(x):
    while ops.sum(ops.abs(x)) > 1:
        x = x / 2
    return x


class Mine(layers.Layer):
    def __init__(self, fn):
        super().__init__(name="own")
        self.fn = fn

    def call(self, x):
        return self.fn(x)


class Shaped(Mine):
    def compute_output_shape(self, input_shape):
        return input_shape


class Subclassed(lurnet.Model):
    def __init__(self, layer):
        super().__init__()
        self.own, self.out = layer, layers.Dense(1)

    def call(self, x):
        return self.out(self.own(x))


def functional(layer):
    inputs = lurnet.Input((4,))
    return lurnet.Model(inputs, layers.Dense(1)(layer(inputs)))


MODELS = {
    "Sequential": lambda layer: lurnet.Sequential(
        [lurnet.Input((4,)), layer, layers.Dense(1)],
    ),
    "Sequential, built later": lambda layer: lurnet.Sequential([layer, layers.Dense(1)]),
    "functional": functional,
    "subclassed": Subclassed,
}


def fit(model, loss="mse", x=X, y=Y, **options):
    model.compile("sgd", loss, **options)
    model.fit(x, y, verbose=0)


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("what", SAME)
def test_code_that_asks_for_values(what, kind):
    fn, *advised = SAME[what]
    make = MODELS[kind]
    message = error_of(lambda: fit(make(Mine(fn))))
    assert "Mine layer 'own'" in message and "line " in message
    assert all(text in message for text in advised), message
    name = "compute_output_shape(self, input_shape)"
    assert name in message and "model.compile(..., run_eagerly=True)" in message
    fit(make(Shaped(fn)), run_eagerly=True)
    assert name not in error_of(lambda: fit(make(Shaped(fn))))
    if kind == "subclassed":
        fit(make(Mine(fn)), run_eagerly=True)


def test_functions_of_numpy_are_named_as_far_as_there_are_such_ops():
    for name in ("tanh", "exp", "sqrt", "sign", "isnan", "arctan"):
        fn = eval(f"lambda x: np.{name}(x) + x", {"np": np})
        message = error_of(lambda fn=fn: fit(MODELS["functional"](Mine(fn))))
        assert "keras.ops" in message
    message = error_of(lambda: fit(functional(Mine(lambda x: np.nan_to_num(np.cbrt(x))))))
    for name in re.findall(r"keras\.ops\.(\w+)", message):
        assert hasattr(ops, name)


@pytest.mark.parametrize("kind", MODELS)
def test_attributes_of_other_tensors(kind):
    for fn in (lambda x: x.numpy(), lambda x: x.unsqueeze(0), lambda x: x.get_shape()):
        message = error_of(lambda fn=fn: fit(MODELS[kind](Mine(fn))))
        assert "Mine layer 'own': a tensor has no attribute" in message
    assert "np.asarray(x)" in error_of(lambda: fit(MODELS[kind](Mine(lambda x: x.numpy()))))
    fit(MODELS[kind](Shaped(lambda x: ops.array(np.asarray(x)))), run_eagerly=True)


FUNCTIONS = {  # of labels and predictions, as they are written and as they are advised
    "mean": (lambda y, p: np.mean(np.abs(y - p)), lambda y, p: ops.mean(ops.abs(y - p))),
    "float": (lambda y, p: float(ops.mean(p)), lambda y, p: ops.mean(p)),
    "if": (
        lambda y, p: p if ops.mean(p) > 0 else -p,
        lambda y, p: ops.where(ops.mean(p) > 0, p, -p),
    ),
}


@pytest.mark.parametrize("what", FUNCTIONS)
def test_losses_and_metrics_that_ask_for_values(what):
    wrong, right = (named(fn, "mine") for fn in FUNCTIONS[what])
    for kind, options in {"loss": {"loss": wrong}, "metric": {"metrics": [wrong]}}.items():
        message = error_of(lambda options=options: fit(functional(layers.Dense(4)), **options))
        assert f"The {kind} 'mine' asks for the value of a tensor" in message
        assert "shape (1,)" not in message and "run_eagerly=True" in message
    fit(functional(layers.Dense(4)), metrics=[wrong], run_eagerly=True)
    fit(functional(layers.Dense(4)), loss=right, metrics=[right])


def named(fn, name):
    fn.__name__ = name
    return fn


def test_functions_that_return_nothing():
    nothing = named(lambda y, p: None, "mine")
    for eagerly in (False, True):
        for kind, options in {"loss": {"loss": nothing}, "metric": {"metrics": [nothing]}}.items():
            options = options | {"run_eagerly": eagerly}
            message = error_of(lambda o=options: fit(functional(layers.Dense(4)), **o))
            assert f"The {kind} 'mine' returned None" in message


def test_metrics_complain_of_shapes_only_where_they_differ():
    def own(y, p):
        raise ValueError("something else")

    message = error_of(lambda: fit(functional(layers.Dense(4)), metrics=[own]))
    assert "The metric 'own' stopped with ValueError: something else" in message
    message = error_of(
        lambda: fit(functional(layers.Dense(4)), lambda y, p: p, y=X, metrics=[shifted])
    )
    assert "The metric 'shifted' cannot compare labels of shape (4,)" in message


def shifted(y, p):
    return ops.matmul(y, p)


# --- the layer before

RECURRENT = {
    "LSTM": lambda **o: layers.LSTM(2, name="first", **o),
    "GRU": lambda **o: layers.GRU(2, name="first", **o),
    "SimpleRNN": lambda **o: layers.SimpleRNN(2, name="first", **o),
    "RNN": lambda **o: layers.RNN(layers.LSTMCell(2), name="first", **o),
    "Bidirectional": lambda **o: layers.Bidirectional(layers.LSTM(2, **o), name="first"),
}
AFTER = {
    "LSTM": lambda: layers.LSTM(2),
    "Bidirectional": lambda: layers.Bidirectional(layers.GRU(2)),
    "TimeDistributed": lambda: layers.TimeDistributed(layers.Dense(2)),
    "Conv1D": lambda: layers.Conv1D(2, 2),
    "pooling": layers.GlobalAveragePooling1D,
}


@pytest.mark.parametrize("after", AFTER)
@pytest.mark.parametrize("before", RECURRENT)
def test_forgotten_sequences(before, after):
    def added(**options):
        net = lurnet.Sequential([lurnet.Input((5, 4))])
        for layer in (RECURRENT[before](**options), layers.Dropout(0.1), AFTER[after]()):
            net.add(layer)
        return net

    def later(**options):
        net = lurnet.Sequential([RECURRENT[before](**options), AFTER[after]()])
        net.build((None, 5, 4))
        return net

    def by_hand(**options):
        return AFTER[after]()(RECURRENT[before](**options)(lurnet.Input((5, 4))))

    for make in (added, later, by_hand):
        message = error_of(make)
        found = re.search(r"layer 'first' before it .* write (return_sequences=True)", message)
        assert found, message
        make(return_sequences=True)


# --- inputs that count the samples

COUNTED = {
    "rows": (X, lambda: [layers.Dense(1)]),
    "pictures": (np.ones((20, 8, 8, 1)), lambda: [layers.Conv2D(2, 3)]),
    "series": (np.ones((20, 5, 4)), lambda: [layers.LSTM(2)]),
    "series, windows": (np.ones((20, 5, 4)), lambda: [layers.Conv1D(2, 3)]),
}


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("what", COUNTED)
def test_inputs_that_count_the_samples(what, old):
    x, make = COUNTED[what]

    def run(shape):
        first = make()
        if old:
            first[0] = type(first[0]).from_config(first[0].get_config() | {"input_shape": shape})
        net = lurnet.Sequential([*([] if old else [lurnet.Input(shape)]), *first])
        return net.predict(x, verbose=0)

    found = re.search(r"keras\.Input\((\(.*?\))\)", error_of(lambda: run(x.shape)))
    assert found and eval(found[1]) == x.shape[1:]
    run(eval(found[1]))


# --- lists

ROWS = {
    "rows": (list(X), (4,)),
    "pictures": (list(np.ones((20, 3, 3), "float32")), (3, 3)),
    "a tuple": (tuple(X), (4,)),
}


@pytest.mark.parametrize("what", ROWS)
def test_lists_of_samples(what):
    x, shape = ROWS[what]

    def run(x, method):
        net = lurnet.Sequential([lurnet.Input(shape), layers.Flatten(), layers.Dense(1)])
        net.compile("sgd", "mse")
        (net.fit(x, Y, verbose=0) if method == "fit" else net.predict(x, verbose=0))

    for method in ("fit", "predict"):
        message = error_of(lambda method=method: run(x, method))
        (text,) = codes(message)
        assert len(message) < 500
        run(done(text, x=x), method)


def test_lists_of_inputs_are_no_samples():
    one, two = lurnet.Input((4,)), lurnet.Input((4,))
    net = lurnet.Model([one, two], layers.add([one, two]))
    net.compile("sgd", "mse")
    assert not codes(error_of(lambda: net.fit([X, X], X[:7], verbose=0)))


def test_lists_of_unequal_rows():
    net = lurnet.Sequential([layers.Dense(1)])
    net.compile("sgd", "mse")
    x = [[1.0, 2.0], [3.0]]
    (text,) = codes(error_of(lambda: net.fit(x, np.ones(2), verbose=0)))
    net.fit(done(text, x=x), np.ones(2), verbose=0)
    deep = [[[1.0, 2.0], [3.0]], [[1.0], [2.0]]]
    assert "same shape" in error_of(lambda: net.fit(deep, np.ones(2), verbose=0))


def test_no_inputs():
    net = lurnet.Sequential([layers.Dense(1)])
    net.compile("sgd", "mse")
    assert "x is None" in error_of(lambda: net.fit(None, Y))


# --- predictions with more axes than labels

PARTS = {
    "pictures": (np.ones((20, 6, 6, 1)), lambda: layers.Conv2D(3, 3)),
    "series": (np.ones((20, 5, 2)), lambda: layers.Conv1D(3, 3)),
    "steps": (np.ones((20, 5, 2)), lambda: layers.LSTM(3, return_sequences=True)),
    "volumes": (np.ones((20, 4, 4, 4, 1)), lambda: layers.Conv3D(3, 2)),
}
CLASS = np.arange(20) % 3
OF_SAMPLES = {
    "sparse": ("sparse_categorical_crossentropy", 3, CLASS),
    "sparse column": ("sparse_categorical_crossentropy", 3, CLASS[:, None]),
    "one-hot": ("categorical_crossentropy", 3, np.eye(3)[CLASS]),
    "bits": ("binary_crossentropy", 1, CLASS % 2),
    "values": ("mse", 1, Y),
}


@pytest.mark.parametrize("labels", OF_SAMPLES)
@pytest.mark.parametrize("what", PARTS)
def test_predictions_with_more_axes_than_labels(what, labels):
    (x, make), (loss, units, y) = PARTS[what], OF_SAMPLES[labels]

    def run(*between):
        fit(lurnet.Sequential([make(), *between, layers.Dense(units, "sigmoid")]), loss, x, y)

    options = re.findall(r"keras\.layers\.\w+\(\)", error_of(run))
    assert len(options) == 2
    for text in options:
        run(eval(text, {"keras": lurnet}))


@pytest.mark.parametrize("y", [CLASS[:, None], CLASS[:, None, None]])
def test_one_part_is_no_mistake(y):
    fit(lurnet.Sequential([lurnet.Input((1, 4)), layers.Dense(3, "softmax")]),
        "sparse_categorical_crossentropy", X[:, None], y)  # fmt: skip
