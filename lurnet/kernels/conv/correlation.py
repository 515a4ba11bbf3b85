"""The three sums of a convolution, channels last: its output, and its gradients.

Each is plain differentiable JAX and picks its form by shape: columns (the windows gathered as rows
of a matrix, one product) or XLA's convolution in its plain layout, the only one that XLA
runs fast inside a compiled loop.
"""

import math
from functools import reduce

import jax.numpy as jnp
from jax import Array, lax

from lurnet.kernels.common.choice import in_c
from lurnet.kernels.common.derived import derived
from lurnet.kernels.common.windows import (
    Geometry,
    Pads,
    Sizes,
    counted,
    offsets,
    padded,
    spans,
    taps,
)
from lurnet.kernels.conv import binding
from lurnet.kernels.costs import costs
from lurnet.kernels.matmul.op import matmul_nn, matmul_tn

IMAGES = {1: "NWC", 2: "NHWC", 3: "NDHWC"}
KERNEL = {1: "WIO", 2: "HWIO", 3: "DHWIO"}


def plain(rank: int) -> Geometry:
    """A window that moves by ones, without padding."""
    return Geometry((1,) * rank, ((0, 0),) * rank, (1,) * rank)


def correlate(x: Array, kernel: Array, geometry: Geometry) -> Array:
    """Weighted sums over windows: (b, *spatial, c), (*window, c, filters) to (*, filters).

    Correct, if slow, under a `vmap` over kernels when XLA's form is chosen.
    """
    if suits_c(x, kernel, geometry):
        return _correlate_in_c(x, kernel, geometry)
    if not _gathered(x, kernel, geometry):
        return xla_conv(lax.optimization_barrier(x), lax.optimization_barrier(kernel), geometry)
    rows = columns(x, kernel.shape[:-2], geometry)
    outputs = rows.reshape(-1, rows.shape[-1]) @ kernel.reshape(-1, kernel.shape[-1])
    return outputs.reshape(*rows.shape[:-1], kernel.shape[-1])


def xla_conv(x: Array, kernel: Array, geometry: Geometry, groups: int = 1) -> Array:
    """XLA's own convolution, channels last; sums of nothing, which it refuses, are 0."""
    strides, pads, dilation = geometry
    if not x.shape[-1]:
        shape = x.shape[0], *counts(x, kernel, geometry), kernel.shape[-1]
        return jnp.zeros(shape, jnp.result_type(x, kernel))
    layout = IMAGES[len(strides)], KERNEL[len(strides)], IMAGES[len(strides)]
    return lax.conv_general_dilated(
        x, kernel, strides, pads, rhs_dilation=dilation, dimension_numbers=layout,
        feature_group_count=groups,
    )  # fmt: skip


def counts(x: Array, kernel: Array, geometry: Geometry) -> Sizes:
    """How many windows there are along each axis."""
    strides, pads, dilation = geometry
    return counted(x.shape[1:-1], pads, spans(kernel.shape[:-2], dilation), strides)


def columns(x: Array, window: Sizes, geometry: Geometry) -> Array:
    """The samples of each window side by side: (b, *count, taps * c)."""
    strides, pads, dilation = geometry
    number = counted(x.shape[1:-1], pads, spans(window, dilation), strides)
    slices = taps(padded(x, pads), window, strides, dilation, number)
    return slices[0] if len(slices) == 1 else jnp.concatenate(slices, -1)


def input_grad(y: Array, kernel: Array, geometry: Geometry, sizes: Sizes) -> Array:
    """The gradient of `correlate` by its input of `sizes`: y spreads over the windows it came from.

    Equally a transposed convolution: (b, *count, filters) and (*window, c, filters) to
    (b, *sizes, c).
    """
    strides, pads, dilation = geometry
    lows = tuple(low for low, _ in pads)
    window = kernel.shape[:-2]
    if math.prod(window) == 1:
        pointwise = matmul_nn(y.reshape(-1, y.shape[-1]), kernel.reshape(kernel.shape[-2:]).T)
        pointwise = pointwise.reshape(*y.shape[:-1], -1)
        return placed(pointwise, strides, tuple(-low for low in lows), sizes)
    if max(strides) > 1 and max(dilation) == 1:
        return _by_phases(y, kernel, strides, lows, sizes)
    around = unpadded(geometry)._replace(pads=margins(y.shape[1:-1], window, geometry, sizes))
    if max(strides) == 1 and suits_c(y, flip_kernel(kernel), around):
        return correlate(y, flip_kernel(kernel), around)
    if max(strides) == 1 and _by_columns(math.prod(y.shape[:-1]), kernel):
        return _scattered(y, kernel, geometry, sizes)
    return correlate(
        surrounded(y, window, geometry, sizes), flip_kernel(kernel), unpadded(geometry)
    )


