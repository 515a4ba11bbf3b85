"""MNIST: 70,000 handwritten digits, 28 x 28 grey (LeCun, Cortes, Burges 1998)."""

from lurnet.datasets.containers import Split, read_split
from lurnet.datasets.source import locate


def load_data(path: str = "mnist.npz") -> tuple[Split, Split]:
    """Training and test images with their digits, all uint8.

    Images (60000, 28, 28) and (10000, 28, 28) from 0 (paper) to 255 (ink); labels (n,) from 0 to 9.
    ``path`` is the file's name in the cache. Licence: CC BY-SA 3.0.

    >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
    """
    return read_split(locate("mnist.npz", path))
