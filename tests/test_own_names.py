"""A user's class named like one of ours is the user's, everywhere."""

import inspect

import numpy as np
import pytest

import lurnet
from lurnet import layers, losses, metrics, ops, optimizers
from lurnet.layers.wrapper import copy_of

pytestmark = pytest.mark.usefixtures("quick_compilation")
X = np.arange(12, dtype="float32").reshape(3, 4) / 12


def names_in(module, base):
    return sorted(
        {n for n, c in vars(module).items() if inspect.isclass(c) and issubclass(c, base)}
    )


def own(base, name, **body):
    return type(name, (base,), {"__module__": "mine", **body})


def adding(name):
    return own(layers.Layer, name, call=lambda self, x: x + 1.0)


@pytest.mark.parametrize("part", range(4))
def test_layers_of_all_names(part, tmp_path):
    """Each adds one; the layers of the same names around them are ours."""
    names = [*names_in(layers, layers.Layer), "Model", "Sequential", "Functional"][part::4]
    classes = {n: adding(n) for n in names}
    first = layers.Dense(4, kernel_initializer="identity")
    x = lurnet.Input((4,))
    made = lurnet.Model(x, lurnet.Sequential([cls() for cls in classes.values()])(first(x)))
    made.compile(optimizers.SGD(0.0), "mse", metrics=["mae"])
    made.fit(X, X, verbose=0)
    expected = X + len(names)
    np.testing.assert_allclose(made.predict(X, verbose=0), expected, rtol=1e-6)
    np.testing.assert_allclose(made.evaluate(X, X, verbose=0)[1], len(names), rtol=1e-6)
    made.save(tmp_path / "a.keras")
    found = lurnet.models.load_model(tmp_path / "a.keras", custom_objects=classes)
    np.testing.assert_allclose(found.predict(X, verbose=0), expected, rtol=1e-6)
    inner = found.layers[-1].layers
    assert [type(x) for x in inner] == list(classes.values())
    assert type(found.layers[1]) is layers.Dense
    cloned = lurnet.models.clone_model(made.layers[-1])
    assert [type(x) for x in cloned.layers] == list(classes.values())


def test_an_input_layer_of_the_users_in_a_graph(tmp_path):
    cls = adding("InputLayer")
    x = lurnet.Input((4,))
    made = lurnet.Model(x, layers.Add()([cls()(x), x]))
    np.testing.assert_allclose(made.predict(X, verbose=0), 2 * X + 1, rtol=1e-6)
    made.save(tmp_path / "a.keras")
    found = lurnet.models.load_model(tmp_path / "a.keras", custom_objects={"InputLayer": cls})
    np.testing.assert_allclose(found.predict(X, verbose=0), 2 * X + 1, rtol=1e-6)


def test_copies_tell_them_apart():
    cls = own(layers.Dense, "Dense", call=lambda self, x: x + 1.0)
    both = layers.TimeDistributed(lurnet.Sequential([layers.Dense(3), cls(2)]))
    assert [type(x) for x in copy_of(both).layer.layers] == [layers.Dense, cls]


def thrice(self, y_true, y_pred):
    return 3.0 * ops.mean(ops.abs(y_pred), axis=-1)


KINDS = [n for n in names_in(losses, losses.Loss) if hasattr(getattr(losses, n), "fn")]


@pytest.mark.parametrize("name", KINDS)
def test_losses_of_all_names(name):
    """Labels that ours of that name would refuse are the user's business."""
    cls = own(losses.Loss, name, call=thrice)
    below = own(getattr(losses, name), name, call=thrice)
    for loss in (cls(), below(0.5) if name == "CategoricalGeneralizedCrossEntropy" else below()):
        made = lurnet.Sequential([lurnet.Input((4,)), layers.Rescaling(1.0)])
        made.compile("sgd", loss)
        y = np.full((3, 2), 9.0, "float32")
        assert made.evaluate(X, y, verbose=0) == pytest.approx(3 * X.mean(), rel=1e-6)


def test_metrics_of_all_names():
    held = [
        own(
            metrics.Mean,
            name,
            update_state=lambda self, y, p, sample_weight=None: metrics.Mean.update_state(
                self, ops.max(p)
            ),
        )(name=name)
        for name in names_in(metrics, metrics.Metric)
    ]
    made = lurnet.Sequential([lurnet.Input((4,)), layers.Rescaling(1.0)])
    made.compile("sgd", "mse", metrics=held)
    found = made.evaluate(X, X, batch_size=1, verbose=0, return_dict=True)
    for metric in held:
        assert found[metric.name] == pytest.approx(X.max(axis=1).mean(), rel=1e-6), metric.name


@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop"])
def test_optimizers(name, tmp_path):
    def update_step(self, gradient, variable, learning_rate):
        variable.assign(variable + 1.0)

    cls = own(optimizers.Optimizer, name, update_step=update_step)
    made = lurnet.Sequential([lurnet.Input((4,)), layers.Dense(1, kernel_initializer="zeros")])
    made.compile(cls(learning_rate=0.5), "mse")
    made.fit(X, X[:, :1], epochs=2, verbose=0)
    assert np.all(made.get_weights()[0] == 2)
    made.save(tmp_path / "a.keras")
    found = lurnet.models.load_model(tmp_path / "a.keras", custom_objects={name: cls})
    assert type(found.optimizer) is cls
    found.fit(X, X[:, :1], verbose=0)
    assert np.all(found.get_weights()[0] == 3)