def flip_kernel(kernel: Array) -> Array:
    """The kernel that gives a convolution's outputs back to its inputs: (*window, filters, c)."""
    return jnp.flip(kernel, range(kernel.ndim - 2)).swapaxes(-1, -2)


def _scattered(y: Array, kernel: Array, geometry: Geometry, sizes: Sizes) -> Array:
    """`input_grad` by one product, then a sum: what each y gives to each place in its window.

    3x3, 13x13x32 -> 32, batch 32, the whole step: 1.7 ms; with `correlate` instead 2.2.
    """
    strides, pads, dilation = geometry
    window, (channels, filters) = kernel.shape[:-2], kernel.shape[-2:]
    shares = y.reshape(-1, filters) @ kernel.reshape(-1, filters).T
    shares = shares.reshape(*y.shape[:-1], -1, channels)
    parts = []
    for index, offset in enumerate(offsets(window)):
        firsts = tuple(
            place * step - low for place, step, (low, _) in zip(offset, dilation, pads, strict=True)
        )
        parts.append(placed(shares[..., index, :], strides, firsts, sizes))
    return reduce(jnp.add, parts)


def surrounded(y: Array, window: Sizes, geometry: Geometry, sizes: Sizes) -> Array:
    """`y` among the zeros on which the flipped window, moving by ones, gives `sizes` outputs."""
    around = margins(y.shape[1:-1], window, geometry, sizes)
    return padded(y, around, gaps=tuple(stride - 1 for stride in geometry.strides))


def margins(number: Sizes, window: Sizes, geometry: Geometry, sizes: Sizes) -> Pads:
    """How many zeros lie before the first of `number` outputs along each axis, and after the last,
    so that the flipped window, moving by ones, gives `sizes` numbers."""
    strides, pads, dilation = geometry
    reach = [span - 1 for span in spans(window, dilation)]
    firsts = tuple(more - low for more, (low, _) in zip(reach, pads, strict=True))
    totals = tuple(size + more for size, more in zip(sizes, reach, strict=True))
    return _beside(number, strides, firsts, totals)


def unpadded(geometry: Geometry) -> Geometry:
    """A window with the same dilation that moves by ones, without padding."""
    return plain(len(geometry.strides))._replace(dilation=geometry.dilation)


def placed(y: Array, strides: Sizes, firsts: Sizes, totals: Sizes) -> Array:
    """`y` in a field of `totals` zeros: its first sample at `firsts`, others `strides` apart."""
    pads = _beside(y.shape[1:-1], strides, firsts, totals)
    return padded(y, pads, gaps=tuple(stride - 1 for stride in strides))


def _beside(number: Sizes, strides: Sizes, firsts: Sizes, totals: Sizes) -> Pads:
    return tuple(
        (first, total - first - (count - 1) * stride - 1)
        for first, total, count, stride in zip(firsts, totals, number, strides, strict=True)
    )


