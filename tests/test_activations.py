"""Every activation against real Keras: value, gradient, name, signature."""

import inspect

import jax
import keras
import numpy as np
import pytest

from lurnet import activations
from lurnet.core.errors import BadValue
from tests.cases.activations import CASES

X = (4 * np.random.default_rng(3).normal(size=(4, 6))).astype("float32")


@pytest.mark.lowerings
@pytest.mark.parametrize(("name", "settings"), CASES)
def test_value_and_gradient(name, settings):
    results = []
    for library in (activations, keras.activations):
        fn = getattr(library, name)
        total = jax.grad(lambda x, fn=fn: (fn(x, **settings) ** 2).sum())
        results.append(jax.jit(lambda x, fn=fn, total=total: (fn(x, **settings), total(x)))(X))
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-6)
    assert results[0][0].dtype == results[1][0].dtype


@pytest.mark.parametrize("name", sorted({name for name, _ in CASES}))
def test_name_and_signature(name):
    ours, theirs = activations.get(name), keras.activations.get(name)
    assert ours is getattr(activations, name)
    assert activations.serialize(ours) == keras.activations.serialize(theirs)
    assert activations.deserialize(keras.activations.serialize(theirs)) is ours
    config = {"module": "builtins", "class_name": "function", "config": ours.__name__}
    assert activations.get(config) is ours
    wanted = {k: p.default for k, p in inspect.signature(theirs).parameters.items()}
    assert {k: p.default for k, p in inspect.signature(ours).parameters.items()} == wanted


def test_every_activation_of_keras_is_here():
    public = {n for n in dir(keras.activations) if n[0] != "_"}
    assert {n for n in public if not hasattr(activations, n)} == set()
    assert public - {"get", "serialize", "deserialize"} == {name for name, _ in CASES}


def test_what_get_takes():
    assert activations.get(None) is activations.linear
    assert activations.get(abs) is abs
    with pytest.raises(BadValue, match="Did you mean 'relu'"):
        activations.get("rleu")
    with pytest.raises(BadValue, match="is no activation"):
        activations.get(3)
