"""Predictions of many samples in batches, each by one core: the same as a program's."""

import threading

import numpy as np
import pytest
from test_plan import NOT_PLANNED, PLANNED, batch, dense, images, made

import lurnet as keras
from lurnet import layers
from lurnet.kernels.common.loading import lanes as lanes_of_library
from lurnet.training import batches, prediction

pytestmark = [
    pytest.mark.skipif(not lanes_of_library(), reason="there are no kernels here"),
    pytest.mark.registers,
]
COUNTS = [33, 64, 65, 300, 1000]  # fewer than a batch, one, some with a rest


def plans_of(model, x):
    found = prediction.predictor(model).batches.plans.get(x.shape[1:])
    return found and found[0]


def by_program(model, x):
    """The same by XLA: arrays whose rows do not lie one behind another have no plan."""
    apart = np.repeat(x, 2, axis=-1)[..., ::2]
    assert not apart.flags.c_contiguous or x.shape[-1] == 1
    return prediction.predictor(model)._loops(apart, len(x), 32, lambda done: None)


@pytest.mark.parametrize("name", PLANNED)
def test_as_a_program(name):
    model = made(PLANNED[name])
    x = batch(model, 300)
    for count in COUNTS[:4]:
        outputs = model.predict(x[:count], verbose=0)
        np.testing.assert_allclose(outputs, by_program(model, x[:count]), rtol=1e-4, atol=1e-5)
    assert plans_of(model, x) is not None


@pytest.mark.parametrize("name", sorted(set(NOT_PLANNED) - {"large", "embedding"}))
def test_what_has_no_plan(name):
    model = made(NOT_PLANNED[name])
    x = batch(model, 70)
    model.predict(x, verbose=0)
    assert plans_of(model, x) is None


def test_a_sample_has_one_output_wherever_it_stands():
    model = made(images)
    x = batch(model, 1)
    outputs = model.predict(np.repeat(x, 205, 0), verbose=0)
    assert (outputs == outputs[0]).all()


@pytest.mark.parametrize("what", ["float64", "uint8", "apart", "list", "a JAX array"])
def test_other_arrays_take_the_program(what):
    model = made(lambda: dense("relu"))
    x = (batch(model, 100) * 9).round()
    kinds = {
        "float64": lambda: x.astype("float64"),
        "uint8": lambda: x.astype("uint8"),
        "apart": lambda: np.repeat(x, 2, 1)[:, ::2],
        "list": lambda: x.tolist(),
        "a JAX array": lambda: keras.ops.convert_to_tensor(x),
    }
    expected = model.predict(x, verbose=0)
    assert plans_of(model, x) is not None
    np.testing.assert_allclose(model.predict(kinds[what](), verbose=0), expected, rtol=1e-5)


def test_weights_that_change_are_seen():
    model = made(lambda: dense("relu"))
    model.compile("sgd", "mse")
    x = batch(model, 200)
    before = model.predict(x, verbose=0)
    model.fit(x, np.ones((200, 3), "float32"), verbose=0)
    trained = model.predict(x, verbose=0)
    assert not np.allclose(before, trained)
    np.testing.assert_allclose(trained, by_program(model, x), rtol=1e-4, atol=1e-6)
    model.get_layer("last").kernel.assign(np.zeros((70, 3), "float32"))
    np.testing.assert_allclose(model.predict(x, verbose=0).std(0), 0, atol=1e-6)


def test_how_far_it_is_is_told(monkeypatch):
    model = made(lambda: dense("relu"))
    x = batch(model, 1000)
    monkeypatch.setattr(batches, "ROOM", 200 * x[:1].nbytes)  # three batches of 64 fit
    told = []
    prediction.predictor(model)(x, tell=told.append)
    assert told == [192, 384, 576, 768, 960, 1000]


def test_several_threads_at_once():
    model = made(lambda: images(layers.MaxPooling2D()))
    x = batch(model, 500)
    expected, wrong = model.predict(x, verbose=0), []

    def predict():
        for _ in range(20):
            if not np.allclose(model.predict(x, verbose=0), expected, atol=1e-5):
                wrong.append(1)

    threads = [threading.Thread(target=predict) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("lowering", ["jax", "xla"])
def test_no_plan_without_the_library(lowering, asked_for):
    asked_for(lowering)
    model = made(lambda: dense("tanh"))
    x = batch(model, 100)
    model.predict(x, verbose=0)
    assert plans_of(model, x) is None


def test_predicting_starts_no_program():
    """What is computed by plans is not compiled: a first prediction takes milliseconds."""
    model = made(lambda: dense("sigmoid"))
    model.predict(batch(model, 100), verbose=0)
    assert not prediction.predictor(model).known