def _by_phases(y: Array, kernel: Array, strides: Sizes, lows: Sizes, sizes: Sizes) -> Array:
    """`input_grad` without zeros between samples: phases of the stride as channels, interleaved.

    The kernel is split into the taps that reach each phase; 28x28x64 -> 64, 4x4, stride 2, b 8
    takes 25 ms; with zeros between samples 49 (XLA) to 124 (columns).
    """
    rank, channels = len(strides), kernel.shape[-2]
    phases, shifts = _phase_kernels(kernel, strides, lows)
    blocks = tuple(-(-size // stride) for size, stride in zip(sizes, strides, strict=True))
    pads = tuple(
        (taken - 1 - shift, block + shift - number)
        for taken, shift, block, number in zip(
            phases.shape, shifts, blocks, y.shape[1:-1], strict=False
        )
    )
    field = correlate(y, phases, plain(rank)._replace(pads=pads))
    field = field.reshape(-1, *blocks, *strides, channels)
    woven = [
        axis
        for pair in zip(range(1, rank + 1), range(rank + 1, 2 * rank + 1), strict=True)
        for axis in pair
    ]
    field = field.transpose(0, *woven, 2 * rank + 1)
    whole = [block * stride for block, stride in zip(blocks, strides, strict=True)]
    return lax.slice(
        field.reshape(-1, *whole, channels), (0,) * (rank + 2), (y.shape[0], *sizes, channels)
    )


def _phase_kernels(kernel: Array, strides: Sizes, lows: Sizes) -> tuple[Array, Sizes]:
    """The kernel (*taken, filters, phases * c) over blocks of outputs, and its shift in blocks."""
    rank = len(strides)
    fronts = [-low % stride for low, stride in zip(lows, strides, strict=True)]
    backs = [
        -(size + front) % stride
        for size, front, stride in zip(kernel.shape[:-2], fronts, strides, strict=True)
    ]
    kernel = jnp.pad(kernel, [*zip(fronts, backs, strict=True), (0, 0), (0, 0)])
    taken = [size // stride for size, stride in zip(kernel.shape[:-2], strides, strict=True)]
    pairs = [size for pair in zip(taken, strides, strict=True) for size in pair]
    split = kernel.reshape(*pairs, *kernel.shape[-2:])
    order = [*range(0, 2 * rank, 2), 2 * rank + 1, *range(1, 2 * rank, 2), 2 * rank]
    flipped = jnp.flip(split.transpose(order), range(rank))
    shifts = tuple(
        (low + front) // stride for low, front, stride in zip(lows, fronts, strides, strict=True)
    )
    return flipped.reshape(*taken, kernel.shape[-1], -1), shifts


def kernel_grad(x: Array, y: Array, kernel: Array, geometry: Geometry) -> Array:
    """The gradient of `correlate` by `kernel` (its shape is used), given that by output."""
    if kernel.size <= costs().conv_kernel_grad_in_c and suits_c(x, kernel, geometry):
        return _kernel_grad_in_c(x, y, kernel.shape[:-2], geometry)
    if not _gathered(x, kernel, geometry):
        return _xla_kernel_grad(x, y, kernel, geometry)
    # The barrier keeps the compiler from holding the columns of the forward pass in memory until
    # here.
    rows = columns(lax.optimization_barrier(x), kernel.shape[:-2], geometry)
    gradient = matmul_tn(rows.reshape(-1, rows.shape[-1]), y.reshape(-1, y.shape[-1]))
    return gradient.reshape(kernel.shape)


def _xla_kernel_grad(x: Array, y: Array, kernel: Array, geometry: Geometry) -> Array:
    """A convolution again: samples and channels change places, and `y` is the window."""
    strides, pads, dilation = geometry
    rank = len(strides)
    reach = spans(y.shape[1:-1], strides)
    needed = tuple(
        (size - 1) * step + extent
        for size, step, extent in zip(kernel.shape[:-2], dilation, reach, strict=True)
    )
    x = placed(x, (1,) * rank, tuple(low for low, _ in pads), needed)
    y = placed(y, strides, (0,) * rank, reach)
    images = lax.optimization_barrier(x.swapaxes(0, -1))
    window = lax.optimization_barrier(jnp.moveaxis(y, 0, -2))
    return jnp.moveaxis(xla_conv(images, window, plain(rank)._replace(strides=dilation)), 0, -2)


# ---- in C ----


def suits_c(x: Array, kernel: Array, geometry: Geometry) -> bool:
    """Whether the library in C computes this convolution and its gradients."""
    return (
        binding.has(geometry)
        and kernel.size <= costs().conv_in_c
        and in_c(x.dtype, x.size, kernel.size, *counts(x, kernel, geometry))
    )


@derived(2)
def _correlate_in_c(x: Array, kernel: Array, geometry: Geometry) -> Array:
    return binding.conv(x, kernel, geometry, counts(x, kernel, geometry))


def _correlate_gradients(geometry: Geometry, saved: tuple, y: Array) -> tuple:
    x, kernel = saved
    by_kernel = kernel_grad(x, y, kernel, geometry)
    return input_grad(y, kernel, geometry, x.shape[1:-1]), by_kernel


@derived(2, 3)
def _kernel_grad_in_c(x: Array, y: Array, window: Sizes, geometry: Geometry) -> Array:
    return binding.conv_kernel_grad(x, y, geometry, window)


def _second_gradients(window: Sizes, geometry: Geometry, saved: tuple, kernel: Array) -> tuple:
    """A gradient by kernel is linear in x and in y; what is given here pairs with a kernel."""
    x, y = saved
    return input_grad(y, kernel, geometry, x.shape[1:-1]), _correlate_in_c(x, kernel, geometry)


_correlate_in_c.define_linear(2, _correlate_gradients)
_kernel_grad_in_c.define_linear(2, _second_gradients)


def _gathered(x: Array, kernel: Array, geometry: Geometry) -> bool:
    positions = x.shape[0] * math.prod(counts(x, kernel, geometry))
    return _by_columns(positions, kernel)


def _by_columns(positions: int, kernel: Array) -> bool:
    """Whether to gather so many windows as rows for one product, rather than call XLA's.

    A window of one sample needs no gathering: it is a plain product.
    """
    *window, channels, filters = kernel.shape
    if math.prod(window) == 1:
        return True
    size = positions * math.prod(window) * channels * kernel.dtype.itemsize
    return filters > costs().conv_few_filters and size <= costs().conv_columns_bytes
