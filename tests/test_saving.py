"""Files between lurnet and real Keras, both ways, and what goes wrong with files."""

import json
import subprocess
import sys
import types
import warnings

import h5py
import keras
import numpy as np
import pytest
from cases.models import CASES, OPTIMIZERS, WEIGHTS_ONLY, sequential

import lurnet
from lurnet.core.errors import BadFile, BadState, BadType, BadValue

WAYS = [(lurnet, keras), (keras, lurnet), (lurnet, lurnet)]
WAY_NAMES = ["to_keras", "from_keras", "round_trip"]


def leaves(value):
    if isinstance(value, dict):
        return [y for k in sorted(value) for y in leaves(value[k])]
    if isinstance(value, (list, tuple)):
        return [y for x in value for y in leaves(x)]
    return [np.asarray(value, "float32")]


#: bfloat16; samples whose values hardly vary, which normalizing blows up, rounding included
LOOSE = {"mixed": 2e-2, "norms": 2e-4}


def same(a, b, tolerance=1e-5):
    a, b = leaves(a), leaves(b)
    assert len(a) == len(b)
    for x, y in zip(a, b, strict=True):
        np.testing.assert_allclose(x, y, rtol=tolerance, atol=tolerance)


def shake(model, seed=0):
    """Other weights than the initial ones, so that swapped biases show."""
    random = np.random.default_rng(seed)
    shaken = [w + random.normal(scale=0.1, size=w.shape) for w in model.get_weights()]
    model.set_weights(shaken)
    return model


def step(model, seed):
    """One step of the optimizer on made-up gradients: training without its compile time."""
    random = np.random.default_rng(seed)
    weights = model.trainable_variables
    grads = [random.normal(size=w.shape).astype("float32") for w in weights]
    model.optimizer.apply([keras.ops.cast(g, w.dtype) for g, w in zip(grads, weights)], weights)  # noqa: B905


def weights(model):
    return [np.asarray(w, "float32") for w in model.get_weights()]


@pytest.mark.parametrize(("source", "target"), WAYS, ids=WAY_NAMES)
@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_whole_models(case, source, target, tmp_path):
    model = shake(case.build(source))
    model.compile(case.optimizer, case.loss)
    step(model, 1)
    path = tmp_path / "model.keras"
    model.save(path)
    loaded = target.saving.load_model(path)
    assert loaded.name == model.name
    same(model(case.x), loaded(case.x), LOOSE.get(case.name, 1e-5))
    for m in (model, loaded):  # the optimizer goes on where it was
        step(m, 2)
    same(weights(model), weights(loaded), LOOSE.get(case.name, 1e-6))


@pytest.mark.parametrize(("source", "target"), WAYS[:2], ids=WAY_NAMES[:2])
@pytest.mark.parametrize("case", [c for c in CASES if c.fitted], ids=lambda c: c.name)
def test_fit_goes_on(case, source, target, tmp_path):
    model = case.build(source)
    model.compile(case.optimizer, case.loss, metrics=case.metrics)
    model.fit(case.x, case.y, epochs=2, verbose=0, shuffle=False)
    model.save(tmp_path / "model.keras")
    loaded = target.saving.load_model(tmp_path / "model.keras")
    results = [
        m.fit(case.x, case.y, epochs=2, verbose=0, shuffle=False).history for m in (model, loaded)
    ]
    assert results[0].keys() == results[1].keys()
    same(results[0], results[1], 1e-5)
    same(weights(model), weights(loaded), 2e-5)


@pytest.mark.parametrize(("source", "target"), WAYS, ids=WAY_NAMES)
@pytest.mark.parametrize("case", WEIGHTS_ONLY + CASES[:4], ids=lambda c: c.name)
def test_weights(case, source, target, tmp_path):
    model, other = shake(case.build(source), 1), shake(case.build(target), 2)
    model.save_weights(tmp_path / "x.weights.h5")
    other.load_weights(tmp_path / "x.weights.h5")
    same(model(case.x), other(case.x))


