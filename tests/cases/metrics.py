"""Metrics: class, settings, and the batches they see."""

from typing import Any, NamedTuple

import numpy as np

from tests.cases.losses import one_hot, rows, shares

RNG = np.random.default_rng(11)
Batches = list[tuple[np.ndarray, np.ndarray]]


class Case(NamedTuple):
    """One metric, ``cls(**settings)``, and batches of labels and predictions."""

    cls: str
    batches: Batches
    settings: dict[str, Any] = {}  # noqa: RUF012

    def __str__(self) -> str:
        return f"{self.cls}{self.settings or ''}"


def _scores(*shape: int) -> np.ndarray:
    return RNG.uniform(size=shape).astype("float32")


def _bits(*shape: int) -> np.ndarray:
    return RNG.integers(0, 2, shape)


REAL = [(rows(6, 3), rows(6, 3)), (rows(6, 3), rows(6, 3))]
DEEP = [(rows(6, 5, 3), rows(6, 5, 3)) for _ in range(2)]
POSITIVE = [(np.abs(a) + 0.1, np.abs(b) + 0.1) for a, b in REAL]
SHARES = [(shares(6, 3), shares(6, 3)) for _ in range(2)]
BINARY = [(_bits(6, 1), _scores(6, 1)) for _ in range(2)]
FLAT = [(_bits(6), _scores(6)) for _ in range(2)]
MIXED = [(_bits(6), _scores(6, 1)) for _ in range(2)]
LABELS = [(_bits(6, 3), _scores(6, 3)) for _ in range(2)]
LOGIT_LABELS = [(_bits(6, 3), 3 * rows(6, 3)) for _ in range(2)]
CLASSES = [(one_hot(6, 4), shares(6, 4)) for _ in range(2)]
NUMBERS = [(RNG.integers(0, 4, 6), shares(6, 4)) for _ in range(2)]
COLUMN = [(a[:, None], b) for a, b in NUMBERS]
STEPS = [(RNG.integers(0, 4, (6, 5)), shares(6, 5, 4)) for _ in range(2)]
ONE_HOT_STEPS = [(one_hot(6, 5, 4), shares(6, 5, 4)) for _ in range(2)]
IDS = [(RNG.integers(0, 4, 6), np.argsort(_scores(6, 4))) for _ in range(2)]
SEGMENTS = [(RNG.integers(0, 3, 6), RNG.integers(0, 3, 6)) for _ in range(2)]
SIGNS = [(2 * _bits(6, 3) - 1, rows(6, 3)) for _ in range(2)]
#: A column that does not vary, which nothing explains.
FLAT_COLUMN = [(a * [0, 1, 1], b) for a, b in REAL]
FLAT_ROW = [(np.concatenate([0 * a[:1], a[1:]]), b) for a, b in REAL]
TIES = 2 * [(np.array([0, 0, 1, 1, 1, 0]), np.array([0, 0.5, 0.25, 1, 0.5, 0.75], "float32"))]

