"""Images in another size: resampled, padded, cropped."""

from collections.abc import Sequence

import jax.image
import jax.numpy as jnp

from lurnet.core.errors import BadValue, did_you_mean
from lurnet.core.symbolic import Tensor, op
from lurnet.ops.core import saturate_cast
from lurnet.ops.image.layout import in_batch

__all__ = ["resize", "pad_images", "crop_images", "scale_and_translate"]

INTERPOLATIONS = ("bilinear", "nearest", "lanczos3", "lanczos5", "bicubic")


@op
def resize(
    images: Tensor,
    size: Sequence[int],
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> Tensor:
    """Images resampled to ``size``, (height, width).

    Args:
        images: (h, w, c) or a batch of them, or with channels first.
        size: height and width of the result.
        interpolation: "bilinear", "nearest", "bicubic", "lanczos3" or "lanczos5".
        antialias: whether a smaller image is smoothed first.
        crop_to_aspect_ratio: cut the middle out first, so that nothing is distorted.
        pad_to_aspect_ratio: add borders first, so that nothing is distorted.
        fill_mode: of the borders, "constant" only.
        fill_value: of the borders.
        data_format: "channels_last", "channels_first", None: the global setting.

    >>> resize(jnp.ones((4, 4, 3)), (2, 2)).shape
    (2, 2, 3)
    """
    if interpolation not in INTERPOLATIONS:
        raise BadValue(
            f"There is no interpolation {interpolation!r}, only {', '.join(INTERPOLATIONS)}."
            + did_you_mean(interpolation, INTERPOLATIONS)
        )
    if fill_mode != "constant":
        raise BadValue(f"`fill_mode` must be 'constant', but it is {fill_mode!r}.")
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise BadValue("Choose `crop_to_aspect_ratio` or `pad_to_aspect_ratio`, not both.")
    if len(size) != 2:
        raise BadValue(f"`size` must be (height, width), but it is {size!r}.")
    height, width = size

    def run(batch: Tensor) -> Tensor:
        if crop_to_aspect_ratio:
            batch = _cropped(batch, height, width)
        elif pad_to_aspect_ratio:
            batch = _bordered(batch, height, width, fill_value)
        shape = (batch.shape[0], height, width, batch.shape[-1])
        resized = jax.image.resize(batch, shape, interpolation, antialias)
        whole = jnp.issubdtype(batch.dtype, jnp.integer)
        return saturate_cast(jnp.round(resized), batch.dtype) if whole else resized

    return in_batch(run, images, data_format)


def _wanted(height: int, width: int, target_height: int, target_width: int) -> tuple[int, int]:
    """The height that the width asks for, and the width that the height asks for."""
    return int(width * target_height / target_width), int(height * target_width / target_height)


def _cropped(batch: Tensor, target_height: int, target_width: int) -> Tensor:
    height, width = batch.shape[1:3]
    tall, wide = _wanted(height, width, target_height, target_width)
    tall, wide = max(min(height, tall), 1), max(min(width, wide), 1)
    top, left = (height - tall) // 2, (width - wide) // 2
    return batch[:, top : top + tall, left : left + wide]


def _bordered(batch: Tensor, target_height: int, target_width: int, value: float) -> Tensor:
    height, width = batch.shape[1:3]
    tall, wide = _wanted(height, width, target_height, target_width)
    top, left = (max(height, tall) - height) // 2, (max(width, wide) - width) // 2
    left = 0 if top else left
    around = ((0, 0), (top, top), (left, left), (0, 0))
    return jnp.pad(batch, around, constant_values=value)


def _three(low: int | None, high: int | None, target: int | None, size: int, sign: int) -> tuple:
    """What to add (sign 1) or to cut (-1) at both ends of an axis, from two of three numbers."""
    if [low, high, target].count(None) != 1:
        raise BadValue(
            "For each of height and width, give exactly two of: before, after, target size; "
            f"they are {low}, {high} and {target}."
        )
    both = 0 if target is None else sign * (target - size)
    low = both - (high or 0) if low is None else low
    high = both - low if high is None else high
    if low < 0 or high < 0:
        raise BadValue(f"{low} before and {high} after an axis of size {size}: neither may be < 0.")
    return low, high


@op
def pad_images(
    images: Tensor,
    top_padding: int | None = None,
    left_padding: int | None = None,
    bottom_padding: int | None = None,
    right_padding: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Tensor:
    """Zeros around images: two of (top, bottom, target height), two of (left, right, width).

    >>> pad_images(jnp.ones((2, 2, 1)), 1, 0, 1, 0).shape
    (4, 2, 1)
    """

    def run(batch: Tensor) -> Tensor:
        rows = _three(top_padding, bottom_padding, target_height, batch.shape[1], 1)
        columns = _three(left_padding, right_padding, target_width, batch.shape[2], 1)
        return jnp.pad(batch, ((0, 0), rows, columns, (0, 0)))

    return in_batch(run, images, data_format)


@op
def crop_images(
    images: Tensor,
    top_cropping: int | None = None,
    left_cropping: int | None = None,
    bottom_cropping: int | None = None,
    right_cropping: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Tensor:
    """Images without some rows and columns: two of (top, bottom, target height), and so on.

    >>> crop_images(jnp.ones((4, 4, 1)), 1, 0, 1, 0).shape
    (2, 4, 1)
    """

    def run(batch: Tensor) -> Tensor:
        top, bottom = _three(top_cropping, bottom_cropping, target_height, batch.shape[1], -1)
        left, right = _three(left_cropping, right_cropping, target_width, batch.shape[2], -1)
        return batch[:, top : batch.shape[1] - bottom, left : batch.shape[2] - right]

    return in_batch(run, images, data_format)


@op
def scale_and_translate(
    images: Tensor,
    output_shape: Sequence[int],
    scale: Tensor,
    translation: Tensor,
    spatial_dims: Sequence[int],
    method: str,
    antialias: bool = True,
) -> Tensor:
    """Some axes resampled: sample i comes from (i + 0.5 - translation) / scale - 0.5.

    ``method`` is "linear", "cubic", "lanczos3" or "lanczos5".

    >>> twice, still = [2.0, 2.0], [0.0, 0.0]
    >>> scale_and_translate(jnp.ones((2, 2)), (4, 4), twice, still, (0, 1), "linear").shape
    (4, 4)
    """
    images = jnp.asarray(images)
    return jax.image.scale_and_translate(
        images,
        tuple(output_shape),
        tuple(spatial_dims),
        jnp.asarray(scale),
        jnp.asarray(translation),
        method,
        antialias,
    )
