"""Reuters-21578: 11,228 news wires of 1987 on 46 topics (Lewis 1997)."""

import json

import numpy as np

from lurnet.datasets.containers import Split, read_npz
from lurnet.datasets.source import locate
from lurnet.datasets.splits import divided, shuffled
from lurnet.datasets.words import as_objects, limited, marked, shorter

_TOPICS = (
    "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves "
    "ship cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin "
    "strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc orange pet-chem "
    "dlr gas silver wpi hog lead"
)


def load_data(
    path: str = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
) -> tuple[Split, Split]:
    """News wires as lists of word numbers, and their topics 0 to 45 (see `get_label_names`).

    Wires are an array (n,) of lists, labels int64 (n,); the last ``test_split`` of them, in the
    order that ``seed`` draws, are the test part. Words are numbered by frequency, the commonest is
    ``1 + index_from``. Each wire begins with ``start_char`` (None: with its first word). Kept are
    numbers from ``skip_top`` up to, not including, ``num_words``; the others become ``oov_char``
    (None: are left out). Wires of ``maxlen`` or more words are left out. ``path`` is the file's
    name in the cache.

    >>> (x_train, y_train), (x_test, y_test) = load_data(num_words=10000)  # doctest: +SKIP
    """
    x, y = shuffled(np.random.RandomState(seed), *read_npz(locate("reuters.npz", path), "x", "y"))
    texts, y = shorter(marked(x, start_char, index_from), y, maxlen)
    texts = limited(texts, num_words, skip_top, oov_char)
    (train, y_train), (test, y_test) = divided(texts, y, test_split)
    return (as_objects(train), y_train), (as_objects(test), y_test)


def get_word_index(path: str = "reuters_word_index.json") -> dict[str, int]:
    """The number of each word; `load_data` adds ``index_from`` to it.

    >>> get_word_index()["the"]  # doctest: +SKIP
    1
    """
    return json.loads(locate("reuters_word_index.json", path).read_text(encoding="utf-8"))


def get_label_names() -> tuple[str, ...]:
    """The 46 topics, in the order of the labels.

    >>> get_label_names()[3]
    'earn'
    """
    return tuple(_TOPICS.split())
