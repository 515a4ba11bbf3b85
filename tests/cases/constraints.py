"""Constraints: class and settings."""

from typing import Any

CASES: list[tuple[str, dict[str, Any]]] = [
    ("MaxNorm", {}),
    ("MaxNorm", {"max_value": 0.7, "axis": 1}),
    ("MaxNorm", {"max_value": 1.5, "axis": [0, 1]}),
    ("UnitNorm", {}),
    ("UnitNorm", {"axis": [0, 1]}),
    ("MinMaxNorm", {}),
    ("MinMaxNorm", {"min_value": 1.0, "max_value": 1.5, "rate": 0.6, "axis": 1}),
    ("NonNeg", {}),
    ("Constraint", {}),
]
