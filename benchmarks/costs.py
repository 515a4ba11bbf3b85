"""What a step must cost: floating-point operations and bytes, counted from the network."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import resnet
import works

FLOAT = 4  # bytes
STATE = {"sgd": 0, "adam": 2}  # arrays that the optimizer keeps for each weight


@dataclass(frozen=True)
class Product:
    """A matrix product (m, k) x (k, n)."""

    m: int
    k: int
    n: int

    @property
    def flops(self) -> int:
        """A multiplication and an addition for each of m * k * n."""
        return 2 * self.m * self.k * self.n

    def __str__(self) -> str:
        return f"({self.m}, {self.k}) x ({self.k}, {self.n})"


@dataclass(frozen=True)
class LayerCost:
    """One layer on one sample: its product, if it has one, and how many values it gives."""

    product: Product | None
    weights: int
    outputs: int


def layers(work: works.Work) -> Iterator[LayerCost]:
    """The cost of each layer in turn. Dropout, flattening and pooling have no product."""
    shape = work.shape
    for spec in work.layers:
        match spec:
            case works.Conv(filters, padding):
                *size, channels = shape
                size = [n - 2 if padding == "valid" else n for n in size]
                shape = (*size, filters)
                product = Product(math.prod(size), 9 * channels, filters)
                yield LayerCost(product, (product.k + 1) * filters, math.prod(shape))
            case works.Pool():
                shape = (shape[0] // 2, shape[1] // 2, shape[2])
                yield LayerCost(None, 0, math.prod(shape))
            case works.Flatten():
                shape = (math.prod(shape),)
            case works.Dropout():
                yield LayerCost(None, 0, math.prod(shape))
            case works.Dense(units):
                product = Product(1, shape[0], units)
                shape = (units,)
                yield LayerCost(product, (product.k + 1) * units, units)
            case works.ResNet50(classes):
                for m, k, n in resnet.products(shape[0], shape[2], classes):
                    yield LayerCost(Product(m, k, n), k * n, m * n)


def products(work: works.Work) -> list[Product]:
    """All matrix products of a step on one batch; of the forward pass alone where none trains.

    A layer that trains has three: forward, the gradient by its kernel, and the gradient by its
    input, which the first layer does not need.
    """
    found: list[Product] = []
    for cost in layers(work):
        if not cost.product:
            continue
        m, k, n = work.batch * cost.product.m, cost.product.k, cost.product.n
        if trains(work):
            found += [Product(m, n, k)] if found else []
            found += [Product(k, m, n)]
        found.append(Product(m, k, n))
    return found


def trains(work: works.Work) -> bool:
    """Whether a chunk of the work changes weights."""
    return work.kind in works.WHOLE_BATCHES


def flops(work: works.Work) -> int:
    """Operations of a step's matrix products; the rest is small beside them."""
    return sum(product.flops for product in products(work))


def traffic(work: works.Work) -> int:
    """Least bytes that a step moves: every array read once where used and written once.

    Activations are written forward and read backward; weights are read, their gradients written
    and read, and the update reads and writes weights and the optimizer's state.
    """
    found = list(layers(work))
    weights, outputs = sum(c.weights for c in found), sum(c.outputs for c in found)
    inputs = math.prod(work.shape)
    if not trains(work):
        return FLOAT * (work.batch * (inputs + outputs) + weights)
    passes = 2 * STATE[work.optimizer] + 4
    return FLOAT * (work.batch * (inputs + 2 * outputs) + passes * weights)


def steps_per_unit(work: works.Work, samples: int) -> float:
    """How many steps one timed figure of a training work, or of a pass over `samples`, holds."""
    if work.kind == "train":
        return 1.0
    if work.kind in works.PER_SAMPLE:
        return 1 / work.batch  # one image
    epochs = {"sweep": works.SWEEP_EPOCHS * works.SWEEP_REPLICATES * len(works.SWEEP_FACTORS)}
    return epochs.get(work.kind, 1) * samples / work.batch
