"""Colour spaces."""

import jax.numpy as jnp

from lurnet.core.errors import BadValue
from lurnet.core.settings import standardize_data_format
from lurnet.core.symbolic import Tensor, op

__all__ = ["rgb_to_grayscale", "rgb_to_hsv", "hsv_to_rgb"]

LUMINANCE = (0.2989, 0.5870, 0.1140)  # of red, green and blue, by ITU-R BT.601


def _axis(images: Tensor, data_format: str | None) -> int:
    if images.ndim not in (3, 4):
        raise BadValue(f"Images have 3 axes, or 4 in a batch, but their shape is {images.shape}.")
    return -1 if standardize_data_format(data_format) == "channels_last" else -3


@op
def rgb_to_grayscale(images: Tensor, data_format: str | None = None) -> Tensor:
    """Brightness, 0.2989 red + 0.587 green + 0.114 blue, as one channel.

    >>> rgb_to_grayscale(jnp.ones((1, 1, 3))).shape
    (1, 1, 1)
    """
    images = jnp.asarray(images)
    axis = _axis(images, data_format)
    if images.shape[axis] not in (1, 3):
        raise BadValue(f"Expected 3 channels (or 1), but the images' shape is {images.shape}.")
    if images.shape[axis] == 1:
        return images
    last = jnp.moveaxis(images, axis, -1).astype(jnp.promote_types(images.dtype, "float32"))
    gray = last @ jnp.array(LUMINANCE, last.dtype)
    return jnp.expand_dims(gray, axis).astype(images.dtype)


def _floats(images: Tensor) -> Tensor:
    images = jnp.asarray(images)
    if not jnp.issubdtype(images.dtype, jnp.floating):
        raise BadValue(
            f"Colours are floats in [0, 1] here, but the images' dtype is {images.dtype}: divide "
            "by 255 first."
        )
    return images


@op
def rgb_to_hsv(images: Tensor, data_format: str | None = None) -> Tensor:
    """Red, green and blue in [0, 1] as hue, saturation and value, all in [0, 1].

    >>> rgb_to_hsv(jnp.array([[[0.0, 1.0, 1.0]]])).tolist()
    [[[0.5, 1.0, 1.0]]]
    """
    images = _floats(images)
    axis = _axis(images, data_format)
    red, green, blue = jnp.moveaxis(images, axis, 0)
    value = jnp.maximum(jnp.maximum(red, green), blue)
    span = value - jnp.minimum(jnp.minimum(red, green), blue)
    safe = jnp.where(span > 0, span, 1)
    sixths = jnp.where(
        value == red,
        (green - blue) / safe,
        jnp.where(value == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    hue = jnp.where(span > 0, sixths / 6 % 1, 0)
    saturation = jnp.where(value > 0, span / jnp.where(value > 0, value, 1), 0)
    return jnp.stack([hue, saturation, value], axis).astype(images.dtype)


@op
def hsv_to_rgb(images: Tensor, data_format: str | None = None) -> Tensor:
    """Hue, saturation and value in [0, 1] as red, green and blue.

    >>> hsv_to_rgb(jnp.array([[[0.5, 1.0, 1.0]]])).tolist()
    [[[0.0, 1.0, 1.0]]]
    """
    images = _floats(images)
    axis = _axis(images, data_format)
    hue, saturation, value = jnp.moveaxis(images, axis, 0)
    sixths = hue * 6
    red, green, blue = jnp.abs(sixths - 3) - 1, 2 - jnp.abs(sixths - 2), 2 - jnp.abs(sixths - 4)
    distance = jnp.stack([red, green, blue])
    colors = 1 + saturation * (jnp.clip(distance, 0, 1) - 1)
    return jnp.moveaxis(colors * value, 0, axis).astype(images.dtype)
