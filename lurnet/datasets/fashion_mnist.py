"""Fashion-MNIST: 70,000 pieces of clothing, 28 x 28 grey (Xiao, Rasul, Vollgraf 2017)."""

from lurnet.datasets.containers import Split, read_idx, read_split
from lurnet.datasets.source import locate, own_file


def load_data() -> tuple[Split, Split]:
    """Training and test images with their classes, all uint8.

    Images (60000, 28, 28) and (10000, 28, 28) from 0 to 255; labels (n,): 0 T-shirt/top, 1 trouser,
    2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt, 7 sneaker, 8 bag, 9 ankle boot. The folder
    ``LURNET_DATA`` may hold the four published files, or one ``fashion_mnist.npz`` with the arrays
    x_train, y_train, x_test, y_test. Licence: MIT.

    >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
    """
    packed = own_file("fashion_mnist.npz")
    if packed:
        return read_split(packed)
    return _part("train"), _part("t10k")


def _part(name: str) -> Split:
    images = read_idx(locate(f"{name}-images-idx3-ubyte.gz"))
    return images, read_idx(locate(f"{name}-labels-idx1-ubyte.gz"))
