"""Losses: class and function name, settings, and a pair of labels and predictions."""

from typing import Any, NamedTuple

import numpy as np

RNG = np.random.default_rng(7)


def rows(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype("float32")


def shares(*shape: int) -> np.ndarray:
    return RNG.dirichlet(np.ones(shape[-1]), shape[:-1]).astype("float32")


def one_hot(*shape: int) -> np.ndarray:
    return np.eye(shape[-1], dtype="float32")[RNG.integers(0, shape[-1], shape[:-1])]


def unit(*shape: int) -> np.ndarray:
    given = rows(*shape)
    return given / np.linalg.norm(given, axis=-1, keepdims=True)


class Case(NamedTuple):
    """One loss: ``cls(**settings)(y_true, y_pred)`` and ``fn(y_true, y_pred, **settings)``."""

    cls: str
    fn: str
    y_true: np.ndarray
    y_pred: np.ndarray
    settings: dict[str, Any] = {}  # noqa: RUF012

    def __str__(self) -> str:
        return f"{self.cls}{self.settings or ''}"


REAL = (rows(4, 5, 3), rows(4, 5, 3))
POSITIVE = (np.abs(rows(4, 5, 3)) + 0.1, np.abs(rows(4, 5, 3)) + 0.1)
SHARES = (shares(4, 5, 3), shares(4, 5, 3))
BINARY = (RNG.integers(0, 2, (4, 5, 3)).astype("float32"), RNG.uniform(size=(4, 5, 3)))
BINARY = (BINARY[0], BINARY[1].astype("float32"))
CLASSES = (one_hot(4, 5, 3), shares(4, 5, 3))
LOGITS = (one_hot(4, 5, 3), 3 * rows(4, 5, 3))
NUMBERS = (RNG.integers(0, 3, (4, 5)), shares(4, 5, 3))
NUMBER_LOGITS = (RNG.integers(0, 3, (4, 5)), 3 * rows(4, 5, 3))
COLUMN = (RNG.integers(0, 3, (4, 1)), shares(4, 3))
SIGNS = (RNG.choice([-1.0, 1.0], (4, 5, 3)).astype("float32"), rows(4, 5, 3))
ZERO_ONE = (RNG.integers(0, 2, (4, 5, 3)), rows(4, 5, 3))
EDGE = (np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([[0.0, 1.0], [0.0, 1.0]], "float32"))
IDENTITIES = (np.array([0, 1, 0, 2, 1, 0]), unit(6, 4))
SPEECH = (np.array([[1, 2, 0], [3, 3, 1], [2, 0, 0]]), rows(3, 7, 4))

BCE, CCE = "BinaryCrossentropy", "CategoricalCrossentropy"
SCCE = "SparseCategoricalCrossentropy"
CASES = [
    Case("MeanSquaredError", "mean_squared_error", *REAL),
    Case("MeanAbsoluteError", "mean_absolute_error", *REAL),
    Case("MeanAbsolutePercentageError", "mean_absolute_percentage_error", *REAL),
    Case("MeanSquaredLogarithmicError", "mean_squared_logarithmic_error", *POSITIVE),
    Case("CosineSimilarity", "cosine_similarity", *REAL),
    Case("CosineSimilarity", "cosine_similarity", *REAL, {"axis": 1}),
    Case("Huber", "huber", *REAL),
    Case("Huber", "huber", *REAL, {"delta": 0.4}),
    Case("LogCosh", "log_cosh", *REAL),
    Case("Poisson", "poisson", *POSITIVE),
    Case("KLDivergence", "kl_divergence", *SHARES),
    Case("Hinge", "hinge", *SIGNS),
    Case("Hinge", "hinge", *ZERO_ONE),
    Case("SquaredHinge", "squared_hinge", *SIGNS),
    Case("CategoricalHinge", "categorical_hinge", *CLASSES),
    Case(BCE, "binary_crossentropy", *BINARY),
    Case(BCE, "binary_crossentropy", *EDGE),
    Case(BCE, "binary_crossentropy", *ZERO_ONE, {"from_logits": True}),
    Case(BCE, "binary_crossentropy", *BINARY, {"label_smoothing": 0.2}),
    Case(CCE, "categorical_crossentropy", *CLASSES),
    Case(CCE, "categorical_crossentropy", *EDGE),
    Case(CCE, "categorical_crossentropy", CLASSES[0], 5 * CLASSES[1]),
    Case(CCE, "categorical_crossentropy", *LOGITS, {"from_logits": True}),
    Case(CCE, "categorical_crossentropy", *CLASSES, {"label_smoothing": 0.1}),
    Case(CCE, "categorical_crossentropy", *CLASSES, {"axis": 1}),
    Case(SCCE, "sparse_categorical_crossentropy", *NUMBERS),
    Case(SCCE, "sparse_categorical_crossentropy", *COLUMN),
    Case(SCCE, "sparse_categorical_crossentropy", *NUMBER_LOGITS, {"from_logits": True}),
    Case(SCCE, "sparse_categorical_crossentropy", *NUMBERS, {"ignore_class": 1}),
    Case(SCCE, "sparse_categorical_crossentropy", NUMBERS[0] - 1, NUMBERS[1], {"ignore_class": -1}),
    Case("BinaryFocalCrossentropy", "binary_focal_crossentropy", *BINARY),
    Case(
        "BinaryFocalCrossentropy",
        "binary_focal_crossentropy",
        *ZERO_ONE,
        {"from_logits": True, "apply_class_balancing": True, "alpha": 0.3, "gamma": 3.0},
    ),
    Case("CategoricalFocalCrossentropy", "categorical_focal_crossentropy", *CLASSES),
    Case(
        "CategoricalFocalCrossentropy",
        "categorical_focal_crossentropy",
        *LOGITS,
        {"from_logits": True, "label_smoothing": 0.1, "alpha": [0.2, 0.3, 0.5]},
    ),
    Case(
        "CategoricalGeneralizedCrossEntropy",
        "categorical_generalized_cross_entropy",
        *NUMBERS,
        {"q": 0.7},
    ),
    Case("Dice", "dice", *BINARY),
    Case("Dice", "dice", *BINARY, {"axis": [1, 2]}),
    Case("Tversky", "tversky", *BINARY, {"alpha": 0.3, "beta": 0.7}),
    Case("Tversky", "tversky", *BINARY, {"axis": [1, 2]}),
    Case("Circle", "circle", *IDENTITIES),
    Case("Circle", "circle", IDENTITIES[0], 5 * IDENTITIES[1]),  # not of length 1
    Case("Circle", "circle", *IDENTITIES, {"gamma": 3.0, "margin": 0.2, "remove_diagonal": False}),
    Case("CTC", "ctc", *SPEECH),
]

REDUCTIONS = ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None]

#: Shapes of weights for values of shape (4, 5): one, one per sample, per position.
WEIGHTS = {
    "one": np.float32(0.5),
    "sample": np.array([1.0, 0.0, 2.0, 0.5], "float32")[:, None],
    "position": RNG.uniform(size=(4, 5)).astype("float32"),
    "expanded": RNG.uniform(size=(4, 5, 1)).astype("float32"),
    "integer": RNG.integers(0, 3, (4, 5)),
}

NAMES = [
    "mse",
    "MSE",
    "mae",
    "MAE",
    "mape",
    "MAPE",
    "msle",
    "MSLE",
    "kld",
    "KLD",
    "bce",
    "BCE",
    "mean_squared_error",
    "huber",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
    "hinge",
    "squared_hinge",
    "categorical_hinge",
    "cosine_similarity",
    "kl_divergence",
    "poisson",
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "binary_focal_crossentropy",
    "dice",
    "tversky",
    "circle",
    "ctc",
    "categorical_focal_crossentropy",
]
OLD_NAMES = {
    "logcosh": "log_cosh",
    "kullback_leibler_divergence": "kl_divergence",
    "huber_loss": "huber",
    "cosine_proximity": "cosine_similarity",
}
