"""Compiles lurnet's C library; everything else about the package stands in pyproject.toml."""

import os
import sys
from importlib.util import find_spec

import jax.ffi
from setuptools import Extension, setup

if find_spec("ziglang"):  # one compiler, known to be good, on every machine; else the machine's own
    os.environ["CC"] = f"{sys.executable} -m ziglang cc"
    os.environ["LDSHARED"] = f"{sys.executable} -m ziglang cc -shared"

SOURCE = "lurnet/ops/native/src"
sums = Extension(
    "lurnet.ops.native._sums",
    [f"{SOURCE}/{name}.c" for name in ("sums", "calls")],
    depends=[f"{SOURCE}/{name}.h" for name in ("sums", "kernels", "tile", "pool")],
    include_dirs=[jax.ffi.include_dir()],
    extra_compile_args=["-O3", "-std=gnu11", "-fvisibility=hidden"],
    optional=True,  # without it XLA's own forms are used
)
setup(ext_modules=[sums])
