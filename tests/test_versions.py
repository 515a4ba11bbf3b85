"""What a model's predictor depends on: it is forgotten when that changes, and only then."""

import functools
import gc
import weakref

import numpy as np
import pytest

import lurnet as keras
from lurnet.inference.predictor import predictor
from lurnet.layers import context
from lurnet.layers.state import flatten_layers
from lurnet.layers.tracking import watchers
from lurnet.training.session import session_of

layers, ops = keras.layers, keras.ops
X = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")


class Twice:
    """An activation with a number of its own."""

    def __init__(self, factor):
        self.factor = factor

    def __call__(self, x):
        return x * self.factor


class Scale(layers.Layer):
    by = 1.0
    extra = None

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.factor = 1.0

    def call(self, x):
        x = x * self.factor * self.by
        return x if self.extra is None else self.extra(x)


class Deeper(Scale):
    """Its call is the class's above."""


class Blocks(keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [layers.Dense(4)]
        self.named = {"a": layers.Dense(4)}
        self.nested = ({"b": [layers.Dense(4)]},)
        self.empty = []
        self.later = {}
        self.tables = {1, 2}
        self.units = [3]
        self.first = layers.Dense(4)

    def call(self, x):
        every = [self.first, *self.blocks, *self.named.values(), *self.nested[0]["b"]]
        for layer in [*every, *self.empty, *self.later.values()]:
            x = layer(x)
        return x


def stack(*more):
    return keras.Sequential([keras.Input((4,)), layers.Dense(4, name="d"), *more])


def plain():
    return stack(layers.Dense(4, activation="relu", name="e"))


def nested():
    return stack(keras.Sequential([layers.Dense(4, name="e")], name="inner"))


def wrapped():
    x = keras.Input((2, 4))
    y = layers.Reshape((2, 4))(x)
    return keras.Model(x, layers.TimeDistributed(layers.Dense(3, name="e"))(y))


def functional():
    x = keras.Input((4,))
    return keras.Model(x, layers.Dense(4, name="e")(layers.Dense(4, name="d")(x)))


def scaled():
    return stack(Scale(name="s"))


def deeper():
    return stack(Deeper(name="s"))


class Held(layers.Layer):
    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, x):
        return self.inner(x)


def called():
    return stack(Held(Twice(2.0), name="e"))


def shown(layer_call):
    return lambda self, x, *args, **kwargs: layer_call(self, x, *args, **kwargs) + 1


def sub(model, name):
    return next(x for x in flatten_layers(model) if x.name == name)


def patch_class(cls, monkeypatch):
    monkeypatch.setattr(cls, "call", shown(cls.call))


def patch_instance(layer):
    before = layer.call
    layer.call = lambda x, *args, **kwargs: before(x, *args, **kwargs) + 1


def new_kernel(layer):
    layer.kernel = keras.Variable(np.ones(layer.kernel.shape, "float32"))


def by(path, value):
    """Sets an attribute of a layer: "layer.attribute"."""
    name, attribute = path.split(".")
    return lambda model, _: setattr(sub(model, name), attribute, value)


relu = keras.activations.relu
sigmoid = keras.activations.sigmoid

