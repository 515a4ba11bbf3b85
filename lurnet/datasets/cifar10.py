"""CIFAR-10: 60,000 photos of 10 kinds, 32 x 32 colour (Krizhevsky 2009)."""

import warnings
from pathlib import Path

from lurnet.datasets.cifar import layout, read_batches
from lurnet.datasets.containers import Split, read_split
from lurnet.datasets.source import SOURCES, cached, locate, own_file

_ARCHIVE = "cifar-10-python.tar.gz"
_PART = "cifar10_small.npz"
_FOLDER = "cifar-10-batches-py/"


def load_data() -> tuple[Split, Split]:
    """Training and test images with their classes, all uint8.

    Images (50000, 32, 32, 3) and (10000, 32, 32, 3) from 0 to 255, channels first if that is the
    global setting; labels (n, 1): 0 airplane, 1 automobile, 2 bird, 3 cat, 4 deer, 5 dog, 6 frog,
    7 horse, 8 ship, 9 truck.

    Where neither the folder ``LURNET_DATA`` nor the cache has the whole set, but the folder has
    ``cifar10_small.npz`` (x_train, y_train, x_test, y_test: the first images of each part), these
    fewer images are returned, with a warning that says so.

    >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
    """
    part = own_file(_PART)
    if part and not own_file(_ARCHIVE) and not cached(SOURCES[_ARCHIVE]):
        return _small(part)
    archive = locate(_ARCHIVE)
    names = [f"{_FOLDER}data_batch_{i}" for i in range(1, 6)]
    return _part(archive, names), _part(archive, [f"{_FOLDER}test_batch"])


def _part(archive: Path, names: list[str]) -> Split:
    images, labels = read_batches(archive, names, "labels")
    return images, labels.astype("uint8")


def _small(path: Path) -> tuple[Split, Split]:
    (x_train, y_train), (x_test, y_test) = read_split(path)
    warnings.warn(
        f"{path} holds a part of CIFAR-10: {len(x_train)} training and {len(x_test)} test images, "
        f"not 50,000 and 10,000. For the whole, put {_ARCHIVE} beside it.",
        stacklevel=3,
    )
    x_train, x_test = (layout(x.transpose(0, 3, 1, 2)) for x in (x_train, x_test))
    return (x_train, y_train.reshape(-1, 1)), (x_test, y_test.reshape(-1, 1))
