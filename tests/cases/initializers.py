"""Initializers: class, settings, and the shape to fill."""

from typing import Any, NamedTuple


class Case(NamedTuple):
    """One initializer, ``cls(**settings)(shape)``."""

    cls: str
    settings: dict[str, Any] = {}  # noqa: RUF012
    shape: tuple[int, ...] = (200, 300)

    def __str__(self) -> str:
        return f"{self.cls}{self.settings or ''}{self.shape}"


#: Equal to Keras' own, number by number.
FIXED = [
    Case("Zeros"),
    Case("Ones"),
    Case("Constant", {"value": 2.5}),
    Case("Constant", {"value": [1.0, 2.0, 3.0]}, (2, 3)),
    Case("Identity", {}, (3, 5)),
    Case("Identity", {"gain": 2.0}, (4, 4)),
    Case("STFT", {}, (16, 1, 9)),
    Case("STFT", {"side": "imag", "window": "hamming", "scaling": "spectrum"}, (16, 1, 9)),
    Case("STFT", {"window": None, "periodic": True}, (12, 1, 9)),
    Case("STFT", {"window": "hann", "scaling": None, "periodic": True}, (16, 1, 9)),
]

#: Equal to Keras' own in distribution.
RANDOM = [
    Case("RandomNormal"),
    Case("RandomNormal", {"mean": 3.0, "stddev": 2.0}),
    Case("RandomUniform"),
    Case("RandomUniform", {"minval": 1.0, "maxval": 4.0}),
    Case("TruncatedNormal"),
    Case("TruncatedNormal", {"mean": -1.0, "stddev": 0.5}),
    *(
        Case(f"{name}{law}", {}, shape)
        for name in ("Glorot", "He", "Lecun")
        for law in ("Uniform", "Normal")
        for shape in ((200, 300), (3, 3, 80, 90))
    ),
    *(
        Case("VarianceScaling", {"scale": 1.7, "mode": mode, "distribution": law}, (150, 400))
        for mode in ("fan_in", "fan_out", "fan_avg")
        for law in ("uniform", "truncated_normal", "untruncated_normal")
    ),
    Case("VarianceScaling", {}, (60000,)),
    Case("GlorotUniform", {"input_axes": [0], "output_axes": [1, 2]}, (100, 20, 30)),
    Case("HeNormal", {"input_axes": [0, 1], "output_axes": [2]}, (100, 20, 30)),
    Case("Orthogonal", {}, (150, 400)),
    Case("Orthogonal", {"gain": 2.0}, (3, 3, 40, 150)),
]

NAMES = [
    "zeros",
    "ones",
    "zero",
    "one",
    "identity",
    "IdentityInitializer",
    "orthogonal",
    "OrthogonalInitializer",
    "stft",
    "STFTInitializer",
    "random_normal",
    "normal",
    "random_uniform",
    "uniform",
    "truncated_normal",
    "variance_scaling",
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_uniform",
    "lecun_normal",
    "GlorotUniform",
]
