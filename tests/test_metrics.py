"""Every metric against real Keras: several batches, weights, masks, reset, configs."""

import inspect

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from lurnet import metrics
from lurnet.core.errors import BadState, BadValue
from lurnet.core.masking import set_mask
from tests.cases.metrics import CASES, LOSS_NAMES, NAMES, SEGMENTS, WEIGHTS

MASK = np.array([1, 1, 0, 1, 0, 1], "bool")


def close(a, b):
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=3e-5, atol=2e-6)


def pair(case):
    names = {"name": "m"} | case.settings
    return getattr(metrics, case.cls)(**names), getattr(keras.metrics, case.cls)(**names)


def run(metric, batches, weights):
    """State and result after a batch without weights and one with, as one compiled program."""

    def program(state):
        first = metric.stateless_update_state(state, *batches[0])
        last = metric.stateless_update_state(first, *batches[1], sample_weight=weights)
        return first, last, *([] if eager else map(metric.stateless_result, (first, last)))

    eager = getattr(metric, "num_regressors", 0)  # then Keras' result cannot be compiled
    first, last, *results = jax.jit(program)([jnp.asarray(v.value) for v in metric.variables])
    return *(results or map(metric.stateless_result, (first, last))), last


@pytest.mark.lowerings
@pytest.mark.parametrize("case", CASES, ids=str)
def test_batches_with_and_without_weights(case):
    ours, theirs = pair(case)
    ours.build(*map(np.shape, case.batches[0]))
    if len(theirs.variables) < 2 and len(ours.variables) > 2:  # Keras makes them at first sight
        theirs.update_state(*case.batches[0])
        theirs.reset_state()
    weights = WEIGHTS
    if case.settings.get("ignore_class") == 2:  # Keras takes one weight per position only
        weights = np.repeat(WEIGHTS[:, None], 5, axis=1)
    mine, keras_own = (run(m, case.batches, weights) for m in (ours, theirs))
    for a, b in zip(mine[:2], keras_own[:2], strict=True):
        assert a.shape == b.shape
        close(a, b)
    for a, b in zip(mine[2], keras_own[2], strict=True):
        close(a, b)
    assert [(v.name, v.shape, v.dtype) for v in ours.variables] == [
        (v.name, v.shape, v.dtype) for v in theirs.variables
    ]
    assert not any(v.trainable for v in ours.variables)
    assert not any(np.asarray(v).any() for v in ours.variables)  # the state lived outside


@pytest.mark.parametrize("name", ["MeanSquaredError", "AUC", "F1Score", "MeanIoU"])
def test_eager_then_reset(name):
    case = next(c for c in CASES if c.cls == name)
    ours = getattr(metrics, case.cls)(**case.settings)
    first = ours(*case.batches[0])
    assert any(np.asarray(v).any() for v in ours.variables)
    ours.reset_state()
    assert not any(np.asarray(v).any() for v in ours.variables)
    close(ours(*case.batches[0]), first)


def test_weights_of_samples_go_to_their_positions():
    case = next(c for c in CASES if c.settings.get("ignore_class") == 2)
    ours, again = (metrics.SparseCategoricalCrossentropy(ignore_class=2) for _ in range(2))
    y_true, y_pred = case.batches[0]
    close(ours(y_true, y_pred, WEIGHTS), again(y_true, y_pred, np.repeat(WEIGHTS[:, None], 5, 1)))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_config(case):
    ours, theirs = pair(case)
    config, keras_config = ours.get_config(), theirs.get_config()
    if keras_config.get("label_weights") is not None:
        keras_config["label_weights"] = np.asarray(keras_config["label_weights"]).tolist()
    assert {k: config.get(k) for k in keras_config} == keras_config
    more = {k: v for k, v in config.items() if k not in keras_config}
    assert set(more) <= {"axis"} and more.items() <= case.settings.items()
    again = metrics.deserialize(metrics.serialize(ours))
    assert type(again) is type(ours) and again.get_config() == config
    assert type(keras.metrics.deserialize(metrics.serialize(ours))) is type(theirs)
    back = metrics.deserialize(keras.metrics.serialize(theirs))
    assert {k: v for k, v in config.items() if k not in more} == back.get_config()


@pytest.mark.parametrize("name", sorted({c.cls for c in CASES} | {"Mean", "Sum", "Metric"}))
def test_signature(name):
    def plain(cls):
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
        return [(p.name, p.default) for p in parameters]

    keras.backend.clear_session()
    ours, theirs = getattr(metrics, name), getattr(keras.metrics, name)
    assert [n for n, _ in plain(ours)] == [n for n, _ in plain(theirs)]
    same = dict(plain(ours))
    for parameter, default in plain(theirs):
        assert same[parameter] == default or (parameter == "target_class_ids")


