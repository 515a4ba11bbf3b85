"""The library's functions on JAX arrays: float32, on a CPU, without derivatives of their own."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from lurnet.ops.native.loading import target

PARTS = 8  #: in how many parts a gradient by kernel is summed, whatever the number of threads

Sizes = tuple[int, ...]


def call(
    name: str, *arrays: Array, results: Any, same: dict[int, int] | None = None, **attributes: Any
) -> Any:
    """The function's results on `arrays`; under `vmap` it runs for one sample after another.

    `same`: arrays that a result may be written over, by number.
    """
    function = jax.ffi.ffi_call(
        target(name), results, vmap_method="sequential", input_output_aliases=same
    )
    return function(*arrays, **attributes)


def float32(*shape: int) -> jax.ShapeDtypeStruct:
    """A result of this shape."""
    return jax.ShapeDtypeStruct(shape, jnp.float32)


def _check(left: Array, right: Array, left_axis: int, right_axis: int) -> None:
    """Sizes that are summed over must agree, since the library trusts the numbers it is given."""
    sizes = left.shape[left_axis], right.shape[right_axis]
    if sizes[0] != sizes[1] or left.dtype != jnp.float32 or right.dtype != jnp.float32:
        raise TypeError(
            f"{left.dtype}{left.shape} and {right.dtype}{right.shape} do not go together: axis "
            f"{left_axis} of the one and axis {right_axis} of the other must have one size, and "
            "both must be float32."
        )


def product(left: Array, right: Array) -> Array:
    """``left @ right`` for (n, k) and (k, m): (n, m)."""
    _check(left, right, 1, 0)
    return call("product", left, right, results=float32(left.shape[0], right.shape[1]))


def tall_product(left: Array, right: Array) -> Array:
    """``left.T @ right`` for (n, p) and (n, q): (p, q)."""
    _check(left, right, 0, 0)
    return call("tall", left, right, results=float32(left.shape[1], right.shape[1]))


def turned_product(left: Array, right: Array) -> Array:
    """``left @ right.T`` for (n, k) and (m, k): (n, m)."""
    _check(left, right, 1, 1)
    (n, depth), m = left.shape, right.shape[0]
    return call("turned", left, right, results=(float32(n, m), float32(depth, m)))[0]


def convolves(strides: Sizes, pads: Sizes, dilation: Sizes) -> bool:
    """Whether the library has this window: over one or two axes, undilated along the last of two.

    `pads` are the zeros before the first sample of each axis.
    """
    return len(strides) <= 2 and (len(strides) == 1 or dilation[1] == 1) and min(pads) >= 0


def correlate(
    x: Array, kernel: Array, strides: Sizes, pads: Sizes, dilation: Sizes, counts: Sizes
) -> Array:
    """Weighted sums over `counts` windows: (n, *spatial, c), (*window, c, f) to (n, *counts, f)."""
    _check(x, kernel, -1, -2)
    places, moves = _lifted(strides, pads, dilation)
    shape = float32(x.shape[0], *places(counts), kernel.shape[-1])
    x = x.reshape(x.shape[0], *places(x.shape[1:-1]), x.shape[-1])
    kernel = kernel.reshape(*places(kernel.shape[:-2]), *kernel.shape[-2:])
    y = call("convolution", x, kernel, results=shape, moves=moves)
    return y.reshape(y.shape[0], *counts, y.shape[-1])


def kernel_gradient(
    x: Array, y: Array, strides: Sizes, pads: Sizes, dilation: Sizes, window: Sizes
) -> Array:
    """The gradient of `correlate` by a kernel over `window`, given that by its output, y."""
    _check(x, y, 0, 0)
    places, moves = _lifted(strides, pads, dilation)
    shape = *places(window), x.shape[-1], y.shape[-1]
    results = float32(*shape), float32(min(PARTS, x.shape[0]), *shape)
    x = x.reshape(x.shape[0], *places(x.shape[1:-1]), x.shape[-1])
    y = y.reshape(y.shape[0], *places(y.shape[1:-1]), y.shape[-1])
    gradient = call("kernel_gradient", x, y, results=results, moves=moves)[0]
    return gradient.reshape(*window, *gradient.shape[-2:])


def _lifted(strides: Sizes, pads: Sizes, dilation: Sizes) -> tuple[Any, np.ndarray]:
    """How sizes of one axis become those of two, and the movement as src/calls.c reads it.

    One axis is the second of an image, where windows are read in one go; dilated, it is the first.
    """
    if len(strides) == 2:
        return tuple, np.array([*strides, dilation[0], *pads], np.int64)
    if dilation[0] == 1:
        return lambda sizes: (1, *sizes), np.array([1, *strides, 1, 0, *pads], np.int64)
    return lambda sizes: (*sizes, 1), np.array([*strides, 1, *dilation, *pads, 0], np.int64)


MOST_TAPS = 256  #: samples in a window that a place, one byte, can tell apart


class Window(NamedTuple):
    """How max-pooling moves over one or two axes of a channels-last image; hashable.

    `pads` are places before the first sample of each axis, which count for nothing.
    """

    sizes: Sizes
    strides: Sizes
    pads: Sizes
    counts: Sizes

    @property
    def moves(self) -> np.ndarray:
        """The movement as src/calls.c reads it."""
        pads = self.pads if len(self.pads) == 2 else (0, *self.pads)
        return np.array([*_two(self.sizes), *_two(self.strides), *pads], np.int64)


def max_pool(x: Array, window: Window, places: bool) -> tuple[Array, Array]:
    """Largest values, (n, *spatial, c) to (n, *counts, c), and where in its window each was.

    `places` are bytes of the same shape, or none at all where they are not asked for.
    """
    n, c = x.shape[0], x.shape[-1]
    y, found = call(
        "max_pool",
        x.reshape(n, *_two(x.shape[1:-1]), c),
        results=_largest_and_places(n, window, c, places),
        moves=window.moves,
    )
    return y.reshape(n, *window.counts, c), found


def max_pool_gradient(y: Array, places: Array, window: Window, spatial: Sizes) -> Array:
    """The gradient of `max_pool` by x of `spatial` sizes, given that by its output, y."""
    n, *_, c = y.shape
    shape = float32(n, *_two(spatial), c)
    y = y.reshape(n, *_two(window.counts), c)
    x = call("max_pool_gradient", y, places, results=shape, moves=window.moves)
    return x.reshape(n, *spatial, c)


def _largest_and_places(n: int, window: Window, channels: int, places: bool) -> tuple:
    shape = n, *_two(window.counts), channels
    return float32(*shape), jax.ShapeDtypeStruct(shape if places else (0,), jnp.uint8)


# ---- a convolution and the pooling after it: what lies between them is never written ----


class Pooled(NamedTuple):
    """A convolution over images, two axes, and the pooling of its outputs; hashable."""

    strides: Sizes
    pads: Sizes
    dilation: Sizes
    between: Sizes  # height and width of the outputs
    window: Window

    @property
    def moves(self) -> np.ndarray:
        """Both movements as src/calls.c reads them."""
        first = _lifted(self.strides, self.pads, self.dilation)[1]
        return np.array([*first, *self.window.moves, *self.between], np.int64)


def correlate_pooled(x: Array, kernel: Array, how: Pooled, places: bool) -> tuple[Array, Array]:
    """`max_pool` of `correlate`: (n, h, w, c), (*window, c, f) to (n, *counts, f), and places."""
    _check(x, kernel, -1, -2)
    shapes = _largest_and_places(x.shape[0], how.window, kernel.shape[-1], places)
    return call("convolution_pooled", x, kernel, results=shapes, moves=how.moves)


def unpooled_correlate(y: Array, places: Array, kernel: Array, how: Pooled, counts: Sizes) -> Array:
    """`correlate` of what `max_pool_gradient` gives for y, of sizes `how.between`."""
    _check(y, kernel, -1, -2)
    shape = float32(y.shape[0], *counts, kernel.shape[-1])
    return call("unpooled_convolution", y, places, kernel, results=shape, moves=how.moves)


def unpooled_kernel_gradient(
    x: Array, y: Array, places: Array, how: Pooled, window: Sizes
) -> Array:
    """`kernel_gradient` given what `max_pool_gradient` gives for y."""
    _check(x, y, 0, 0)
    shape = *window, x.shape[-1], y.shape[-1]
    results = float32(*shape), float32(min(PARTS, x.shape[0]), *shape)
    return call("unpooled_kernel_gradient", x, y, places, results=results, moves=how.moves)[0]


def _two(sizes: Sizes) -> Sizes:
    return sizes if len(sizes) == 2 else (1, *sizes)


def gathered(address: Array, index: Array, shape: tuple, dtype: Any) -> Array:
    """Rows of `shape` of an array of the host's: (n,) int32 to (n, *shape)."""
    return call("rows", address, index, results=jax.ShapeDtypeStruct((*index.shape, *shape), dtype))
