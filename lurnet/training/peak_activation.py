"""The layer where a batch is largest, in bytes of a sample, as far as shapes are known."""

import math
from itertools import pairwise
from typing import Any

from lurnet import layers
from lurnet.core import tree
from lurnet.core.symbolic import inbound_nodes
from lurnet.layers.state import flatten_layers


def peak_output(model: Any) -> int:
    """Of all layers' outputs."""
    return max(map(_output_bytes, flatten_layers(model)), default=0)


def peak_written(model: Any) -> int:
    """Of those that are written to memory: not of a convolution's that a max-pooling takes."""
    flat = [x for x in flatten_layers(model) if not isinstance(x, _PASSED)]
    last = [_output_bytes(x) for x in flat[-1:]]
    return max([_output_bytes(x) for x, y in pairwise(flat) if not _is_pooled(x, y)] + last)


_PASSED = layers.Activation, layers.ReLU
_POOLINGS = layers.MaxPooling1D, layers.MaxPooling2D


def _is_pooled(layer: Any, following: Any) -> bool:
    convolutions = layers.Conv1D, layers.Conv2D
    return isinstance(layer, convolutions) and isinstance(following, _POOLINGS)


def _output_bytes(layer: Any) -> int:
    """Bytes of a sample in a layer's last output, as far as its shape is known."""
    nodes = inbound_nodes(layer)
    shapes = [y.shape[1:] for y in tree.leaves(nodes[-1].outputs)] if nodes else []
    return max((4 * math.prod(shape) for shape in shapes if None not in shape), default=0)