@pytest.mark.lowerings
@pytest.mark.parametrize(
    ("values", "weight"),
    [
        (3.0, None),
        ([1.0, 2.0, 6.0], None),
        ([1.0, 2.0, 6.0], [1, 0, 1]),
        (np.arange(6.0).reshape(2, 3), [1.0, 2.0]),
        (np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(2, 3)),
        (np.arange(6.0).reshape(2, 3), np.arange(2.0).reshape(2, 1)),
        (np.arange(24.0).reshape(2, 3, 4), np.arange(6.0).reshape(2, 3)),
        (np.arange(24.0).reshape(2, 3, 4), None),
        (3.0, 0.5),
    ],
)
@pytest.mark.parametrize("name", ["Mean", "Sum"])
def test_sums_and_means(name, values, weight):
    ours, theirs = getattr(metrics, name)(), getattr(keras.metrics, name)()
    for _ in range(2):
        close(ours(values, sample_weight=weight), theirs(values, sample_weight=weight))
    for a, b in zip(ours.variables, theirs.variables, strict=True):
        close(a, b)


@pytest.mark.parametrize("weight", [None, WEIGHTS])
@pytest.mark.parametrize("name", ["MeanSquaredError", "BinaryAccuracy", "CosineSimilarity"])
def test_a_mask_works_on_the_weights(name, weight):
    y_true, y_pred = next(c for c in CASES if c.cls == name).batches[0]
    results = []
    for library, mark in ((metrics, set_mask), (keras.metrics, keras.src.backend.set_keras_mask)):
        marked = jnp.asarray(y_pred)
        mark(marked, jnp.asarray(MASK))
        results.append(getattr(library, name)()(y_true, marked, sample_weight=weight))
    close(*results)


@pytest.mark.parametrize("weight", [np.float32(0.5), np.full((6,), 0.7), np.full((6, 1), 0.7)])
def test_weights_of_an_integer_matrix(weight):
    ours, theirs = metrics.MeanIoU(3), keras.metrics.MeanIoU(3)
    for y_true, y_pred in SEGMENTS:
        weights = np.broadcast_to(weight, (6,) if weight.ndim < 2 else (6, 1))
        y_true, y_pred = (np.reshape(y, weights.shape) for y in (y_true, y_pred))
        ours.update_state(y_true, y_pred, weights)
        theirs.update_state(y_true, y_pred, weights)
    close(ours.total_cm, theirs.total_cm)


@pytest.mark.parametrize("name", NAMES)
def test_names(name):
    ours, theirs = metrics.get(name), keras.metrics.get(name)
    assert type(ours).__name__ == type(theirs).__name__
    assert ours.name.rsplit("_", 1)[0] in theirs.name or ours.name == theirs.name


@pytest.mark.parametrize("name", LOSS_NAMES)
def test_losses_by_name(name):
    metric = metrics.get(name)
    assert isinstance(metric, metrics.MeanMetricWrapper) and metric.name in (name, "kl_divergence")


def test_wrapped_function():
    ours = metrics.MeanMetricWrapper(metrics.huber, name="h", delta=0.3)
    y_true, y_pred = CASES[0].batches[0]
    close(ours(y_true, y_pred), keras.losses.Huber(delta=0.3)(y_true, y_pred))
    again = metrics.deserialize(metrics.serialize(ours))
    close(again(y_true, y_pred), ours.result())
    theirs = keras.metrics.MeanMetricWrapper(keras.metrics.mean_squared_error, name="q")
    back = metrics.deserialize(keras.metrics.serialize(theirs))
    close(back(y_true, y_pred), theirs(y_true, y_pred))


def test_a_metric_of_ones_own():
    class Both(metrics.Metric):
        def __init__(self, name="both", **kwargs):
            super().__init__(name=name, **kwargs)
            self.mean = metrics.Mean()
            self.seen = self.add_weight(name="seen", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.mean.update_state(y_pred)
            self.seen.assign(self.seen + 1)

        def result(self):
            return {"mean": self.mean.result(), "seen": self.seen.value}

    metric = Both()
    metric.update_state(None, [1.0, 3.0])
    assert {k: float(v) for k, v in metric.result().items()} == {"mean": 2.0, "seen": 1.0}
    assert len(metric.variables) == 3
    state = metric.stateless_update_state(metric.stateless_reset_state(), None, jnp.ones(4))
    assert float(metric.stateless_result(state)["mean"]) == 1.0
    assert float(metric.result()["mean"]) == 2.0
    metric.reset_state()
    assert float(metric.result()["seen"]) == 0.0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: metrics.get("acuracy"), BadValue, "Did you mean 'accuracy'"),
        (lambda: metrics.AUC(curve="RUC"), BadValue, "`curve` must be one of"),
        (lambda: metrics.AUC(num_thresholds=1), BadValue, "above 1"),
        (lambda: metrics.Precision(thresholds=[1.3]), BadValue, "from 0 to 1"),
        (lambda: metrics.PrecisionAtRecall(2.0), BadValue, "from 0 to 1"),
        (lambda: metrics.IoU(2, [3]), BadValue, "from 0 to 1, the last class, not 3"),
        (lambda: metrics.F1Score().update_state(np.ones(3), np.ones(3)), BadValue, "of shape"),
        (lambda: metrics.R2Score().result(), BadState, "no batch"),
        (lambda: metrics.Recall().update_state(np.ones(3), np.ones((3, 2))), BadValue, "one-hot"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call()
