"""Sizes that nobody knows yet: shapes are Keras', and no stand-in number is seen anywhere."""

import math
import re
import warnings

import jax.numpy as jnp
import keras
import numpy as np
import pytest

import lurnet
from lurnet import layers, ops
from lurnet.core import probing
from lurnet.core.symbolic import SymbolicTensor
from lurnet.core.tree import pack_sequence_as
from tests.cases import ops as cases
from tests.test_ops import ONE_EACH, label, leaves, pair, tensors

STAND_INS = re.compile(
    rf"\b({'|'.join(map(str, (*probing.PRIMES, *probing.DIVISIBLE)))})\b|_DimExpr|symbolic scope"
)


def ones(*shape):
    return np.ones(shape, "float32")


def said(call):
    """The result of a call, or its error."""
    try:
        return call()
    except Exception as error:
        return error


def shapes(result):
    return [tuple(x.shape) for x in leaves(result) if hasattr(x, "shape")]


# --- ops

AS_KERAS_DOES = {  # where Keras' answer is wrong, or less than can be known
    "slogdet": "the sign has the batch's shape",
    "adaptive_max_pool": "no axis is added",
    "istft": "the length is asked for",
    "image.scale_and_translate": "the batches of three tensors have to match a setting",
    "dot_product_attention": "two axes of the keys have to match the mask's",
}
#: The window of a kernel is never unknown in a network, and costs seconds to try here.
KERNELS = ("depthwise_conv", "separable_conv", "conv_transpose", "conv")
SWEPT = [c for c in ONE_EACH if c[0] not in (cases.UNARY | cases.FLOAT_UNARY)]


def patterns(xs):
    """Which axes of each tensor are unknown."""
    yield [{0} for _ in xs]
    yield [set(range(x.ndim - 1)) for x in xs]


@pytest.mark.parametrize("case", SWEPT, ids=label)
def test_ops_infer_what_keras_infers(case):
    form, flat, where = tensors(case)
    xs = [flat[i] for i in where]
    for unknown in patterns(xs[:1] if case[0] in KERNELS else xs):
        answers = []
        for which, make in enumerate((SymbolicTensor, keras.KerasTensor)):
            given = list(flat)
            for i, x, axes in zip(where, xs, unknown, strict=False):
                shape = tuple(None if a in axes else d for a, d in enumerate(x.shape))
                given[i] = make(shape, x.dtype.name)
            args, kwargs = pack_sequence_as(form, given)
            answers.append(
                said(lambda w=which, a=args, k=kwargs: shapes(pair(case[0])[w](*a, **k)))
            )
        ours, theirs = answers
        assert not STAND_INS.search(str(ours) if isinstance(ours, Exception) else "")
        if isinstance(theirs, Exception) or case[0] in AS_KERAS_DOES:
            continue
        assert not isinstance(ours, Exception), (unknown, theirs, ours)
        for a, b in zip(ours, theirs, strict=True):
            assert len(a) == len(b)
            assert all(d == e or e is None for d, e in zip(a, b, strict=True)), (a, b)


SIZES = (None, 1, 3)
PAIRS = [((a, b), (c, d)) for a in SIZES for b in SIZES for c in SIZES for d in SIZES]


@pytest.mark.parametrize("name", ["add", "where", "logaddexp", "power"])
def test_broadcasting_of_unknown_sizes(name):
    for one, other in PAIRS:
        answers = []
        for own, make in ((ops, SymbolicTensor), (keras.ops, keras.KerasTensor)):
            x, y = make(one, "float32"), make(other, "float32")
            args = (x > 0, x, y) if name == "where" else (x, y)
            answers.append(tuple(getattr(own, name)(*args).shape))
        assert answers[0] == answers[1], (one, other)


@pytest.mark.parametrize("shape", [(None,), (None, 3), (None, None, 6), (3, None)])
@pytest.mark.parametrize("target", [(-1, 4), (2, -1), (-1, 2, 3), (-1,), (2, 6)])
def test_reshape_of_unknown_sizes(shape, target):
    ours = said(lambda: ops.reshape(SymbolicTensor(shape), target).shape)
    theirs = said(lambda: keras.ops.reshape(keras.KerasTensor(shape), target).shape)
    assert ours == tuple(theirs)


def test_arrays_meet_unknown_sizes():
    x = lurnet.Input((3,))
    assert ops.add(x, ones(3, 3)).shape == (3, 3)
    assert (x + ones(3, 3)).shape == (3, 3)
    assert layers.Add()([x, lurnet.Input(batch_shape=(5, 3))]).shape == (5, 3)
    assert ops.matmul(lurnet.Input((None,)), ones(4, 5)).shape == (None, 5)


# --- layers of the user's own


def own_layer(fn, **more):
    class Own(layers.Layer):
        def call(self, x):
            return fn(x)

    for name, value in more.items():
        setattr(Own, name, value)
    return Own()


