"""How a convolution, a pooling, a product and dropout's random bits are computed on this device."""

from lurnet.ops.lowering.choice import lowering
from lurnet.ops.lowering.convolution import convolve
from lurnet.ops.lowering.depthwise import depthwise
from lurnet.ops.lowering.dropout import dropped, keep_mask, plain_dropped, uniform_bits
from lurnet.ops.lowering.pooling import average_pool, max_pool
from lurnet.ops.lowering.product import product
from lurnet.ops.lowering.transposed import convolve_transposed

__all__ = [
    "average_pool",
    "convolve",
    "convolve_transposed",
    "depthwise",
    "dropped",
    "keep_mask",
    "lowering",
    "max_pool",
    "plain_dropped",
    "product",
    "uniform_bits",
]
