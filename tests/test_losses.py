"""Every loss against real Keras: values, gradients, weights, masks, reductions, configs."""

import inspect
import os

os.environ["KERAS_BACKEND"] = "jax"

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from lurnet import losses
from lurnet.core.errors import BadValue
from lurnet.core.masking import set_mask
from tests.cases.losses import CASES, NAMES, OLD_NAMES, REAL, REDUCTIONS, WEIGHTS

MASK = np.array([[1, 1, 0, 1, 0]] * 3 + [[0, 0, 0, 0, 0]], "bool")


def close(a, b):
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=3e-5, atol=2e-6)


def pair(case, **more):
    settings = case.settings | more
    return getattr(losses, case.cls)(**settings), getattr(keras.losses, case.cls)(**settings)


def run(library, case):
    """The function's values, and the class's value and gradient, as one compiled program."""
    settings = {
        k: tuple(v) if k == "axis" and isinstance(v, list) else v for k, v in case.settings.items()
    }
    fn, loss = getattr(library, case.fn), getattr(library, case.cls)(**case.settings)

    def program(y_pred):
        values = fn(case.y_true, y_pred, **settings)
        return values, *jax.value_and_grad(lambda p: loss(case.y_true, p))(y_pred)

    return jax.jit(program)(jnp.asarray(case.y_pred))


@pytest.mark.lowerings
@pytest.mark.parametrize("case", CASES, ids=str)
def test_function_class_and_gradient(case):
    for a, b in zip(run(losses, case), run(keras.losses, case), strict=True):
        assert a.shape == b.shape and a.dtype == b.dtype
        close(a, b)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_config(case):
    ours, theirs = pair(case)
    config, keras_config = ours.get_config(), theirs.get_config()
    missing = {k: v for k, v in config.items() if k not in keras_config}
    assert set(missing) <= {"axis", "delta"} and missing.items() <= case.settings.items()
    assert {k: config[k] for k in keras_config} == keras_config
    again = losses.deserialize(losses.serialize(ours))
    assert type(again) is type(ours) and again.get_config() == config
    if case.cls != "CategoricalGeneralizedCrossEntropy":  # Keras cannot read back its own
        keras_again = keras.losses.deserialize(losses.serialize(ours))
        assert keras_again.get_config() == keras_config
    back = losses.deserialize(keras.losses.serialize(theirs))
    assert back.get_config() == {k: v for k, v in config.items() if k not in missing}


@pytest.mark.parametrize("name", sorted({c.cls for c in CASES}))
def test_signature(name):
    def plain(cls):
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
        return [(p.name, p.default) for p in parameters]

    assert plain(getattr(losses, name)) == plain(getattr(keras.losses, name))


@pytest.mark.parametrize("name", sorted({c.fn for c in CASES}))
def test_function_signature(name):
    def plain(fn):
        return [(p.name, p.default) for p in inspect.signature(fn).parameters.values()]

    assert plain(getattr(losses, name)) == plain(getattr(keras.losses, name))


def masked(loss, set_it, y_true, y_pred, weight):
    y_pred = jnp.asarray(y_pred)
    set_it(y_pred, jnp.asarray(MASK))
    return loss(y_true, y_pred, sample_weight=weight)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weight", [None, *WEIGHTS])
@pytest.mark.parametrize("mask", [False, True])
def test_weights_masks_reductions(reduction, weight, mask):
    weight = None if weight is None else WEIGHTS[weight]
    case = next(c for c in CASES if c.cls == "MeanSquaredError")
    ours, theirs = pair(case, reduction=reduction)
    if mask:
        a = masked(ours, set_mask, *REAL, weight)
        b = masked(theirs, keras.src.backend.set_keras_mask, *REAL, weight)
    else:
        a, b = ours(*REAL, sample_weight=weight), theirs(*REAL, sample_weight=weight)
    assert a.shape == b.shape
    close(a, b)


