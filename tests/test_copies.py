"""Copies in memory: pickle, joblib, copy, deepcopy, other processes, scikit-learn's clone."""

import concurrent.futures
import copy
import multiprocessing
import pickle

import joblib
import numpy as np
import pytest
from cases import layers as layer_cases
from cases import losses, metrics, models, optimizers
from sklearn.base import BaseEstimator, clone

import lurnet
from lurnet import layers, ops
from lurnet.core.graph import graph_of

RNG = np.random.default_rng(0)
X = RNG.normal(size=(24, 3)).astype("float32")
Y = X[:, :1] * X[:, 1:2] + 0.5


def by_joblib(obj, folder):
    path = folder / "obj.joblib"
    joblib.dump(obj, path)
    return joblib.load(path)


WAYS = {
    "pickle": lambda obj, _: pickle.loads(pickle.dumps(obj)),
    "joblib": by_joblib,
    "copy": lambda obj, _: copy.copy(obj),
    "deepcopy": lambda obj, _: copy.deepcopy(obj),
}
by_every_way = pytest.mark.parametrize("way", WAYS)


def rotated(cases, each=1):
    """Every case, by ``each`` of the ways in turn."""
    names = list(WAYS)
    return [(c, names[(i + j) % 4]) for i, c in enumerate(cases) for j in range(each)]


