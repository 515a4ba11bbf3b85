"""Which form computes a convolution, a pooling or a product: by device, dtype and shape."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import jax
import jax.numpy as jnp
from jax.export import is_symbolic_dim

from lurnet.core.probing import is_probing
from lurnet.kernels.common.loading import lanes

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
