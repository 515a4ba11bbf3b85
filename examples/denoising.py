"""DAT405, part 4: a deep autoencoder that removes salt-and-pepper noise from digits.

Noise of level p turns a share p of the pixels black or white; at 1 nothing of the digit is left.
"""

import numpy as np
from common import Plan, falling, mean_and_interval

import lurnet as keras
from lurnet import layers, ops, plots

LEVELS = np.linspace(0, 1, 11)
plan = Plan(epochs=15, replicates=3)
(x, y), (x_val, y_val), (x_test, y_test) = plan.images(keras.datasets.mnist)


def damaged(images, level, chance):
    """Black where ``chance``, uniform in [0, 1), is below half of the level; white up to it."""
    return ops.where(chance < level / 2, 0.0, ops.where(chance < level, 1.0, images))


class SaltAndPepper(layers.Layer):
    """While training, damages each image at a level of its own between 0 and 1."""

    def __init__(self, **options):
        super().__init__(**options)
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, images, training=False):
        """The images, damaged while training."""
        if not training:
            return images
        level = keras.random.uniform((ops.shape(images)[0], 1, 1), seed=self.seed_generator)
        chance = keras.random.uniform(ops.shape(images), seed=self.seed_generator)
        return damaged(images, level, chance)


def dense(units):
    """A hidden layer."""
    return layers.Dense(units, activation="relu")


def build(code):
    """Noise, an encoder to ``code`` numbers, a decoder back to the image."""
    encoder = [layers.Flatten(), dense(512), dense(256), layers.Dense(code)]
    decoder = [dense(256), dense(512), layers.Dense(784, activation="sigmoid")]
    decoder = keras.Sequential([keras.Input((code,)), *decoder, layers.Reshape((28, 28))])
    model = keras.Sequential([keras.Input((28, 28)), SaltAndPepper(), *encoder, decoder])
    model.compile(keras.optimizers.Adam(falling(2e-3, plan.steps(x, 128))), "binary_crossentropy")
    return model


def classifier():
    """Trained on clean digits; it judges the noisy and the denoised ones."""
    inside = [layers.Flatten(), dense(500), layers.Dropout(0.3), dense(300)]
    model = keras.Sequential([keras.Input((28, 28)), *inside])
    model.add(layers.Dense(10, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=128, epochs=min(plan.epochs, 6), verbose=0)
    return model


chance = np.random.default_rng(0).random(x_val.shape, "float32")
levels = np.random.default_rng(1).random((len(x_val), 1, 1), "float32")
study = keras.Study(build, {"code": [16, 64]}, plan.replicates, folder=plan.folder())
study.fit(x, x, batch_size=128, epochs=plan.epochs,
          validation_data=(np.asarray(damaged(x_val, levels, chance)), x_val))  # fmt: skip
print(study.table())

keras.utils.set_random_seed(0)
judge, found = classifier(), {"noisy": [], "denoised": []}
for run in study.best.runs:
    model, random = run.model, np.random.default_rng(run.seed)
    noisy = [np.asarray(damaged(x_test, p, random.random(x_test.shape, "float32"))) for p in LEVELS]
    seen = {"noisy": noisy, "denoised": [model.predict(n, verbose=0) for n in noisy]}
    for kind, images in seen.items():
        found[kind].append([judge.evaluate(i, y_test, verbose=0)[1] for i in images])
curves = {kind: (LEVELS, *mean_and_interval(values)) for kind, values in found.items()}
for kind, (_, mean, _) in curves.items():
    print(kind, *(f"{p:.1f}: {m:.4f}" for p, m in zip(LEVELS, mean, strict=True)))

rows = {"original": x_test[:11]}
for kind, images in seen.items():  # column i has noise of level i / 10
    rows[kind] = np.stack([images[i][i] for i in range(11)])
codes = keras.Sequential(model.layers[:-1]).predict(x, verbose=0)
new = np.random.default_rng(0).multivariate_normal(codes.mean(0), np.cov(codes.T), 22)
new = model.layers[-1].predict(new.astype("float32"), verbose=0)
accuracy = plots.error_bars(curves, "share of damaged pixels", "accuracy on test digits", "Noise",
                            bounds=(0, 1))  # fmt: skip
pictures = {
    "Noise from 0 (left) to 1 (right).": plots.reconstructions(rows, 11, "Denoising"),
    "One classifier, trained on clean digits; 95 % intervals over the autoencoders.": accuracy,
    "Decoded from codes drawn from the normal distribution of the training digits' codes.":
        plots.reconstructions({"new": new[:11], "digits": new[11:]}, 11, "New digits"),
}  # fmt: skip
study.report(plan.page(), "Denoising digits",
             "How much of a digit comes back, and can it be read again?", pictures)  # fmt: skip
plots.save(accuracy, plan.page().with_suffix(".png"))
print(plan.page())
