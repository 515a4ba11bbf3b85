"""The compiled library: found, loaded, made known to XLA."""

import ctypes
import warnings
from functools import cache
from pathlib import Path

import jax

FUNCTIONS = (
    "product",
    "tall",
    "turned",
    "convolution",
    "convolution_pooled",
    "unpooled_convolution",
    "kernel_gradient",
    "unpooled_kernel_gradient",
    "max_pool",
    "max_pool_gradient",
    "rows",
    "finish",
    "unfinish",
    "distance",
    "distance_gradient",
    "hits",
    "total",
    "spread",
    "update",
    "zeros",
    "dropout",
)


def file() -> Path | None:
    """Where the compiled library is, or None."""
    return next(iter(sorted(Path(__file__).parent.glob("_sums.*"))), None)


MOST_LANES = 16  #: numbers in the widest register that there are kernels for


@cache
def lanes() -> int:
    """How many numbers one instruction of this processor's kernels multiplies; 0 without kernels.

    >>> lanes() in (0, 8, 16)
    True
    """
    path = file()
    if path is None:
        return 0
    try:
        library = ctypes.CDLL(str(path))
        found = library.lurnet_lanes(MOST_LANES) if library.lurnet_plan else 0
        for name in FUNCTIONS if found else ():
            capsule = jax.ffi.pycapsule(getattr(library, f"lurnet_{name}"))
            jax.ffi.register_ffi_target(target(name), capsule, platform="cpu")
    except Exception as error:  # whatever XLA or the loader says of a library made for another one
        warnings.warn(
            f"lurnet's kernels ({path}) do not fit this jax: {error}. Slower forms are used; "
            f"install a newer lurnet, or an older jax.",
            stacklevel=2,
        )
        return 0
    return found


@cache
def library() -> ctypes.PyDLL:
    """The library for calls from here, which keep Python's lock: of milliseconds each."""
    found, pointer = ctypes.PyDLL(str(file())), ctypes.c_void_p
    for name, returned, *arguments in (
        ("", pointer, pointer, ctypes.c_int64),
        ("_bind", None, pointer, pointer),
        ("_run", None, pointer),
        ("_batches", None, pointer, ctypes.c_int64, pointer, ctypes.c_int64),
        ("_free", None, pointer),
    ):
        function = getattr(found, f"lurnet_plan{name}")
        function.restype, function.argtypes = returned, arguments
    return found


def address_of(name: str) -> int:
    """Where one of the ``FUNCTIONS`` begins."""
    return ctypes.cast(getattr(library(), f"lurnet_{name}"), ctypes.c_void_p).value or 0


def target(name: str) -> str:
    """The name by which XLA knows a function; a new number when its meaning changes."""
    return f"lurnet.{name}.2"
