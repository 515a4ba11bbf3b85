"""Every feed-forward layer against the oracle, with the same weights and inputs."""

import functools
import json
import warnings
from unittest import mock

import jax
import keras
import numpy as np
import pytest
from cases.layers import CASES, ERRORS, OPEN, double

import lurnet.layers as layers
from lurnet import ops
from lurnet.core.errors import BadType, BadValue
from lurnet.core.masking import get_mask, set_mask
from lurnet.core.names import reset_names
from lurnet.core.registry import custom_object_scope
from lurnet.core.symbolic import SymbolicTensor
from lurnet.core.variable import pure

keras_masks = keras.src.backend

#: What only the oracle's configs hold: options that ask for nothing by default.
ORACLE_ONLY = {
    "quantization_config": None,
    "activity_regularizer": None,
    "rms_scaling": False,
    "lora_rank": None,
}
pytestmark = pytest.mark.usefixtures("quick_compilation")
TIGHT = {"rtol": 2e-5, "atol": 2e-5}
every = pytest.mark.parametrize("name", CASES)


def data(case, seed=0):
    rng = np.random.default_rng(seed)
    if case.ints:
        return [rng.integers(0, case.ints, s).astype("int32") for s in case.shapes]
    return [rng.normal(size=s).astype("float32") for s in case.shapes]


def as_given(arrays):
    """One input as it is, several as a list."""
    return arrays[0] if len(arrays) == 1 else list(arrays)


def no_draw(key, *args, **kwargs):
    """Ones: the first weights are replaced, so no program need be compiled to draw them."""
    shapes = [a for a in (*args, kwargs.get("shape")) if isinstance(a, (tuple, list))]
    return jax.numpy.asarray(np.ones(shapes[0], "float32"))


class Pair:
    """A case's layer and the oracle's, built, with the same weights."""

    def __init__(self, case, dtype=None):
        keras.src.backend.common.global_state.set_global_attribute("object_name_uids", None)
        reset_names()
        self.case, self.inputs = case, data(case)
        self.ours, self.oracle = case.make(layers), case.make(keras.layers)
        self.fresh = self.ours.get_config(), self.oracle.get_config()
        if dtype is not None:
            self.ours = type(self.ours).from_config(self.fresh[0] | {"dtype": dtype})
            self.oracle = type(self.oracle).from_config(self.fresh[1] | {"dtype": dtype})
        shape = as_given([x.shape for x in self.inputs])
        drawn = dict.fromkeys(("uniform", "normal", "truncated_normal"), no_draw)
        with mock.patch.multiple(jax.random, **drawn):
            for one in (self.ours, self.oracle):
                if not one.built:
                    one.build(shape)
        rng = np.random.default_rng(1)
        given = [rng.uniform(0.1, 0.6, v.shape).astype("float32") for v in self.oracle.weights]
        self.ours.set_weights(given)  # all different, so that none can stand for another
        self.oracle.set_weights(given)

    def call_ours(self, weights, fixed, x, **options):
        variables = self.ours.trainable_variables + self.ours.non_trainable_variables
        return pure(self.ours, variables)([*weights, *fixed], x, **options)[0]

    def call_oracle(self, weights, fixed, x, **options):
        return self.oracle.stateless_call(weights, fixed, x, **options)[0]

    def value_and_gradients(self, layer, call):
        """The output, and gradients by trainable weights and float inputs, compiled as one."""
        weights = [np.asarray(v) for v in layer.trainable_variables]
        fixed = [np.asarray(v) for v in layer.non_trainable_variables]
        floats = [x for x in self.inputs if x.dtype == np.float32]

        def loss(weights, floats):
            y = call(weights, fixed, as_given(floats or self.inputs))
            return (y * (1 + jax.numpy.arange(y.size).reshape(y.shape) % 5)).sum(), y

        fn = jax.jit(jax.value_and_grad(loss, argnums=(0, 1), has_aux=True))
        (_, y), (by_weight, by_input) = fn(weights, floats)
        return y, [*by_weight, *by_input]


