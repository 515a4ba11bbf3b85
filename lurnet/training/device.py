"""Arrays between the host and the device, and the variables that hold them."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import jaxlib
import numpy as np

from lurnet.core import donation, tree
from lurnet.core.dtypes import narrow
from lurnet.core.forked import require_threads
from lurnet.core.traced import is_traced
from lurnet.core.variable import Variable, held
from lurnet.kernels.common.choice import on_cpu
from lurnet.kernels.gather_rows import borrowed
from lurnet.training import cache


@functools.cache
def enable_cache() -> None:
    """Switch the compile cache on disk on, once, for programs of any compile time."""
    place = cache.folder([jax.__version__, jaxlib.__version__])
    if place is None or jax.config.jax_compilation_cache_dir or not cache.writable(place):  # type: ignore[attr-defined]
        return
    jax.config.update("jax_compilation_cache_dir", str(place))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    cache.trim(place)


def to_device(arrays: Any, copy: bool = False) -> Any:
    """Nested NumPy arrays as JAX arrays, 64-bit types narrowed; without a copy where possible."""
    enable_cache()
    return tree.map_structure(lambda x: _put(x, copy), arrays)


def _put(x: Any, copy: bool) -> Any:
    if x is None or isinstance(x, jax.Array):
        return x
    given = _narrowed(x)  # NumPy copies: jnp.array would compile a program for each shape
    return jax.device_put(np.array(given) if copy else given, may_alias=True)


def is_concrete(x: Any) -> bool:
    """Whether a value is an array of numbers that are known: NumPy's, or JAX's outside a trace."""
    if isinstance(x, np.ndarray):
        return x.dtype.kind not in "OUS"
    return isinstance(x, jax.Array) and not is_traced(x)


def resident(arrays: Any) -> Any:
    """Nested NumPy arrays as a program on this device reads all of them; None: it had better not.

    Another device gets a copy; on the CPU the program reads them where they are, so that the caller
    keeps what is returned until the program has run.
    """
    return borrowed.borrow(arrays) if on_cpu() else to_device(arrays)


def readable(arrays: Any) -> Any:
    """Nested NumPy arrays as a program reads them: where they are if it can, else on the device."""
    held = borrowed.borrow(arrays) if on_cpu() else None
    return to_device(arrays) if held is None else held


def narrowed(arrays: Any) -> Any:
    """Nested arrays where they are, NumPy's 64-bit types narrowed."""
    return tree.map_structure(
        lambda x: x if x is None or isinstance(x, jax.Array) else _narrowed(x), arrays
    )


def to_host(arrays: Any) -> Any:
    """Nested arrays as NumPy arrays, 64-bit types narrowed."""
    return tree.map_structure(lambda x: None if x is None else _narrowed(x), arrays)


def _narrowed(x: Any) -> np.ndarray:
    x = np.asarray(x)
    return x.astype(narrow(x.dtype), copy=False)


def wait(arrays: Any) -> Any:
    """Block until the arrays are computed; Ctrl-C too: the program may still read what is lent."""
    try:
        return jax.block_until_ready(arrays)
    except KeyboardInterrupt:
        jax.block_until_ready(arrays)
        raise


def computed(arrays: Any) -> bool:
    """Whether nested arrays are computed, without waiting for them."""
    return all(x.is_ready() for x in jax.tree.leaves(arrays) if isinstance(x, jax.Array))


def run_donating(variables: Sequence[Variable], run: Callable[[list], tuple]) -> tuple:
    """Run a program that is given the variables' arrays for good; what else it returns."""
    require_threads()
    return donation.run_donating(variables, run, _duplicate, wait)


def adopt(variables: Sequence[Variable], new: dict[int, Any]) -> None:
    """Give variables the arrays that a program gave back by their places."""
    donation.replace([variables[i] for i in new], list(new.values()))


def _duplicate(array: Any) -> Any:
    """The same numbers in memory of their own."""
    if not isinstance(array, jax.Array):
        return array
    if on_cpu() and len(array.devices()) == 1 and array.dtype == np.float32:
        return held(np.asarray(array), None)  # JAX would compile a program for each shape
    return jnp.array(array, copy=True)
