"""IMDB: 50,000 film reviews, good or bad (Maas et al. 2011)."""

import json

import numpy as np

from lurnet.core.errors import BadValue
from lurnet.datasets.containers import Split, read_split
from lurnet.datasets.source import locate
from lurnet.datasets.splits import shuffled
from lurnet.datasets.words import as_objects, limited, marked, shorter


def load_data(
    path: str = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
) -> tuple[Split, Split]:
    """25,000 training and 25,000 test reviews as lists of word numbers; labels 1 good, 0 bad.

    Reviews are an array (n,) of lists, labels int64 (n,). Words are numbered by frequency, the
    commonest is ``1 + index_from``. Each review begins with ``start_char`` (None: with its first
    word). Kept are numbers from ``skip_top`` up to, not including, ``num_words``; the others become
    ``oov_char`` (None: are left out). Reviews of ``maxlen`` or more words are left out. ``seed``
    draws the order of the reviews. ``path`` is the file's name in the cache.

    Raises `BadValue` when no review is shorter than ``maxlen``.

    >>> (x_train, y_train), (x_test, y_test) = load_data(num_words=10000)  # doctest: +SKIP
    """
    rng = np.random.RandomState(seed)
    parts = []
    for part in read_split(locate("imdb.npz", path)):
        x, y = shuffled(rng, *part)
        parts.append(shorter(marked(x, start_char, index_from), y, maxlen))
        if not parts[-1][0]:
            raise BadValue(f"imdb: no review is shorter than maxlen={maxlen}; write a larger one.")
    (x_train, y_train), (x_test, y_test) = parts
    texts = limited(x_train + x_test, num_words, skip_top, oov_char)
    rows = len(x_train)
    return (as_objects(texts[:rows]), y_train), (as_objects(texts[rows:]), y_test)


def get_word_index(path: str = "imdb_word_index.json") -> dict[str, int]:
    """The number of each word; `load_data` adds ``index_from`` to it.

    >>> get_word_index()["the"]  # doctest: +SKIP
    1
    """
    return json.loads(locate("imdb_word_index.json", path).read_text(encoding="utf-8"))
