"""What a first ``fit`` loads, traces and compiles: all that a user waits for before it trains."""

import subprocess
import sys

import jax.monitoring
import numpy as np
import pytest

import lurnet as keras
from lurnet.core.variable import Variable, held

FIT = """
import sys
import jax.monitoring
import numpy as np
import lurnet as keras

compiled = []

def note(event, duration, **facts):
    if "backend_compile" in event:
        compiled.append(facts.get("fun_name"))

jax.monitoring.register_event_duration_secs_listener(note)
keras.utils.set_random_seed(1)
hidden = keras.layers.Dense(4, activation="relu")
layers = [keras.Input((8, 8, 1)), keras.layers.Conv2D(4, 3), keras.layers.MaxPooling2D()]
layers += [keras.layers.Flatten(), keras.layers.Dropout(0.5), hidden]
model = keras.Sequential([*layers, keras.layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
x, y = np.ones((64, 8, 8, 1), "float32"), np.zeros(64, "int32")
model.fit(x, y, batch_size=32, verbose=0)
assert len(compiled) == 1, compiled
model.evaluate(x, y, verbose=0)
assert len(compiled) == 2, compiled
model.predict(x, verbose=0)
assert len(compiled) == 3, compiled
late = [m for m in ("h5py", "lurnet.saving", "lurnet.looking.diagram") if m in sys.modules]
assert not late, late
"""


def test_a_first_fit_compiles_one_program_and_opens_no_files():
    done = subprocess.run([sys.executable, "-c", FIT], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "name", ["plot_model", "model_to_svg", "get_file", "serialize_keras_object"]
)
def test_late_names_of_utils(name):
    assert callable(getattr(keras.utils, name))
    assert name in dir(keras.utils)


def test_utils_has_no_other_names():
    with pytest.raises(AttributeError, match="no 'plot_modle'"):
        _ = keras.utils.plot_modle


def test_shapes_of_a_dense_model_need_one_trace_a_layer():
    shapes = []

    class Counted(keras.layers.Dense):
        def call(self, inputs):
            shapes.append(inputs.shape[1:])
            return super().call(inputs)

    keras.Sequential([keras.Input((8,)), Counted(4), Counted(2)])
    assert shapes == [(8,), (4,)]


@pytest.mark.parametrize(
    ("value", "dtype", "wanted"),
    [
        (3, "int32", "int32"),
        (0.5, "float32", "float32"),
        (True, "bool", "bool"),
        (1.5, "bfloat16", "bfloat16"),
        (np.float32(0.5), None, "float32"),
        (np.float64(0.5), None, "float32"),
        (np.array([1, 2], "uint32"), None, "uint32"),
        (np.array([1.0, 2.0]), None, "float32"),
        (np.array([1.0, 2.0], "float32"), "float16", "float16"),
        ([1.0, 2.0], "float32", "float32"),
        (np.ma.array([1.0, 2.0], "float32"), "float32", "float32"),
    ],
)
def test_held_is_what_jax_makes(value, dtype, wanted):
    array = held(value, dtype)
    assert (array.dtype.name, array.weak_type) == (wanted, False)
    np.testing.assert_array_equal(np.asarray(array, "float64"), np.asarray(value, "float64"))


def test_a_variable_holds_a_copy():
    variables = []
    for _ in range(20):  # whether JAX copies depends on where the array lies
        given = np.zeros(1 << 16, "float32")
        variables += [Variable(given), Variable(np.ones, given.shape)]
        variables[-1].assign(given)
        given[:] = 1
    assert [v.numpy().max() for v in variables] == [0] * 40


def test_names_of_metrics_compile_nothing():
    class Seen(keras.metrics.Metric):
        """A metric whose result looks at numbers, which no trace can."""

        def update_state(self, y_true, y_pred, sample_weight=None):
            del y_true, y_pred, sample_weight

        def result(self):
            return 1.0 if float(keras.ops.sum(self.total.value)) >= 0 else 0.0

        def setup(self):
            super().setup()
            self.total = self.add_variable((), name="total")

    x = np.ones((8, 4), "float32")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    model.compile("sgd", "mse", metrics=["mae", "cosine_similarity"])
    model.evaluate(x, x[:, :2], verbose=0)
    compiled = []
    jax.monitoring.register_event_duration_secs_listener(
        lambda event, _, **__: "backend_compile" in event and compiled.append(event)
    )
    assert model.metrics_names == ["loss", "mae", "cosine_similarity"]
    assert compiled == []
    model.compile("sgd", "mse", metrics=[Seen(name="seen")], run_eagerly=True)
    model.evaluate(x, x[:, :2], verbose=0)
    assert model.metrics_names == ["loss", "seen"]
