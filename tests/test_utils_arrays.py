"""Array helpers: the values of real Keras, and errors where Keras goes wrong silently."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lurnet import utils
from lurnet.core.errors import BadType, BadValue

RNG = np.random.default_rng(0)
MATRIX = RNG.normal(size=(4, 5))
MATRIX[1] = 0
RAGGED = [[1], [2, 3], [], [4, 5, 6, 7]]
VECTORS = [RNG.normal(size=(n, 2)) for n in (3, 1, 5)]

SAME = [
    ("to_categorical", [0, 2, 1], {}),
    ("to_categorical", [[0], [2], [1]], {}),
    ("to_categorical", [[0, 2], [1, 1]], {"num_classes": 4}),
    ("to_categorical", np.array([0.0, 2.0]), {"num_classes": 3}),
    ("to_categorical", 2, {}),
    ("to_categorical", [], {"num_classes": 3}),
    ("normalize", MATRIX, {}),
    ("normalize", MATRIX, {"axis": 1, "order": 1}),
    ("normalize", MATRIX[0], {}),
    ("normalize", MATRIX, {"order": np.inf}),
    ("normalize", MATRIX.astype("float32"), {}),
    ("normalize", RNG.normal(size=(2, 3, 4)), {"axis": 1, "order": 3}),
    ("pad_sequences", RAGGED, {}),
    ("pad_sequences", RAGGED, {"maxlen": 2}),
    ("pad_sequences", RAGGED, {"maxlen": 3, "padding": "post", "value": -1, "dtype": "int64"}),
    (
        "pad_sequences",
        RAGGED,
        {"maxlen": 3, "truncating": "post", "value": 0.5, "dtype": "float32"},
    ),
    ("pad_sequences", VECTORS, {"dtype": "float32", "maxlen": 4}),
    ("pad_sequences", [["a"], ["b", "c"]], {"dtype": object, "value": "-"}),
    ("pad_sequences", [["a"], ["bb", "c"]], {"dtype": "U2", "value": "-"}),
]


@pytest.mark.parametrize(("name", "value", "arguments"), SAME)
def test_equals_keras(name, value, arguments):
    ours = getattr(utils, name)(value, **arguments)
    theirs = getattr(keras.utils, name)(value, **arguments)
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
    if ours.dtype.kind == "f":
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    else:
        assert ours.tolist() == theirs.tolist()


def test_normalize_along_the_first_axis():
    # Keras 3.15 divides by the norms along the wrong axis here.
    assert np.allclose(np.linalg.norm(utils.normalize(MATRIX, axis=0), axis=0), 1)


@pytest.mark.parametrize(
    "call",
    [
        lambda: utils.to_categorical([0, -1]),
        lambda: utils.to_categorical([0, 3], num_classes=3),
        lambda: utils.to_categorical([]),
        lambda: utils.pad_sequences([[1]], padding="left"),
        lambda: utils.pad_sequences([[1]], truncating="left"),
        lambda: utils.pad_sequences([1, 2]),
        lambda: utils.pad_sequences(iter([[1]])),
        lambda: utils.pad_sequences([[1]], value="x"),
        lambda: utils.pad_sequences([[[1, 2]], [[1]]]),
        lambda: utils.split_dataset(MATRIX),
        lambda: utils.split_dataset(MATRIX, left_size=1.5),
        lambda: utils.split_dataset(MATRIX, left_size=5),
        lambda: utils.split_dataset(MATRIX, left_size=4),
        lambda: utils.split_dataset(MATRIX, left_size=3, right_size=2),
        lambda: utils.split_dataset(MATRIX, right_size=0.01),
        lambda: utils.split_dataset((MATRIX, MATRIX[1:]), left_size=1),
    ],
)
def test_bad_values(call):
    with pytest.raises(BadValue):
        call()


@pytest.mark.parametrize(
    "call", [lambda: utils.split_dataset(3, 1), lambda: utils.split_dataset(MATRIX, "a")]
)
def test_bad_types(call):
    with pytest.raises(BadType):
        call()


def test_split_keeps_structure():
    x, y = np.arange(20).reshape(10, 2), np.arange(10)
    data = ({"a": x, "b": y}, [x, (y, y)], y.tolist())
    left, right = utils.split_dataset(data, left_size=0.3)
    assert left[0]["a"].tolist() == x[:3].tolist()
    assert right[1][1][0].tolist() == y[3:].tolist()
    assert isinstance(left[1], list)
    assert left[2].tolist() == [0, 1, 2]
    left, right = utils.split_dataset(y, left_size=2, right_size=0.5)
    assert (left.tolist(), right.tolist()) == ([0, 1], [5, 6, 7, 8, 9])


def test_split_shuffles_as_keras_does():
    import random

    order = list(range(10))
    random.Random(3).shuffle(order)
    left, right = utils.split_dataset(np.arange(10), right_size=4, shuffle=True, seed=3)
    assert [*left, *right] == order


@given(st.lists(st.lists(st.integers(0, 99), max_size=6), min_size=1), st.integers(1, 8))
def test_padding_keeps_the_ends(sequences, maxlen):
    before = utils.pad_sequences(sequences, maxlen, value=-1)
    after = utils.pad_sequences(sequences, maxlen, value=-1, padding="post", truncating="post")
    for sequence, first, last in zip(sequences, before, after, strict=True):
        assert first[first >= 0].tolist() == sequence[-maxlen:]
        assert last[last >= 0].tolist() == sequence[:maxlen]
