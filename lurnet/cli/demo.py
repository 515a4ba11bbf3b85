"""``lurnet demo``: a convolutional network on real handwritten digits, in seconds."""

import time
from pathlib import Path

from lurnet import callbacks, datasets, layers, models, plots, utils
from lurnet.core.errors import BadState
from lurnet.plots.style import save
from lurnet.report import page

EPOCHS = 30


def demo(out: str, epochs: int | None = None) -> int:
    """Train, evaluate, draw; returns the exit status."""
    try:
        (x, y), (x_test, y_test) = datasets.digits.load_data()
    except BadState as error:
        print(error)
        return 1
    x, x_test = x[..., None] / 16.0, x_test[..., None] / 16.0
    utils.set_random_seed(0)
    model = network(x.shape[1:])
    model.summary()
    epochs = epochs or EPOCHS
    start = time.perf_counter()
    record = model.fit(
        x,
        y,
        batch_size=64,
        epochs=epochs,
        validation_data=(x_test, y_test),
        callbacks=[callbacks.LearningRateScheduler(lambda e: 3e-3 * (1 - e / epochs))],
        verbose=1,
    )
    seconds = time.perf_counter() - start
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"\nTrained in {seconds:.1f} s. Loss on {len(x_test)} held-out digits: {loss:.4f}")
    print(f"Accuracy on held-out digits: {accuracy:.4f}")
    write(Path(out), model, record, x_test, y_test, accuracy)
    return 0


def network(shape: tuple[int, ...]) -> models.Sequential:
    """A small convolutional network; shifting the digits about makes up for their small number."""
    model = models.Sequential(
        [
            layers.Input(shape),
            layers.RandomTranslation(0.12, 0.12, fill_mode="constant"),
            layers.Conv2D(24, 3, padding="same", activation="relu"),
            layers.Conv2D(24, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(48, 3, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.4),
            layers.Dense(10, activation="softmax"),
        ],
        name="digits",
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def write(out: Path, model: models.Model, record, x_test, y_test, accuracy: float) -> None:
    """The pictures, and a page that holds them all."""
    predicted = model.predict(x_test, verbose=0)
    pictures = {
        "curves": plots.history(record, "Training on 8 x 8 handwritten digits"),
        "confusion": plots.confusion(y_test, predicted),
        "features": plots.activations(model, x_test[0]),
    }
    print("Pictures:")
    paths = {}
    for name, figure in pictures.items():
        paths[name] = save(figure, out / f"{name}.png")
        print(f"  {paths[name]}")
    print(f"Page: {page.write(out / 'index.html', html(paths, accuracy))}")


def html(pictures: dict[str, Path], accuracy: float) -> str:
    """A self-contained page."""
    captions = {
        "curves": "Loss and accuracy after every epoch.",
        "confusion": "Held-out digits: true class by predicted class.",
        "features": "What the layers see of one digit: the first channels of each.",
    }
    figures = [page.picture(path, captions[name]) for name, path in pictures.items()]
    found = f"Accuracy on the held-out part: {accuracy:.2%}."
    parts = [page.paragraph(ABOUT), page.paragraph(found, "answer"), *figures]
    return page.page("Handwritten digits", parts)


ABOUT = (
    "A small convolutional network, trained by lurnet demo on the 1,797 digits of the UCI "
    "repository that come with scikit-learn."
)
