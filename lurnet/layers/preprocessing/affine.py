"""Images resampled under an affine map of their pixel grid."""

from collections.abc import Callable
from typing import Any, Literal

from lurnet import ops

FillMode = Literal["reflect", "wrap", "constant", "nearest"]
Interpolation = Literal["nearest", "bilinear"]


def _mirrored(index: Any, size: int) -> Any:
    index = ops.mod(index, 2 * size)
    return ops.minimum(index, 2 * size - 1 - index)


#: Where an index outside [0, size) reads: `abcd` goes on as `dcba`, `abcd`, `dddd`.
PLACES: dict[str, Callable] = {
    "reflect": _mirrored,
    "wrap": ops.mod,
    "nearest": lambda index, size: ops.clip(index, 0, size - 1),
    "constant": lambda index, size: ops.clip(index, 0, size - 1),
}


def resample(
    images: Any,
    matrices: Any,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
) -> Any:
    """Each output pixel (x, y) read from the input at (a0 x + a1 y + a2, b0 x + b1 y + b2).

    Shapes: images (batch, height, width, channels), matrices (batch or 1, 8), a row being
    (a0, a1, a2, b0, b1, b2, 0, 0). The output has the images' shape and dtype.

    >>> images = ops.reshape(ops.arange(4.0), (1, 1, 4, 1))
    >>> shift = ops.convert_to_tensor([[1.0, 0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0]])
    >>> resample(images, shift, fill_mode="nearest")[0, 0, :, 0].tolist()
    [0.0, 0.0, 1.0, 2.0]
    """
    _, height, width, _ = images.shape
    matrices = ops.cast(matrices, "float32")
    a0, a1, a2, b0, b1, b2 = (matrices[:, i, None, None] for i in range(6))
    x = ops.arange(width, dtype="float32")
    y = ops.arange(height, dtype="float32")[:, None]
    x, y = a0 * x + a1 * y + a2, b0 * x + b1 * y + b2
    read = _reader(images, fill_mode, fill_value)
    if interpolation == "nearest":
        return read(_rounded(x), _rounded(y))
    left, top = ops.floor(x), ops.floor(y)
    right, below = (x - left)[..., None], (y - top)[..., None]
    upper = read(left, top) * (1 - right) + read(left + 1, top) * right
    lower = read(left, top + 1) * (1 - right) + read(left + 1, top + 1) * right
    return ops.cast(upper * (1 - below) + lower * below, images.dtype)


def _rounded(x: Any) -> Any:
    """The nearest whole number; halves go away from zero."""
    return ops.sign(x) * ops.floor(ops.abs(x) + 0.5)


def _reader(images: Any, fill_mode: str, fill_value: float) -> Callable:
    batch, height, width, channels = images.shape
    pixels = ops.reshape(images, (batch * height * width, channels))
    first = (ops.arange(batch) * (height * width))[:, None, None]
    place = PLACES[fill_mode]

    def read(x: Any, y: Any) -> Any:
        column, row = ops.cast(x, "int32"), ops.cast(y, "int32")
        found = ops.take(pixels, first + place(row, height) * width + place(column, width), axis=0)
        if fill_mode != "constant":
            return found
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        return ops.where(inside[..., None], found, ops.cast(fill_value, found.dtype))

    return read
