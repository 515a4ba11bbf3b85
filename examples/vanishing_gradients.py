"""Vanishing gradients: the same deep network with sigmoid, with ReLU + He, and with residuals.

Two spirals in the plane. The gradient of every layer is recorded at every step of training.
"""

import numpy as np
from common import Plan

import lurnet as keras
from lurnet import layers, plots

HIDDEN, UNITS = 8, 16
plan = Plan(epochs=120, replicates=5)


def spirals(n, seed):
    """``n`` points on two arms of a spiral, and the arm of each."""
    random = np.random.default_rng(seed)
    arm = np.arange(n) % 2
    turn = 2.5 * np.pi * np.sqrt(random.random(n)) + 0.4
    points = np.stack([np.cos(turn + np.pi * arm), np.sin(turn + np.pi * arm)], -1) * turn[:, None]
    return ((points + random.normal(0, 0.25, points.shape)) / 4).astype("float32"), arm


def build(network):
    """Eight hidden layers of 16 units."""
    activation = "sigmoid" if network == "sigmoid" else "relu"
    start = "glorot_uniform" if network == "sigmoid" else "he_normal"
    inputs = h = keras.Input((2,))
    for i in range(HIDDEN):
        new = layers.Dense(
            UNITS, activation=activation, kernel_initializer=start, name=f"hidden_{i + 1}"
        )(h)
        h = layers.add([h, new]) if network == "residual" and i else new
    outputs = layers.Dense(1, activation="sigmoid", name="output")(h)
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(2e-3), "binary_crossentropy", metrics=["accuracy"])
    return model


def watched(network, stages):
    """Train with a recorder; a picture of the boundary at each stage, one of the gradients."""
    keras.utils.set_random_seed(0)
    model, recorder, start = build(network), keras.callbacks.GradientRecorder(), 0
    for stage in stages:
        model.fit(x, y, batch_size=32, initial_epoch=start, epochs=stage, verbose=0,
                  callbacks=[recorder])  # fmt: skip
        start = stage
        title = f"{network} after {stage} epochs"
        yield f"{title}: the boundary.", plots.decision_boundary(model, x, y, title=title)
    title = f"{network}: gradients by layer"
    yield f"{title}.", plots.gradients(recorder, title=title)


n = 200 if plan.quick else 1000
(x, y), validation, test = spirals(n, 0), spirals(n, 1), spirals(n, 2)
study = keras.Study(
    build, {"network": ["sigmoid", "relu", "residual"]}, plan.replicates, folder=plan.folder()
)
study.fit(x, y, batch_size=32, epochs=plan.epochs, validation_data=validation, evaluate_on=test)
print(study.table())

stages = sorted({max(1, plan.epochs // 6), plan.epochs})
pictures = dict(pair for network in study.settings for pair in watched(network["network"], stages))
study.report(
    plan.page(),
    "Vanishing gradients",
    "Does a deep network learn with sigmoids, with ReLU and He's initial weights, with residuals?",
    pictures,
)
for network in ("sigmoid", "relu"):
    picture = pictures[f"{network}: gradients by layer."]
    plots.save(picture, plan.page().with_name(f"{plan.page().stem}-{network}.png"))
print(plan.page())