@functools.cache
def pair(name):
    return Pair(CASES[name])


@functools.cache
def values(name):
    """(output, gradients) of our layer and of the oracle's."""
    p = pair(name)
    ours = p.value_and_gradients(p.ours, p.call_ours)
    return ours, p.value_and_gradients(p.oracle, p.call_oracle)


def plain(config):
    """A config as JSON holds it, without what the oracle alone has."""
    config = json.loads(json.dumps(config))
    if isinstance(config.get("dtype"), dict):
        config["dtype"] = config["dtype"]["config"]["name"]
    return drop(config)


def drop(value):
    if isinstance(value, dict) and value.get("class_name") == "function":
        return value["config"]  # the oracle writes "builtins" for the module of every function
    if isinstance(value, dict):
        alone = {k for k, v in ORACLE_ONLY.items() if k in value and value[k] == v}
        return {k: drop(v) for k, v in value.items() if k not in alone}
    return [drop(v) for v in value] if isinstance(value, list) else value


@every
def test_config(name):
    ours, theirs = pair(name).fresh
    assert plain(ours) == plain(theirs)
    with (
        custom_object_scope({"double": double}),
        keras.saving.CustomObjectScope({"double": double}),
    ):
        check_rebuilt(name, ours, theirs)


def check_rebuilt(name, ours, theirs):
    """Each side's layer comes back from its own config and from the other's."""
    again = type(pair(name).ours).from_config(ours)
    assert again.get_config() == ours
    assert type(pair(name).ours).from_config(theirs).get_config() == ours
    assert plain(type(pair(name).oracle).from_config(ours).get_config()) == plain(theirs)


@every
def test_weights(name):
    p = pair(name)
    assert [v.path for v in p.ours.weights] == [v.path for v in p.oracle.weights]
    assert [v.trainable for v in p.ours.weights] == [v.trainable for v in p.oracle.weights]
    assert p.ours.count_params() == p.oracle.count_params()
    assert len(p.ours.variables) == len(p.oracle.variables)


@pytest.mark.lowerings
@every
def test_same_output_and_gradients(name):
    (y, found), (z, wanted) = values(name)
    assert y.dtype == z.dtype
    np.testing.assert_allclose(y, z, **TIGHT)
    assert len(found) == len(wanted)
    for a, b in zip(found, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", [n for n in CASES if " " not in n])
def test_eager_is_compiled(name):
    p = pair(name)
    np.testing.assert_allclose(p.ours(as_given(p.inputs)), values(name)[0][0], **TIGHT)


@every
def test_shape_inferred(name):
    p, (y, _) = pair(name), values(name)[0]
    symbols = [SymbolicTensor((None, *x.shape[1:]), x.dtype) for x in p.inputs]
    found = p.ours(as_given(symbols))
    assert found.shape == (None, *y.shape[1:])
    assert str(found.dtype) == str(y.dtype)
    if not p.case.ints:
        shapes = [(None, *x.shape[1:]) for x in p.inputs]
        assert p.ours.compute_output_shape(as_given(shapes)) == (None, *y.shape[1:])


@pytest.mark.parametrize("name", OPEN)
def test_shape_inferred_from_unknown_sizes(name):
    shapes = [(*(None,) * (len(s) - 1), s[-1]) for s in CASES[name].shapes]
    ours = CASES[name].make(layers)(as_given([layers.Input(batch_shape=s) for s in shapes]))
    theirs = CASES[name].make(keras.layers)(as_given([keras.Input(batch_shape=s) for s in shapes]))
    assert ours.shape == theirs.shape


@pytest.mark.parametrize(
    "name",
    [n for n, c in CASES.items() if c.random or "BatchNorm" in n or "Spectral" in n],
)
def test_training(name):
    p = Pair(CASES[name])
    x = as_given(p.inputs)
    ours, theirs = p.ours(x, training=True), p.oracle(x, training=True)
    if p.case.random:
        assert ours.shape == theirs.shape
        draws = [p.ours(x, training=True) for _ in range(12)]  # two of few masks are often equal
        assert not all(np.allclose(draw, x) for draw in draws)
        assert not all(np.allclose(draw, draws[0]) for draw in draws)
        return
    np.testing.assert_allclose(ours, theirs, **TIGHT)
    for a, b in zip(p.ours.weights, p.oracle.weights, strict=True):
        np.testing.assert_allclose(a, b, **TIGHT)


@pytest.mark.parametrize("name", [n for n, c in CASES.items() if c.narrow])
def test_narrow(name):
    p = Pair(CASES[name], "mixed_bfloat16")
    assert [v.dtype for v in p.ours.weights] == [v.dtype for v in p.oracle.weights]
    specs = as_given([jax.ShapeDtypeStruct(x.shape, x.dtype) for x in p.inputs])
    ours, theirs = jax.eval_shape(p.ours, specs), jax.eval_shape(p.oracle, specs)
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)


