"""CIFAR-100: 60,000 photos of 100 kinds in 20 groups, 32 x 32 colour (Krizhevsky 2009)."""

from typing import Literal

from lurnet.core.errors import BadValue
from lurnet.datasets.cifar import read_batches
from lurnet.datasets.containers import Split
from lurnet.datasets.source import locate


def load_data(label_mode: Literal["fine", "coarse"] = "fine") -> tuple[Split, Split]:
    """Training and test images, uint8, with their classes, int64.

    Images (50000, 32, 32, 3) and (10000, 32, 32, 3) from 0 to 255, channels first if that is the
    global setting; labels (n, 1), the kind ("fine", 0 to 99) or the group ("coarse", 0 to 19).

    >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
    """
    if label_mode not in ("fine", "coarse"):
        raise BadValue(f"cifar100: `label_mode` must be 'fine' or 'coarse', not {label_mode!r}.")
    archive, key = locate("cifar-100-python.tar.gz"), f"{label_mode}_labels"
    return (
        read_batches(archive, ["cifar-100-python/train"], key),
        read_batches(archive, ["cifar-100-python/test"], key),
    )
