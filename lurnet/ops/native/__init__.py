"""Sums of products in C: matrix products and convolutions near a CPU's peak, where XLA's are not.

The library (`src`) is compiled when lurnet is installed, and called by XLA's programs through
its foreign-function interface. Where it is missing (no compiler's package, another kind of
processor) or unwanted (``LURNET_LOWERING=xla``), XLA's own forms compute the same.
"""

from lurnet.ops.native.calls import (
    MOST_TAPS,
    Pooled,
    Window,
    convolves,
    correlate,
    correlate_pooled,
    kernel_gradient,
    max_pool,
    max_pool_gradient,
    product,
    tall_product,
    turned_product,
    unpooled_correlate,
    unpooled_kernel_gradient,
)
from lurnet.ops.native.lent import each_once, is_lent, lent, numbers
from lurnet.ops.native.loading import lanes
from lurnet.ops.native.outputs import (
    Activation,
    Distance,
    distance,
    distance_gradient,
    dropout,
    finish,
    hits,
    spread,
    total,
    unfinish,
)
from lurnet.ops.native.updates import STEPS, update, zeros

__all__ = [
    "MOST_TAPS",
    "STEPS",
    "Activation",
    "Distance",
    "Pooled",
    "Window",
    "convolves",
    "correlate",
    "correlate_pooled",
    "distance",
    "distance_gradient",
    "dropout",
    "each_once",
    "finish",
    "hits",
    "is_lent",
    "kernel_gradient",
    "lanes",
    "lent",
    "max_pool",
    "max_pool_gradient",
    "numbers",
    "product",
    "spread",
    "tall_product",
    "total",
    "turned_product",
    "unfinish",
    "unpooled_correlate",
    "unpooled_kernel_gradient",
    "update",
    "zeros",
]