@pytest.mark.lowerings
@pytest.mark.parametrize(
    "shapes", [((4,), (4, 1)), ((4, 1), (4,)), ((4, 3, 1), (4, 3)), ((4,), (4,))]
)
def test_ranks_that_differ_by_one(shapes):
    y_true, y_pred = (
        np.arange(np.prod(s), dtype="float32").reshape(s) ** (i + 1) for i, s in enumerate(shapes)
    )
    for name in ("MeanSquaredError", "MeanAbsoluteError", "Huber"):
        a = getattr(losses, name)(reduction="none")(y_true, y_pred)
        b = getattr(keras.losses, name)(reduction="none")(y_true, y_pred)
        assert a.shape == b.shape
        close(a, b)


def test_an_ignored_class_is_no_part_of_the_mean():
    case = next(c for c in CASES if c.settings.get("ignore_class") == 1)
    ours, theirs = pair(case)
    weight = WEIGHTS["position"]
    close(ours(case.y_true, case.y_pred, weight), theirs(case.y_true, case.y_pred, weight))
    a = masked(ours, set_mask, case.y_true, case.y_pred, weight)
    b = masked(theirs, keras.src.backend.set_keras_mask, case.y_true, case.y_pred, weight)
    close(a, b)


@pytest.mark.parametrize("name", NAMES)
def test_names(name):
    assert losses.get(name).__name__ == keras.losses.get(name).__name__
    assert losses.get(name) is losses.registry.get(name)


@pytest.mark.parametrize("old", OLD_NAMES)
def test_names_of_older_versions(old):
    assert losses.get(old).__name__ == OLD_NAMES[old]


def test_classes_by_name():
    assert isinstance(losses.get("MeanSquaredError"), losses.MeanSquaredError)
    assert isinstance(losses.get(losses.Huber), losses.Huber)
    assert losses.get(None) is None
    keras_function = keras.losses.serialize(keras.losses.mean_squared_error)
    assert losses.get(keras_function) is losses.mean_squared_error


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: losses.get("mean_squared_eror"), "Did you mean 'mean_squared_error'?"),
        (lambda: losses.Huber(reduction="summ"), "Did you mean 'sum'?"),
        (lambda: losses.CategoricalGeneralizedCrossEntropy(q=1.0), "between 0 and 1"),
        (lambda: losses.BinaryCrossentropy(label_smoothing=2.0), "from 0 to 1"),
        (lambda: losses.ctc(np.ones(3), np.ones((1, 3))), "ctc needs labels of shape"),
    ],
)
def test_errors(call, message):
    with pytest.raises(BadValue, match=message.replace("?", "[?]")):
        call()


def test_auto_is_the_mean_of_keras_2():
    assert losses.MeanSquaredError(reduction="auto").reduction == "sum_over_batch_size"


def test_a_loss_of_ones_own():
    class Scaled(losses.Loss):
        def __init__(self, factor, name="scaled", **kwargs):
            super().__init__(name=name, **kwargs)
            self.factor = factor

        def call(self, y_true, y_pred):
            return self.factor * jnp.mean((y_true - y_pred) ** 2, axis=-1)

    loss = Scaled(2.0, reduction="sum")
    assert float(loss([[0.0]], [[3.0]])) == 18.0
    assert loss.get_config() == {"factor": 2.0, "name": "scaled", "reduction": "sum"}
    assert Scaled.from_config(loss.get_config()).factor == 2.0
    both = {"a": np.zeros((2, 1)), "b": np.ones((2, 1))}

    class Nested(losses.Loss):
        def call(self, y_true, y_pred):
            return jnp.abs(y_true["a"] - y_pred["b"])[:, 0]

    assert float(Nested()(both, both)) == 1.0


def test_a_wrapped_function():
    ours = losses.LossFunctionWrapper(losses.huber, name="h", delta=0.3)
    close(ours(*REAL), keras.losses.Huber(delta=0.3)(*REAL))
    assert ours.get_config()["delta"] == 0.3 and ours.get_config()["fn"] == "huber"


def test_computation_dtype():
    assert losses.MeanSquaredError(dtype="float16")(*REAL).dtype == "float16"
    assert losses.MeanSquaredError(dtype="mixed_bfloat16").dtype == "bfloat16"
    assert losses.MeanSquaredError(dtype="float16").get_config()["dtype"] == "float16"


def test_one_class_is_a_mistake():
    with pytest.warns(SyntaxWarning, match="binary_crossentropy"):
        losses.categorical_crossentropy(np.ones((2, 1)), np.ones((2, 1)))
