"""Methods of a model that its user overrides, losses that it has not, data that look wrong."""

import keras
import numpy as np
import pytest

import lurnet

RNG = np.random.default_rng(0)
X = RNG.normal(size=(24, 3)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")
NAN = np.where(X > 1.5, np.nan, X).astype("float32")


def build(lib, model=None, last=1, **options):
    x = lib.Input((3,))
    made = lib.layers.Dense(4, "tanh", kernel_initializer=lib.initializers.Constant(0.1))(x)
    constant = lib.initializers.Constant(0.2)
    y = lib.layers.Dense(last, "sigmoid", kernel_initializer=constant)(made)
    made = (model or lib.Model)(x, y)
    options = {"loss": "binary_crossentropy", "metrics": ["accuracy", "mae"]} | options
    made.compile(lib.optimizers.SGD(0.1), **options)
    return made


def metrics_added(lib):
    class Net(lib.Model):
        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            found = super().compute_metrics(x, y, y_pred, sample_weight)
            found["extra"] = lib.ops.mean(y_pred)
            return found

    return build(lib, Net)


def metric_of_its_own(lib):
    class Net(lib.Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.said = lib.metrics.Mean(name="said")

        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            found = super().compute_metrics(x, y, y_pred, sample_weight)
            self.said.update_state(y_pred)
            found["said"] = self.said.result()
            return found

    return build(lib, Net)


def steps_with_more(lib):
    class Net(lib.Model):
        def train_step(self, state, data):
            logs, state = super().train_step(state, data)
            return {**logs, "largest": lib.ops.max(data[0])}, state

        def test_step(self, state, data):
            logs, state = super().test_step(state, data)
            return {**logs, "least": lib.ops.min(data[0])}, state

    return build(lib, Net)


def loss_without_flag(lib):
    class Net(lib.Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
            return lib.ops.mean((y - y_pred) ** 2)

    return build(lib, Net, loss=None)


def metrics_of_ones_own_only(lib):
    class Net(lib.Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.tracker = lib.metrics.Mean(name="tracked")

        @property
        def metrics(self):
            return [self.tracker]

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            loss = lib.ops.mean((y - y_pred) ** 2)
            self.tracker.update_state(loss)
            return loss

    return build(lib, Net)


MODELS = [
    metrics_added, metric_of_its_own, steps_with_more, loss_without_flag, metrics_of_ones_own_only
]  # fmt: skip


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_what_is_overridden_counts_everywhere(make):
    found = []
    for lib in (lurnet, keras):
        model = make(lib)
        fit = model.fit(
            X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0, validation_data=(X[:8], Y[:8])
        )
        results = [
            fit.history,
            model.evaluate(X, Y, batch_size=8, verbose=0, return_dict=True),
            model.test_on_batch(X, Y, return_dict=True),
            model.train_on_batch(X, Y, return_dict=True),
        ]
        lists = [model.evaluate(X, Y, batch_size=8, verbose=0), model.test_on_batch(X, Y)]
        found.append((results, [np.ravel(x) for x in lists]))
    (ours, our_lists), (theirs, their_lists) = found
    for a, b in zip(ours, theirs, strict=True):
        assert sorted(a) == sorted(b)
        for name in a:
            np.testing.assert_allclose(a[name], b[name], rtol=1e-4, err_msg=name)
    for a, b in zip(our_lists, their_lists, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4)


@pytest.mark.parametrize("options", [{"metrics": ["mae"]}, {"weighted_metrics": ["mae", "acc"]}])
def test_metrics_alone_can_be_tested(options):
    given = {"loss": None, "metrics": None} | options
    weight = np.arange(24.0)
    found = []
    for lib in (lurnet, keras):
        model = build(lib, **given)
        tested = model.evaluate(X, Y, sample_weight=weight, batch_size=8, verbose=0)
        found.append([*tested, *model.test_on_batch(X, Y, sample_weight=weight)])
    np.testing.assert_allclose(*found, rtol=1e-5)
    with pytest.raises(ValueError, match="nothing to minimise"):
        build(lurnet, **given).fit(X, Y, verbose=0)


# --- NaN that a program knows what to do with


def filled(lib):
    class Fill(lib.layers.Layer):
        def call(self, x):
            return lib.ops.nan_to_num(x)

    return lib.Sequential([lib.Input((3,)), Fill(), lib.layers.Dense(1)]), "mse", NAN, Y


def filled_by_an_op(lib):
    x = lib.Input((3,))
    return lib.Model(x, lib.layers.Dense(1)(lib.ops.nan_to_num(x))), "mse", NAN, Y


def cropped(lib):
    x = np.concatenate([X, np.full((24, 1), np.inf, "float32")], 1)[..., None]
    layers = [lib.Input((4, 1)), lib.layers.Cropping1D((0, 1)), lib.layers.Flatten()]
    return lib.Sequential([*layers, lib.layers.Dense(1)]), "mse", x, Y


def masked_loss(lib):
    def loss(y, p):
        known = lib.ops.logical_not(lib.ops.isnan(y))
        return lib.ops.sum(lib.ops.where(known, (lib.ops.nan_to_num(y) - p) ** 2, 0.0), -1)

    return lib.Sequential([lib.Input((3,)), lib.layers.Dense(3)]), loss, X, NAN


@pytest.mark.parametrize("make", [filled, filled_by_an_op, cropped, masked_loss])
def test_nan_is_trained_on_where_the_program_handles_it(make):
    found = []
    for lib in (lurnet, keras):
        model, loss, x, y = make(lib)
        weights = np.random.default_rng(0)
        model.set_weights([weights.normal(size=w.shape) for w in model.get_weights()])
        model.compile(lib.optimizers.SGD(0.05), loss)
        fit = model.fit(x, y, batch_size=8, epochs=3, shuffle=False, verbose=0)
        found.append([*fit.history["loss"], model.evaluate(x, y, verbose=0)])
    np.testing.assert_allclose(*found, rtol=1e-4)
    assert found[0][-1] < found[0][0]


@pytest.mark.parametrize("where", ["x", "y"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nan_that_would_take_the_weights_is_refused(where, value):
    bad = np.where(X > 1.5, value, X).astype("float32")
    x, y = (bad, X) if where == "x" else (X, bad)
    model = lurnet.Sequential([lurnet.Input((3,)), lurnet.layers.Dense(3)])
    model.compile("sgd", "mse")
    before = model.get_weights()
    with pytest.raises(ValueError, match=f"{where} holds values that are NaN"):
        model.fit(x, y, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
    assert not np.isfinite(model.evaluate(x, y, verbose=0))  # nothing is lost by looking


# --- labels of any kind

BINARY = [
    "Accuracy", "BinaryAccuracy", "Precision", "Recall", "AUC", "TruePositives", "FalseNegatives",
    "BinaryIoU", "MeanSquaredError", "R2Score", "F1Score", "BinaryCrossentropy", "KLDivergence",
    "Hinge", "Poisson", "CosineSimilarity",
]  # fmt: skip
CLASSES = [
    "CategoricalAccuracy", "Precision", "AUC", "F1Score", "CategoricalCrossentropy",
    "CategoricalHinge", "MeanSquaredError", "KLDivergence", "TopKCategoricalAccuracy",
]  # fmt: skip
NUMBERS = [
    "SparseCategoricalAccuracy", "SparseCategoricalCrossentropy", "SparseTopKCategoricalAccuracy"
]  # fmt: skip
DTYPES = ["int64", "int32", "int8", "uint8", "bool", "float32", "float64"]


def labels(kind):
    classes = RNG.integers(0, 3, 24)
    if kind == "binary":
        return {"flat": Y[:, 0], "column": Y}
    return {"one-hot": np.eye(3)[classes]} if kind == "classes" else {"flat": classes}


@pytest.mark.parametrize("kind", ["binary", "classes", "numbers"])
def test_labels_of_every_dtype_count_alike(kind, quick_compilation):
    said = RNG.uniform(0.05, 0.95, size=(24, 1 if kind == "binary" else 3)).astype("float32")
    names = {"binary": BINARY, "classes": CLASSES, "numbers": NUMBERS}[kind]
    for name in names:
        for shape, given in labels(kind).items():
            for dtype in DTYPES if kind != "numbers" else DTYPES[:4]:
                found = [_figure(lib, name, given.astype(dtype), said) for lib in (lurnet, keras)]
                assert (found[0] is None) == (found[1] is None), (name, shape, dtype)
                if found[0] is not None:
                    np.testing.assert_allclose(*found, rtol=1e-4, err_msg=f"{name} {dtype}")


def _figure(lib, name, y, p):
    metric = getattr(lib.metrics, name)()
    try:
        metric.update_state(y, p)
        return np.asarray(metric.result())
    except (ValueError, TypeError):
        return None


@pytest.mark.parametrize("name", ["F1Score", "FBetaScore", "R2Score", "Precision", "AUC"])
@pytest.mark.parametrize("dtype", ["int64", "bool", "uint8"])
def test_a_refusal_of_flat_labels_speaks_of_the_data(name, dtype):
    model = build(lurnet, metrics=[getattr(lurnet.metrics, name)()])
    try:
        model.fit(X, Y[:, 0].astype(dtype), verbose=0)
    except ValueError as error:
        assert "(24,)" in str(error) and "83" not in str(error) and "y[:, None]" in str(error)
        assert name in ("F1Score", "FBetaScore")


def test_weighted_metrics_stand_behind_the_name_of_their_output():
    found = []
    for K in (lurnet, keras):
        x = K.Input((3,))
        outputs = [K.layers.Dense(1, name=name)(x) for name in ("p", "q")]
        model = K.Model(x, outputs)
        model.compile("sgd", "mse", metrics=[["mae"]] * 2, weighted_metrics=[None, ["mae"]])
        data = np.ones((4, 3), "float32"), [np.ones((4, 1), "float32")] * 2
        found.append(sorted(model.evaluate(*data, verbose=0, return_dict=True)))
    assert found[0] == found[1]
