"""The Fashion-MNIST study: padding, windows and strides, and then dropout, L2 and augmentation.

The window and the strides are those of the first convolution: 3 or 5, and 1 or 2; with strides of 2
there is no pooling behind it, since without padding the image would be used up. The study does not
say where its own were; its layers have the parameters of "same 3/1" here. The last network is ours.
"""

from common import Plan, falling

import lurnet as keras
from lurnet import layers, plots, regularizers

NAMES = ["top", "trousers", "pullover", "dress", "coat"]
NAMES += ["sandal", "shirt", "sneaker", "bag", "boot"]
plan = Plan(epochs=20, replicates=3)
(x, y), validation, test = plan.images(keras.datasets.fashion_mnist)
relu: dict = {"activation": "relu"}


def augmented():
    """Mirrored and slightly shifted images."""
    shift = layers.RandomTranslation(0.05, 0.05, fill_mode="constant")
    return [layers.RandomFlip("horizontal"), shift]


def connected():
    """Two hidden layers."""
    return [layers.Flatten(), layers.Dense(256, **relu), layers.Dense(128, **relu)]


def convolutions(padding, window, strides, dropout=0.0, l2=0.0):
    """Convolutions of 32, 64 and 128 channels; with dropout a second Dense of 128, as reported."""
    options = relu | {"padding": padding, "kernel_regularizer": regularizers.L2(l2) if l2 else None}
    body = [layers.Conv2D(32, window, strides=strides, **options)]
    body += [layers.MaxPooling2D()] if strides == 1 else []
    for channels in (64, 128):
        body += [layers.Dropout(dropout), layers.Conv2D(channels, 3, **options)]
        body += [layers.MaxPooling2D()]
    body += [layers.Dropout(dropout), layers.Flatten(), layers.Dense(128, **relu)]
    return body + ([layers.Dense(128, **relu), layers.Dropout(2 * dropout)] if dropout else [])


def normalised():
    """Ours, for 0.93: a fourth convolution, normalised channels, mirrored images."""
    body = [layers.RandomFlip("horizontal")]
    for channels, pooling in ((32, True), (64, True), (128, False), (128, True)):
        body += [layers.Conv2D(channels, 3, padding="same", use_bias=False)]
        body += [layers.MaxPooling2D()] if pooling else []
        body += [layers.BatchNormalization(), layers.Activation("relu")]
    body += [layers.Flatten(), layers.Dropout(0.3)]
    return [*body, layers.Dense(128, **relu), layers.Dropout(0.3)]


NETWORKS = {"connected": connected} | {
    f"{padding} {window}/{strides}": (lambda p=padding, w=window, s=strides: convolutions(p, w, s))
    for padding in ("valid", "same")
    for window in (3, 5)
    for strides in (1, 2)
}
NETWORKS |= {
    "connected, images": lambda: augmented() + connected(),
    "dropout": lambda: convolutions("same", 3, 1, 0.25),
    "dropout, images": lambda: augmented() + convolutions("same", 3, 1, 0.25),
    "dropout, L2, images": lambda: augmented() + convolutions("same", 3, 1, 0.25, 1e-4),
    "normalised": normalised,
}


def build(network):
    """The network of that name, compiled."""
    body = [layers.Reshape((28, 28, 1)), *NETWORKS[network]()]
    model = keras.Sequential([keras.Input((28, 28)), *body, layers.Dense(10, activation="softmax")])
    steps, optimizers = plan.steps(x, 128), keras.optimizers
    optimizer = optimizers.Adam(falling(2e-3, steps))
    if network == "normalised":  # bears a high rate, and gains by decay
        optimizer = optimizers.SGD(falling(0.1, steps), 0.9, nesterov=True, weight_decay=5e-4)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


names = plan.only or list(NETWORKS)[:: 13 if plan.quick else 1]
study = keras.Study(build, {"network": names}, plan.replicates, folder=plan.folder())
study.fit(x, y, batch_size=128, epochs=plan.epochs, validation_data=validation, evaluate_on=test)
print(study.table())

model, (images, labels) = study.best.model, test
study.report(
    plan.page(),
    "Fashion-MNIST",
    "Which padding, window and strides are best, and what do dropout, L2 and changed images add? "
    "Convolutions are named padding window/strides.",
    {
        "Test images: true class by predicted class.": plots.confusion(
            labels, model.predict(images, verbose=0), NAMES
        ),
        "What the layers see of one test image.": plots.activations(model, images[0]),
    },
)
print(plan.page())