SCA, STOP = "SparseCategoricalAccuracy", "SparseTopKCategoricalAccuracy"
CASES = [
    Case("MeanSquaredError", REAL),
    Case("MeanSquaredError", DEEP),
    Case("RootMeanSquaredError", REAL),
    Case("MeanAbsoluteError", REAL),
    Case("MeanAbsolutePercentageError", REAL),
    Case("MeanSquaredLogarithmicError", POSITIVE),
    Case("CosineSimilarity", REAL),
    Case("CosineSimilarity", DEEP, {"axis": 1}),
    Case("LogCoshError", REAL),
    Case("R2Score", REAL),
    Case("R2Score", REAL, {"class_aggregation": None}),
    Case("R2Score", REAL, {"class_aggregation": "variance_weighted_average", "num_regressors": 2}),
    Case("R2Score", FLAT_COLUMN, {"class_aggregation": None}),
    Case("R2Score", FLAT_COLUMN),
    Case("PearsonCorrelation", DEEP),
    Case("PearsonCorrelation", FLAT_ROW),
    Case("ConcordanceCorrelation", DEEP),
    Case("PearsonCorrelation", DEEP, {"axis": 1}),
    Case("BinaryCrossentropy", LABELS),
    Case("BinaryCrossentropy", LOGIT_LABELS, {"from_logits": True, "label_smoothing": 0.1}),
    Case("CategoricalCrossentropy", CLASSES),
    Case("SparseCategoricalCrossentropy", NUMBERS),
    Case("SparseCategoricalCrossentropy", STEPS, {"ignore_class": 2}),
    Case("KLDivergence", SHARES),
    Case("Poisson", POSITIVE),
    Case("Hinge", SIGNS),
    Case("SquaredHinge", SIGNS),
    Case("CategoricalHinge", CLASSES),
    Case("Accuracy", SEGMENTS),
    Case("BinaryAccuracy", BINARY),
    Case("BinaryAccuracy", MIXED),
    Case("BinaryAccuracy", LABELS, {"threshold": 0.3}),
    Case("CategoricalAccuracy", CLASSES),
    Case("CategoricalAccuracy", ONE_HOT_STEPS),
    Case(SCA, NUMBERS),
    Case(SCA, COLUMN),
    Case(SCA, STEPS),
    Case("TopKCategoricalAccuracy", CLASSES, {"k": 2}),
    Case("TopKCategoricalAccuracy", ONE_HOT_STEPS, {"k": 2}),
    Case(STOP, NUMBERS, {"k": 2}),
    Case(STOP, STEPS, {"k": 3}),
    Case(STOP, IDS, {"k": 2, "from_sorted_ids": True}),
    Case("TruePositives", LABELS),
    Case("FalsePositives", LABELS, {"thresholds": [0.7, 0.2]}),
    Case("TrueNegatives", BINARY, {"thresholds": 0.3}),
    Case("FalseNegatives", FLAT),
    Case("Precision", LABELS),
    Case("Precision", CLASSES, {"top_k": 2}),
    Case("Precision", CLASSES, {"class_id": 1, "thresholds": [0.1, 0.4]}),
    Case("Recall", LABELS),
    Case("Recall", CLASSES, {"top_k": 2, "class_id": 0}),
    Case("SensitivityAtSpecificity", FLAT, {"specificity": 0.5}),
    Case("SpecificityAtSensitivity", FLAT, {"sensitivity": 0.5}),
    Case("PrecisionAtRecall", FLAT, {"recall": 0.6}),
    Case("RecallAtPrecision", CLASSES, {"precision": 0.3, "num_thresholds": 11, "class_id": 1}),
    Case("AUC", FLAT),
    Case("AUC", TIES),
    Case("AUC", TIES, {"num_thresholds": 5}),
    Case("AUC", FLAT, {"thresholds": [0.8, 0.25, 0.5]}),
    Case("AUC", FLAT, {"curve": "PR"}),
    Case("AUC", FLAT, {"curve": "PR", "summation_method": "majoring"}),
    Case("AUC", FLAT, {"summation_method": "minoring", "num_thresholds": 20}),
    Case("AUC", LOGIT_LABELS, {"from_logits": True, "num_thresholds": 50}),
    Case("AUC", LABELS, {"multi_label": True, "num_labels": 3, "num_thresholds": 30}),
    Case("AUC", LABELS, {"multi_label": True, "label_weights": [1.0, 2.0, 0.5], "num_labels": 3}),
    Case("AUC", LABELS, {"multi_label": True, "num_thresholds": 9, "curve": "PR"}),
    Case("F1Score", CLASSES),
    Case("F1Score", CLASSES, {"average": "macro"}),
    Case("F1Score", LABELS, {"average": "weighted", "threshold": 0.4}),
    Case("FBetaScore", CLASSES, {"average": "micro", "beta": 2.0}),
    Case("IoU", SEGMENTS, {"num_classes": 3, "target_class_ids": [0, 2]}),
    Case("MeanIoU", SEGMENTS, {"num_classes": 3}),
    Case("MeanIoU", SEGMENTS, {"num_classes": 3, "ignore_class": 1, "dtype": "float32"}),
    Case("MeanIoU", NUMBERS, {"num_classes": 4, "sparse_y_pred": False}),
    Case("OneHotIoU", CLASSES, {"num_classes": 4, "target_class_ids": [1, 3]}),
    Case("OneHotMeanIoU", CLASSES, {"num_classes": 4}),
    Case("BinaryIoU", FLAT, {"threshold": 0.4}),
    Case("BinaryIoU", FLAT, {"target_class_ids": [1], "dtype": "float32"}),
]

#: Weights of six samples.
WEIGHTS = np.array([1.0, 0.0, 2.0, 0.5, 1.5, 1.0], "float32")

NAMES = [
    "mse",
    "MSE",
    "mae",
    "MAE",
    "mape",
    "MAPE",
    "msle",
    "MSLE",
    "bce",
    "BCE",
    "mean_squared_error",
    "accuracy",
    "binary_accuracy",
    "categorical_accuracy",
    "sparse_categorical_accuracy",
    "top_k_categorical_accuracy",
    "auc",
    "precision",
    "sparse_top_k_categorical_accuracy",
    "root_mean_squared_error",
    "cosine_similarity",
    "log_cosh_error",
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "kl_divergence",
    "poisson",
    "hinge",
    "squared_hinge",
    "categorical_hinge",
    "recall",
    "true_positives",
    "r2_score",
    "f1_score",
    "mean",
    "sum",
    "pearson_correlation",
    "concordance_correlation",
    "mean_absolute_error",
    "MeanSquaredError",
    "AUC",
]
#: Keras itself has no metric of these names.
LOSS_NAMES = ["huber", "dice", "log_cosh", "binary_focal_crossentropy", "kld", "logcosh", "tversky"]
