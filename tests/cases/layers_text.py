"""Layers over strings: made alike by lurnet's layers and by the oracle's (`L` is either)."""

TEXTS = [
    "The cat sat on the mat.",
    "A dog -- the OTHER dog! -- barked",
    "",
    "größe zählt, doesn't it?",
    "cat cat\tdog",
]
WORDS = [["cat", "dog", "x", ""], ["mouse", "[UNK]", "cat", "cat"], ["owl", "yak", "x", "dog"]]
NUMBERS = [[3, 7, 12, 0], [7, -5, 3, 3], [1000000007, 12, 8, 0]]
ANIMALS = ["cat", "dog", "mouse"]
IDF = [0.25, 0.5, 1.25]


def make(name, *args, **options):
    return lambda L: getattr(L, name)(*args, **options)


def _lookups(kind, data, words, mask):
    given = {"vocabulary": words}
    cases = {
        "": given,
        "mask": given | {"mask_token": mask},
        "three unknown": given | {"num_oov_indices": 3, "mask_token": mask},
        "special": given | {"num_oov_indices": 2, "output_mode": "count"},
        "one hot": given | {"output_mode": "one_hot"},
        "multi hot": given | {"output_mode": "multi_hot", "mask_token": mask},
        "padded": given | {"output_mode": "count", "max_tokens": 7, "pad_to_max_tokens": True},
        "tf idf": given | {"output_mode": "tf_idf", "idf_weights": IDF},
        "adapted": {},
        "adapted few": {"max_tokens": 4, "mask_token": mask},
        "adapted tf idf": {"output_mode": "tf_idf"},
    }
    return {f"{kind} {k}".strip(): (make(kind, **v), data) for k, v in cases.items()}


CASES = _lookups("StringLookup", WORDS, ANIMALS, "")
CASES |= _lookups("IntegerLookup", NUMBERS, [3, 7, 12], 0)
HASHED = {"num_oov_indices": 5, "vocabulary": [3, 7], "oov_method": "farmhash"}
CASES |= {
    "StringLookup salt": (
        make("StringLookup", vocabulary=ANIMALS, num_oov_indices=50, salt=(3, 4)),
        WORDS,
    ),
    "IntegerLookup hashed": (make("IntegerLookup", **HASHED), NUMBERS),
    "IntegerLookup salt": (make("IntegerLookup", **HASHED, salt=7), NUMBERS),
    "Hashing": (make("Hashing", 97), WORDS),
    "Hashing numbers": (make("Hashing", 97), NUMBERS),
    "Hashing salt": (make("Hashing", 97, salt=[133, 137]), WORDS),
    "Hashing mask": (make("Hashing", 7, mask_value="cat"), WORDS),
    "Hashing hot": (make("Hashing", 7, output_mode="multi_hot"), WORDS),
    "Hashing count": (make("Hashing", 7, output_mode="count"), NUMBERS),
    "HashedCrossing": (make("HashedCrossing", 97), [["a", "b", "c"], [1, -2, 3]]),
    "HashedCrossing hot": (
        make("HashedCrossing", 5, output_mode="one_hot"),
        [[["a"], ["b"]], [[1], [2]], [["x"], ["y"]]],
    ),
}
VOCABULARY = {"vocabulary": ["the", "cat", "dog", "the cat"]}
TEXT_OPTIONS = {
    "": VOCABULARY,
    "length": VOCABULARY | {"output_sequence_length": 3},
    "longer": VOCABULARY | {"output_sequence_length": 9},
    "lower": VOCABULARY | {"standardize": "lower"},
    "strip": VOCABULARY | {"standardize": "strip_punctuation"},
    "plain": VOCABULARY | {"standardize": None},
    "letters": {"split": "character", "vocabulary": ["t", "c", "ß"]},
    "unsplit": {"split": None, "vocabulary": ["cat cat\tdog", ""][:1]},
    "pairs": VOCABULARY | {"ngrams": 2},
    "some": VOCABULARY | {"ngrams": (2, 3)},
    "multi hot": VOCABULARY | {"output_mode": "multi_hot"},
    "count": VOCABULARY | {"output_mode": "count", "max_tokens": 9, "pad_to_max_tokens": True},
    "tf idf": VOCABULARY | {"output_mode": "tf-idf", "idf_weights": [0.1, 0.2, 0.3, 0.4]},
    "adapted": {},
    "adapted few": {"max_tokens": 5, "ngrams": 2},
    "adapted tf idf": {"output_mode": "tf_idf", "max_tokens": 6},
}
CASES |= {
    f"TextVectorization {k}".strip(): (make("TextVectorization", **v), TEXTS)
    for k, v in TEXT_OPTIONS.items()
}


def answer(L, name):
    """What a case gives: (output, vocabulary, config)."""
    import numpy as np

    build, data = CASES[name]
    layer = build(L)
    given = [np.array(x) for x in data] if "Crossing" in name else np.array(data)
    if "adapted" in name:
        layer.adapt(given)
    out = np.asarray(layer(given))
    words = layer.get_vocabulary() if hasattr(layer, "get_vocabulary") else []
    config = {k: v for k, v in layer.get_config().items() if k not in ("name", "dtype")}
    return {
        "output": out.tolist(),
        "vocabulary": [w if isinstance(w, str) else int(w) for w in words],
        "config": config,
    }
