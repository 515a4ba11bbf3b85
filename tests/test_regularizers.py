"""Every regularizer and constraint against real Keras: values, gradients, names, configs."""

import inspect

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from lurnet import constraints, regularizers
from lurnet.core.errors import BadValue
from tests.cases import constraints as constraint_cases
from tests.cases import regularizers as regularizer_cases

W = jnp.asarray(np.random.default_rng(1).normal(size=(4, 4)).astype("float32"))
CASES = [
    *((regularizers, keras.regularizers, *case) for case in regularizer_cases.CASES),
    *((constraints, keras.constraints, *case) for case in constraint_cases.CASES),
]
each_case = pytest.mark.parametrize(
    ("ours", "theirs", "name", "settings"), CASES, ids=[f"{n}{s}" for *_, n, s in CASES]
)


@each_case
def test_value_and_gradient(ours, theirs, name, settings):
    results = []
    for library in (ours, theirs):
        fn = getattr(library, name)(**settings)
        gradient = jax.grad(lambda w, fn=fn: jnp.sum(fn(w) ** 2))(W)
        results.append((fn(W), gradient))
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-6)


@each_case
def test_config_names_and_signature(ours, theirs, name, settings):
    mine, keras_own = getattr(ours, name)(**settings), getattr(theirs, name)(**settings)
    config, wanted = mine.get_config(), keras_own.get_config()
    assert config.keys() == wanted.keys()
    for key, value in wanted.items():  # Keras rounds some of them to float32
        assert config[key] == (pytest.approx(value) if isinstance(value, float) else value)
    assert ours.deserialize(ours.serialize(mine)).get_config() == config
    assert type(theirs.deserialize(ours.serialize(mine))) is type(keras_own)
    assert ours.deserialize(theirs.serialize(keras_own)).get_config().keys() == config.keys()
    if settings:
        a, b = (inspect.signature(type(x).__init__).parameters for x in (mine, keras_own))
        assert [(p.name, p.default) for p in a.values()] == [
            (p.name, p.default) for p in b.values()
        ]


@pytest.mark.parametrize("name", ["l1", "l2", "l1l2", "L1L2", "orthogonal_regularizer"])
def test_regularizers_by_name(name):
    assert type(regularizers.get(name)).__name__ == type(keras.regularizers.get(name)).__name__


@pytest.mark.parametrize("name", ["max_norm", "non_neg", "unit_norm", "min_max_norm", "MaxNorm"])
def test_constraints_by_name(name):
    assert type(constraints.get(name)).__name__ == type(keras.constraints.get(name)).__name__


def test_short_names_are_classes():
    assert regularizers.l2(0.3).l2 == 0.3 and regularizers.l1_l2(l1=0.1, l2=0.2).l1 == 0.1
    assert constraints.max_norm(3).max_value == 3 and constraints.maxnorm is constraints.MaxNorm
    assert regularizers.l1(None).l1 == 0.01 and regularizers.L1L2(None, None).l2 == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: regularizers.get("l3"), "There is no regularizer named 'l3'"),
        (lambda: constraints.get("max_nrom"), "Did you mean 'max_norm'"),
        (lambda: regularizers.L1(-1.0), "a finite number >= 0"),
        (lambda: regularizers.L2("x"), "a finite number >= 0"),
        (lambda: regularizers.OrthogonalRegularizer(mode="row"), "Did you mean 'rows'"),
        (lambda: regularizers.OrthogonalRegularizer()(jnp.ones(3)), "takes a matrix"),
    ],
)
def test_errors(call, message):
    with pytest.raises(BadValue, match=message):
        call()