CHANGES = {
    "activation": (plain, by("d.activation", sigmoid)),
    "activation of the last": (plain, by("e.activation", sigmoid)),
    "activation of a graph's": (functional, by("d.activation", sigmoid)),
    "activation in a nested model": (nested, by("e.activation", sigmoid)),
    "activation in a wrapper": (wrapped, by("e.activation", sigmoid)),
    "number of a layer": (scaled, by("s.factor", 2.0)),
    "number of a class": (scaled, lambda m, patch: patch.setattr(Scale, "by", 3.0)),
    "number of a class above": (deeper, lambda m, patch: patch.setattr(Scale, "by", 3.0)),
    "new layer in a layer": (scaled, lambda m, _: setattr(sub(m, "s"), "extra", layers.Dense(4))),
    "number of an activation": (
        called,
        lambda m, _: setattr(sub(m, "e").inner, "factor", 5.0),
    ),
    "call of a layer": (plain, lambda m, _: patch_instance(sub(m, "e"))),
    "call of an own layer": (scaled, lambda m, _: patch_instance(sub(m, "s"))),
    "call of an own class": (scaled, lambda m, patch: patch_class(Scale, patch)),
    "call of the class above": (deeper, lambda m, patch: patch_class(Scale, patch)),
    "call of our class": (plain, lambda m, patch: patch_class(layers.Dense, patch)),
    "kernel assigned": (plain, lambda m, _: sub(m, "d").kernel.assign(np.ones((4, 4)))),
    "kernel replaced": (plain, lambda m, _: new_kernel(sub(m, "d"))),
    "weights set": (plain, lambda m, _: m.set_weights([w + 1 for w in m.get_weights()])),
    "layer added": (plain, lambda m, _: m.add(layers.Dense(2))),
    "layer taken off": (plain, lambda m, _: m.pop()),
    "layer added to a nested model": (nested, lambda m, _: sub(m, "inner").add(layers.Dense(4))),
    "appended": (Blocks, lambda m, _: m.blocks.append(layers.Dense(4))),
    "replaced in a list": (Blocks, lambda m, _: m.blocks.__setitem__(0, layers.Dense(4))),
    "list emptied": (Blocks, lambda m, _: m.blocks.clear()),
    "replaced in a dict": (Blocks, lambda m, _: m.named.update(a=layers.Dense(4))),
    "added to a dict": (Blocks, lambda m, _: m.named.update(c=layers.Dense(4))),
    "appended deep inside": (Blocks, lambda m, _: m.nested[0]["b"].append(layers.Dense(4))),
    "appended to an empty list": (Blocks, lambda m, _: m.empty.append(layers.Dense(4))),
    "set in an empty dict": (Blocks, lambda m, _: m.later.update(a=layers.Dense(4))),
    "changed inside a list": (Blocks, lambda m, _: setattr(m.blocks[0], "activation", sigmoid)),
    "inserted by another's list": (Blocks, lambda m, _: m.empty.append(m.first)),
}


