"""Predictions of many samples in batches, each by one core: the same as a program's."""

import threading

import numpy as np
import pytest
from test_predict_few_samples import CAPTURED, NOT_CAPTURED, as_program, batch, dense, images, made

import lurnet as keras
from lurnet import layers
from lurnet.inference.predictor import predictor
from lurnet.inference.throughput import ThroughputPath
from lurnet.kernels import costs
from lurnet.kernels.common.loading import lanes as lanes_of_library

pytestmark = [
    pytest.mark.skipif(not lanes_of_library(), reason="there are no kernels here"),
    pytest.mark.registers,
]
COUNTS = [33, 64, 65, 300, 1000]  # fewer than a batch, one, some with a rest


def in_kernels(model, x):
    """Whether captured graphs compute such arrays."""
    return predictor(model).executors[1].takes(x, len(x))


@pytest.mark.parametrize("name", CAPTURED)
def test_as_a_program(name):
    model = made(CAPTURED[name])
    x = batch(model, 300)
    for count in COUNTS[:4]:
        outputs = model.predict(x[:count], verbose=0)
        np.testing.assert_allclose(outputs, as_program(model, x[:count]), rtol=1e-4, atol=1e-5)
    assert in_kernels(model, x)


@pytest.mark.parametrize("name", sorted(set(NOT_CAPTURED) - {"large", "embedding"}))
def test_what_no_kernels_compute(name):
    model = made(NOT_CAPTURED[name])
    x = batch(model, 70)
    model.predict(x, verbose=0)
    assert not in_kernels(model, x)


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
    assert in_kernels(model, x)
    np.testing.assert_allclose(model.predict(kinds[what](), verbose=0), expected, rtol=1e-5)


def test_weights_that_change_are_seen():
    model = made(lambda: dense("relu"))
    model.compile("sgd", "mse")
    x = batch(model, 200)
    before = model.predict(x, verbose=0)
    model.fit(x, np.ones((200, 3), "float32"), verbose=0)
    trained = model.predict(x, verbose=0)
    assert not np.allclose(before, trained)
    np.testing.assert_allclose(trained, as_program(model, x), rtol=1e-4, atol=1e-6)
    model.get_layer("last").kernel.assign(np.zeros((70, 3), "float32"))
    np.testing.assert_allclose(model.predict(x, verbose=0).std(0), 0, atol=1e-6)


def test_progress_is_told():
    model = made(lambda: dense("relu"))
    x, seen = batch(model, 1000), []
    path = ThroughputPath(predictor(model).forward)
    with costs.using(predict_call_bytes=200 * x[:1].nbytes):  # three batches of 64 fit
        outputs = path.run(x, 1000, None, seen.append)
    assert seen == [192, 384, 576, 768, 960, 1000]
    np.testing.assert_allclose(outputs, as_program(model, x), rtol=1e-4, atol=1e-6)


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


@pytest.mark.lowerings("xla")
def test_without_kernels_a_program_computes_them():
    model = made(lambda: dense("tanh"))
    x = batch(model, 100)
    model.predict(x, verbose=0)
    assert not in_kernels(model, x)


def test_predicting_compiles_no_program():
    """What kernels compute is not compiled: a first prediction takes milliseconds."""
    model = made(lambda: dense("sigmoid"))
    model.predict(batch(model, 100), verbose=0)
    program = predictor(model).executors[2]
    assert not program.batched.programs and not program.loops
