"""Tables and arrays of objects as data: numbers in any dress train as the plain numbers do."""

import decimal
import fractions
import warnings

import numpy as np
import pandas as pd
import pytest

import lurnet

COUNT = 12
RNG = np.random.default_rng(0)
FLOATS = RNG.normal(size=COUNT).round(2)
WHOLE = RNG.integers(0, 2, COUNT)

#: A column, and the plain numbers that it stands for.
COLUMNS = {
    "float64": (pd.Series(FLOATS), FLOATS),
    "float32": (pd.Series(FLOATS, dtype="float32"), FLOATS),
    "int64": (pd.Series(WHOLE), WHOLE),
    "int8": (pd.Series(WHOLE, dtype="int8"), WHOLE),
    "bool": (pd.Series(WHOLE.astype(bool)), WHOLE),
    "object of floats": (pd.Series(list(FLOATS), dtype=object), FLOATS),
    "object of ints": (pd.Series(WHOLE.tolist(), dtype=object), WHOLE),
    "object of bools": (pd.Series(WHOLE.astype(bool).tolist(), dtype=object), WHOLE),
    "object, mixed": (pd.Series([True, 2, 0.5] * 4, dtype=object), [1, 2, 0.5] * 4),
    "object of Decimal": (
        pd.Series([decimal.Decimal("0.5"), decimal.Decimal(2)] * 6, dtype=object),
        [0.5, 2] * 6,
    ),
    "object of Fraction": (pd.Series([fractions.Fraction(1, 4)] * 12, dtype=object), [0.25] * 12),
    "object of NumPy scalars": (
        pd.Series([np.float32(0.5), np.int8(1)] * 6, dtype=object),
        [0.5, 1] * 6,
    ),
    "object of large numbers": (pd.Series([10**20, 1] * 6, dtype=object), [1e20, 1] * 6),
    "Int64": (pd.Series(WHOLE, dtype="Int64"), WHOLE),
    "UInt8": (pd.Series(WHOLE, dtype="UInt8"), WHOLE),
    "Float64": (pd.Series(FLOATS, dtype="Float64"), FLOATS),
    "boolean": (pd.Series(WHOLE.astype(bool), dtype="boolean"), WHOLE),
    "category of ints": (pd.Series(WHOLE).astype("category"), WHOLE),
    "category of floats": (pd.Series(FLOATS).astype("category"), FLOATS),
    "sparse": (pd.Series(pd.arrays.SparseArray(WHOLE.astype(float))), WHOLE),
}  # fmt: skip
#: Columns with a value that is missing, in the first row.
MISSING = {
    "float": pd.Series([np.nan, *FLOATS[1:]]),
    "None": pd.Series([None, *FLOATS[1:]], dtype=object),
    "pd.NA": pd.Series([pd.NA, *FLOATS[1:]], dtype=object),
    "Int64": pd.Series([pd.NA, *WHOLE[1:]], dtype="Int64"),
    "boolean": pd.Series([pd.NA, *WHOLE[1:].astype(bool)], dtype="boolean"),
    "category": pd.Series([None, *WHOLE[1:]]).astype("category"),
}


def network(features=2):
    """The sum of the features."""
    model = lurnet.Sequential(
        [lurnet.Input((features,)), lurnet.layers.Dense(1, kernel_initializer="ones")]
    )
    model.compile(lurnet.optimizers.SGD(0.01), "mse")
    return model


def table(column):
    return pd.DataFrame({"plain": FLOATS, "other": column})


def plain(values):
    return np.stack([FLOATS, np.asarray(values, float)], 1).astype("float32")


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_column_of_numbers_in_any_dress(kind):
    column, values = COLUMNS[kind]
    model, frame, expected = network(), table(column), plain(values)
    want = expected.sum(1, keepdims=True)
    for given in (frame, frame.values, frame.astype(object), frame.astype(object).values):
        np.testing.assert_allclose(model.predict(given, verbose=0), want, rtol=1e-5)
    np.testing.assert_allclose(model.predict_on_batch(frame), want, rtol=1e-5)
    loss = model.evaluate(expected, np.asarray(values, "float32"), verbose=0)
    assert model.evaluate(frame, column, verbose=0) == pytest.approx(loss, rel=1e-5)


@pytest.mark.parametrize("kind", [k for k in COLUMNS if "large" not in k])
def test_training_on_them_is_training_on_the_plain_numbers(kind):
    column, values = COLUMNS[kind]
    weights = np.asarray(values, float) ** 2 + 0.5
    made = []
    for x, y, w in (
        (table(column), column, pd.Series(list(weights), dtype=object)),
        (plain(values), np.asarray(values, "float32"), weights),
    ):
        model = network()
        model.fit(x, y, sample_weight=w, validation_data=(x, y), shuffle=False, verbose=0)
        model.train_on_batch(x, y)
        made.append([*model.get_weights(), model.history.history["val_loss"]])
    for a, b in zip(*made, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)


