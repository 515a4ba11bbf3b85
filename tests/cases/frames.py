"""Calls of the library in C as XLA makes them, on memory between pages that nobody may touch.

NumPy and ctypes only, so that the same cases run in a process of their own: one that a wrong call
may end, or one with a sanitizer in it.
"""

import ctypes
import mmap
from ctypes import POINTER, Structure, c_char, c_int, c_int64, c_size_t, c_void_p
from functools import cache
from typing import Any, NamedTuple

import numpy as np

POISON = 0xFF  # four of them are not a number
SLACK = 256  # bytes beside an array, on the side without a page of its own, that are looked at
EXECUTE, F32, S64 = 3, 11, 5  # as xla/ffi/api/c_api.h counts them
DTYPES = {"float32": F32, "uint8": 6, "bool": 1, "int32": 4, "uint32": 8, "float16": 10}
DTYPES |= {"int8": 2, "int16": 3, "uint16": 7}


class Buffer(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("extension", c_void_p), ("dtype", c_int),
        ("data", c_void_p), ("rank", c_int64), ("dims", POINTER(c_int64)),
    ]  # fmt: skip


class Buffers(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("extension", c_void_p), ("size", c_int64),
        ("types", c_void_p), ("buffers", POINTER(c_void_p)),
    ]  # fmt: skip


class Attributes(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("extension", c_void_p), ("size", c_int64),
        ("types", c_void_p), ("names", c_void_p), ("attributes", POINTER(c_void_p)),
    ]  # fmt: skip


class Numbers(Structure):
    _fields_ = [("dtype", c_int), ("size", c_size_t), ("data", c_void_p)]


class Scalar(Structure):
    _fields_ = [("dtype", c_int), ("value", c_void_p)]


class Frame(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("extension", c_void_p), ("api", c_void_p),
        ("context", c_void_p), ("stage", c_int), ("arguments", Buffers), ("results", Buffers),
        ("attributes", Attributes), ("future", c_void_p),
    ]  # fmt: skip


@cache
def _protect() -> Any:
    return ctypes.CDLL(None, use_errno=True).mprotect


