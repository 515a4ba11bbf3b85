"""Functions that build models for test_study.py: importable by other processes."""

import os
import time

import numpy as np

import lurnet
from lurnet import layers, regularizers


def data(n=64):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(n, 3)).astype("float32")
    return x, (x[:, 0] * x[:, 1] > 0).astype("float32")


def build(l2=0.01, units=4, rate=0.1):
    model = lurnet.Sequential(
        [
            lurnet.Input((3,)),
            layers.Dense(units, activation="tanh", kernel_regularizer=regularizers.L2(l2)),
            layers.Dropout(rate),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(lurnet.optimizers.SGD(0.1), "binary_crossentropy", metrics=["accuracy"])
    return model


def convolutional(rate=0.1, momentum=0.5, window=2):
    """With state beside the weights: normalisation, random numbers, an optimizer's, metrics'."""
    model = lurnet.Sequential(
        [
            lurnet.Input((3,)),
            layers.Reshape((3, 1)),
            layers.GaussianNoise(rate),
            layers.Conv1D(4, window, padding="same", activation="relu"),
            layers.BatchNormalization(momentum=momentum),
            layers.Flatten(),
            layers.Dropout(rate),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    optimizer = lurnet.optimizers.Adam(0.01, use_ema=True, ema_overwrite_frequency=None)
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy", "auc"])
    return model


class OwnStep(lurnet.Sequential):
    def train_step(self, data):
        x, y = data
        grads, _ = self.gradients(lambda: self.compute_loss(x, y, self(x, training=True)))
        self.optimizer.apply(grads, self.trainable_variables)
        return {"loss": lurnet.ops.mean(lurnet.ops.abs(grads[0]))}


def with_own_step(units):
    model = OwnStep([lurnet.Input((3,)), layers.Dense(units), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def fails_at_two(units):
    if units == 2:
        raise ValueError("two is too few")
    return build(units=units)


def slow_study(folder):
    """A study that waits after its second run until it is killed."""
    x, y = data()
    study = lurnet.Study(build, {"l2": [0.1, 0.2]}, replicates=2, folder=folder)
    done = []

    class Wait(lurnet.callbacks.Callback):
        def on_train_begin(self, logs=None):
            done.append(1)
            if len(done) == 3:
                print("waiting", flush=True)
                time.sleep(600)

    study.fit(x, y, epochs=2, batch_size=32, callbacks=Wait, verbose=0)


def study_in_processes(folder):
    """Two short runs, and two that go on for hours, each in a worker."""
    x, y = data()
    study = lurnet.Study(build, {"epochs": [1, 10**8]}, replicates=2, folder=folder)
    study.fit(x, y, batch_size=32, on="processes", workers=2, verbose=2)


if __name__ == "__main__":
    globals()[os.environ.get("STUDY", "slow_study")](os.environ["FOLDER"])


X, Y = data()
FIT = {"epochs": 2, "batch_size": 32, "validation_data": (X[:32], Y[:32]), "verbose": 0}


def fitted(grid=None, replicates=2, folder=False, make=build, **arguments):
    """A study over the data, trained."""
    study = lurnet.Study(make, grid, replicates=replicates, folder=folder)
    return study.fit(X, Y, **(FIT | arguments))


def metrics(study):
    return [run.metrics for run in study.runs]
