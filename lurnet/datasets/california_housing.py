"""California housing: 20,640 districts of the census of 1990 (Pace, Barry 1997)."""

from typing import Literal

from lurnet.core.errors import BadValue
from lurnet.datasets.containers import Split, read_npz
from lurnet.datasets.source import locate
from lurnet.datasets.splits import check_split, shuffled_and_divided


def load_data(
    version: Literal["large", "small"] = "large",
    path: str = "california_housing.npz",
    test_split: float = 0.2,
    seed: int = 113,
) -> tuple[Split, Split]:
    """Districts (n, 8) and the median price of a house there (n,) in dollars.

    ``version="small"`` takes the first 600 of the 20,640 districts. The last ``test_split``, in the
    order that ``seed`` draws, are the test part. ``path`` is the file's name in the cache.

    >>> (x_train, y_train), (x_test, y_test) = load_data("small")  # doctest: +SKIP
    """
    check_split("california_housing", test_split)
    if version not in ("large", "small"):
        raise BadValue(
            f"california_housing: `version` must be 'large' or 'small', but it is {version!r}."
        )
    x, y = read_npz(locate("california_housing.npz", path), "x", "y")
    rows = 600 if version == "small" else len(x)
    return shuffled_and_divided(x[:rows], y[:rows], test_split, seed)
