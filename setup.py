"""Compiles lurnet's C library; everything else about the package stands in pyproject.toml."""

import os
import platform
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

KERNELS = Path("lurnet/kernels")  # each folder is one kernel, or what they share
FLAGS = ["-O3", "-fno-math-errno", "-std=gnu11", "-fvisibility=hidden"]
ZIG = [sys.executable, "-m", "ziglang"]  # a list: the path may hold spaces


class Build(build_ext):
    """Compiles with zig where it is installed, one compiler known to be good, else with cc."""

    def build_extension(self, ext):
        """Make the library; `Extension(optional=True)` lets the package do without."""
        if sys.platform == "win32" or not self.built_with_zig(ext):
            super().build_extension(ext)

    def built_with_zig(self, ext):
        """Whether zig is installed and has made the library."""
        if subprocess.run([*ZIG, "version"], capture_output=True).returncode != 0:
            return False
        try:
            self.build_with_zig(ext)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"zig cannot compile here ({error}): the machine's own compiler is tried")
            return False
        return True

    def build_with_zig(self, ext):
        """Each file by itself, and the objects put together."""
        temp, target = Path(self.build_temp), Path(self.get_ext_fullpath(ext.name))
        for folder in (temp, target.parent):
            folder.mkdir(parents=True, exist_ok=True)
        objects = [str(temp / f"{Path(source).stem}.o") for source in ext.sources]
        compile_one = [*ZIG, "cc", "-c", "-fPIC", *ext.extra_compile_args, f"-I{KERNELS}"]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            made = [
                pool.submit(subprocess.run, [*compile_one, source, "-o", to], check=True)
                for source, to in zip(ext.sources, objects, strict=True)
            ]
        for one in made:
            one.result()
        # What `zig cc` would link besides is in every Python process, and takes 50 s to make.
        linker = ["ld.lld", "-shared"] if sys.platform == "linux" else ["cc", "-shared"]
        subprocess.run([*ZIG, *linker, "-o", str(target), *objects], check=True)


library = Extension(
    "lurnet.kernels._library",
    sorted(map(str, KERNELS.glob("*/*.c"))),
    depends=sorted(map(str, KERNELS.rglob("*.h"))),  # XLA's own among them: no jax is needed here
    include_dirs=[str(KERNELS)],
    extra_compile_args=FLAGS,
    optional=True,  # without it XLA's own forms are used, as on processors that there are none for
)
known = platform.machine().lower() in ("x86_64", "amd64")
setup(ext_modules=[library] if known else [], cmdclass={"build_ext": Build})