# The oracle warns of a Lambda that takes its mask; in channels_first, axis 1 holds no steps.
NO_STEPS = ("Lambda", "GlobalAveragePooling1D first")
STEPS = [
    n
    for n, c in CASES.items()
    if all(len(s) == 3 and s[1] > 1 for s in c.shapes) and n not in NO_STEPS
]


@pytest.mark.parametrize("some", [False, True])
@pytest.mark.parametrize("name", STEPS)
def test_masks(name, some):
    p = pair(name)
    if some and len(p.inputs) == 1:
        return
    rng = np.random.default_rng(3)
    masks = [rng.uniform(size=x.shape[:2]) < 0.6 for x in p.inputs]
    mine, theirs = [ops.array(x) for x in p.inputs], [jax.numpy.array(x) for x in p.inputs]
    for x, y, mask in list(zip(mine, theirs, masks, strict=True))[: 1 if some else None]:
        set_mask(x, ops.array(mask))
        keras_masks.set_keras_mask(y, jax.numpy.array(mask))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        wanted = p.oracle(as_given(theirs))
    ends = any("does not support mask" in str(w.message) for w in caught)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = p.ours(as_given(mine))
    assert any("mask" in str(w.message) for w in caught) == ends
    np.testing.assert_allclose(found, wanted, **TIGHT)
    a, b = get_mask(found), keras_masks.get_keras_mask(wanted)
    assert (a is None) == (b is None)
    if a is not None:
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", [n for n, c in CASES.items() if c.bad])
def test_wrong_rank(name):
    made = CASES[name].make(layers)
    with pytest.raises(BadValue, match=f"{made.name!r} expects an input with .* axes"):
        made(np.zeros(CASES[name].bad, "float32"))


@pytest.mark.parametrize("number", range(len(ERRORS)))
def test_errors(number):
    make, calls, message = ERRORS[number]
    reset_names()
    if not calls:
        with pytest.raises((BadValue, BadType), match=message):
            make(layers)
        return
    made = make(layers)
    for i, shape in enumerate(calls):
        several = isinstance(shape, list)
        x = [SymbolicTensor(s) for s in shape] if several else SymbolicTensor(shape)
        if i + 1 < len(calls):
            made(x)
            continue
        with pytest.raises((BadValue, BadType), match=message):
            made(x)


def test_lambda_keeps_code_out_of_files():
    made = layers.Lambda(lambda x: x + 1)
    assert made(ops.ones(2)).tolist() == [2.0, 2.0]
    with pytest.raises(BadValue, match="register_keras_serializable"):
        made.get_config()


def test_lambda_passes_what_its_function_takes():
    def taking(x, factor, mask=None, training=None):
        return x * factor + (1 if training else 0)

    made = layers.Lambda(taking, arguments={"factor": 3.0})
    assert made(ops.ones(1), training=True).tolist() == [4.0]
    assert made(ops.ones(1), training=False).tolist() == [3.0]