@pytest.mark.parametrize("case", WEIGHTS_ONLY + CASES, ids=lambda c: c.name)
def test_places_are_those_of_keras(case, tmp_path):
    def arrays(k):
        path = tmp_path / f"{k.__name__}.weights.h5"
        case.build(k).save_weights(path)
        found = {}
        with h5py.File(path) as file:
            file.visititems(lambda name, item: found.setdefault(name, getattr(item, "shape", None)))
        return {name: shape for name, shape in found.items() if shape is not None}

    assert arrays(lurnet) == arrays(keras)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizer_state(name, tmp_path):
    for source, target in WAYS[:2]:
        model = sequential(source)
        model.compile(getattr(source.optimizers, name)(learning_rate=0.02), "mse")
        step(model, 1)
        model.save(tmp_path / "model.keras")
        loaded = target.saving.load_model(tmp_path / "model.keras")
        mine, theirs = model.optimizer.variables, loaded.optimizer.variables
        same([np.asarray(v) for v in mine], [np.asarray(v) for v in theirs], 1e-7)


def test_folder(tmp_path):
    x = CASES[0].x
    for source, target in WAYS:
        model = shake(sequential(source))
        model.save(tmp_path / f"{source.__name__}_{target.__name__}", zipped=False)
        path = tmp_path / f"{source.__name__}_{target.__name__}"
        same(model(x), target.saving.load_model(path)(x))


def test_safetensors(tmp_path):
    model, other = shake(sequential(lurnet), 1), shake(sequential(lurnet), 2)
    model.save_weights(tmp_path / "x.safetensors")
    other.load_weights(tmp_path / "x.safetensors")
    same(weights(model), weights(other), 0)


def test_weights_from_a_whole_model(tmp_path):
    model, other = shake(sequential(lurnet), 1), shake(sequential(lurnet), 2)
    model.save(tmp_path / "any.keras")
    (tmp_path / "any.keras").rename(tmp_path / "renamed.bin")  # known by content, not by name
    other.load_weights(tmp_path / "renamed.bin")
    same(weights(model), weights(other), 0)
    same(weights(lurnet.saving.load_model(tmp_path / "renamed.bin")), weights(model), 0)


def test_json():
    for source, target in WAYS:
        model = sequential(source)
        model.compile("adam", "mse")
        made = target.models.model_from_json(model.to_json())
        assert [w.shape for w in made.get_weights()] == [w.shape for w in model.get_weights()]


def test_not_built_yet(tmp_path):
    model = lurnet.Sequential([lurnet.layers.Dense(2)])
    with pytest.raises(BadState, match="no weights yet"):
        model.save_weights(tmp_path / "x.weights.h5")
    model.save(tmp_path / "model.keras")
    assert not lurnet.saving.load_model(tmp_path / "model.keras").built
    assert list(tmp_path.iterdir()) == [tmp_path / "model.keras"]


# --- the user's own classes