class Fenced:
    """Memory whose first byte and whose last byte lie beside pages that end the process."""

    def __init__(self, size: int) -> None:
        page = mmap.PAGESIZE
        self.size = -(-size // page) * page
        self.region = mmap.mmap(-1, self.size + 2 * page)
        protect = _protect()
        first = ctypes.addressof(c_char.from_buffer(self.region))
        for fence in (first, first + page + self.size):
            if protect(c_void_p(fence), c_size_t(page), 0):
                raise OSError(ctypes.get_errno(), "mprotect")
        self.bytes = np.frombuffer(self.region, np.uint8)[page:-page]

    def place(self, shape: tuple, dtype: Any, at_end: bool) -> np.ndarray:
        """A poisoned array at one of the ends."""
        dtype = np.dtype(dtype)
        size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        if size + SLACK > self.size:
            raise ValueError(f"{shape} does not fit into {self.size} bytes.")
        start, low = (self.size - size, self.size - size - SLACK) if at_end else (0, 0)
        self.bytes[low : low + size + SLACK] = POISON
        self.slack = self.bytes[low : low + SLACK] if at_end else self.bytes[size : size + SLACK]
        return self.bytes[start : start + size].view(dtype).reshape(shape)


class Case(NamedTuple):
    """One call, and what it has to give.

    Of each result ``wanted`` is None, if nobody reads it, or the numbers in float64 and how large
    the numbers were that they are sums of: rounding is measured by that.
    """

    name: str
    arguments: list[np.ndarray]
    results: list[tuple[tuple, str]]  # shapes and dtypes
    wanted: list[Any]
    numbers: tuple[int, ...] = ()
    least: float | None = None
    same: dict[int, int] = {}  # results that are written over arguments

    def __str__(self) -> str:
        shapes = [a.shape for a in self.arguments], [shape for shape, _ in self.results]
        return f"{self.name} {shapes[0]} -> {shapes[1]} {self.numbers}"


class Library:
    """The compiled library with registers of so many numbers."""

    BUFFERS, SIZE = 64, 1 << 20

    def __init__(self, path: str, lanes: int) -> None:
        self.compiled = ctypes.CDLL(path)
        self.lanes = self.compiled.lurnet_lanes(lanes)
        self.fenced = [Fenced(self.SIZE) for _ in range(self.BUFFERS)]
        self.buffers = [Buffer(ctypes.sizeof(Buffer)) for _ in range(self.BUFFERS)]
        self.pointers = (c_void_p * self.BUFFERS)(*map(ctypes.addressof, self.buffers))
        self.api = None
        if hasattr(self.compiled, "pool_of_threads"):  # a library for sanitizers
            self.compiled.pool_of_threads.restype = c_void_p
            self.api = self.compiled.pool_of_threads()

    def run(self, case: Case, at_end: bool, blank: bool) -> list[np.ndarray]:
        """The results; with numbers that are none in place of the arguments' if ``blank``."""
        arrays = [
            self.fenced[i].place(a.shape, a.dtype, at_end) for i, a in enumerate(case.arguments)
        ]
        for array, given in zip(arrays, case.arguments, strict=True):
            array[...] = np.nan if blank and given.dtype == np.float32 else given
        for i, (shape, dtype) in enumerate(case.results):
            where = self.fenced[len(case.arguments) + i]
            same = case.same.get(i)
            arrays.append(where.place(shape, dtype, at_end) if same is None else arrays[same])
        before = [a.tobytes() for a in arrays[: len(case.arguments)]]
        self.call(case, arrays)
        for i, (array, old) in enumerate(zip(arrays, before, strict=False)):
            if i not in case.same.values() and array.tobytes() != old:
                raise AssertionError(f"{case}: argument {i} was changed")
        for i, _ in enumerate(arrays):
            if (i - len(case.arguments)) not in case.same and (
                self.fenced[i].slack != POISON
            ).any():
                raise AssertionError(f"{case}: written beside array {i}")
        return arrays[len(case.arguments) :]

    def call(self, case: Case, arrays: list[np.ndarray]) -> None:
        held = []
        for buffer, array in zip(self.buffers, arrays, strict=False):
            dims = (c_int64 * array.ndim)(*array.shape)
            held.append(dims)
            buffer.dtype, buffer.data = DTYPES[array.dtype.name], array.ctypes.data
            buffer.rank, buffer.dims = array.ndim, ctypes.cast(dims, POINTER(c_int64))
        numbers = (c_int64 * len(case.numbers))(*case.numbers)
        how = Numbers(S64, len(numbers), ctypes.addressof(numbers))
        value = ctypes.c_float(case.least or 0)
        least = Scalar(F32, ctypes.addressof(value))
        attributes = (c_void_p * 2)(ctypes.addressof(how), ctypes.addressof(least))
        count, first = len(case.arguments), ctypes.addressof(self.pointers)
        results = ctypes.cast(first + count * ctypes.sizeof(c_void_p), POINTER(c_void_p))
        given = 0 if case.name == "zeros" else 1 + (case.least is not None)
        frame = Frame(
            ctypes.sizeof(Frame), None, self.api, None, EXECUTE,
            Buffers(ctypes.sizeof(Buffers), None, count, None, self.pointers),
            Buffers(ctypes.sizeof(Buffers), None, len(case.results), None, results),
            Attributes(ctypes.sizeof(Attributes), None, given, None, None, attributes),
        )  # fmt: skip
        getattr(self.compiled, f"lurnet_{case.name}")(ctypes.byref(frame))

    def check(self, case: Case) -> None:
        """Twice: beside the page before, on blanks, which fill the memory that calls keep; then
        beside the page behind, by value."""
        self.run(case, at_end=False, blank=True)
        for i, (got, wanted) in enumerate(
            zip(self.run(case, at_end=True, blank=False), case.wanted, strict=True)
        ):
            if wanted is None:
                continue
            wrong = wanted.wrong(got) if hasattr(wanted, "wrong") else _wrong(got, *wanted)
            if wrong.any():
                at = tuple(int(k[0]) for k in np.nonzero(wrong))
                number = wanted[0][at] if isinstance(wanted, tuple) else "a largest one"
                raise AssertionError(
                    f"{case}: {wrong.sum()} of {wrong.size} numbers of result {i} are wrong, the "
                    f"first at {at}: {got[at]} instead of {number}"
                )


TOLERANCE, TINY = 4e-6, 1e-37


def _wrong(got: np.ndarray, numbers: np.ndarray, size: Any) -> np.ndarray:
    """Where numbers are further from those in float64 than rounding takes them."""
    with np.errstate(invalid="ignore"):
        wrong = ~(
            abs(got.astype("float64") - numbers) <= TOLERANCE * np.asarray(size, "float64") + TINY
        )
    return wrong & ~(np.isnan(got) & np.isnan(numbers)) if got.dtype == np.float32 else wrong
