"""Max-pooling by the library in C, with derivatives of every order.

Beside each largest value its place in the window is kept, one byte instead of the whole input.
"""

from typing import Any

import jax.numpy as jnp
from jax import Array

from lurnet.ops import native
from lurnet.ops.lowering.derived import derived
from lurnet.ops.lowering.windows import Sizes, padded, slices


@derived(1, 2)
def largest_in_c(x: Array, window: native.Window, spatial: Sizes) -> Array:
    """Largest values: (n, *spatial, c) to (n, *counts, c)."""
    return native.max_pool(x, window, places=False)[0]


@derived(1, 2)
def _with_places(x: Array, window: native.Window, spatial: Sizes) -> tuple[Array, Array]:
    return native.max_pool(x, window, places=True)


def _forward(x: Array, window: native.Window, spatial: Sizes) -> tuple[tuple, Array]:
    both: Any = _with_places(x, window, spatial)
    return both, both[1]


@derived(2, 3)
def given_back(y: Array, places: Array, window: native.Window, spatial: Sizes) -> Array:
    """Each number of y at the place it came from, added up: (n, *counts, c) to (n, *spatial, c)."""
    return native.max_pool_gradient(y, places, window, spatial)


def taken(x: Array, places: Array, window: native.Window) -> Array:
    """The reverse of `given_back`: what stands at the places, in plain JAX."""
    reach = (
        (n - 1) * step + size
        for n, step, size in zip(window.counts, window.strides, window.sizes, strict=True)
    )
    around = tuple(
        (low, whole - low - size)
        for low, whole, size in zip(window.pads, reach, x.shape[1:-1], strict=True)
    )
    stacked = jnp.stack(slices(padded(x, around), window.sizes, window.strides))
    index = places.reshape(1, *stacked.shape[1:]).astype(int)
    return jnp.take_along_axis(stacked, index, 0)[0]


largest_in_c.define(
    lambda *x: _with_places(*x),
    lambda window, spatial, places, x: taken(x, places, window),
    lambda window, spatial, places, y: (given_back(y, places, window, spatial),),
)
_with_places.define(
    _forward,
    lambda window, spatial, places, x: (taken(x, places, window), None),
    lambda window, spatial, places, y: (given_back(y[0], places, window, spatial),),
)
given_back.define_linear(1, lambda window, spatial, saved, x: (taken(x, saved[1], window), None))
