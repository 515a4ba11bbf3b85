"""Compiles lurnet's C library; everything else about the package stands in pyproject.toml."""

import os
import sys

import jax.ffi
from setuptools import Extension, setup

try:  # one compiler, known to be good, on every machine
    import ziglang  # noqa: F401  # pyright: ignore[reportMissingImports]

    os.environ["CC"] = f"{sys.executable} -m ziglang cc"
    os.environ["LDSHARED"] = f"{sys.executable} -m ziglang cc -shared"
except ImportError:  # the machine's own
    pass

SOURCE = "lurnet/ops/native/src"
FILES = (
    *("kernels", "panels", "products", "convolutions", "frames", "calls", "outputs", "updates"),
    "plan",
)
HEADERS = (
    *("sums", "panels", "kernels", "vectors", "tile", "dots", "pool", "turn", "finish", "distance"),
    *("updates", "dropout", "frames", "outputs", "row"),
)
sums = Extension(
    "lurnet.ops.native._sums",
    [f"{SOURCE}/{name}.c" for name in FILES],
    depends=[f"{SOURCE}/{name}.h" for name in HEADERS],
    include_dirs=[jax.ffi.include_dir()],
    extra_compile_args=["-O3", "-fno-math-errno", "-std=gnu11", "-fvisibility=hidden"],
    optional=True,  # without it XLA's own forms are used
)
setup(ext_modules=[sums])
