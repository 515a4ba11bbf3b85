"""The compiled library: found, loaded, checked by its manifest, made known to XLA."""

import ctypes
import os
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import jax

MOST_LANES = 16  #: numbers in the widest register that there are kernels for


@dataclass
class Facts:
    """What a library says of itself in its manifest, or what Python relies on."""

    calls: set[str] = field(default_factory=set)
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    steps: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Of an optimizer's step its place, and how many numbers and slots it takes."""

    def count(self) -> int:
        """How many facts there are."""
        return len(self.calls) + len(self.enums) + len(self.numbers)

    def missing(self, library: "Facts") -> list[str]:
        """In what a library is not the one that these facts ask for."""
        found = [f"there is no call {name!r}" for name in sorted(self.calls - library.calls)]
        for kind, wanted, stated in (
            ("enum", self.enums, library.enums),
            ("number", self.numbers, library.numbers),
        ):
            found += [
                f"the {kind} {name!r} is {stated.get(name)} and not {value}"
                for name, value in wanted.items()
                if stated.get(name) != value
            ]
        return found


_relied_on = Facts()


def relied_on() -> Facts:
    """What the modules that are imported by now need of a library."""
    return _relied_on


def relies_on_call(name: str) -> str:
    """State that Python makes this call; gives the name by which XLA knows it."""
    _relied_on.calls.add(name)
    return target(name)


def relies_on_enum(name: str, members: Iterable[str]) -> None:
    """State that Python counts these members as the library does."""
    _relied_on.enums[name] = tuple(members)


def relies_on_numbers(**numbers: int) -> None:
    """State what sizes and counts Python takes for granted."""
    _relied_on.numbers.update(numbers)


class _Fact(ctypes.Structure):
    """As in kernel.h."""

    _fields_ = [
        *((name, ctypes.c_char_p) for name in ("kind", "name", "text")),
        ("number", ctypes.c_int64),
        ("next", ctypes.c_void_p),
    ]


class Library:
    """A compiled library of kernels.

    Args:
        path: the file.
        lanes: how many numbers its registers may hold.
    """

    def __init__(self, path: Path, lanes: int = MOST_LANES) -> None:
        self.path, self.functions = path, ctypes.CDLL(str(path))
        self.manifest = self._read()
        self.lanes: int = self.functions.lurnet_lanes(lanes)

    def _read(self) -> Facts:
        self.functions.lurnet_manifest.restype = ctypes.c_void_p
        facts, at = Facts(), self.functions.lurnet_manifest()
        while at:
            fact = _Fact.from_address(at)
            name, text, at = fact.name.decode(), (fact.text or b"").decode(), fact.next
            if fact.kind == b"call":
                facts.calls.add(name)
            elif fact.kind == b"enum":
                facts.enums[name] = tuple(text.split(", "))
            elif fact.kind == b"step":
                facts.steps[name] = (fact.number, *map(int, text.split()))
            else:
                facts.numbers[name] = fact.number
        return facts

    def register(self) -> None:
        """Make its calls known to XLA."""
        for name in self.manifest.calls:
            capsule = jax.ffi.pycapsule(getattr(self.functions, f"lurnet_{name}"))
            jax.ffi.register_ffi_target(target(name), capsule, platform="cpu")


def loaded(path: Path | None) -> Library | None:
    """The library of a file, ready for XLA; None if there are no kernels for this machine.

    A file that cannot be used is warned of.
    """
    try:
        library = Library(path) if path else None
        if not library or not library.lanes:
            return None
        library.register()
        return library
    except Exception as error:  # whatever XLA or the loader says of a library made for another one
        _warn(path, f"do not fit this jax: {error}", "a newer lurnet, or an older jax")
        return None


def fits(library: Library) -> bool:
    """Whether a library has all that Python relies on by now; if not, a warning says what not."""
    missing = _relied_on.missing(library.manifest)
    if missing:
        _warn(library.path, f"are not those of this lurnet: {'; '.join(missing)}", "lurnet again")
    return not missing


def _warn(path: Path | None, reason: str, advice: str) -> None:
    warnings.warn(
        f"lurnet's kernels ({path}) {reason}. Slower forms are used; install {advice}.",
        stacklevel=3,
    )


def file() -> Path | None:
    """Where the compiled library is, or None; LURNET_KERNELS names another one."""
    if other := os.environ.get("LURNET_KERNELS"):
        return Path(other)
    return next(iter(sorted(Path(__file__).parent.parent.glob("_library.*"))), None)


@cache
def library() -> Library | None:
    """The one that is used, if there is one."""
    return loaded(file())


def lanes() -> int:
    """How many numbers one instruction of this processor's kernels multiplies; 0 without kernels.

    >>> lanes() in (0, 8, 16)
    True
    """
    found = library()
    return found.lanes if found and _fits(found, _relied_on.count()) else 0


_fits = cache(lambda library, _: fits(library))  # asked again when Python relies on more


@cache
def graph_calls() -> ctypes.PyDLL:
    """The library for captured graphs, called from here, which keep Python's lock: milliseconds."""
    found, pointer = ctypes.PyDLL(str(file())), ctypes.c_void_p
    for name, returned, *arguments in (
        ("", pointer, pointer, ctypes.c_int64),
        ("_bind", None, pointer, pointer),
        ("_run", None, pointer),
        ("_batches", None, pointer, ctypes.c_int64, pointer, ctypes.c_int64),
        ("_free", None, pointer),
    ):
        function = getattr(found, f"lurnet_graph{name}")
        function.restype, function.argtypes = returned, arguments
    return found


def address_of(name: str) -> int:
    """Where one of the library's calls begins."""
    return ctypes.cast(getattr(graph_calls(), f"lurnet_{name}"), ctypes.c_void_p).value or 0


def target(name: str) -> str:
    """The name by which XLA knows a function; a new number when its meaning changes."""
    return f"lurnet.{name}.3"