def as_written(model, x):
    with context.calling(False):
        return np.asarray(model.call(x))


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen(change, monkeypatch):
    make, apply = CHANGES[change]
    model = make()
    x = np.stack([X, X], 1) if make is wrapped else X
    for _ in range(5):
        before = model.predict(x, verbose=0)
        np.testing.assert_allclose(model(x), before, rtol=1e-5, atol=1e-6)
    apply(model, monkeypatch)
    wanted = as_written(model, x)
    assert wanted.shape != before.shape or abs(wanted - before).max() > 1e-4
    for _ in range(3):
        np.testing.assert_allclose(model.predict(x, verbose=0), wanted, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(model(x), wanted, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(model.predict_on_batch(x), wanted, rtol=1e-5, atol=1e-6)


class Settings(layers.Layer):
    """Computes with the settings of the moment."""

    def call(self, x):
        first = keras.config.image_data_format() == "channels_first"
        policy = keras.config.dtype_policy().name.startswith("mixed")
        return x * (1 + first + 10 * policy + keras.config.epsilon())


SETTINGS = {
    "image_data_format": (keras.config.set_image_data_format, "channels_first", "channels_last"),
    "epsilon": (keras.config.set_epsilon, 0.5, 1e-7),
    "policy": (keras.config.set_dtype_policy, "mixed_bfloat16", None),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_is_seen(name):
    choose, other, usual = SETTINGS[name]
    model = stack(Settings())
    before = model.predict(X, verbose=0)
    choose(other)
    try:
        wanted = as_written(model, X)
        np.testing.assert_allclose(model.predict(X, verbose=0), wanted, rtol=1e-5)
        assert abs(wanted - before).max() > 1e-4
    finally:
        choose(usual)
    np.testing.assert_allclose(model.predict(X, verbose=0), before, rtol=1e-6)


def train_other(model):
    other = plain()
    other.compile("sgd", "mse")
    other.fit(X, X, verbose=0)


def fit(model):
    model.fit(X, X, verbose=0, epochs=2, validation_data=(X, X))


NOTHING = {
    "a layer elsewhere": lambda m: layers.Dense(3),
    "a model elsewhere": lambda m: plain().predict(X, verbose=0),
    "training elsewhere": train_other,
    "training": fit,
    "evaluation": lambda m: m.evaluate(X, X, verbose=0),
    "one batch": lambda m: (m.train_on_batch(X, X), m.test_on_batch(X, X)),
    "a call": lambda m: (m(X), m(X, training=True), m(keras.Input((4,)))),
    "weights": lambda m: m.set_weights([w * 2 for w in m.get_weights()]),
    "an attribute set to what it is": lambda m: setattr(m, "built", True),
    "losses read": lambda m: m.losses,
    "config": lambda m: (m.get_config(), m.to_json(), m.summary(print_fn=lambda *_, **__: None)),
    "the rate": lambda m: setattr(m.optimizer, "learning_rate", 0.5),
    "metrics": lambda m: (m.reset_metrics(), m.get_metrics_result()),
    "a setting there and back": lambda m: (
        keras.config.set_floatx("float16"),
        keras.config.set_floatx("float32"),
    ),
}


@pytest.mark.parametrize("event", NOTHING)
@pytest.mark.parametrize("make", [functional, Blocks])
def test_nothing_else_makes_it_forget(make, event):
    model = make()
    model.compile("sgd", "mse")
    for run in (fit, lambda m: m.predict(X, verbose=0)):
        run(model)
    kept = predictor(model)
    NOTHING[event](model)
    assert predictor(model) is kept


def test_a_layer_that_has_left_is_forgotten():
    model = plain()
    gone = model.pop()
    model.predict(X, verbose=0)
    kept = predictor(model)
    gone.activation = sigmoid
    assert predictor(model) is kept


def test_a_layer_of_several_models_tells_all_of_them():
    shared = layers.Dense(4)
    models = [stack(shared), stack(layers.Dense(4), shared), keras.Sequential([shared])]
    for model in models:
        model.predict(X, verbose=0)
    shared.activation = sigmoid
    for model in models:
        np.testing.assert_allclose(
            model.predict(X, verbose=0), as_written(model, X), rtol=1e-5, atol=1e-6
        )


def test_nothing_is_kept_alive():
    shared = layers.Dense(4)
    dropped = []
    for _ in range(20):
        model = stack(shared)
        model.compile("sgd", "mse")
        model.fit(X, X, verbose=0)
        model.predict(X[:1], verbose=0)
        model.train_on_batch(X, X)
        dropped += [weakref.ref(model), weakref.ref(session_of(model).version)]
        del model
    gc.collect()
    assert [ref() for ref in dropped if ref() is not None] == []
    assert watchers(shared) == []


@functools.cache
def batches():
    rng = np.random.default_rng(1)
    return [(rng.normal(size=(8, 4)).astype("float32"), rng.normal(size=(8, 4))) for _ in range(4)]


def freeze(model):
    model.layers[0].trainable = False


def clip(model):
    model.optimizer.clipnorm = 1e-3


def penalise(model):
    model.layers[0].kernel.regularizer = keras.regularizers.L2(0.5)


def recompile(model):
    model.compile(keras.optimizers.SGD(0.2), "mae", metrics=["mse"])


STEP_CHANGES = {
    "frozen": freeze,
    "clipped": clip,
    "penalised": penalise,
    "recompiled": recompile,
    "rate": lambda m: setattr(m.optimizer, "learning_rate", 0.5),
    "activation": lambda m: setattr(m.layers[0], "activation", sigmoid),
    "no change": lambda m: None,
}


def trained(change, when):
    """Logs and weights of steps on single batches, one change among them, ``when`` known before."""
    keras.utils.set_random_seed(0)
    model = stack(layers.Dense(4, name="e"))
    model.compile(keras.optimizers.SGD(0.1), "mse", metrics=["mae"])
    if when:  # the step is compiled as it was
        weights = model.get_weights()
        model.train_on_batch(*batches()[0])
        model.test_on_batch(*batches()[0])
        model.set_weights(weights)
    STEP_CHANGES[change](model)
    logs = [model.train_on_batch(*b) for b in batches()] + [model.test_on_batch(*batches()[0])]
    return logs, model.get_weights()


@pytest.mark.parametrize("change", STEP_CHANGES)
def test_a_step_on_a_batch_sees_every_change(change):
    (logs, weights), (wanted, fresh) = trained(change, True), trained(change, False)
    np.testing.assert_allclose(logs, wanted, rtol=1e-5)
    for a, b in zip(weights, fresh, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_switching_to_and_fro_compiles_nothing_anew():
    model = scaled()
    model.compile("sgd", "mse")
    made = set()
    for i in range(8):
        model.layers[0].trainable = i % 2 == 0
        before = [w.copy() for w in model.get_weights()]
        model.train_on_batch(X, X)
        after = model.get_weights()
        assert bool((after[0] != before[0]).any()) is (i % 2 == 0)
        made.add(len(session_of(model).training.programs))
    assert max(made) == 2
