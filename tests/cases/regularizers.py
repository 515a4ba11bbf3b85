"""Regularizers: class and settings."""

from typing import Any

CASES: list[tuple[str, dict[str, Any]]] = [
    ("L1", {}),
    ("L1", {"l1": 0.3}),
    ("L2", {}),
    ("L2", {"l2": 1}),
    ("L1L2", {}),
    ("L1L2", {"l1": 0.2, "l2": 0.3}),
    ("L1L2", {"l2": 0.3}),
    ("OrthogonalRegularizer", {}),
    ("OrthogonalRegularizer", {"factor": 0.5, "mode": "columns"}),
]
