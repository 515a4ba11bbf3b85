"""What errors advise is done as they say: the program then works, and the data mean the same."""

import ast
import re

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lurnet
from lurnet import layers
from lurnet.core.advice import fits, shape_advice

RNG = np.random.default_rng(0)
START = re.compile(
    r"(?<![\w.])(?:(?:np|numpy|pandas|keras\.utils)\.\w+\(|\(?[xy](?:\.|\[| [/=+-]))"
)
KNOWN = {"np", "numpy", "pandas", "keras", "x", "y"}


def is_code(text):
    """Whether a text is a program about the data, and no sentence goes on in it."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError:
        return False
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    parts = [n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)]
    return (
        not isinstance(tree.body, ast.Tuple) and names <= KNOWN and not any(map(str.istitle, parts))
    )


def codes(message):
    """All programs in a message: the longest text from each beginning that is one."""
    found, place = [], 0
    for match in START.finditer(message):
        ends = range(len(message), match.start(), -1)
        end = next((e for e in ends if is_code(message[match.start() : e])), None)
        if match.start() >= place and end is not None:
            found.append(message[match.start() : end].strip())
            place = end
    return found


def done(text, **names):
    space = {"np": np, "numpy": np, "pandas": pandas, "keras": lurnet}
    return eval(text, space | names)


def error_of(call):
    with pytest.raises(lurnet.LurnetError) as caught:
        call()
    return " ".join(str(caught.value).split())


def numbered(*shape):
    """Every number tells where it stands."""
    return np.arange(np.prod(shape), dtype="float32").reshape(shape)


# --- shapes of inputs

PICTURES = numbered(4, 8, 6, 3)
GREY = numbered(4, 8, 6)
SERIES = numbered(4, 7, 5)


def model(*shape):
    inputs = lurnet.Input(shape)
    return lurnet.Model(inputs, layers.Flatten()(inputs))


#: The shape that a model takes, the data as they should be, the data as they are, and how many
#: ways to mend them the error names (the right one among them).
SHAPES = {
    "channels first": ((8, 6, 3), PICTURES, np.moveaxis(PICTURES, -1, 1), 1),
    "channels first, sizes open": (
        (None, None, 3),
        PICTURES,
        np.moveaxis(PICTURES, -1, 1),
        1,
    ),
    "square, channels first": (
        (8, 8, 3),
        numbered(4, 8, 8, 3),
        np.moveaxis(numbered(4, 8, 8, 3), -1, 1),
        1,
    ),
    "one channel, first": ((8, 6, 1), PICTURES[..., :1], PICTURES[..., 0][:, None], 1),
    "channels last": ((3, 8, 6), np.moveaxis(PICTURES, -1, 1), PICTURES, 1),
    "volumes, channels first": (
        (2, 3, 4, 5),
        numbered(4, 2, 3, 4, 5),
        np.moveaxis(numbered(4, 2, 3, 4, 5), -1, 1),
        1,
    ),
    "turned pictures": ((8, 6, 3), PICTURES, PICTURES.swapaxes(1, 2), 1),
    "turned series": ((7, 5), SERIES, SERIES.swapaxes(1, 2), 1),
    "flat vectors for grey pictures": ((8, 6, 1), GREY[..., None], GREY.reshape(4, -1), 1),
    "flat vectors for a matrix": ((8, 6), GREY, GREY.reshape(4, -1), 1),
    "flat vectors, channels side by side": ((8, 6, 3), PICTURES, PICTURES.reshape(4, -1), 2),
    "flat vectors, channel by channel": (
        (8, 6, 3),
        PICTURES,
        np.moveaxis(PICTURES, -1, 1).reshape(4, -1),
        2,
    ),
    "pictures for vectors": ((48,), GREY.reshape(4, -1), GREY, 1),
    "colours for vectors": ((144,), PICTURES.reshape(4, -1), PICTURES, 1),
    "grey for three channels": ((8, 6, 3), np.stack([GREY] * 3, -1), GREY, 1),
    "one channel for three": ((8, 6, 3), np.stack([GREY] * 3, -1), GREY[..., None], 1),
    "one grey picture": ((8, 6, 1), GREY[:1, ..., None], GREY[0], 1),
    "one grey picture for three channels": (
        (8, 6, 3),
        np.stack([GREY[:1]] * 3, -1),
        GREY[0],
        1,
    ),
    "one row": ((4,), numbered(1, 4), numbered(4), 1),
    "one row, rank 2": ((4, 1), numbered(1, 4, 1), numbered(4), 1),
    "one picture": ((8, 6, 3), PICTURES[:1], PICTURES[0], 1),
    "one series": ((7, 5), SERIES[:1], SERIES[0], 1),
    "axes of size 1": ((8, 6), GREY, GREY[:, None], 1),
}


@pytest.mark.parametrize("kind", SHAPES)
def test_shapes_of_inputs(kind):
    shape, right, x, count = SHAPES[kind]
    net = model(*shape)
    for call in (net.predict, net):
        options = codes(error_of(lambda call=call: call(x)))
        made = [done(text, x=x) for text in options]
        assert len(made) == count, options
        assert any(m.shape == right.shape and (m == right).all() for m in made), options
        for m in made:
            np.testing.assert_array_equal(np.asarray(call(m)), np.asarray(m).reshape(len(m), -1))


#: Data that nothing is known to mend: no program is named.
HOPELESS = [
    ((8, 6, 3), (4, 8, 6, 4)),
    ((28, 28), (4, 14, 56)),
    ((12,), (4, 11)),
    ((4, 6), (2, 8, 3)),
]


@pytest.mark.parametrize(("wanted", "seen"), HOPELESS)
def test_nothing_is_advised_where_nothing_fits(wanted, seen):
    message = error_of(lambda: model(*wanted).predict(numbered(*seen), verbose=0))
    assert not codes(message), message


sizes = st.lists(st.integers(1, 5), min_size=1, max_size=4)


@settings(max_examples=400, deadline=None)
@given(sizes, sizes)
def test_all_advice_on_shapes_fits(seen, wanted):
    """Whatever is advised gives the shape wanted, and keeps apart what axes kept apart."""
    if seen == wanted:
        return
    x = numbered(3, *seen)
    for text in codes(shape_advice(seen, wanted, 3)):
        made = done(text, x=x)
        assert fits(made.shape[1:], wanted), (seen, wanted, text)
        assert set(np.unique(made)) == set(np.unique(x))
        if len(seen) == len(wanted):  # axes are moved, never cut in other places
            assert ".reshape" not in text


# --- layers

LAYERS = {
    "images without channels": (lambda: layers.Conv2D(2, 3), GREY, GREY[..., None]),
    "one image": (lambda: layers.Conv2D(2, 3), PICTURES[0], PICTURES[:1]),
    "one image, built": (lambda: built(layers.Conv2D(2, 3), PICTURES), PICTURES[0], PICTURES[:1]),
    "channels first": (
        lambda: built(layers.Conv2D(2, 3), PICTURES),
        np.moveaxis(PICTURES, -1, 1),
        PICTURES,
    ),
    "channels last": (
        lambda: built(
            layers.Conv2D(2, 3, data_format="channels_first"), np.moveaxis(PICTURES, -1, 1)
        ),
        PICTURES,
        np.moveaxis(PICTURES, -1, 1),
    ),
    "images without channels, channels first": (
        lambda: layers.MaxPooling2D(2, data_format="channels_first"),
        GREY,
        GREY[:, None],
    ),
    "series without channels": (lambda: layers.Conv1D(2, 3), SERIES[..., 0], SERIES[..., :1]),
    "pooling of images": (lambda: layers.MaxPooling2D(2), GREY, GREY[..., None]),
    "recurrent, no features": (lambda: layers.LSTM(2), SERIES[..., 0], SERIES[..., :1]),
    "recurrent, one series": (lambda: built(layers.GRU(2), SERIES), SERIES[0], SERIES[:1]),
}


def built(layer, x):
    layer(x)
    return layer


@pytest.mark.parametrize("kind", LAYERS)
def test_shapes_that_layers_take(kind):
    make, x, right = LAYERS[kind]
    options = codes(error_of(lambda: make()(x)))
    made = [done(text, x=x) for text in options]
    assert any(m.shape == right.shape and (m == right).all() for m in made), options
    for m in made:
        make()(m)


# --- labels

N = 6
NUMBERS = np.array([0, 1, 2, 0, 1, 2])
ONE_HOT = np.eye(3, dtype="float32")[NUMBERS]
X = RNG.normal(size=(N, 4)).astype("float32")
STEPS = RNG.normal(size=(N, 5, 4)).astype("float32")
STEP_NUMBERS = RNG.integers(0, 3, (N, 5))

#: Loss, units, inputs, labels, and the labels that they stand for (None: another loss is advised).
LABELS = {
    "one-hot for numbers": ("sparse_categorical_crossentropy", 3, X, ONE_HOT, NUMBERS),
    "shares for numbers": ("sparse_categorical_crossentropy", 3, X, ONE_HOT * 0.7 + 0.1, None),
    "several for numbers": (
        "sparse_categorical_crossentropy",
        3,
        X,
        np.ones((N, 3)) - np.eye(3)[NUMBERS],
        None,
    ),
    "one-hot steps": (
        "sparse_categorical_crossentropy",
        3,
        STEPS,
        np.eye(3)[STEP_NUMBERS],
        STEP_NUMBERS,
    ),
    "numbers for one-hot": ("categorical_crossentropy", 3, X, NUMBERS, ONE_HOT),
    "a column for one-hot": ("categorical_crossentropy", 3, X, NUMBERS[:, None], ONE_HOT),
    "steps for one-hot": (
        "categorical_crossentropy",
        3,
        STEPS,
        STEP_NUMBERS,
        np.eye(3)[STEP_NUMBERS],
    ),
    "numbers from 1": ("categorical_crossentropy", 3, X, NUMBERS + 1, ONE_HOT),
    "numbers from -1": ("categorical_crossentropy", 3, X, NUMBERS - 1, ONE_HOT),
    "signs for one-hot": (
        "categorical_crossentropy",
        2,
        X,
        2 * (NUMBERS > 0) - 1,
        np.eye(2)[(NUMBERS > 0) * 1],
    ),
    "bits for one column": ("categorical_crossentropy", 1, X, (NUMBERS > 0) * 1, None),
    "bits for one unit": ("sparse_categorical_crossentropy", 1, X, (NUMBERS > 0) * 1, None),
    "class numbers from -1": ("sparse_categorical_crossentropy", 3, X, NUMBERS - 1, NUMBERS),
    "class numbers from 1": ("sparse_categorical_crossentropy", 3, X, NUMBERS + 1, NUMBERS),
    "class numbers with gaps": ("sparse_categorical_crossentropy", 3, X, NUMBERS * 7, NUMBERS),
    "class numbers -1 and 1": (
        "sparse_categorical_crossentropy",
        2,
        X,
        2 * (NUMBERS > 0) - 1,
        (NUMBERS > 0) * 1,
    ),
    "step numbers from 1": (
        "sparse_categorical_crossentropy",
        3,
        STEPS,
        STEP_NUMBERS + 1,
        STEP_NUMBERS,
    ),
    "values for class numbers": ("sparse_categorical_crossentropy", 3, X, X[:, 0] - 9, None),
    "values for one-hot": ("categorical_crossentropy", 3, X, X[:, 0], None),
    "signs": ("binary_crossentropy", 1, X, 2 * (NUMBERS > 0) - 1.0, (NUMBERS > 0) * 1.0),
    "pixels": ("binary_crossentropy", 4, X, numbered(6, 4) * 10, numbered(6, 4) / 25.5),
    "classes 1 and 2": ("binary_crossentropy", 1, X, 1.0 + (NUMBERS > 0), NUMBERS > 0),
    "values": ("binary_crossentropy", 1, X, X[:, 0] * 5 - 3, None),
}  # fmt: skip


@pytest.mark.parametrize("kind", LABELS)
def test_labels_that_do_not_fit_the_loss(kind):
    loss, units, x, y, right = LABELS[kind]

    def fit(y, loss=loss):
        net = lurnet.Sequential(
            [layers.Dense(units, activation="sigmoid" if "bin" in loss else "softmax")]
        )
        net.compile("sgd", loss)
        net.fit(x, y, verbose=0)

    message = error_of(lambda: fit(y))
    options = [done(text, y=y) for text in codes(message)]
    if right is None:
        assert not options, message
    else:
        assert len(options) == 1, message
        np.testing.assert_allclose(np.asarray(options[0], float), np.asarray(right, float))
        fit(options[0])
    for other in re.findall(r"loss='(\w+)'", message):
        fit(y, other)


#: Loss, units, labels: what is advised is done all at once, whatever it is.
CLASSES = [
    (loss, units, labels)
    for loss in ("sparse_categorical_crossentropy", "categorical_crossentropy")
    for units in (1, 2, 3, 5)
    for labels in (
        NUMBERS + 1,
        NUMBERS - 1,
        NUMBERS * 7,
        2 * (NUMBERS > 0) - 1,
        (NUMBERS > 0) * 1,
        np.arange(N),
        np.arange(N) - 2,
        10 * np.arange(N),
        NUMBERS[:, None] - 1.0,
    )
]
CLASSES += [
    ("binary_crossentropy", units, labels)
    for units, labels in [
        (1, np.arange(N)),
        (1, NUMBERS[:, None]),
        (1, NUMBERS + 1.0),
        (1, NUMBERS * 7 - 7),
        (N, np.arange(N)),
    ]
]


@pytest.mark.parametrize(("loss", "units", "y"), CLASSES)
def test_what_is_advised_for_classes_works_at_once(loss, units, y):
    def fit(y, loss, units):
        kind = "sigmoid" if loss.startswith("bin") else "softmax"
        net = lurnet.Sequential([layers.Dense(units, activation=kind)])
        net.compile("sgd", loss)
        net.fit(X, y, verbose=0)

    if (loss, units) == ("categorical_crossentropy", 1) and y.ndim == 2:
        return None  # one column is no mistake in shape
    if loss.startswith("sparse") and y.min() >= 0 and y.max() < units:
        return fit(y, loss, units)  # nothing is wrong
    message = error_of(lambda: fit(y, loss, units))
    made = [done(text, y=y) for text in codes(message)]
    losses = re.findall(r"loss='(\w+)'", message) if " or write " not in message else []
    counts = re.findall(r"the last layer (\d+) units", message)
    assert made or losses or counts, message
    assert len(made) < 2 and len(losses) < 2 and len(counts) < 2, message
    for labels in made:  # classes stay apart
        assert len(np.unique(labels.reshape(N, -1), axis=0)) == len(np.unique(y))
    return fit(*(made or [y]), *(losses or [loss]), *map(int, counts or [units]))


def test_labels_that_do_not_fit_a_metric():
    def fit(y):
        net = lurnet.Sequential([layers.Dense(3, activation="softmax")])
        net.compile("sgd", "sparse_categorical_crossentropy", metrics=[lurnet.metrics.AUC()])
        net.fit(X, y, verbose=0)

    for text in codes(error_of(lambda: fit(NUMBERS))):
        np.testing.assert_array_equal(done(text, y=NUMBERS), ONE_HOT)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers(bad):
    x = X.copy()
    x[2, 1] = bad
    net = lurnet.Sequential([layers.Dense(1)])
    net.compile("sgd", "mse")
    shown, text = codes(error_of(lambda: net.fit(x, X[:, :1], verbose=0)))
    assert np.isin(bad, done(shown, x=x)) or np.isnan(done(shown, x=x)).any()
    history = net.fit(done(text, x=x), X[:, :1], verbose=0).history
    assert np.isfinite(history["loss"]).all()


# --- columns

FRAME = pandas.DataFrame({"a": np.arange(4.0), "b": np.arange(4.0)})
COLUMNS = {
    "numbers in quotes": (["1.5", "2", "3", "4"], [1.5, 2, 3, 4]),
    "texts": (["u", "v", "u", "w"], [0, 1, 0, 2]),
    "categories": (pandas.Categorical(["u", "v", "u", "w"]), [0, 1, 0, 2]),
    "times": (pandas.date_range("2020", periods=4, freq="min"), [0, 60, 120, 180]),
    "spans": (pandas.to_timedelta(range(4), unit="s"), [0, 1, 2, 3]),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_columns_that_hold_no_numbers(kind):
    values, right = COLUMNS[kind]
    x = FRAME.assign(b=values)
    (text,) = codes(error_of(lambda: model(2).predict(x, verbose=0)))
    x["b"] = done(text, x=x)
    np.testing.assert_allclose(model(2).predict(x, verbose=0)[:, 1], right)


ARRAYS = {
    "texts": (np.array(["u", "v", "u", "w"]), [[0], [1], [0], [2]]),
    "numbers in quotes": (np.array(["1.5", "2", "3", "4"]), [[1.5], [2], [3], [4]]),
    "times": (np.array(["2020-01-01", "2020-01-02"], "datetime64[s]"), [[0], [86400]]),
    "rows": (pandas.Series([[1], [2]]), [[1], [2]]),
}


@pytest.mark.parametrize("kind", ARRAYS)
def test_arrays_that_hold_no_numbers(kind):
    x, right = ARRAYS[kind]
    (text,) = codes(error_of(lambda: model(1).predict(x, verbose=0)))
    np.testing.assert_allclose(model(1).predict(done(text, x=x), verbose=0), right)


def test_rows_of_unequal_length():
    x = np.empty(2, object)
    x[:] = [[1, 2], [3]]
    (text,) = codes(error_of(lambda: model(2).predict(x, verbose=0)))
    np.testing.assert_allclose(model(2).predict(done(text, x=x), verbose=0), [[1, 2], [0, 3]])
