"""Data sets, each a module with ``load_data``; the values are those that Keras returns.

| module | what | training + test |
|---|---|---|
| `mnist` | handwritten digits, 28 x 28 grey | 60,000 + 10,000 |
| `fashion_mnist` | clothes, 28 x 28 grey | 60,000 + 10,000 |
| `cifar10`, `cifar100` | photos, 32 x 32 colour, 10 and 100 classes | 50,000 + 10,000 |
| `imdb` | film reviews as word numbers, good or bad | 25,000 + 25,000 |
| `reuters` | news wires as word numbers, 46 topics | 8,982 + 2,246 |
| `boston_housing` | 13 figures of a district, its house price | 404 + 102 |
| `california_housing` | 8 figures of a district, its house price | 16,512 + 4,128 |
| `digits` | handwritten digits, 8 x 8 grey, no download | 1,438 + 359 |

A file is looked for in the folder that the environment variable ``LURNET_DATA`` names (taken as it
is found there), then in the Keras cache (``KERAS_HOME`` or ``~/.keras``, folder ``datasets``; the
hash is checked), and then downloaded into that cache.
"""

from lurnet.datasets import (
    boston_housing,
    california_housing,
    cifar10,
    cifar100,
    digits,
    fashion_mnist,
    imdb,
    mnist,
    reuters,
)

__all__ = [
    "boston_housing",
    "california_housing",
    "cifar10",
    "cifar100",
    "digits",
    "fashion_mnist",
    "imdb",
    "mnist",
    "reuters",
]
