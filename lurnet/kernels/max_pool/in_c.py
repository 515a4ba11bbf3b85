"""Max-pooling by the library in C, with derivatives of every order.

Beside each largest value its place in the window is kept, one byte instead of the whole input.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from lurnet.kernels.common.call import Call, float32
from lurnet.kernels.common.derived import derived
from lurnet.kernels.common.windows import Sizes, padded, slices

_MAX_POOL = Call("max_pool")
_UNPOOL = Call("unpool")

MOST_TAPS = 256  #: samples in a window that an argmax, one byte, can tell apart


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
        """The movement as max_pool.c reads it."""
        pads = self.pads if len(self.pads) == 2 else (0, *self.pads)
        return np.array([*_two(self.sizes), *_two(self.strides), *pads], np.int64)


def _two(sizes: Sizes) -> Sizes:
    return sizes if len(sizes) == 2 else (1, *sizes)


def max_and_argmax(n: int, window: Window, channels: int, argmax: bool) -> tuple:
    """The results of a call: bytes of the same shape beside the values, or none at all."""
    shape = n, *_two(window.counts), channels
    return float32(*shape), jax.ShapeDtypeStruct(shape if argmax else (0,), jnp.uint8)


def _called(x: Array, window: Window, argmax: bool) -> tuple[Array, Array]:
    n, c = x.shape[0], x.shape[-1]
    results = max_and_argmax(n, window, c, argmax)
    x = x.reshape(n, *_two(x.shape[1:-1]), c)
    y, found = _MAX_POOL(x, results=results, moves=window.moves)
    return y.reshape(n, *window.counts, c), found


@derived(1, 2)
def max_pool_in_c(x: Array, window: Window, spatial: Sizes) -> Array:
    """Largest values: (n, *spatial, c) to (n, *counts, c)."""
    return _called(x, window, argmax=False)[0]


@derived(1, 2)
def _with_argmax(x: Array, window: Window, spatial: Sizes) -> tuple[Array, Array]:
    return _called(x, window, argmax=True)


def _forward(x: Array, window: Window, spatial: Sizes) -> tuple[tuple, Array]:
    both: Any = _with_argmax(x, window, spatial)
    return both, both[1]


@derived(2, 3)
def unpool(y: Array, argmax: Array, window: Window, spatial: Sizes) -> Array:
    """Each number of y at the place it came from, added up: (n, *counts, c) to (n, *spatial, c)."""
    n, *_, c = y.shape
    shape = float32(n, *_two(spatial), c)
    y = y.reshape(n, *_two(window.counts), c)
    x = _UNPOOL(y, argmax, results=shape, moves=window.moves)
    return x.reshape(n, *spatial, c)


def gather(x: Array, argmax: Array, window: Window) -> Array:
    """The reverse of `unpool`: what stands there, in plain JAX."""
    reach = (
        (n - 1) * step + size
        for n, step, size in zip(window.counts, window.strides, window.sizes, strict=True)
    )
    around = tuple(
        (low, whole - low - size)
        for low, whole, size in zip(window.pads, reach, x.shape[1:-1], strict=True)
    )
    stacked = jnp.stack(slices(padded(x, around), window.sizes, window.strides))
    index = argmax.reshape(1, *stacked.shape[1:]).astype(int)
    return jnp.take_along_axis(stacked, index, 0)[0]


max_pool_in_c.define(
    lambda *x: _with_argmax(*x),
    lambda window, spatial, argmax, x: gather(x, argmax, window),
    lambda window, spatial, argmax, y: (unpool(y, argmax, window, spatial),),
)
_with_argmax.define(
    _forward,
    lambda window, spatial, argmax, x: (gather(x, argmax, window), None),
    lambda window, spatial, argmax, y: (unpool(y[0], argmax, window, spatial),),
)
unpool.define_linear(1, lambda window, spatial, saved, x: (gather(x, saved[1], window), None))
