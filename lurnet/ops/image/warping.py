"""Images read at other places: rotated, sheared, seen from elsewhere, rippled."""

from typing import Any

import jax
import jax.numpy as jnp

from lurnet.core.errors import BadValue
from lurnet.core.seeds import draw_seed
from lurnet.core.symbolic import Tensor, op
from lurnet.ops.arithmetic import as_float
from lurnet.ops.image.filtering import gaussian_blur
from lurnet.ops.image.layout import in_batch

__all__ = ["map_coordinates", "affine_transform", "perspective_transform", "elastic_transform"]

FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")
ORDERS = {"nearest": 0, "bilinear": 1}


@op
def map_coordinates(
    inputs: Tensor,
    coordinates: Tensor,
    order: int,
    fill_mode: str = "constant",
    fill_value: float = 0,
) -> Tensor:
    """A tensor read at places between its elements, (axes of inputs, ...) -> (...).

    ``order`` is 0 (the nearest element) or 1 (linear); ``fill_mode`` says what is outside:
    "constant" (``fill_value``), "nearest", "wrap", "mirror" or "reflect".

    >>> map_coordinates([1.0, 2.0, 4.0], [[0.5, 1.5]], 1).tolist()
    [1.5, 3.0]
    """
    inputs, coordinates = jnp.asarray(inputs), jnp.asarray(coordinates)
    if coordinates.ndim < 2 or coordinates.shape[0] != inputs.ndim:
        raise BadValue(
            f"`coordinates` needs at least 2 axes, the first of size {inputs.ndim} (the axes of "
            f"`inputs`), but its shape is {coordinates.shape}."
        )
    if order not in (0, 1):
        raise BadValue(f"`order` must be 0 (nearest) or 1 (linear), but it is {order!r}.")
    _check(fill_mode)
    return jax.scipy.ndimage.map_coordinates(inputs, coordinates, order, fill_mode, fill_value)


def _check(fill_mode: str, interpolation: str = "nearest") -> None:
    if fill_mode not in FILL_MODES:
        raise BadValue(f"`fill_mode` must be one of {FILL_MODES}, but it is {fill_mode!r}.")
    if interpolation not in ORDERS:
        raise BadValue(f"`interpolation` must be one of {list(ORDERS)}, not {interpolation!r}.")


def _warped(
    batch: Tensor, rows: Tensor, columns: Tensor, interpolation: str, mode: str, value: Any
) -> Tensor:
    """Each image, (b, h, w, c), read at its own rows and columns, (b or 1, h, w)."""
    _check(mode, interpolation)
    places = jnp.stack(jnp.broadcast_arrays(rows, columns), 1)
    places = jnp.broadcast_to(places, (batch.shape[0], *places.shape[1:]))

    def channel(image: Tensor, place: Tensor) -> Tensor:
        order = ORDERS[interpolation]
        return jax.scipy.ndimage.map_coordinates(image, place, order, mode, value)

    return jax.vmap(jax.vmap(channel, (-1, None), -1))(batch, places)


def _grid(batch: Tensor, dtype: Any) -> tuple[Tensor, Tensor]:
    """Rows and columns of the pixels, (h, w) each."""
    height, width = batch.shape[1:3]
    rows, columns = jnp.arange(height, dtype=dtype), jnp.arange(width, dtype=dtype)
    down, across = jnp.meshgrid(rows, columns, indexing="ij")
    return down, across


@op
def affine_transform(
    images: Tensor,
    transform: Tensor,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0,
    data_format: str | None = None,
) -> Tensor:
    """Pixel (x, y) of the result is (a0 x + a1 y + a2, b0 x + b1 y + b2) of the image.

    ``transform`` is (a0, a1, a2, b0, b1, b2, c0, c1), or one such row per image; c0 and c1 are 0.

    >>> affine_transform(jnp.ones((2, 2, 1)), [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]).shape
    (2, 2, 1)
    """
    transform = as_float(transform)
    if transform.ndim not in (1, 2):
        raise BadValue(f"`transform` is (8,) or (batch, 8), but its shape is {transform.shape}.")
    a0, a1, a2, b0, b1, b2 = jnp.atleast_2d(transform).T[:6, :, None, None]

    def run(batch: Tensor) -> Tensor:
        y, x = _grid(batch, transform.dtype)
        rows, columns = b0 * x + b1 * y + b2, a0 * x + a1 * y + a2
        return _warped(batch, rows, columns, interpolation, fill_mode, fill_value)

    return in_batch(run, images, data_format)


def _perspective(start: Tensor, end: Tensor) -> Tensor:
    """The 8 numbers of the map that takes the corners ``end`` to ``start``."""
    x, y = end[:, 0], end[:, 1]
    one, zero = jnp.ones_like(x), jnp.zeros_like(x)
    rows = [
        jnp.stack([x, y, one, zero, zero, zero, -x * start[:, 0], -y * start[:, 0]], -1),
        jnp.stack([zero, zero, zero, x, y, one, -x * start[:, 1], -y * start[:, 1]], -1),
    ]
    return jnp.linalg.solve(jnp.concatenate(rows), start.T.ravel())


@op
def perspective_transform(
    images: Tensor,
    start_points: Tensor,
    end_points: Tensor,
    interpolation: str = "bilinear",
    fill_value: float = 0,
    data_format: str | None = None,
) -> Tensor:
    """What was at four points (x, y), ``start_points``, is moved to ``end_points``.

    Both are (4, 2), or (batch, 4, 2) for points of each image.

    >>> corners = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    >>> perspective_transform(jnp.ones((2, 2, 1)), corners, corners).shape
    (2, 2, 1)
    """
    start, end = as_float(start_points), as_float(end_points)
    if start.shape[-2:] != (4, 2) or end.shape[-2:] != (4, 2):
        raise BadValue(
            f"Both sets of points must be (..., 4, 2), but are {start.shape} and {end.shape}."
        )
    numbers = jax.vmap(_perspective)(start.reshape(-1, 4, 2), end.reshape(-1, 4, 2))
    a0, a1, a2, b0, b1, b2, c0, c1 = numbers.T[:, :, None, None]

    def run(batch: Tensor) -> Tensor:
        y, x = _grid(batch, numbers.dtype)
        depth = c0 * x + c1 * y + 1
        rows, columns = (b0 * x + b1 * y + b2) / depth, (a0 * x + a1 * y + a2) / depth
        return _warped(batch, rows, columns, interpolation, "constant", fill_value)

    return in_batch(run, images, data_format)


@op
def elastic_transform(
    images: Tensor,
    alpha: float = 20.0,
    sigma: float = 5.0,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
    seed: Any = None,
    data_format: str | None = None,
) -> Tensor:
    """Each pixel moved by smooth random amounts: noise blurred by ``sigma``, times ``alpha``.

    Simard et al., 2003 (https://doi.org/10.1109/ICDAR.2003.1227801).

    >>> elastic_transform(jnp.ones((4, 4, 1)), seed=1).shape
    (4, 4, 1)
    """
    key = jax.random.wrap_key_data(draw_seed(seed), impl="threefry2x32")

    def run(batch: Tensor) -> Tensor:
        noise = sigma * jax.random.normal(key, (*batch.shape[:3], 2))
        size = int(6 * sigma) | 1
        moved = alpha * gaussian_blur(noise, (size, size), (sigma, sigma), "channels_last")
        y, x = _grid(batch, noise.dtype)
        rows, columns = y + moved[..., 0], x + moved[..., 1]
        return _warped(batch, rows, columns, interpolation, fill_mode, fill_value)

    return in_batch(run, images, data_format)