@pytest.mark.parametrize("kind", MISSING)
def test_a_missing_value_is_nan_and_fit_says_where(kind):
    frame = table(MISSING[kind])
    found = network().predict(frame, verbose=0)
    assert np.isnan(found[0]).all() and np.isfinite(found[1:]).all()
    with pytest.raises(lurnet.LurnetError, match=r"x holds values.*\(0, 1\)"):
        network().fit(frame, FLOATS, verbose=0)


def test_tables_of_a_stream_and_of_several_inputs():
    column, values = COLUMNS["Int64"]
    frame = table(column)

    def batches():
        while True:
            yield frame, frame["plain"].astype(object)

    model = network()
    model.fit(batches(), steps_per_epoch=2, verbose=0)
    a, b = lurnet.Input((2,), name="a"), lurnet.Input((2,), name="b")
    both = lurnet.Model([a, b], lurnet.layers.add([a, b]))
    want = 2 * plain(values)
    np.testing.assert_allclose(both.predict({"a": frame, "b": frame.values}, verbose=0), want)
    np.testing.assert_allclose(both.predict([frame, frame.astype(object)], verbose=0), want)


def test_two_columns_of_one_name():
    frame = pd.DataFrame([[1, True]] * 3, columns=["a", "a"])
    np.testing.assert_allclose(network().predict(frame, verbose=0), [[2]] * 3)


def test_class_numbers_stay_whole():
    model = lurnet.Sequential([lurnet.Input((2,)), lurnet.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    for dtype in (object, "Int64", "category"):
        model.fit(plain(FLOATS), pd.Series([0, 1, 2] * 4).astype(dtype), verbose=0)


def test_a_table_is_known_without_pandas():
    """What has columns, items() and to_numpy() is a table: polars, modin, one of your own."""

    class Column:
        dtype = "Own"

        def __init__(self, values):
            self.values = values

        def to_numpy(self):
            return np.array(self.values, object)

    class Table:
        columns = ("a", "b")
        shape = (3, 2)

        def __getitem__(self, name):
            return Column([1, 2.5, True])

        def to_numpy(self):
            raise AssertionError("columns differ")

        def __len__(self):
            return 3

    np.testing.assert_allclose(network().predict(Table(), verbose=0), [[2], [5], [2]])


def test_texts_enter_a_model_that_takes_texts():
    layer = lurnet.layers.StringLookup(vocabulary=["red", "blue"])
    model = lurnet.Sequential([lurnet.Input((1,), dtype="string"), layer])
    want = [[1], [2]]
    for given in (
        np.array([["red"], ["blue"]]),
        pd.DataFrame({"a": ["red", "blue"]}),
        pd.DataFrame({"a": ["red", "blue"]}, dtype="category"),
        pd.Series(["red", "blue"], dtype="string"),
    ):
        assert model.predict(given, verbose=0).tolist() == want


#: What cannot be trained on: the data, and words of the error.
WRONG = {
    "text in a column": (
        table(["red"] * COUNT),
        ["column 'other'", "'red'", "row 0", "x['other']"],
    ),
    "text in one row": (
        table([*FLOATS[:-1], "n/a"]),
        ["column 'other'", "'n/a'", f"row {COUNT - 1}"],
    ),
    "numbers in quotes": (table(["1.5"] * COUNT), ["column 'other'", "to_numeric(x['other'])"]),
    "category": (table(pd.Categorical(["u", "v"] * 6)), ["column 'other'", "'u'", "cat.codes"]),
    "string": (table(pd.Series(["u"] * COUNT, dtype="string")), ["column 'other'", "'u'", "row 0"]),
    "times": (table(pd.date_range("2020", periods=COUNT)), ["column 'other'", "times", ".dt."]),
    "times with a zone": (
        table(pd.date_range("2020", periods=COUNT, tz="UTC")),
        ["column 'other'", "imestamp"],
    ),
    "spans": (table(pd.to_timedelta(range(COUNT), unit="s")), ["column 'other'", "spans", ".dt."]),
    "texts in an array": (table(["red"] * COUNT).values, ["'red'", "row 0", "column 1"]),
    "rows": (pd.Series([[1, 2]] * COUNT), ["row 0", "numpy.stack(x)"]),
    "uneven rows": (pd.Series([[1, 2], [1]] * 6), ["row 0", "pad_sequences(x"]),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_no_number_is_named(kind):
    given, words = WRONG[kind]
    for call in (
        lambda: network().fit(given, FLOATS, verbose=0),
        lambda: network().predict(given, verbose=0),
        lambda: network().evaluate(given, FLOATS, verbose=0),
        lambda: network().fit(plain(FLOATS), FLOATS, validation_data=(given, FLOATS), verbose=0),
    ):
        with pytest.raises(lurnet.LurnetError) as caught, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call()
        assert not [w for w in words if w not in str(caught.value)], str(caught.value)


def test_the_input_of_several_is_named():
    a, b = lurnet.Input((1,), name="a"), lurnet.Input((1,), name="b")
    both = lurnet.Model({"a": a, "b": b}, lurnet.layers.add([a, b]))
    given = {"a": np.ones((2, 1)), "b": np.array([["u"], ["v"]])}
    with pytest.raises(lurnet.LurnetError, match=r"x\['b'\] holds the text 'u' in row 0"):
        both.predict(given, verbose=0)
