"""Boston housing: 506 districts of Boston in the 1970s (Harrison, Rubinfeld 1978).

The set is kept because old programs use it. One of its columns encodes a racist assumption of its
authors; for new work take `california_housing`.
"""

from lurnet.datasets.containers import Split, read_npz
from lurnet.datasets.source import locate
from lurnet.datasets.splits import check_split, shuffled_and_divided


def load_data(
    path: str = "boston_housing.npz", test_split: float = 0.2, seed: int = 113
) -> tuple[Split, Split]:
    """Districts (n, 13) and the median price of a house there (n,) in 1000 dollars, float64.

    The last ``test_split`` of the 506, in the order that ``seed`` draws, are the test part.
    ``path`` is the file's name in the cache.

    >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
    """
    check_split("boston_housing", test_split)
    x, y = read_npz(locate("boston_housing.npz", path), "x", "y")
    return shuffled_and_divided(x, y, test_split, seed)
