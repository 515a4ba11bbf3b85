"""What the examples share: the command line, the images, intervals, the place of results."""

import argparse
import sys
from pathlib import Path

import numpy as np

import lurnet as keras


class Plan:
    """How much is run, and where the results go.

    Args:
        epochs: of a full run.
        replicates: of a full run.

    The command line may ask for less of both, for fewer training images (``--images``), and for
    some of the settings (``--only``).

    ``--quick`` takes 1,000 images, one epoch and two replicates: seconds, to see that all works.
    """

    def __init__(self, epochs: int, replicates: int) -> None:
        parser = argparse.ArgumentParser(description="Runs the study and writes its page.")
        parser.add_argument("--quick", action="store_true", help="a small run, in seconds")
        parser.add_argument("--epochs", type=int, default=epochs)
        parser.add_argument("--replicates", type=int, default=replicates)
        parser.add_argument("--images", type=int, default=55000, help="training images")
        parser.add_argument("--only", nargs="+", help="some of the settings that have names")
        parser.add_argument("--results", type=Path, default=Path(__file__).parent / "results")
        given = parser.parse_args()
        self.quick: bool = given.quick
        self.epochs: int = 1 if given.quick else given.epochs
        self.replicates: int = min(2, replicates) if given.quick else given.replicates
        self.count: int = 1000 if given.quick else given.images
        self.only: list[str] | None = given.only
        self.name = Path(sys.argv[0]).stem
        self.results: Path = given.results

    def folder(self, part: str = "") -> Path:
        """Where a study keeps its runs: it goes on from there after a stop."""
        size = "quick" if self.quick else f"{self.epochs}-epochs"
        size += f"-{self.count}-images" if self.count < 55000 and not self.quick else ""
        return self.results / "runs" / f"{self.name}{part}-{size}"

    def page(self, part: str = "") -> Path:
        """The report's file."""
        return self.results / f"{self.name}{part}{'-quick' if self.quick else ''}.html"

    def images(self, dataset) -> tuple:
        """(training, validation, test) pairs; images (n, 28, 28) from 0 to 1.

        The last 5,000 training images are the validation set, by which settings are chosen, so that
        the test set measures and chooses nothing.
        """
        (x, y), (x_test, y_test) = dataset.load_data()
        x, x_test = (x / 255).astype("float32"), (x_test / 255).astype("float32")
        held, n = (500 if self.quick else 5000), self.count
        test = (x_test[: 2 * held], y_test[: 2 * held])
        return (x[:-5000][:n], y[:-5000][:n]), (x[-held:], y[-held:]), test

    def steps(self, images, batch_size: int, epochs: int | None = None) -> int:
        """Training steps in all, which learning-rate schedules are made for."""
        return (epochs or self.epochs) * -(-len(images) // batch_size)


def falling(rate: float, steps: int):
    """A learning rate that falls to zero along a half cosine, after a short rise."""
    warm = max(1, steps // 20)
    return keras.optimizers.schedules.CosineDecay(
        rate / 10, max(1, steps - warm), warmup_target=rate, warmup_steps=warm
    )


def mean_and_interval(values) -> tuple[np.ndarray, np.ndarray]:
    """Mean over the first axis, and half of its 95 % interval (Student's t)."""
    found = [keras.study.estimate(list(v)) for v in np.asarray(values, float).T]
    return np.array([e.mean for e in found]), np.array([e.half_width for e in found])
