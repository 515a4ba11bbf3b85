"""A convolution and the max-pooling after it as one: what lies between them is never written.

A 2x2 pooling keeps a quarter of a convolution's outputs. Computed image by image, the whole of them
only ever stands in a core's cache, forward and backward; their argmax is kept, a byte for each.
"""

import math
from collections.abc import Callable
from functools import reduce
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from lurnet.kernels.common.call import Call, check_axes, float32
from lurnet.kernels.common.derived import Derived, derived
from lurnet.kernels.common.windows import Geometry, Pads, Sizes
from lurnet.kernels.conv.binding import kernel_and_slices, lifted
from lurnet.kernels.conv.correlation import (
    correlate,
    counts,
    flip_kernel,
    input_grad,
    kernel_grad,
    margins,
)
from lurnet.kernels.costs import costs
from lurnet.kernels.max_pool.in_c import Window, gather, max_and_argmax, unpool

_CONV_POOL = Call("conv_pool")
_UNPOOL_CONV = Call("unpool_conv")
_UNPOOL_CONV_KERNEL_GRAD = Call("unpool_conv_kernel_grad")


class How(NamedTuple):
    """How both move; hashable, so that it may be a static argument."""

    geometry: Geometry
    window: Window
    between: Sizes  # height and width of the convolution's outputs

    @property
    def moves(self) -> np.ndarray:
        """Both movements as conv_pool.c reads them."""
        first = lifted(self.geometry)[1]
        return np.array([*first, *self.window.moves, *self.between], np.int64)


def pays(between: Sizes, kernel: Array) -> bool:
    """Whether a convolution to outputs of this shape had better be one with its pooling."""
    samples, *spatial, _ = between
    if math.prod(between[1:]) > costs().conv_pool_between:
        return False
    return samples > 1 or math.prod(spatial) * kernel.size <= costs().conv_pool_single


def conv_pool(x: Array, kernel: Array, geometry: Geometry, window: Window) -> Array:
    """Largest values over windows of a convolution: (n, *counts, filters)."""
    return _conv_pool(x, kernel, How(geometry, window, counts(x, kernel, geometry)))


def _called(x: Array, kernel: Array, how: How, argmax: bool) -> tuple[Array, Array]:
    check_axes(x, kernel, -1, -2)
    shapes = max_and_argmax(x.shape[0], how.window, kernel.shape[-1], argmax)
    return _CONV_POOL(x, kernel, results=shapes, moves=how.moves)


@derived(2)
def _conv_pool(x: Array, kernel: Array, how: How) -> Array:
    return _called(x, kernel, how, argmax=False)[0]


@derived(2)
def _with_argmax(x: Array, kernel: Array, how: How) -> tuple[Array, Array]:
    return _called(x, kernel, how, argmax=True)


def _forward(x: Array, kernel: Array, how: How) -> tuple[tuple, tuple]:
    both: Any = _with_argmax(x, kernel, how)
    return both, (x, kernel, both[1])


def _backward(how: How, saved: tuple, y: Array) -> tuple[Array, Array]:
    x, kernel, argmax = saved
    by_x = _by_x if _input_grad_in_c(x.shape[1:-1], kernel, how) else _by_x_apart
    by_kernel = _by_kernel if kernel.size <= costs().conv_kernel_grad_in_c else _by_kernel_apart
    return by_x(y, kernel, argmax, x.shape[1:-1], how), by_kernel(x, y, argmax, kernel.shape, how)


def _forward_alone(x: Array, kernel: Array, how: How) -> tuple[Array, tuple]:
    both, saved = _forward(x, kernel, how)
    return both[0], saved


def _tangent(how: How, saved: tuple, x: Array | None, kernel: Array | None) -> Array:
    at_x, at_kernel, argmax = saved
    pairs = [] if x is None else [(x, at_kernel)]
    pairs += [] if kernel is None else [(at_x, kernel)]
    moved = [correlate(*pair, how.geometry) for pair in pairs]
    return gather(reduce(jnp.add, moved), argmax, how.window)


_conv_pool.define(_forward_alone, _tangent, _backward)
_with_argmax.define(
    _forward,
    lambda how, *args: (_tangent(how, *args), None),
    lambda how, saved, y: _backward(how, saved, y[0]),
)


# Both gradients are linear in each of two arrays; theirs are those of the same sums taken apart.


def _by_x_apart(y: Array, kernel: Array, argmax: Array, sizes: Sizes, how: How) -> Array:
    return input_grad(unpool(y, argmax, how.window, how.between), kernel, how.geometry, sizes)


def _by_kernel_apart(x: Array, y: Array, argmax: Array, shape: Sizes, how: How) -> Array:
    whole: Any = unpool(y, argmax, how.window, how.between)
    return kernel_grad(x, whole, jnp.zeros(shape), how.geometry)


def _around(window: Sizes, sizes: Sizes, how: How) -> Pads:
    return margins(how.between, window, how.geometry, sizes)


def _input_grad_in_c(sizes: Sizes, kernel: Array, how: How) -> bool:
    """Whether the gradient by x is a convolution by the library, with nothing cut off."""
    window = kernel.shape[:-2]
    uncut = min(map(min, _around(window, sizes, how))) >= 0
    return max(how.geometry.strides) == 1 and math.prod(window) > 1 and uncut


@derived(3, 4)
def _by_x(y: Array, kernel: Array, argmax: Array, sizes: Sizes, how: How) -> Array:
    lows = tuple(low for low, _ in _around(kernel.shape[:-2], sizes, how))
    geometry = how.geometry._replace(strides=(1, 1), pads=tuple((low, 0) for low in lows))
    moves, flipped = how._replace(geometry=geometry).moves, flip_kernel(kernel)
    check_axes(y, flipped, -1, -2)
    shape = float32(y.shape[0], *sizes, flipped.shape[-1])
    return _UNPOOL_CONV(y, argmax, flipped, results=shape, moves=moves)


@derived(3, 4)
def _by_kernel(x: Array, y: Array, argmax: Array, shape: Sizes, how: How) -> Array:
    check_axes(x, y, 0, 0)
    results = kernel_and_slices(x.shape[0], *shape)
    return _UNPOOL_CONV_KERNEL_GRAD(x, y, argmax, results=results, moves=how.moves)[0]


def _differentiable(form: Derived, apart: Callable) -> None:
    """Gives ``form`` the gradients of ``apart``, the same sum."""

    def backward(sizes: Sizes, how: How, saved: tuple, u: Array) -> tuple:
        a, b, argmax = saved
        _, back = jax.vjp(lambda a, b: apart(a, b, argmax, sizes, how), a, b)
        return *back(u), None

    form.define_linear(2, backward)


_differentiable(_by_x, _by_x_apart)
_differentiable(_by_kernel, _by_kernel_apart)
