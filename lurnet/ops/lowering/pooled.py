"""A convolution and the max-pooling after it as one: what lies between them is never written.

A 2x2 pooling keeps a quarter of a convolution's outputs. Computed image by image, the whole of them
only ever stands in a core's cache, forward and backward; their places are kept, a byte for each.
"""

import math
from collections.abc import Callable
from functools import reduce
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from lurnet.core.side_table import SideTable
from lurnet.core.traced import is_traced
from lurnet.ops import native
from lurnet.ops.lowering.correlation import (
    GRADIENT_IN_C,
    Geometry,
    correlate,
    counts,
    kernel_gradient,
    margins,
    spread,
    turned,
)
from lurnet.ops.lowering.derived import Derived, derived
from lurnet.ops.lowering.largest import given_back, taken
from lurnet.ops.lowering.windows import Pads, Sizes

#: Numbers of an image between the two, up to which they stay in a core's cache. us, as one | apart:
#: 8 images 64x64x16 -> 64 (2**18 numbers) 1753 | 1722, 112x112x8 -> 32 1931 | 1747.
BETWEEN = 2**17
#: Multiply-adds of an image that is alone, up to which it is not worth sharing among threads, band
#: by band, as a convolution apart is: 28x28x1 -> 32 9 | 9, 32x32x32 -> 32 97 | 57.
ALONE = 2**21


class Parts(NamedTuple):
    """What a convolution was computed from."""

    x: Array
    kernel: Array
    geometry: Geometry


class How(NamedTuple):
    """How both move; hashable, so that it may be a static argument."""

    geometry: Geometry
    window: native.Window
    between: Sizes  # height and width of the convolution's outputs

    def in_c(self) -> native.Pooled:
        """The same for the library."""
        strides, pads, dilation = self.geometry
        lows = tuple(low for low, _ in pads)
        return native.Pooled(strides, lows, dilation, self.between, self.window)


_known = SideTable()


def note(y: Array, x: Array, kernel: Array, geometry: Geometry) -> None:
    """Remember what the library is to convolve, in case that a pooling follows.

    Only what a compiler reads: it drops the convolution that nothing uses then.
    """
    if is_traced(y):
        _known.put(y, Parts(x, kernel, geometry))


def convolution_before(y: Array) -> Parts | None:
    """The convolution that gave y, if it had better be one with a pooling."""
    parts = _known.get(y)
    if parts is None or math.prod(y.shape[1:]) > BETWEEN:
        return None
    work = math.prod(y.shape[1:-1]) * parts.kernel.size
    return parts if y.shape[0] > 1 or work <= ALONE else None


def pooled_in_c(parts: Parts, window: native.Window) -> Array:
    """Largest values over windows of a convolution: (n, *counts, filters)."""
    between = counts(parts.x, parts.kernel, parts.geometry)
    return _pooled(parts.x, parts.kernel, How(parts.geometry, window, between))


@derived(2)
def _pooled(x: Array, kernel: Array, how: How) -> Array:
    return native.correlate_pooled(x, kernel, how.in_c(), places=False)[0]


@derived(2)
def _with_places(x: Array, kernel: Array, how: How) -> tuple[Array, Array]:
    return native.correlate_pooled(x, kernel, how.in_c(), places=True)


def _forward(x: Array, kernel: Array, how: How) -> tuple[tuple, tuple]:
    both: Any = _with_places(x, kernel, how)
    return both, (x, kernel, both[1])


def _backward(how: How, saved: tuple, y: Array) -> tuple[Array, Array]:
    x, kernel, places = saved
    by_x = _by_x if _spreads_in_c(x.shape[1:-1], kernel, how) else _by_x_apart
    by_kernel = _by_kernel if kernel.size <= GRADIENT_IN_C else _by_kernel_apart
    return by_x(y, kernel, places, x.shape[1:-1], how), by_kernel(x, y, places, kernel.shape, how)


def _forward_alone(x: Array, kernel: Array, how: How) -> tuple[Array, tuple]:
    both, saved = _forward(x, kernel, how)
    return both[0], saved


def _tangent(how: How, saved: tuple, x: Array | None, kernel: Array | None) -> Array:
    at_x, at_kernel, places = saved
    pairs = [] if x is None else [(x, at_kernel)]
    pairs += [] if kernel is None else [(at_x, kernel)]
    moved = [correlate(*pair, how.geometry) for pair in pairs]
    return taken(reduce(jnp.add, moved), places, how.window)


_pooled.define(_forward_alone, _tangent, _backward)
_with_places.define(
    _forward,
    lambda how, *args: (_tangent(how, *args), None),
    lambda how, saved, y: _backward(how, saved, y[0]),
)


# Both gradients are linear in each of two arrays; theirs are those of the same sums taken apart.


def _by_x_apart(y: Array, kernel: Array, places: Array, sizes: Sizes, how: How) -> Array:
    return spread(given_back(y, places, how.window, how.between), kernel, how.geometry, sizes)


def _by_kernel_apart(x: Array, y: Array, places: Array, shape: Sizes, how: How) -> Array:
    whole: Any = given_back(y, places, how.window, how.between)
    return kernel_gradient(x, whole, jnp.zeros(shape), how.geometry)


def _around(window: Sizes, sizes: Sizes, how: How) -> Pads:
    return margins(how.between, window, how.geometry, sizes)


def _spreads_in_c(sizes: Sizes, kernel: Array, how: How) -> bool:
    """Whether the gradient by x is a convolution by the library, with nothing cut off."""
    window = kernel.shape[:-2]
    uncut = min(map(min, _around(window, sizes, how))) >= 0
    return max(how.geometry.strides) == 1 and math.prod(window) > 1 and uncut


@derived(3, 4)
def _by_x(y: Array, kernel: Array, places: Array, sizes: Sizes, how: How) -> Array:
    lows = tuple(low for low, _ in _around(kernel.shape[:-2], sizes, how))
    moved = how.in_c()._replace(strides=(1, 1), pads=lows)
    return native.unpooled_correlate(y, places, turned(kernel), moved, sizes)


@derived(3, 4)
def _by_kernel(x: Array, y: Array, places: Array, shape: Sizes, how: How) -> Array:
    return native.unpooled_kernel_gradient(x, y, places, how.in_c(), shape[:-2])


def _differentiable(form: Derived, apart: Callable) -> None:
    """Gives ``form`` the gradients of ``apart``, the same sum."""

    def backward(sizes: Sizes, how: How, saved: tuple, u: Array) -> tuple:
        a, b, places = saved
        _, back = jax.vjp(lambda a, b: apart(a, b, places, sizes, how), a, b)
        return *back(u), None

    form.define_linear(2, backward)


_differentiable(_by_x, _by_x_apart)
_differentiable(_by_kernel, _by_kernel_apart)