@pytest.mark.parametrize("rate", [0.3])
@pytest.mark.parametrize("kind", ["Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise"])
def test_noise_has_the_moments_of_the_oracles(kind, rate):
    x = np.random.default_rng(0).normal(size=(200, 200)).astype("float32")
    ours = np.asarray(getattr(layers, kind)(rate, seed=1)(x, training=True))
    theirs = np.asarray(getattr(keras.layers, kind)(rate, seed=1)(x, training=True))
    np.testing.assert_allclose(ours.mean(), theirs.mean(), atol=0.03)
    np.testing.assert_allclose(ours.std(), theirs.std(), rtol=0.03)
    np.testing.assert_allclose((ours == 0).mean(), (theirs == 0).mean(), atol=0.02)
    again = np.asarray(getattr(layers, kind)(rate, seed=1)(x, training=True))
    np.testing.assert_array_equal(again, ours)


def test_dropout_checks_its_noise_shape():
    with pytest.raises(BadValue, match="one size per axis"):
        layers.Dropout(0.5, (None, 1))(ops.ones((2, 3, 4)), training=True)


def test_frozen_batch_normalization_stays():
    made = layers.BatchNormalization()
    x = np.random.default_rng(0).normal(3, 2, (8, 3)).astype("float32")
    made(x)
    made.trainable = False
    before = made.get_weights()
    np.testing.assert_allclose(made(x, training=True), made(x, training=False))
    for a, b in zip(before, made.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.lowerings
@pytest.mark.parametrize("axis", [-1])
def test_batch_normalization_counts_what_the_mask_leaves_in(axis):
    x, mask = np.random.default_rng(0).normal(size=(4, 6, 3)).astype("float32"), np.eye(4, 6) < 1
    ours, theirs = layers.BatchNormalization(axis), keras.layers.BatchNormalization(axis)
    a, b = ours(x, training=True, mask=mask), theirs(x, training=True, mask=mask)
    np.testing.assert_allclose(a, b, **TIGHT)
    np.testing.assert_allclose(ours.moving_variance, theirs.moving_variance, **TIGHT)


def test_embedding_takes_given_vectors_and_float_numbers():
    vectors = np.arange(6, dtype="float32").reshape(3, 2)
    made = layers.Embedding(3, 2, weights=vectors, dtype="mixed_bfloat16")
    assert made(np.array([[2.0, 0.0]])).tolist() == [[[4.0, 5.0], [0.0, 1.0]]]


def test_input():
    x = layers.Input((None, 3), batch_size=2, dtype="int32", name="words")
    assert (x.shape, x.dtype, x.name) == ((2, None, 3), "int32", "words")
    config = keras.layers.InputLayer(
        batch_shape=(2, None, 3), dtype="int32", name="words"
    ).get_config()
    assert plain(x.node.fn.get_config()) == plain(config)
    assert type(x.node.fn).from_config(config).get_config() == x.node.fn.get_config()
    assert layers.Input(tensor=x).shape == x.shape


def test_functional_forms():
    a, b = np.full((2, 3), 2.0, "float32"), np.full((2, 3), 3.0, "float32")
    for name in ("add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate"):
        ours, theirs = getattr(layers, name)([a, b]), getattr(keras.layers, name)([a, b])
        np.testing.assert_allclose(ours, theirs)
    np.testing.assert_allclose(layers.dot([a, b], 1), keras.layers.dot([a, b], 1))


def test_serialize():
    made = layers.Conv2D(3, 3, activation="relu", kernel_regularizer="l2")
    config = layers.serialize(made)
    assert config["module"] == "keras.layers" and config["class_name"] == "Conv2D"
    assert layers.deserialize(config).get_config() == made.get_config()
    theirs = keras.layers.deserialize(config)
    assert plain(theirs.get_config()) == plain(made.get_config())
    assert layers.serialize(layers.MaxPool2D())["class_name"] == "MaxPooling2D"
    with pytest.raises(BadValue, match="Did you mean 'Conv2D'"):
        layers.deserialize({"class_name": "Conv2d", "config": {}})
