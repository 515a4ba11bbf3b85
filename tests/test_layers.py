"""Every feed-forward layer against the oracle, with the same weights and inputs."""

import functools
import json
import warnings

import jax
import keras
import numpy as np
import pytest
from cases.layers import CASES

import lurnet.layers as layers
from lurnet import ops
from lurnet.core.errors import BadType, BadValue
from lurnet.core.masking import get_mask, set_mask
from lurnet.core.names import reset_names
from lurnet.core.symbolic import SymbolicTensor
from lurnet.core.variable import pure

keras_masks = keras.src.backend

#: What only the oracle's configs hold: options that ask for nothing by default.
ORACLE_ONLY = {
    "quantization_config": None,
    "activity_regularizer": None,
    "rms_scaling": False,
    "lora_rank": None,
    "seed": None,
}
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


class Pair:
    """A case's layer and the oracle's, built, with the same weights."""

    def __init__(self, case, dtype=None):
        keras.backend.clear_session()
        reset_names()
        self.case, self.inputs = case, data(case)
        self.ours, self.oracle = case.make(layers), case.make(keras.layers)
        self.fresh = self.ours.get_config(), self.oracle.get_config()
        if dtype is not None:
            self.ours = type(self.ours).from_config(self.fresh[0] | {"dtype": dtype})
            self.oracle = type(self.oracle).from_config(self.fresh[1] | {"dtype": dtype})
        shape = as_given([x.shape for x in self.inputs])
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


@pytest.fixture(scope="module", autouse=True)
def quick_compilation():
    """Each case is its own small program: most of the time would go into making it fast."""
    before = jax.config.read("jax_disable_most_optimizations")
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", before)


def plain(config):
    """A config as JSON holds it, without what the oracle alone has."""
    config = json.loads(json.dumps(config))
    if isinstance(config.get("dtype"), dict):
        config["dtype"] = config["dtype"]["config"]["name"]
    return drop(config)


def drop(value):
    if isinstance(value, dict):
        kept = {k: drop(v) for k, v in value.items() if k not in ORACLE_ONLY or v != ORACLE_ONLY[k]}
        return kept | ({"build_config": None} if "build_config" in kept else {})
    return [drop(v) for v in value] if isinstance(value, list) else value


@every
def test_config(name):
    ours, theirs = pair(name).fresh
    assert plain(ours) == plain(theirs)
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
        assert not np.allclose(ours, x)
        assert not np.allclose(ours, p.ours(x, training=True))
        return
    np.testing.assert_allclose(ours, theirs, **TIGHT)
    for a, b in zip(p.ours.weights, p.oracle.weights, strict=True):
        np.testing.assert_allclose(a, b, **TIGHT)


@pytest.mark.parametrize("name", [n for n, c in CASES.items() if c.narrow])
def test_narrow(name):
    p = Pair(CASES[name], "mixed_bfloat16")
    assert [v.dtype for v in p.ours.weights] == [v.dtype for v in p.oracle.weights]
    specs = as_given([jax.ShapeDtypeStruct(x.shape, x.dtype) for x in p.inputs])
    states = [
        ([v.value for v in m.trainable_variables], [v.value for v in m.non_trainable_variables])
        for m in (p.ours, p.oracle)
    ]
    ours = jax.eval_shape(p.call_ours, *states[0], specs)
    theirs = jax.eval_shape(p.call_oracle, *states[1], specs)
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)


STEPS = [n for n, c in CASES.items() if all(len(s) == 3 and s[1] > 1 for s in c.shapes)]


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
    with pytest.raises((BadValue, BadType), match=f"'{made.name}'.*{len(CASES[name].bad)}|axes"):
        made(np.zeros(CASES[name].bad, "float32"))
