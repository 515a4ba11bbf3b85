"""The layer where a batch is largest, in bytes of a sample, as far as shapes are known."""

import math
from itertools import pairwise
from typing import Any

from lurnet.core import tree
from lurnet.core.symbolic import inbound_nodes
from lurnet.core.traits import fact_of
from lurnet.layers.state import flatten_layers


def peak_output(model: Any) -> int:
    """Of all layers' outputs."""
    return max(map(_output_bytes, flatten_layers(model)), default=0)


def peak_written(model: Any) -> int:
    """Of those that are written to memory: not of a convolution's that a max-pooling takes."""
    flat = [x for x in flatten_layers(model) if _conv_pool(x) != "activation"]
    last = [_output_bytes(x) for x in flat[-1:]]
    return max([_output_bytes(x) for x, y in pairwise(flat) if not _are_fused(x, y)] + last)


def _are_fused(layer: Any, following: Any) -> bool:
    return (_conv_pool(layer), _conv_pool(following)) == ("conv", "max_pool")


def _conv_pool(layer: Any) -> str | None:
    """What a layer is in a convolution with the max-pooling after it: they are one kernel."""
    return fact_of(layer, "conv_pool", by=("call",))


def _output_bytes(layer: Any) -> int:
    """Bytes of a sample in a layer's last output, as far as its shape is known."""
    nodes = inbound_nodes(layer)
    shapes = [y.shape[1:] for y in tree.leaves(nodes[-1].outputs)] if nodes else []
    return max((4 * math.prod(shape) for shape in shapes if None not in shape), default=0)
