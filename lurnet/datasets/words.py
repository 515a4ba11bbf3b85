"""What the two sets of texts share: texts as lists of word numbers, cut to the words asked for."""

from collections.abc import Sequence
from typing import Any

import numpy as np


def marked(texts: Any, start_char: int | None, index_from: int | None) -> list[list[int]]:
    """Word numbers moved up by ``index_from``, behind the number that marks a start, if any.

    >>> marked([[1, 2]], start_char=1, index_from=3)
    [[1, 4, 5]]
    """
    shift, start = index_from or 0, [] if start_char is None else [start_char]
    return [start + [word + shift for word in text] for text in texts]


def shorter(texts: list, labels: np.ndarray, maxlen: int | None) -> tuple[list, np.ndarray]:
    """Those texts, with their labels, that have less than ``maxlen`` words; None keeps all."""
    if not maxlen:
        return texts, labels
    kept = [i for i, text in enumerate(texts) if len(text) < maxlen]
    return [texts[i] for i in kept], labels[kept]


def limited(
    texts: Sequence[list[int]], num_words: int | None, skip_top: int, oov_char: int | None
) -> list[list[int]]:
    """Words from ``skip_top`` up to, not including, ``num_words``; others become ``oov_char``.

    Without an ``oov_char`` the others are left out. Without ``num_words`` the limit is the largest
    number there is, so that this one word counts as unknown: so does Keras.

    >>> limited([[1, 5, 9]], num_words=8, skip_top=2, oov_char=0)
    [[0, 5, 0]]
    """
    stop = num_words or max(max(text) for text in texts)
    if oov_char is None:
        return [[word for word in text if skip_top <= word < stop] for text in texts]
    return [[word if skip_top <= word < stop else oov_char for word in text] for text in texts]


def as_objects(texts: Any) -> np.ndarray:
    """An array of lists; texts of one length give, as in Keras, an array (texts, words)."""
    return np.array(texts, dtype=object)
