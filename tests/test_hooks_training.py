"""Overridden methods of what takes part in training: called by fit, and their values count."""

import keras
import numpy as np
import pytest
from cases.hooks import overriding

import lurnet
from lurnet.core.names import reset_names

pytestmark = pytest.mark.usefixtures("quick_compilation")
X = np.random.default_rng(0).normal(size=(8, 6, 6, 2)).astype("float32")
Y = np.random.default_rng(1).normal(size=(8, 3)).astype("float32")


def doubled(value):
    return None if value is None else 2 * value


def gradients_doubled(library, calls):
    class Own(library.optimizers.SGD):
        def update_step(self, gradient, variable, learning_rate):
            calls.append("update_step")
            super().update_step(2 * gradient, variable, learning_rate)

    return {"optimizer": Own(0.1)}


def rate_doubled(library, calls):
    base = library.optimizers.schedules.ExponentialDecay
    schedule = overriding(base, ["__call__"], calls, doubled)(0.05, 10, 0.9)
    return {"optimizer": library.optimizers.SGD(schedule)}


def loss_doubled(library, calls):
    return {"loss": overriding(library.losses.MeanSquaredError, ["call"], calls, doubled)()}


def metric_doubled(library, calls):
    base = library.metrics.MeanAbsoluteError
    return {"metrics": [overriding(base, ["result", "update_state"], calls, doubled)(name="m")]}


def penalty_doubled(library, calls):
    return {"kernel_regularizer": overriding(library.regularizers.L2, ["__call__"], calls)(0.1)}


def weights_doubled(library, calls):
    return {"kernel_constraint": overriding(library.constraints.UnitNorm, ["__call__"], calls)()}


def convolution_doubled(library, calls):
    return {"conv": overriding(library.layers.Conv2D, ["convolution_op"], calls, doubled)}


def activation_doubled(library, calls):
    def own(x):
        calls.append("activation")
        return 2 * library.ops.relu(x)

    return {"activation": own}


def pooling_doubled(library, calls):
    return {"pool": overriding(library.layers.MaxPooling2D, ["call"], calls, doubled)}


def dense_doubled(library, calls):
    class Own(library.layers.Dense):
        def call(self, inputs, training=None):
            calls.append("call")
            return 2 * super().call(inputs, training=training)

    return {"dense": Own}


HOOKS = [
    *(gradients_doubled, rate_doubled, loss_doubled, metric_doubled, penalty_doubled),
    *(weights_doubled, convolution_doubled, activation_doubled, pooling_doubled, dense_doubled),
]


def trained(library, hook):
    """History, weights and predictions of a small network with one part overridden."""
    calls = []
    parts = {"conv": library.layers.Conv2D, "pool": library.layers.MaxPooling2D}
    parts |= {"dense": library.layers.Dense, "loss": "mse", "metrics": []}
    parts |= {"optimizer": library.optimizers.SGD(0.1), "activation": "relu"}
    parts |= {"kernel_regularizer": None, "kernel_constraint": None} | hook(library, calls)
    of_kernel = {k: parts[k] for k in ("kernel_regularizer", "kernel_constraint")}
    model = library.Sequential(
        [
            library.Input((6, 6, 2)),
            parts["conv"](4, 3, activation=parts["activation"]),
            parts["pool"](2),
            library.layers.Flatten(),
            parts["dense"](3, **of_kernel),
        ]
    )
    rng = np.random.default_rng(3)
    model.set_weights([rng.uniform(-0.4, 0.4, w.shape) for w in model.weights])
    model.compile(parts["optimizer"], parts["loss"], metrics=parts["metrics"])
    history = model.fit(X, Y, batch_size=4, epochs=2, shuffle=False, verbose=0).history
    predicted = [model.predict(x, verbose=0) for x in (X, X[:1])]
    return set(map(str, history)), [*history.values(), *model.get_weights(), *predicted], calls


@pytest.mark.parametrize("hook", HOOKS)
def test_override_counts(hook):
    keras.src.backend.common.global_state.set_global_attribute("object_name_uids", None)
    reset_names()
    (keys, found, met), (names, wanted, _) = trained(lurnet, hook), trained(keras, hook)
    assert met and keys == names
    for a, b in zip(found, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-5)
