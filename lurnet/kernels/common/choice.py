"""Which form computes a convolution, a pooling or a product: by device, dtype and shape.

Figures are milliseconds on two CPU cores (Zen 4, AVX-512, JAX 0.10.2), taken inside
`lax.fori_loop`, as training runs. XLA's own gradient of a convolution runs on one thread there:
3x3 of 13x13x32 -> 32, batch 32, takes 45 by XLA, 2.1 by columns.
"""

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager

import jax
import jax.numpy as jnp
from jax.export import is_symbolic_dim

from lurnet.core.probing import is_probing
from lurnet.kernels.common.loading import lanes

# Bytes of gathered columns beyond which the library's convolution, in its plain layout, is faster;
# about the size of the last-level cache. One step of 3x3, h x w x c -> filters, columns | library:
#   13x13x32 -> 32, batch 32 (4 MB): 2.1 | 2.6    32x32x32 -> 64, batch 32 (38 MB): 94 | 59
#   56x56x64 -> 64, batch 8 (58 MB): 108 | 59     112x112x32 -> 32, batch 4 (58 MB): 181 | 63
# whole network, conv 32-32, batch 32: 3.1 | 4.5, batch 128: 16.5 | 25.6;
#   conv 32-64-128, batch 128 (29 MB at most): 58.6 | 73.7.
COLUMNS_LIMIT = 32 * 2**20

# Output channels up to which a product of columns is slow: 3x3, 26x26x32 -> 1, batch 32: 22 | 1.4.
NARROW = 4

# Groups up to which each is convolved apart, in the form that suits it; beyond, all in one batched
# product. 3x3, 28x28x64, batch 8, apart | batched | XLA:
#   2 groups: 7.7 | 8.6 | 199    8 groups: 12 | 10 | 80
UNROLLED_GROUPS = 4

# Samples in a pooling window up to which the largest is found by slices and selects. Own | XLA:
#   2x2, 26x26x32, batch 32: 0.35 | 7.2    3x3 stride 2, 112x112x64, batch 8: 20 | 120
#   5x5 stride 2, 28x28x32, batch 32: 2.4 | 21    7x7, the same: 9.6 | 5.7
# A mean is faster by slices at each of these sizes (7x7: 1.6 | 19).
POOL_TAPS = 32


LOWERINGS = ("auto", "jax", "xla")  #: own forms where faster, those in JAX only, none


def lowering() -> str:
    """Which of ``LOWERINGS`` may be used."""
    return "xla" if is_probing() else _wanted[-1]


@contextmanager
def using(wanted: str) -> Iterator[None]:
    """Meanwhile what is traced uses these forms, instead of those that LURNET_LOWERING names."""
    _wanted.append(_known(wanted))
    try:
        yield
    finally:
        _wanted.pop()


def _known(wanted: str) -> str:
    if wanted not in LOWERINGS:
        raise ValueError(f"LURNET_LOWERING must be one of {LOWERINGS}, but it is {wanted!r}.")
    return wanted


_wanted = [_known(os.environ.get("LURNET_LOWERING", "auto"))]


def precision() -> tuple:
    """What the engine computes with, of what somebody may change between two calls."""
    return jax.config.jax_enable_x64, jax.config.jax_default_matmul_precision  # type: ignore[attr-defined]


def on_cpu() -> bool:
    """Whether computations run on a CPU."""
    return jax.default_backend() == "cpu"


def may_rewrite() -> bool:
    """Whether own forms may be used for anything here."""
    return lowering() != "xla" and on_cpu()


def own_forms(dtype: jnp.dtype, *sizes: int) -> bool:
    """Whether own forms apply: on a CPU, to floating numbers, none of `sizes` zero or unknown."""
    return may_rewrite() and jnp.issubdtype(dtype, jnp.floating) and all(map(_is_some, sizes))


def _is_some(size: int) -> bool:
    """Whether a size is known and not zero; what depends on an unknown one is XLA's to compute."""
    return not is_symbolic_dim(size) and size != 0


def kernels() -> int:
    """How many numbers the registers of the kernels in use hold; 0 where none are to be used."""
    return lanes() if lowering() == "auto" else 0


def in_c(dtype: jnp.dtype, *sizes: int) -> bool:
    """Whether the library in C applies: where own forms do, to float32, if there is one."""
    return dtype == jnp.float32 and own_forms(dtype, *sizes) and kernels() > 0


def by_columns(positions: int, taps: int, channels: int, filters: int, itemsize: int) -> bool:
    """Whether to gather the windows as rows for one product, rather than call the library.

    A window of one sample needs no gathering: it is a plain product. `positions` counts the
    windows of the whole batch.
    """
    if taps == 1:
        return True
    return filters > NARROW and positions * taps * channels * itemsize <= COLUMNS_LIMIT


def pooled_by_taps(window: tuple[int, ...]) -> bool:
    """Whether the largest is found from slices, one for each sample of the window."""
    return math.prod(window) <= POOL_TAPS
