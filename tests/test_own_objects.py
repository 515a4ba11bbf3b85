"""Functions and classes of one's own in files: known while loading, used whenever later."""

import json

import h5py
import keras
import numpy as np
import pytest

import lurnet
from lurnet import ops

X = np.random.default_rng(0).normal(size=(12, 3)).astype("float32")
Y = X[:, :1] + 0.5


def my_loss(y, p):
    return ops.mean(ops.abs(y - p) ** 1.5, axis=-1)


def my_metric(y, p):
    return ops.mean(ops.abs(y - p), axis=-1)


def my_activation(x):
    return x * ops.sigmoid(x)


def my_initializer(shape, dtype=None):
    return ops.full(shape, 0.25, dtype)


def my_regularizer(w):
    return 0.1 * ops.sum(w * w)


def my_constraint(w):
    return ops.clip(w, -0.2, 0.2)


class MyLoss(lurnet.losses.Loss):
    def __init__(self, power=1.5, name="my_loss", **kwargs):
        super().__init__(name=name, **kwargs)
        self.power = power

    def call(self, y, p):
        return ops.mean(ops.abs(y - p) ** self.power, axis=-1)

    def get_config(self):
        return {**super().get_config(), "power": self.power}


class MyMetric(lurnet.metrics.Metric):
    def __init__(self, name="my_metric", **kwargs):
        super().__init__(name=name, **kwargs)
        self.most = self.add_weight(shape=(), initializer="zeros", name="most")

    def update_state(self, y, p, sample_weight=None):
        self.most.assign(ops.maximum(self.most, ops.max(ops.abs(y - p))))

    def result(self):
        return self.most.value


class MyOptimizer(lurnet.optimizers.SGD):
    pass


