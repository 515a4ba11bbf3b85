"""Every initializer against real Keras: values or their distribution, seeds, configs."""

import inspect

import keras
import numpy as np
import pytest

from lurnet import initializers
from lurnet.core.errors import BadValue
from lurnet.core.seeds import SeedGenerator, set_random_seed
from lurnet.core.variable import Variable
from tests.cases.initializers import FIXED, NAMES, RANDOM


@pytest.mark.parametrize("case", FIXED, ids=str)
def test_values(case):
    ours = getattr(initializers, case.cls)(**case.settings)(case.shape)
    theirs = getattr(keras.initializers, case.cls)(**case.settings)(case.shape)
    assert isinstance(ours, np.ndarray) and ours.dtype == "float32"
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("case", RANDOM, ids=str)
def test_distribution(case):
    settings = case.settings | {"seed": 5}
    ours = getattr(initializers, case.cls)(**settings)(case.shape)
    theirs = np.asarray(getattr(keras.initializers, case.cls)(**settings)(case.shape))
    assert isinstance(ours, np.ndarray) and ours.dtype == "float32" and ours.shape == theirs.shape
    spread = theirs.std()
    assert abs(ours.mean() - theirs.mean()) < 0.03 * spread
    assert abs(ours.std() - spread) < 0.02 * spread
    points = np.linspace(0.02, 0.98, 25)  # the shape of the distribution
    gap = np.abs(np.quantile(ours, points) - np.quantile(theirs, points))
    assert gap.max() < 0.06 * spread
    if "Uniform" in case.cls or case.cls == "TruncatedNormal":
        assert abs(np.abs(ours).max() - np.abs(theirs).max()) < 0.02 * spread
    if case.cls == "Orthogonal":
        flat = ours.reshape(-1, ours.shape[-1]) / case.settings.get("gain", 1.0)
        small = flat @ flat.T if flat.shape[0] < flat.shape[1] else flat.T @ flat
        np.testing.assert_allclose(small, np.eye(len(small)), atol=1e-5)


@pytest.mark.parametrize("name", sorted({c.cls for c in RANDOM}))
def test_seeds(name):
    cls, shape = getattr(initializers, name), (5, 4)
    fixed = cls(seed=3)
    assert (fixed(shape) == fixed(shape)).all() and (fixed(shape) == cls(seed=3)(shape)).all()
    assert (fixed(shape) != cls(seed=4)(shape)).any()
    stream, same = cls(seed=SeedGenerator(3)), cls(seed=SeedGenerator(3))
    first = stream(shape)
    assert (first == same(shape)).all() and (first != stream(shape)).any()
    set_random_seed(9)
    first = cls()(shape)
    assert (first != cls()(shape)).any()
    set_random_seed(9)
    assert (first == cls()(shape)).all()


@pytest.mark.parametrize("case", FIXED + RANDOM, ids=str)
def test_config(case):
    ours = getattr(initializers, case.cls)(**case.settings)
    theirs = getattr(keras.initializers, case.cls)(**case.settings)
    more = {"gain": 2.0} if ours.get_config() == {"gain": 2.0} else {}  # Keras forgets it
    assert ours.get_config() == theirs.get_config() | more
    data, keras_data = initializers.serialize(ours), keras.initializers.serialize(theirs)
    assert data == keras_data | {"config": data["config"]}
    assert initializers.deserialize(data).get_config() == ours.get_config()
    assert initializers.deserialize(keras_data).get_config() | more == ours.get_config()
    assert type(keras.initializers.deserialize(data)) is type(theirs)
    assert ours.clone().get_config() == ours.get_config()
    names = list(inspect.signature(type(theirs).__init__).parameters)
    if names[1:] != ["args", "kwargs"]:
        assert list(inspect.signature(type(ours).__init__).parameters) == names


def test_a_generator_in_a_config():
    keras_data = keras.initializers.serialize(
        keras.initializers.HeNormal(seed=keras.random.SeedGenerator(3))
    )
    ours = initializers.deserialize(keras_data)
    assert isinstance(ours.seed, SeedGenerator) and ours.seed.get_config()["seed"] == 3


@pytest.mark.parametrize("name", NAMES)
def test_names(name):
    assert type(initializers.get(name)).__name__ == type(keras.initializers.get(name)).__name__


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_dtypes(dtype):
    assert initializers.GlorotUniform(seed=1)((2, 3), dtype=dtype).dtype.name == dtype
    assert initializers.Ones()((2, 3), dtype=dtype).dtype.name == dtype


def test_what_get_takes():
    assert initializers.get(None) is None
    array = np.arange(6.0).reshape(2, 3)
    assert (initializers.get(array)((2, 3)) == array).all()
    assert initializers.get(np.ones) is np.ones
    assert Variable(initializers.get("ones"), shape=(2,)).numpy().tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: initializers.get("glorot_unifrom"), "Did you mean 'glorot_uniform'"),
        (lambda: initializers.VarianceScaling(scale=-1.0), "a positive number"),
        (lambda: initializers.VarianceScaling(mode="fan_inn"), "Did you mean 'fan_in'"),
        (lambda: initializers.VarianceScaling(distribution="gamma"), "must be one of"),
        (lambda: initializers.Identity()((3,)), "rows, columns"),
        (lambda: initializers.Orthogonal()((3,)), "two axes or more"),
        (lambda: initializers.RandomNormal(seed="x"), "an int, a SeedGenerator or None"),
        (lambda: initializers.RandomNormal()((3,), dtype="int32"), "give a float dtype"),
        (lambda: initializers.STFT("complex"), "must be one of 'real', 'imag'"),
    ],
)
def test_errors(call, message):
    with pytest.raises(BadValue, match=message):
        call()
