"""Monte Carlo dropout: does the spread of 50 predictions tell which digits will be misread?

Gal and Ghahramani, 2016: dropout stays on, the predictions' mean is the answer, their standard
deviation the doubt. The surest share of the test digits is kept, and its accuracy measured.
"""

import numpy as np
from common import Plan, falling, mean_and_interval

import lurnet as keras
from lurnet import layers, plots

KEPT = np.linspace(0.5, 1, 11)
plan = Plan(epochs=8, replicates=3)
(x, y), validation, (x_test, y_test) = plan.images(keras.datasets.mnist)


def build(rate):
    """784-256-256-10 with dropout behind both hidden layers."""
    model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
    for _ in range(2):
        model.add(layers.Dense(256, activation="relu"))
        model.add(layers.Dropout(rate))
    model.add(layers.Dense(10, activation="softmax"))
    optimizer = keras.optimizers.Adam(falling(2e-3, plan.steps(x, 128)))
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def by_doubt(model):
    """(order of the test digits from sure to unsure, whether each was read right, doubts)."""
    mean, sd = model.predict(x_test, mc_samples=50, verbose=0)
    doubt = sd[np.arange(len(mean)), mean.argmax(-1)]
    return np.argsort(doubt), mean.argmax(-1) == y_test, doubt


study = keras.Study(build, {"rate": [0.1, 0.3, 0.5]}, plan.replicates, folder=plan.folder())
study.fit(
    x,
    y,
    batch_size=128,
    epochs=plan.epochs,
    validation_data=validation,
    evaluate_on=(x_test, y_test),
)
print(study.table())

curves = {}
for result in study.results:
    found = []
    for run in result.finished:
        order, right, doubt = by_doubt(run.model)
        found.append([right[order[: int(k * len(order))]].mean() for k in KEPT])
    curves[f"{result.setting['rate']}"] = (KEPT, *mean_and_interval(found))
    kept = curves[f"{result.setting['rate']}"][1]
    print(f"rate {result.setting['rate']}: accuracy of all {kept[-1]:.4f}, of the surest 90 % "
          f"{kept[-3]:.4f}, of the surest half {kept[0]:.4f}")  # fmt: skip

order, right, doubt = by_doubt(study.best.model)
kept = plots.error_bars(
    curves, "share of digits kept, the surest first", "accuracy of those", "Doubt", "dropout rate",
    bounds=(0, 1),
)  # fmt: skip
pictures = {
    "Accuracy when the most doubtful digits are left out; 95 % intervals.": kept,
    "The test digits with the smallest and the largest standard deviation.": plots.reconstructions(
        {"sure": x_test[order[:10]], "unsure": x_test[order[::-1][:10]]}, title="Doubt"
    ),
    "Standard deviation of the predicted class's probability.": plots.error_bars(
        {"": (["read right", "misread"], [doubt[right].mean(), doubt[~right].mean()],
              [doubt[right].std(), doubt[~right].std()])},
        "test digits", "mean and sd of the doubt", bounds=(0, 1),
    ),
}  # fmt: skip
study.report(
    plan.page(), "Monte Carlo dropout", "Does the network know which digits it misreads?", pictures
)
plots.save(kept, plan.page().with_suffix(".png"))
print(plan.page())