class MySchedule(lurnet.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.01 / (1 + ops.cast(step, "float32"))

    def get_config(self):
        return {}


class MyRegularizer(lurnet.regularizers.Regularizer):
    def __call__(self, w):
        return my_regularizer(w)

    def get_config(self):
        return {}


class MyInitializer(lurnet.initializers.Initializer):
    def __call__(self, shape, dtype=None, **kwargs):
        return my_initializer(shape, dtype)


class MyConstraint(lurnet.constraints.Constraint):
    def __call__(self, w):
        return my_constraint(w)


class MyDense(lurnet.layers.Dense):
    def call(self, x):
        return 2 * super().call(x)


#: What is one's own, and where it goes: arguments of the layer, and of compile().
KINDS = {
    "loss": lambda: ({}, {"loss": my_loss}),
    "loss class": lambda: ({}, {"loss": MyLoss(1.25)}),
    "losses by output": lambda: ({}, {"loss": [my_loss]}),
    "metric": lambda: ({}, {"metrics": [my_metric]}),
    "metric class": lambda: ({}, {"metrics": [MyMetric()]}),
    "metric beside known ones": lambda: ({}, {"metrics": ["mae", my_metric]}),
    "weighted metric": lambda: ({}, {"weighted_metrics": [my_metric]}),
    "loss and metrics": lambda: (
        {},
        {"loss": my_loss, "metrics": [my_metric, MyMetric(name="other")]},
    ),
    "optimizer": lambda: ({}, {"optimizer": MyOptimizer(0.05)}),
    "schedule": lambda: ({}, {"optimizer": lurnet.optimizers.SGD(MySchedule())}),
    "activation": lambda: ({"activation": my_activation}, {}),
    "initializer": lambda: ({"kernel_initializer": my_initializer}, {}),
    "initializer class": lambda: ({"kernel_initializer": MyInitializer()}, {}),
    "regularizer": lambda: ({"kernel_regularizer": my_regularizer}, {}),
    "regularizer class": lambda: ({"kernel_regularizer": MyRegularizer()}, {}),
    "constraint": lambda: ({"kernel_constraint": my_constraint}, {}),
    "constraint class": lambda: ({"kernel_constraint": MyConstraint()}, {}),
    "layer": lambda: ({"layer": MyDense}, {}),
}
OWN = {n: v for n, v in globals().items() if n.lower().startswith("my")}
WAYS = ("argument", "scope", "always")
ENDINGS = (".keras", ".h5", ".safetensors")


def made(kind, fit=True):
    layer, settings = (dict(part) for part in KINDS[kind]())
    dense = layer.pop("layer", lurnet.layers.Dense)
    lurnet.utils.set_random_seed(0)
    model = lurnet.Sequential([lurnet.Input((3,)), dense(4, **layer), lurnet.layers.Dense(1)])
    model.compile(**{"optimizer": "sgd", "loss": "mse"} | settings)
    if fit:
        model.fit(X, Y, verbose=0, shuffle=False)
    return model


def loaded(path, way, objects=OWN):
    """The model in a file, by each of the ways in which objects are made known."""
    if way == "argument":
        return lurnet.saving.load_model(path, custom_objects=objects)
    if way == "scope":
        with lurnet.saving.custom_object_scope(objects):
            return lurnet.saving.load_model(path)
    always = lurnet.saving.get_custom_objects()
    always |= objects
    try:
        return lurnet.saving.load_model(path)
    finally:
        for name in objects:
            del always[name]


#: Every kind in every file, and every way with each of both.
CASES = [(k, e, WAYS[(i + j) % 3]) for i, k in enumerate(KINDS) for j, e in enumerate(ENDINGS)]


@pytest.mark.parametrize(("kind", "ending", "way"), CASES)
def test_they_are_known_after_loading(kind, ending, way, tmp_path):
    model = made(kind)
    path = tmp_path / f"model{ending}"
    model.save(path)
    again = tmp_path / f"again{ending}"
    weights = model.get_weights()
    model.fit(X, Y, verbose=0, shuffle=False)
    want = model.evaluate(X, Y, verbose=0, return_dict=True)
    other = loaded(path, way)
    for a, b in zip(other.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(a, b)
    other.fit(X, Y, verbose=0, shuffle=False)
    found = other.evaluate(X, Y, verbose=0, return_dict=True)
    assert found.keys() == want.keys()
    np.testing.assert_allclose(list(found.values()), list(want.values()), rtol=1e-5)
    other.save(again)
    loaded(again, way).evaluate(X, Y, verbose=0)


@pytest.mark.parametrize(("kind", "ending"), [(k, ENDINGS[i % 3]) for i, k in enumerate(KINDS)])
def test_what_is_not_given_is_named(kind, ending, tmp_path):
    path = tmp_path / f"model{ending}"
    model = made(kind, fit=False)
    model.save(path)
    with pytest.raises(lurnet.LurnetError, match="(?i)my_?[a-z]") as caught:
        lurnet.saving.load_model(path).fit(X, Y, verbose=0)
    assert "custom_objects" in str(caught.value)
    if not KINDS[kind]()[0]:  # without its settings it is a plain model
        model = lurnet.saving.load_model(path, compile=False)
        assert model.predict(X, verbose=0).shape == (12, 1)


def test_names_given_to_compile_within_a_scope():
    layers = [lurnet.Input((3,)), lurnet.layers.Dense(1)]
    want = None
    for loss, metric in ((my_loss, my_metric), ("my_loss", "my_metric")):
        model = lurnet.Sequential(layers)
        with lurnet.saving.custom_object_scope({"my_loss": my_loss, "my_metric": my_metric}):
            model.compile("sgd", loss, metrics=[metric])
        found = model.evaluate(X, Y, verbose=0, return_dict=True)
        want = want or found
        assert found == want
    with pytest.raises(lurnet.LurnetError, match="There is no loss named 'my_loss'"):
        model.compile("sgd", "my_loss")
        model.evaluate(X, Y, verbose=0)


#: Compile settings as tf.keras 2 wrote them.
OLD_SETTINGS = {
    "names": {"loss": "my_loss", "metrics": ["my_metric"]},
    "lists by output": {"loss": ["my_loss"], "metrics": [["my_metric"]]},
    "wrapped metrics": {
        "loss": "my_loss",
        "metrics": [
            [
                {
                    "class_name": "MeanMetricWrapper",
                    "config": {"name": "my_metric", "dtype": "float32", "fn": "my_metric"},
                }
            ]
        ],
    },
    "classes": {
        "loss": {"class_name": "MyLoss", "config": {"power": 1.5, "name": "my_loss"}},
        "metrics": [{"class_name": "MyMetric", "config": {"name": "my_metric"}}],
    },
    "packages": {
        "loss": {"class_name": "Custom>MyLoss", "config": {"power": 1.5, "name": "my_loss"}},
        "metrics": ["my_metric"],
    },
}


VERSIONS = ("1.2.2", "2.1.6-tf", "2.15.0", "3.15.1")
OLD_CASES = [(k, VERSIONS[(i + j) % 4]) for i, k in enumerate(OLD_SETTINGS) for j in (0, 2)]


@pytest.mark.parametrize(("kind", "version"), OLD_CASES)
def test_files_of_every_version(kind, version, tmp_path):
    path = tmp_path / "model.h5"
    source = made("loss", fit=False)
    source.save(path)
    settings = {"optimizer_config": {"class_name": "SGD", "config": {"name": "SGD"}}}
    with h5py.File(path, "a") as file:
        file.attrs["keras_version"] = version
        file["model_weights"].attrs["keras_version"] = version
        file.attrs["training_config"] = json.dumps(settings | OLD_SETTINGS[kind]).encode()
    objects = OWN | {"Custom>MyLoss": MyLoss}
    model = lurnet.saving.load_model(path, custom_objects=objects)
    found = model.evaluate(X, Y, verbose=0, return_dict=True)
    want = source.evaluate(X, Y, verbose=0, return_dict=True)
    assert set(found) == {"loss", "my_metric"} and found["loss"] == pytest.approx(want["loss"])


def test_a_file_of_real_keras(tmp_path):
    for ending in (".keras", ".h5"):
        theirs = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        theirs.compile("sgd", my_loss, metrics=[my_metric])
        want = theirs.evaluate(X, Y, verbose=0, return_dict=True)
        theirs.save(tmp_path / f"model{ending}")
        ours = loaded(tmp_path / f"model{ending}", "argument")
        found = ours.evaluate(X, Y, verbose=0, return_dict=True)
        assert found == pytest.approx(want, rel=1e-5)
