"""Layers that prepare data, made alike by lurnet's layers and by the oracle's."""

IMAGES = (3, 6, 9, 2)
FIRST = {"data_format": "channels_first"}

#: Layers without randomness: make(L), shape of the input, its dtype.
PLAIN = {
    "rescale": (lambda L: L.Rescaling(1 / 255, 0.5), IMAGES, "uint8"),
    "rescale channels": (lambda L: L.Rescaling([2.0, 3.0], offset=[0.0, 1.0]), IMAGES, "float32"),
    "normal given": (lambda L: L.Normalization(mean=3.0, variance=2.0), (4, 5), "float32"),
    "normal columns": (lambda L: L.Normalization(mean=[1, 2], variance=[4, 0]), (4, 2), "float32"),
    "normal back": (lambda L: L.Normalization(-1, [1, 2], [4, 3], invert=True), (4, 2), "float32"),
    "normal axes": (
        lambda L: L.Normalization((1, -1), [[1, 2], [3, 4], [5, 6]], [[1, 2], [3, 4], [5, 6]]),
        (4, 3, 5, 2),
        "float32",
    ),
    "crop": (lambda L: L.CenterCrop(3, 4), IMAGES, "float32"),
    "crop odd": (lambda L: L.CenterCrop(5, 2), IMAGES, "uint8"),
    "crop first": (lambda L: L.CenterCrop(3, 4, **FIRST), (2, 2, 6, 9), "float32"),
    "crop small": (lambda L: L.CenterCrop(8, 7), IMAGES, "float32"),
    "crop one": (lambda L: L.CenterCrop(3, 4), IMAGES[1:], "float32"),
    "resize": (lambda L: L.Resizing(4, 5), IMAGES, "float32"),
    "resize nearest": (lambda L: L.Resizing(4, 5, "nearest"), IMAGES, "float32"),
    "resize cubic": (lambda L: L.Resizing(8, 12, "bicubic"), IMAGES, "float32"),
    "resize smooth": (lambda L: L.Resizing(3, 4, antialias=True), IMAGES, "float32"),
    "resize crop": (lambda L: L.Resizing(4, 4, crop_to_aspect_ratio=True), IMAGES, "float32"),
    "resize pad": (
        lambda L: L.Resizing(4, 4, pad_to_aspect_ratio=True, fill_value=7.0),
        IMAGES,
        "float32",
    ),
    "resize first": (lambda L: L.Resizing(4, 5, **FIRST), (2, 2, 6, 9), "float32"),
    "one hot": (lambda L: L.CategoryEncoding(9, "one_hot"), (4, 3), "uint8"),
    "one hot column": (lambda L: L.CategoryEncoding(9, "one_hot"), (4, 1), "uint8"),
    "multi hot": (lambda L: L.CategoryEncoding(9), (4, 3), "uint8"),
    "multi hot one": (lambda L: L.CategoryEncoding(9), (3,), "uint8"),
    "count": (lambda L: L.CategoryEncoding(9, "count"), (4, 3), "uint8"),
    "bins": (lambda L: L.Discretization([2.0, 4.0]), (4, 3), "float32"),
    "bins hot": (
        lambda L: L.Discretization([2.0, 4.0], output_mode="multi_hot"),
        (4, 3),
        "float32",
    ),
}

#: Random layers: name, arguments; each with the transformation that both are given.
SHIFTS = {"translations": [[1.5, -2.0], [0.0, 0.25], [-20.0, 7.0]]}
ZOOMS = {"height_zoom": [[0.5], [1.0], [1.7]], "width_zoom": [[1.3], [0.9], [2.5]]}
TURNS = {"angle": [30.0, -90.0, 200.0]}
RANDOM = {
    "flip": ("RandomFlip", {}, {"flips": [True, False, True]}),
    "flip rows": ("RandomFlip", {"mode": "vertical"}, {"flips": [True, False, True]}),
    "flip columns": ("RandomFlip", {"mode": "horizontal", **FIRST}, {"flips": [True, False, True]}),
    "contrast": ("RandomContrast", {"factor": 0.4}, {"contrast_factor": [0.5, 1.0, 100.0]}),
    "brightness": ("RandomBrightness", {"factor": 0.4}, {"rgb_delta": [50.0, 0.0, -200.0]}),
    "brightness unit": (
        "RandomBrightness",
        {"factor": (-0.1, 0.4), "value_range": (0, 1)},
        {"rgb_delta": [0.5, 0.0, -0.2]},
    ),
}
SHIFT = {"height_factor": 0.2, "width_factor": (0.1, 0.3)}
TURN = {"factor": 0.2}
FIVE = {"fill_mode": "constant", "fill_value": 5.0}
RANDOM |= {
    "shift reflect": ("RandomTranslation", SHIFT, SHIFTS),
    "shift edge": ("RandomTranslation", SHIFT | {"fill_mode": "nearest"}, SHIFTS),
    "zoom wrap": ("RandomZoom", {"height_factor": 0.3, "fill_mode": "wrap"}, ZOOMS),
    "turn constant": ("RandomRotation", TURN | FIVE, TURNS),
    "turn nearest": ("RandomRotation", TURN | {"interpolation": "nearest"}, TURNS),
    "zoom first": ("RandomZoom", {"height_factor": (-0.3, -0.1), **FIRST}, ZOOMS),
}
