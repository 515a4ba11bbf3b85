"""Early stopping on the Pima diabetes table: when is it right to stop, and what does it gain?

The table lies at tabular/pima-indians-diabetes.csv in the folder that LURNET_DATA names (8 columns
of measurements, then 1 for diabetes). Every fifth row is a test row.
"""

import os
from pathlib import Path

import numpy as np
from common import Plan

import lurnet as keras
from lurnet import layers, plots

plan = Plan(epochs=100, replicates=10)
table = np.loadtxt(
    Path(os.environ["LURNET_DATA"]) / "tabular" / "pima-indians-diabetes.csv", delimiter=","
)
x, y = table[:, :8].astype("float32"), table[:, 8]
part = np.arange(len(x)) % 5  # 4: test; 3: validation
x = (x - x[part < 3].mean(0)) / x[part < 3].std(0)
training, validation, test = ((x[p], y[p]) for p in (part < 3, part == 3, part == 4))


def build(units):
    """8-units-(units / 2)-1 with dropout, as in the document, where ``units`` is 100."""
    model = keras.Sequential(
        [
            keras.Input((8,)),
            layers.Dense(units, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(units // 2, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def stopper():
    """Stops after 5 epochs without a better loss, and takes the best weights."""
    return keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)


def trained(part, callbacks):
    """The study with these callbacks."""
    grid = {"units": [20, 100]}
    study = keras.Study(build, grid, plan.replicates, folder=plan.folder(part), monitor="val_loss")
    study.fit(*training, batch_size=32, epochs=plan.epochs, validation_data=validation,
              evaluate_on=test, callbacks=callbacks)  # fmt: skip
    print(f"{study.table()}\n")
    return study


study, whole = trained("", stopper), trained("-whole", None)
runs = study.result(units=100).runs, whole.result(units=100).runs
epochs = [len(run.history["loss"]) for run in runs[0]]
gain = [b.metrics["test_loss"] - a.metrics["test_loss"] for a, b in zip(*runs, strict=True)]
found = keras.study.estimate(gain)
print(f"100 units: stopped after {np.mean(epochs):.1f} epochs of {plan.epochs} (mean)")
print(f"test loss saved by stopping: {found} (paired)")
curves = plots.history({"100 units": [run.history for run in runs[1]]}, "All epochs")
study.report(
    plan.page(),
    "Early stopping",
    "When does training on the Pima table stop, and is the test loss lower than after all epochs?",
    {
        f"Without stopping: mean and sd of {plan.replicates} runs. Stopped runs ended after "
        f"{np.mean(epochs):.1f} epochs; test loss saved: {found} (paired).": curves
    },
)
plots.save(curves, plan.page().with_suffix(".png"))
print(plan.page())
