"""DAT405, part 2: weight decay in 784-500-300-10 on MNIST, and how to reach Hinton's 0.9847.

The notebook varies the L2 factor of the first layer, three times each, under plain SGD. The second
study keeps the network and changes how it is trained: momentum, a falling rate, dropout, shifts.
"""

import numpy as np
from common import Plan, falling

import lurnet as keras
from lurnet import layers, plots, regularizers

HINTON = 0.9847
plan = Plan(epochs=10, replicates=3)
longer = 1 if plan.quick else 2 * plan.epochs
(x, y), validation, test = plan.images(keras.datasets.mnist)


def plain(l2):
    """The network and the training of the notebook."""
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(500, activation="relu", kernel_regularizer=regularizers.L2(l2)),
            layers.Dense(300, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    rate = keras.optimizers.SGD(0.1)
    model.compile(rate, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def better(shift):
    """The same layers with dropout, Nesterov momentum, a falling rate, and shifted digits."""
    model = keras.Sequential([keras.Input((28, 28)), layers.Reshape((28, 28, 1))])
    if shift:
        model.add(layers.RandomTranslation(shift, shift, fill_mode="constant"))
    model.add(layers.Flatten())
    for units in (500, 300):
        model.add(layers.Dense(units, activation="relu"))
        model.add(layers.Dropout(0.25))
    model.add(layers.Dense(10, activation="softmax"))
    rate = falling(0.1, plan.steps(x, 128, longer))
    optimizer = keras.optimizers.SGD(rate, momentum=0.9, nesterov=True)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def tell(study, page, title, question):
    """Print the table, and the distance to Hinton; write the page with the network's diagram."""
    network = plots.model(study.best.model)
    study.report(page, title, question, {"The network of the best setting.": network})
    for kind in ("svg", "png"):
        plots.save(network, page.with_name(f"{page.stem}-network.{kind}"))
    found = study.best.estimate("test_accuracy")
    print(f"{study.table()}\nbest on the test set: {found}; Hinton: {HINTON}\n{page}\n")


factors = {"l2": np.linspace(1e-6, 1e-3, 5)}
study = keras.Study(plain, factors, plan.replicates, folder=plan.folder())
study.fit(x, y, batch_size=32, epochs=plan.epochs, validation_data=validation, evaluate_on=test)
tell(study, plan.page(), "Weight decay on MNIST",
     "Which L2 factor of the first layer is best, and is it 0.9847?")  # fmt: skip

recipes = keras.Study(
    better, {"shift": [0.0, 0.08]}, plan.replicates, folder=plan.folder("-better")
)
recipes.fit(x, y, batch_size=128, epochs=longer, validation_data=validation, evaluate_on=test)
tell(recipes, plan.page("-better"), "MNIST without weight decay, but trained better",
     "Does the same network reach Hinton's 0.9847 with dropout, momentum, a falling rate and "
     "shifted digits?")  # fmt: skip
