"""Windows over the spatial axes of (b, *spatial, c): padding, counting, the samples ("taps")."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array, lax

Sizes = tuple[int, ...]
Pads = tuple[tuple[int, int], ...]
Padding = str | Sequence[tuple[int, int]]


class Geometry(NamedTuple):
    """How the window moves; hashable, so that it may be a static argument."""

    strides: Sizes
    pads: Pads
    dilation: Sizes


def spans(window: Sizes, dilation: Sizes) -> Sizes:
    """How many samples a dilated window covers, along each axis."""
    return tuple((size - 1) * step + 1 for size, step in zip(window, dilation, strict=True))


def explicit(padding: str | Sequence, sizes: Sizes, covered: Sizes, strides: Sizes) -> Pads:
    """Padding as (low, high) of each axis; "same" puts the odd sample at the high end.

    >>> explicit("same", (5,), (2,), (1,))
    ((0, 1),)
    """
    if padding == "valid":
        return ((0, 0),) * len(sizes)
    if padding == "same":
        missing = [
            max((-(-size // stride) - 1) * stride + span - size, 0)
            for size, span, stride in zip(sizes, covered, strides, strict=True)
        ]
        return tuple((total // 2, total - total // 2) for total in missing)
    return tuple((int(low), int(high)) for low, high in padding)


def counted(sizes: Sizes, pads: Pads, covered: Sizes, strides: Sizes) -> Sizes:
    """How many windows fit along each axis; zero where not even one does.

    >>> counted((5,), ((0, 1),), (2,), (1,))
    (5,)
    """
    return tuple(
        max((size + low + high - span) // stride + 1, 0)
        for size, (low, high), span, stride in zip(sizes, pads, covered, strides, strict=True)
    )


def padded(x: Array, pads: Pads, value: float = 0, gaps: Sizes | None = None) -> Array:
    """`x` with `value` around it and in `gaps` between samples; a negative padding cuts."""
    gaps = gaps or (0,) * len(pads)
    if not any(map(any, pads)) and not any(gaps):
        return x
    inner = [(low, high, gap) for (low, high), gap in zip(pads, gaps, strict=True)]
    return lax.pad(x, jnp.array(value, x.dtype), [(0, 0, 0), *inner, (0, 0, 0)])


def offsets(window: Sizes) -> Iterator[Sizes]:
    """Positions inside the window, the last axis running fastest."""
    return product(*map(range, window))


def taps(x: Array, window: Sizes, strides: Sizes, dilation: Sizes, count: Sizes) -> list[Array]:
    """For each position in the window, the samples (b, *count, c) that lie there."""
    found = []
    for offset in offsets(window):
        start = [place * step for place, step in zip(offset, dilation, strict=True)]
        stop = [
            first + (number - 1) * stride + 1
            for first, number, stride in zip(start, count, strides, strict=True)
        ]
        found.append(
            lax.slice(x, (0, *start, 0), (x.shape[0], *stop, x.shape[-1]), (1, *strides, 1))
        )
    return found


def slices(x: Array, window: Sizes, strides: Sizes) -> list[Array]:
    """`taps` of all windows that fit into x, side by side."""
    ones = (1,) * len(window)
    number = counted(x.shape[1:-1], ((0, 0),) * len(window), window, strides)
    return taps(x, window, strides, ones, number)


def channels_last(x: Array, data_format: str) -> Array:
    """`x` with its channels moved to the last axis."""
    return x if data_format == "channels_last" else jnp.moveaxis(x, 1, -1)


def restored(x: Array, data_format: str) -> Array:
    """`x` (b, *spatial, c) in the caller's `data_format`."""
    return x if data_format == "channels_last" else jnp.moveaxis(x, -1, 1)
