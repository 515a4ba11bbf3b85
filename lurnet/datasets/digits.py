"""Digits: 1,797 handwritten ones, 8 x 8 grey, from scikit-learn (Alpaydin, Kaynak 1998)."""

import numpy as np

from lurnet.core.errors import BadState, BadValue
from lurnet.datasets.containers import Split


def load_data(test_split: float = 0.2, seed: int = 113) -> tuple[Split, Split]:
    """Training and test images (n, 8, 8) from 0 (paper) to 16 (ink) and their digits (n,), uint8.

    Each digit has the same share in both parts, ``test_split`` of it for the test; ``seed`` draws
    which. Needs scikit-learn (``pip install "lurnet[demo]"``) and no download. Licence: CC BY 4.0.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, x_test.shape
    ((1438, 8, 8), (359, 8, 8))
    """
    if not 0 < test_split < 1:
        raise BadValue(f"digits: `test_split` must be between 0 and 1, but it is {test_split}.")
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise BadState(
            'The digits come with scikit-learn, which is not installed: pip install "lurnet[demo]".'
        ) from None
    bunch = load_digits()
    x, y = bunch.images.astype("uint8"), bunch.target.astype("uint8")
    order = np.random.RandomState(seed).permutation(len(x))
    test = np.zeros(len(x), bool)
    for digit in range(10):
        rows = order[y[order] == digit]
        test[rows[: round(test_split * len(rows))]] = True
    train, test = order[~test[order]], order[test[order]]
    return (x[train], y[train]), (x[test], y[test])
