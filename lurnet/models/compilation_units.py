"""Deep convolutional networks in units, so that compile time grows with the depth, not its square.

Each unit starts with a convolution. CPU seconds to compile the training step of a residual network
with BatchNormalization, whole | in units: 4 convolutions 2.8 | 2.1, 8: 3.9 | 2.4, 12: 5.4 | 3.0,
24: 10 | 4; the step takes the same time. Dense networks and small ones compile faster whole.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from lurnet.core import tree
from lurnet.core.compilation_units import are_units_kept
from lurnet.core.graph import HasGraph
from lurnet.core.masking import get_mask
from lurnet.core.symbolic import Node, SymbolicTensor, is_symbolic
from lurnet.core.traits import stated
from lurnet.kernels.costs import costs
from lurnet.layers import context
from lurnet.layers.base import Layer
from lurnet.training.per_sample import has_own_code, has_side_outputs


class Unit(NamedTuple):
    """Calls in a row, what they need from outside, and what of theirs is needed later."""

    nodes: list[Node]
    inputs: list[SymbolicTensor]
    outputs: list[SymbolicTensor]


def pays_in_units(nodes: Sequence[Node]) -> bool:
    """Whether this graph, which is about to be traced, is to be compiled in units."""
    if not are_units_kept() or context.watcher() is not None:
        return False
    return sum(map(_starts_unit, nodes)) >= costs().compilation_units


def _starts_unit(node: Node) -> bool:
    return stated(type(node.fn), "starts_unit", False, by=())


def split(nodes: Sequence[Node], outputs: Any) -> list[Unit]:
    """The calls of a sorted graph, a unit from each convolution to before the next."""
    groups: list[list[Node]] = [[]]
    for node in nodes:
        if _starts_unit(node) and groups[-1]:
            groups.append([])
        groups[-1].append(node)
    needed = {id(x) for x in tree.leaves(outputs)}
    units = []
    for group in reversed(groups):
        made = {id(x): x for node in group for x in tree.leaves(node.outputs) if is_symbolic(x)}
        taken = {id(x): x for node in group for x in node.inputs if id(x) not in made}
        kept = [x for key, x in made.items() if key in needed]
        units.append(Unit(group, list(taken.values()), kept))
        needed |= taken.keys()
    return units[::-1]


def is_pure(unit: Unit, values: Sequence[Any]) -> bool:
    """Whether the calls only compute: no code of the user's own, no losses, no masks."""
    functions = [node.fn for node in unit.nodes if isinstance(node.fn, Layer)]
    return all(map(_only_computes, functions)) and all(get_mask(x) is None for x in values)


def _only_computes(layer: Layer) -> bool:
    return not (has_own_code(layer) or isinstance(layer, HasGraph) or has_side_outputs(layer))