READING = {  # what is done with an input of shape (None, None, 3) -> the shape that comes out
    "batch": (lambda x: x * ops.shape(x)[0], (None, None, 3)),
    "zeros": (lambda x: ops.zeros((ops.shape(x)[0], 5)), (None, 5)),
    "arange": (lambda x: ops.arange(ops.shape(x)[1]), (None,)),
    "tile": (lambda x: ops.tile(ops.ones((1, 1, 2)), (*ops.shape(x)[:2], 1)), (None, None, 2)),
    "or": (lambda x: ops.reshape(x, (x.shape[0] or 1, -1)), (None, None)),
    "is None": (lambda x: x[:, 0] if x.shape[0] is None else x, (None, None, 3)),
    "reshape": (lambda x: ops.reshape(x, (-1, x.shape[1], 1, 3)), (None, None, 1, 3)),
    "scan": (
        lambda x: ops.scan(
            lambda c, t: (c + t, c), ops.zeros((x.shape[0], 3)), ops.swapaxes(x, 0, 1)
        )[0],
        (None, 3),
    ),
}
INSISTING = {  # the same, where only a number will do
    "last step": (lambda x: x[:, x.shape[1] - 1], (None, 3)),
    "loop": (lambda x: sum(x[:, t] for t in range(x.shape[1])), (None, 3)),
    "stack": (lambda x: ops.stack([x[:, t] for t in range(x.shape[1])], 1), (None, None, 3)),
    "float": (lambda x: x / float(x.shape[0]), (None, None, 3)),
    "int": (lambda x: x * int(x.shape[1]), (None, None, 3)),
    "sqrt": (lambda x: x / math.sqrt(x.shape[1]), (None, None, 3)),
    "numpy": (lambda x: x + np.ones((x.shape[1], 3), "float32"), (None, None, 3)),
    "parts": (lambda x: jnp.reshape(x, (-1, 6)), (None, 6)),
}


@pytest.mark.parametrize("name", [*READING, *INSISTING])
def test_own_layers_that_read_sizes(name, capsys):
    fn, wanted = (READING | INSISTING)[name]
    seen = []

    def noting(x):
        print("shape", x.shape)
        warnings.warn(f"of shape {x.shape}", stacklevel=1)
        seen.append(str(x.shape))
        return fn(x)

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        assert own_layer(noting)(lurnet.Input((None, 3))).shape == wanted
    printed = capsys.readouterr().out
    assert printed == "shape (None, None, 3)\n"
    assert [str(w.message) for w in warned] == ["of shape (None, None, 3)"]
    assert name in INSISTING or not any(map(STAND_INS.search, seen))


def test_what_a_layer_declares_comes_before_numbers():
    seen = []

    def loop(x):
        seen.append(x.shape)
        return sum(x[:, t] for t in range(x.shape[1]))

    declared = own_layer(loop, compute_output_shape=lambda self, shape: (shape[0], 3))
    assert declared(lurnet.Input((None, 3))).shape == (None, 3)
    spec = own_layer(loop, compute_output_spec=lambda self, x: SymbolicTensor((x.shape[0], 3)))
    assert spec(lurnet.Input((None, 3))).shape == (None, 3)
    assert not any(map(STAND_INS.search, map(str, seen)))


WRONG = {
    "own text": (lambda x: fail(f"no: {x.shape}"), "no: (None, None, 3)"),
    "own number": (lambda x: fail(f"no: {int(x.shape[0])} of {x.shape[2]}"), "no: None of 3"),
    "table": (lambda x: x + jnp.ones((10, 3)), "(None, None, 3)"),
    "product": (lambda x: ops.matmul(x, jnp.ones((4, 5))), "(3,)"),
    "slices": (lambda x: ops.concatenate([x, ops.ones((2, 5))], 1), "(None, None, 3)"),
    "either": (lambda x: fail("a" * (int(x.shape[1]) - 80)), "depends on a size"),
}


def fail(text):
    raise ValueError(text)


@pytest.mark.parametrize("name", WRONG)
def test_errors_name_no_stand_in(name):
    fn, words = WRONG[name]
    with pytest.raises(Exception, match=re.escape(words)) as raised:
        own_layer(fn)(lurnet.Input((None, 3)))
    assert not STAND_INS.search(str(raised.value))


def test_metrics_speak_of_the_data():
    model = lurnet.Sequential([lurnet.Input((3,)), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=[lurnet.metrics.F1Score(threshold=0.5)])
    with pytest.raises(ValueError, match="F1Score") as raised:
        model.fit(ones(50, 3), ones(50), verbose=0)
    assert not STAND_INS.search(str(raised.value))


def test_training_traces_real_sizes():
    seen = []

    class Own(lurnet.Model):
        def build(self, shape):
            seen.append(shape)
            self.dense = layers.Dense(1)
            self.dense.build(shape)

        def call(self, x):
            seen.append(x.shape)
            return self.dense(x) / float(x.shape[0])

    model = Own()
    model.compile("sgd", "mse")
    model.fit(ones(10, 3), ones(10, 1), batch_size=4, verbose=0)
    model.evaluate(ones(10, 3), ones(10, 1), batch_size=5, verbose=0)
    model.predict(ones(7, 3), verbose=0)
    model.train_on_batch(ones(6, 3), ones(6, 1))
    assert {shape[0] for shape in seen} <= {4, 2, 5, 7, 6, 32}


# --- other stand-ins


def test_sizes_of_build_and_files_stay_unknown():
    model = lurnet.Sequential([layers.Dense(2), layers.LSTM(3, return_sequences=True)])
    model.build((None, None, 4))
    assert model.input_shape == (None, None, 4)
    assert model.layers[0].get_build_config() == {"input_shape": (None, None, 4)}
    assert model.layers[1].compute_output_shape((None, None, 2)) == (None, None, 3)
    assert not STAND_INS.search(str(model.get_config()))


def test_prints_of_other_threads_are_heard():
    stream = probing.OutputOfOthers(
        type("Out", (), {"write": lambda self, text: len(text) + 100})()
    )
    assert stream.write("own") == 3
    stream.maker = None
    assert stream.write("another's") == 109