def own_classes():
    class Double(lurnet.layers.Layer):
        def call(self, x):
            return 2 * x

    class Triple(lurnet.layers.Layer):
        def __init__(self, factor=3, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def call(self, x):
            return self.factor * x

        def get_config(self):
            return super().get_config() | {"factor": self.factor}

    return Double, Triple


def test_missing_classes_are_told_at_once(tmp_path):
    double, triple = own_classes()
    model = lurnet.Sequential([lurnet.Input((2,)), double(), triple(5)])
    path = tmp_path / "model.keras"
    model.save(path)
    with pytest.raises(BadValue, match=r"custom_objects=\{'Double': Double, 'Triple': Triple\}"):
        lurnet.saving.load_model(path)
    loaded = lurnet.saving.load_model(path, custom_objects={"Double": double, "Triple": triple})
    same(loaded(np.ones((1, 2))), np.array([[10, 10]]))
    with lurnet.saving.custom_object_scope({"Double": double, "Triple": triple}):
        same(lurnet.saving.load_model(path)(np.ones((1, 2))), np.array([[10, 10]]))


def test_subclassed_model(tmp_path):
    class Net(lurnet.Model):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units, self.dense = units, lurnet.layers.Dense(units)

        def call(self, x):
            return self.dense(x)

        def get_config(self):
            return {"units": self.units}

    model = Net(3)
    model.compile("adam", "mse")
    x = np.ones((4, 2), "float32")
    model.fit(x, np.ones((4, 3)), verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = lurnet.saving.load_model(tmp_path / "model.keras", custom_objects={"Net": Net})
    same(model(x), loaded(x), 0)
    assert int(loaded.optimizer.iterations.value) == 1


@pytest.mark.parametrize(("source", "target"), WAYS[:2], ids=WAY_NAMES[:2])
def test_registered_classes_and_functions(source, target, tmp_path):
    def register(k):
        @k.saving.register_keras_serializable("Pack")
        class Times(k.layers.Layer):
            def __init__(self, factor=2, **kwargs):
                super().__init__(**kwargs)
                self.factor = factor

            def call(self, x):
                return x * self.factor

            def get_config(self):
                return {**super().get_config(), "factor": self.factor}

        @k.saving.register_keras_serializable("Pack")
        def triple(x):
            return x * 3

        return Times, triple

    times, triple = register(source)
    register(target)
    layers = [source.Input((2,)), times(5), source.layers.Dense(3, activation=triple)]
    model = source.Sequential(layers)
    model.compile("adam", loss=lambda_free_loss)
    model.save(tmp_path / "model.keras")
    loaded = target.saving.load_model(
        tmp_path / "model.keras", custom_objects={"lambda_free_loss": lambda_free_loss}
    )
    same(model(np.ones((1, 2), "float32")), loaded(np.ones((1, 2), "float32")))
    assert loaded.loss is lambda_free_loss


def lambda_free_loss(y_true, y_pred):
    return (y_true - y_pred) ** 2


# --- Lambda


def plus_one(x):
    return x + 1


def test_lambda_from_keras_is_refused_with_the_way_out(tmp_path):
    path = tmp_path / "model.keras"
    layers = [keras.Input((2,)), keras.layers.Lambda(lambda x: x + 1, name="up")]
    keras.Sequential([*layers, keras.layers.Dense(1)]).save(path)
    for safe_mode in (True, False):
        with pytest.raises(BadFile, match=r"never run.*custom_objects=\{'up': function\}"):
            lurnet.saving.load_model(path, safe_mode=safe_mode)
    model = lurnet.saving.load_model(path, custom_objects={"up": plus_one})
    x = np.ones((1, 2), "float32")
    same(model(x), keras.saving.load_model(path, safe_mode=False)(x))


def test_all_lambdas_are_told_at_once(tmp_path):
    layers = [keras.layers.Lambda(lambda x: x + 1, name=n) for n in ("up", "on")]
    keras.Sequential([keras.Input((2,)), *layers]).save(tmp_path / "model.keras")
    with pytest.raises(BadFile, match=r"custom_objects=\{'up': function, 'on': function\}"):
        lurnet.saving.load_model(tmp_path / "model.keras")
    with pytest.raises(BadFile, match=r"custom_objects=\{'on': function\}"):
        lurnet.saving.load_model(tmp_path / "model.keras", custom_objects={"up": plus_one})


def test_lambda_of_a_registered_function(tmp_path):
    model = lurnet.Sequential([lurnet.Input((2,)), lurnet.layers.Lambda(plus_one)])
    model.save(tmp_path / "model.keras")
    with pytest.raises(BadValue, match="'plus_one': plus_one"):
        lurnet.saving.load_model(tmp_path / "model.keras")
    loaded = lurnet.saving.load_model(tmp_path / "model.keras", {"plus_one": plus_one})
    same(loaded(np.ones((1, 2))), np.array([[2, 2]]))


# --- weights that do not fit


def stack(*units):
    layers = [lurnet.layers.Dense(n, name=f"d{i}") for i, n in enumerate(units)]
    return lurnet.Sequential([lurnet.Input((2,)), *layers])


def test_all_misfits_are_listed_and_nothing_is_assigned(tmp_path):
    path = tmp_path / "x.weights.h5"
    stack(3, 4, 5).save_weights(path)
    model = stack(3, 7)
    before = weights(model)
    with pytest.raises(BadFile) as error:
        model.load_weights(path)
    for line in (
        r"misshapen  layers/dense_1/vars/0: (3, 4) in the file, for ",
        "d1/kernel (3, 7)",
        r"extra      layers/dense_2/vars/0 (4, 5)",
        "skip_mismatch=True",
    ):
        assert line in str(error.value)
    same(weights(model), before, 0)
    with pytest.warns(UserWarning, match="left out"):
        model.load_weights(path, skip_mismatch=True)
    same(weights(model)[2:], before[2:], 0)
    assert not np.allclose(weights(model)[0], before[0])
    with pytest.raises(BadFile, match="missing    layers/dense_3/vars/1, for .*d3/bias"):
        stack(3, 4, 5, 6).load_weights(path)


def test_loader_of_the_users_own(tmp_path):
    class Own(lurnet.layers.Layer):
        def build(self, shape):
            self.w = self.add_weight(shape=shape[-1:], initializer="ones")

        def call(self, x):
            return x * self.w

        def save_own_variables(self, store):
            store["w"] = self.w.numpy() * 2

        def load_own_variables(self, store):
            self.w.assign(store["w"])

    def make(n=2):
        return lurnet.Sequential([lurnet.Input((n,)), Own(), lurnet.layers.Dense(1)])

    make().save_weights(tmp_path / "x.weights.h5")
    model = make()
    model.load_weights(tmp_path / "x.weights.h5")
    same(model.get_weights()[0], np.array([2, 2]))
    with pytest.raises(BadFile, match="refused    layers/own/vars by Own"):
        make(3).load_weights(tmp_path / "x.weights.h5")


def test_compiled_model_takes_plain_weights_without_a_warning(tmp_path):
    stack(3).save_weights(tmp_path / "x.weights.h5")
    model = stack(3)
    model.compile("adam", "mse")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.load_weights(tmp_path / "x.weights.h5")


# --- names, places, failures


def test_failure_while_saving_leaves_the_old_file(tmp_path):
    path = tmp_path / "model.keras"
    model = stack(3)
    model.save(path)
    before = path.read_bytes()

    def fails(self, store):
        raise OSError("the disk is full")

    model.layers[-1].save_own_variables = types.MethodType(fails, model.layers[-1])
    with pytest.raises(OSError, match="disk is full"):
        shake(model).save(path)
    with pytest.raises(OSError, match="disk is full"):
        model.save_weights(tmp_path / "x.weights.h5")
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["model.keras"]


ENDINGS = [
    ("model", {}, r"'model.keras'"),
    ("model.h6", {}, r"'model.h6.keras'|'model.keras'"),
    ("model.keras", {"zipped": False}, "folder"),
]


@pytest.mark.parametrize(("name", "options", "text"), ENDINGS)
def test_endings(name, options, text, tmp_path):
    with pytest.raises(BadFile, match=text):
        stack(3).save(tmp_path / name, **options)
    assert not list(tmp_path.iterdir())


def test_arguments(tmp_path):
    model = stack(3)
    model.save(tmp_path / "m.keras")
    with pytest.raises(BadFile, match="overwrite=False"):
        model.save(tmp_path / "m.keras", overwrite=False)
    with pytest.raises(BadFile, match="'x.weights.h5'"):
        model.save_weights(tmp_path / "x")
    with pytest.raises(BadType, match="Did you mean 'overwrite'"):
        model.save(tmp_path / "m.keras", overwite=True)
    with pytest.raises(BadFile, match="no file.*m.keras"):
        lurnet.saving.load_model(tmp_path / "m")
    with pytest.raises(BadFile, match="Cannot write"):
        model.save(tmp_path / "nowhere" / "m.keras")


def test_a_program_that_only_loads(tmp_path):
    model = shake(stack(3))
    model.compile("adam", "mse")
    model.save(tmp_path / "m.keras")
    program = (
        "from lurnet.saving import load_model; import sys, numpy; "
        "print(load_model(sys.argv[1])(numpy.ones((1, 2))).tolist())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "m.keras"], capture_output=True, text=True
    )
    same(np.array(json.loads(done.stdout)), model(np.ones((1, 2), "float32")))


def test_about(tmp_path):
    import zipfile

    stack(3).save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        about = json.loads(archive.read("metadata.json"))
        assert archive.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
    assert about["keras_version"] == keras.__version__