def equal(a, b):
    for one, other in zip(lurnet.tree.flatten(a), lurnet.tree.flatten(b), strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def apart(a, b):
    """No variable of one is a variable of the other, or lies on its memory."""
    held = [{v.value.unsafe_buffer_pointer() for v in m.variables} for m in (a, b)]
    assert not held[0] & held[1]
    assert not {id(v) for v in a.variables} & {id(v) for v in b.variables}


# --- all layers, losses, metrics and optimizers of the tables


def built(case):
    layer = case.make(layers)
    layer.build(case.shapes[0] if len(case.shapes) == 1 else list(case.shapes))
    return layer


def test_every_layer(tmp_path):
    for (name, case), way in rotated(layer_cases.CASES.items()):
        layer = built(case)
        other = WAYS[way](layer, tmp_path)
        assert other.get_config() == layer.get_config(), name
        assert [v.path for v in other.variables] == [v.path for v in layer.variables], name
        equal([v.value for v in other.variables], [v.value for v in layer.variables])
        apart(layer, other)


def test_every_optimizer(tmp_path):
    for (name, settings), way in rotated(
        {name: (name, some) for name, some in optimizers.OWN}.values()
    ):
        optimizer = getattr(lurnet.optimizers, name)(**settings)
        weight = lurnet.Variable(np.ones((3, 2), "float32"), name="w")
        optimizer.exclude_from_weight_decay([weight])
        optimizer.apply([np.full((3, 2), 0.5, "float32")], [weight])
        other = WAYS[way](optimizer, tmp_path)
        assert other.get_config() == optimizer.get_config()
        apart(optimizer, other)
        for one in (optimizer, other):  # both know which weight does not decay
            one.apply([np.full((3, 2), -0.25, "float32")])
        equal([v.value for v in other.variables], [v.value for v in optimizer.variables])
        equal(other._trainable_variables[0].value, weight.value)


def test_every_metric_and_loss(tmp_path):
    for case, way in rotated(metrics.CASES):
        metric = getattr(lurnet.metrics, case.cls)(**case.settings)
        for variable in metric.variables:
            variable.assign(np.ones(variable.shape))
        other = WAYS[way](metric, tmp_path)
        equal([v.value for v in other.variables], [v.value for v in metric.variables])
        assert other.get_config() == metric.get_config()
    for case, way in rotated(losses.CASES):
        loss = getattr(lurnet.losses, case.cls)(**case.settings)
        other = WAYS[way](loss, tmp_path)
        assert other.get_config() == loss.get_config() and type(other) is type(loss)


SMALL = {
    "schedule": lambda: lurnet.optimizers.schedules.ExponentialDecay(0.1, 2, 0.3),
    "initializer": lambda: lurnet.initializers.GlorotUniform(seed=1),
    "regularizer": lambda: lurnet.regularizers.L1L2(0.1, 0.2),
    "constraint": lambda: lurnet.constraints.MaxNorm(2),
    "dtype policy": lambda: lurnet.DTypePolicy("mixed_bfloat16"),
    "input spec": lambda: lurnet.InputSpec(ndim=3, axes={-1: 4}),
    "callback": lambda: lurnet.callbacks.EarlyStopping(patience=3),
}


@by_every_way
@pytest.mark.parametrize("kind", SMALL)
def test_what_has_no_state(kind, way, tmp_path):
    one = SMALL[kind]()
    other = WAYS[way](one, tmp_path)
    assert type(other) is type(one)
    facts = [x.get_config() if hasattr(x, "get_config") else vars(x) for x in (one, other)]
    assert facts[0] == facts[1]


@by_every_way
def test_variables_and_random_numbers(way, tmp_path):
    for dtype in ("float32", "bfloat16", "int32", "bool", "uint8"):
        variable = lurnet.Variable(np.ones((2, 3)), dtype=dtype, name="v", trainable=False)
        other = WAYS[way](variable, tmp_path)
        assert (other.dtype, other.path, other.trainable) == (dtype, variable.path, False)
        variable.assign(np.zeros((2, 3)))
        equal(other.value, np.ones((2, 3), other.value.dtype))
    generator = lurnet.random.SeedGenerator(3)
    generator.next()
    if way != "copy":  # Python's own: the state is shared
        other = WAYS[way](generator, tmp_path)
        equal([other.next(), other.next()], [generator.next(), generator.next()])


# --- models of every form


def named(value):
    return getattr(value, "name", str(value))


@pytest.mark.parametrize(("case", "way"), rotated(models.CASES), ids=named)
def test_models_of_every_form(case, way, tmp_path):
    model = case.build(lurnet)
    if case.fitted:
        model.compile(case.optimizer, case.loss, metrics=case.metrics)
        model.fit(case.x, case.y, verbose=0)
    want = model.predict(case.x, verbose=0)
    other = WAYS[way](model, tmp_path)
    assert other.compiled == model.compiled and isinstance(other, type(model).__mro__[1])
    equal(other.predict(case.x, verbose=0), want)
    apart(model, other)
    if case.fitted:
        other.fit(case.x, case.y, verbose=0)
        equal(model.predict(case.x, verbose=0), want)


class Scale(layers.Layer):
    """A layer of one's own, without get_config."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def build(self, shape):
        self.shift = self.add_weight((shape[-1],), initializer="zeros")

    def call(self, x):
        return x * self.factor + self.shift


def own_loss(y, p):
    return ops.mean((y - p) ** 2, -1) + 0.1


class Net(lurnet.Model):
    """A subclass with call(), dropout, normalisation and a list of layers."""

    def __init__(self):
        super().__init__()
        self.parts = [layers.Dense(4, "relu"), layers.Dropout(0.3), layers.BatchNormalization()]
        self.last = {"out": layers.Dense(1)}

    def call(self, x, training=False):
        for part in self.parts:
            x = part(x, training=training) if not isinstance(part, layers.Dense) else part(x)
        return self.last["out"](x)


class Branched(lurnet.Model):
    """A subclass that is a functional model."""

    def __init__(self, units=4):
        x = lurnet.Input((3,))
        self.hidden = layers.Dense(units, "tanh")
        super().__init__(inputs=x, outputs=layers.Dense(1)(self.hidden(x)))


def stack():
    return lurnet.Sequential(
        [
            lurnet.Input((3,)),
            layers.Dense(5, "relu", kernel_regularizer="l2", kernel_constraint="max_norm"),
            layers.GaussianNoise(0.1),
            layers.Dropout(0.2),
            Scale(2.0),
            layers.Lambda(ops.tanh),
            layers.Dense(1),
        ]
    )


def unbuilt_until_now():
    return lurnet.Sequential([layers.Dense(4), layers.Dropout(0.5), layers.Dense(1)])


def shared_and_nested():
    x = lurnet.Input((3,))
    twice = layers.Dense(3, "tanh")
    inner = lurnet.Sequential([lurnet.Input((3,)), layers.Dense(3), layers.BatchNormalization()])
    y = inner(twice(x)) + inner(twice(twice(x))) * 0.5
    return lurnet.Model(x, layers.Dense(1)(layers.Concatenate(name="both")([y, x])))


def frozen():
    model = stack()
    model.layers[0].trainable = False
    return model


def half():
    policy = "mixed_float16"
    return lurnet.Sequential([lurnet.Input((3,)), layers.Dense(4, dtype=policy), layers.Dense(1)])


MODELS = {
    "stack": (stack, {"optimizer": "nadam", "loss": "mse", "metrics": ["mae"]}),
    "stack, built late": (unbuilt_until_now, {"optimizer": "adam", "loss": "mse"}),
    "subclass": (Net, {"optimizer": "adam", "loss": own_loss, "weighted_metrics": ["mse"]}),
    "functional subclass": (Branched, {"optimizer": "sgd", "loss": "mae"}),
    "shared and nested": (shared_and_nested, {"optimizer": "rmsprop", "loss": "huber"}),
    "frozen": (frozen, {"optimizer": "adamw", "loss": "mse"}),
    "averages": (
        stack,
        {"optimizer": lambda: lurnet.optimizers.SGD(0.1, use_ema=True), "loss": "mse"},
    ),
    "scaled loss": (
        half,
        {
            "optimizer": lambda: lurnet.optimizers.LossScaleOptimizer(lurnet.optimizers.Adam()),
            "loss": "mse",
        },
    ),
    "schedule": (
        stack,
        {
            "optimizer": lambda: lurnet.optimizers.Adam(
                lurnet.optimizers.schedules.CosineDecay(0.1, 50)
            ),
            "loss": "mse",
        },
    ),
    "run eagerly": (stack, {"optimizer": "sgd", "loss": "mse", "run_eagerly": True}),
}


def trained(kind):
    lurnet.utils.set_random_seed(1)
    make, settings = MODELS[kind]
    settings = dict(settings)
    if callable(settings["optimizer"]):
        settings["optimizer"] = settings["optimizer"]()
    model = make()
    model.compile(**settings)
    model.fit(X, Y, batch_size=8, epochs=2, validation_split=0.25, verbose=0)
    return model


def on(model):
    """What a model does from here: two epochs without shuffling, and all its state after them."""
    lurnet.utils.set_random_seed(2)  # the seed of fit()
    history = model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0).history
    state = [v.numpy().copy() for v in (*model.variables, *model.optimizer.variables)]
    found = model.evaluate(X, Y, verbose=0)
    return [history, state, found, model.predict(X, verbose=0), model.predict(X[:1], verbose=0)]


@pytest.mark.parametrize(("kind", "way"), rotated(MODELS, 2))
def test_a_copy_goes_on_as_the_model_does(kind, way, tmp_path):
    model = trained(kind)
    before = model.predict(X[:1], verbose=0), model.predict(X, verbose=0), model(X)
    other = WAYS[way](model, tmp_path)
    apart(model, other)
    equal((other.predict(X[:1], verbose=0), other.predict(X, verbose=0), other(X)), before)
    assert other.optimizer.get_config() == model.optimizer.get_config()
    found = on(other)
    equal((model.predict(X[:1], verbose=0), model.predict(X, verbose=0), model(X)), before)
    equal(on(model), found)


@by_every_way
def test_before_building_and_compiling(way, tmp_path):
    model = lurnet.Sequential([layers.Dense(4), layers.Dense(1)])
    other = WAYS[way](model, tmp_path)
    assert not other.built and not other.compiled
    other.compile("sgd", "mse")
    third = WAYS[way](other, tmp_path)
    third.fit(X, Y, verbose=0)
    assert not other.built and not model.built


@by_every_way
def test_a_copied_graph_can_be_built_upon(way, tmp_path):
    model = WAYS[way](trained("shared and nested"), tmp_path)
    head = lurnet.Model(model.input, layers.Dense(2)(model.get_layer("both").output))
    assert head.predict(X, verbose=0).shape == (24, 2)
    assert model.to_json() and lurnet.models.clone_model(model).count_params()
    model.summary(print_fn=lambda *_: None)
    stacked = WAYS[way](trained("stack"), tmp_path)
    stacked.pop()
    stacked.add(layers.Dense(7))
    assert stacked.predict(X, verbose=0).shape == (24, 7)


@pytest.mark.parametrize("way", ["pickle", "deepcopy"])
def test_models_that_share_layers_do_so_afterwards(way, tmp_path):
    x = lurnet.Input((3,))
    code = layers.Dense(2, name="code")(x)
    encoder = lurnet.Model(x, code)
    coder = lurnet.Model(x, layers.Dense(3)(code))
    coder.compile("adam", "mse")
    one, two = WAYS[way]((encoder, coder), tmp_path)
    before = one.predict(X, verbose=0)
    two.fit(X, X, verbose=0)
    assert np.abs(one.predict(X, verbose=0) - before).max() > 0
    assert one.get_layer("code") is two.get_layer("code")
    np.testing.assert_array_equal(encoder.predict(X, verbose=0), before)


@pytest.mark.parametrize("way", ["pickle", "deepcopy"])
def test_a_graph_of_any_depth(way, tmp_path):
    x = y = lurnet.Input((2,))
    for _ in range(400):
        y = y + 1.0
    model = lurnet.Model(x, y)
    other = WAYS[way](model, tmp_path)
    assert len(graph_of(other).nodes) == 400
    equal(other.layers and other(np.zeros((1, 2))), model.layers and model(np.zeros((1, 2))))


def test_the_upper_part_of_a_model_comes_alone(tmp_path):
    model = trained("shared and nested")
    upper = lurnet.Model(model.get_layer("both").output, model.output)
    other = pickle.loads(pickle.dumps(upper))
    given = RNG.normal(size=(4, 6)).astype("float32")
    equal(other.predict(given, verbose=0), upper.predict(given, verbose=0))
    assert len(other.variables) == 2
    upper.save(tmp_path / "upper.keras")
    third = lurnet.saving.load_model(tmp_path / "upper.keras")
    equal(third.predict(given, verbose=0), upper.predict(given, verbose=0))


def test_a_lambda_can_be_copied_but_not_pickled():
    model = lurnet.Sequential([lurnet.Input((3,)), layers.Lambda(lambda x: 2 * x)])
    equal(copy.deepcopy(model).predict(X, verbose=0), 2 * X)
    with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
        pickle.dumps(model)


def test_layers_with_words_and_statistics():
    lookup = layers.StringLookup(vocabulary=["a", "b"])
    text = layers.TextVectorization()
    text.adapt(["a cat", "the dog"])
    normal = layers.Normalization()
    normal.adapt(X)
    for layer, given in ((lookup, [["b", "?"]]), (text, ["the cat"]), (normal, X)):
        given = given if layer is normal else np.array(given)
        for make in (copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))):
            equal(make(layer)(given), layer(given))
    model = lurnet.Sequential([lurnet.Input((1,), dtype="string"), text, layers.Embedding(9, 2)])
    words = np.array([["a dog"], ["the cat"]])
    equal(
        pickle.loads(pickle.dumps(model)).predict(words, verbose=0), model.predict(words, verbose=0)
    )


# --- what programs do with copies


class Keeper(lurnet.callbacks.Callback):
    """Keeps a copy of the model of each epoch."""

    def on_epoch_end(self, epoch, logs=None):
        self.kept = getattr(self, "kept", [])
        self.kept.append((copy.deepcopy(self.model), self.model.get_weights()))


def test_copies_made_while_training():
    model, keeper = trained("stack"), Keeper()
    history = model.fit(X, Y, epochs=3, verbose=0, callbacks=[keeper])
    for other, weights in keeper.kept:
        equal(other.get_weights(), weights)
        other.fit(X, Y, verbose=0)
    assert pickle.loads(pickle.dumps(history)).history == history.history


def predicted(model):
    """For another process."""
    model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    return model.predict(X, verbose=0), model


def test_other_processes():
    model = trained("functional subclass")
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        outputs, back = pool.submit(predicted, model).result(timeout=100)
    np.testing.assert_allclose(back.predict(X, verbose=0), outputs, rtol=1e-6)
    np.testing.assert_allclose(predicted(model)[0], outputs, rtol=1e-5)


class Estimator(BaseEstimator):
    """Keeps a model and an optimizer among its parameters, as wrappers do."""

    def __init__(self, model=None, optimizer=None):
        self.model, self.optimizer = model, optimizer

    def fit(self, x, y):
        if self.model is None:
            self.model_ = lurnet.Sequential([lurnet.Input((3,)), layers.Dense(1)])
            self.model_.compile(self.optimizer, "mse")
        else:
            self.model_ = self.model
        self.model_.fit(x, y, verbose=0)
        return self


def test_clone():
    first = Estimator(trained("stack")).fit(X, Y)
    before = first.model_.get_weights()
    second = clone(first).fit(X, Y)
    equal(first.model_.get_weights(), before)
    assert second.model_ is not first.model_


def test_an_optimizer_copied_without_its_model_takes_another_one():
    first = Estimator(optimizer=lurnet.optimizers.Adam(0.03, weight_decay=0.1)).fit(X, Y)
    for make in (clone, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))):
        second = make(first).fit(X, Y)
        optimizer = second.model_.optimizer
        assert float(optimizer.learning_rate) == pytest.approx(0.03)
        assert int(optimizer.iterations) == 1 and optimizer.weight_decay == 0.1


def test_an_optimizer_copied_with_its_model_keeps_its_state():
    model = trained("stack")
    other = copy.deepcopy(model)
    steps = int(other.optimizer.iterations)
    other.compile(other.optimizer, "mae")
    assert int(other.optimizer.iterations) == steps > 0


def build(units=2):
    model = lurnet.Sequential([lurnet.Input((3,)), layers.Dense(units, "tanh"), layers.Dense(1)])
    model.compile("adam", "mse")
    return model


def test_results_of_a_study():
    study = lurnet.Study(build, {"units": [2, 3]}, replicates=2, folder=False)
    study.fit(X, Y, epochs=2, verbose=0)
    other = pickle.loads(pickle.dumps(study))
    assert str(other) == str(study)
    equal(other.best.model.predict(X, verbose=0), study.best.model.predict(X, verbose=0))
