"""Operators and methods of symbolic tensors, each recorded as the op it stands for."""

from collections.abc import Callable
from typing import Any

from lurnet.core.symbolic import SymbolicTensor
from lurnet.ops import arithmetic, core, indexing, linear, logic, shapes

BINARY = {
    "add": arithmetic.add,
    "sub": arithmetic.subtract,
    "mul": arithmetic.multiply,
    "truediv": arithmetic.divide,
    "floordiv": arithmetic.floor_divide,
    "mod": arithmetic.mod,
    "pow": arithmetic.power,
    "matmul": linear.matmul,
    "and": logic.logical_and,
    "or": logic.logical_or,
    "xor": logic.logical_xor,
}
COMPARISONS = {
    "lt": logic.less,
    "le": logic.less_equal,
    "gt": logic.greater,
    "ge": logic.greater_equal,
    "ne": logic.not_equal,
}
UNARY = {"neg": arithmetic.negative, "abs": arithmetic.absolute, "invert": logic.logical_not}


def _forward(fn: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, *others: fn(self, *others)


def _reflected(fn: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, other: fn(other, self)


def _reshape(self: SymbolicTensor, *newshape: Any) -> Any:
    """``reshape(2, 3)`` or ``reshape((2, 3))``."""
    return shapes.reshape(self, newshape[0] if len(newshape) == 1 else newshape)


METHODS = {
    "reshape": _reshape,
    "astype": _forward(core.cast),
    "squeeze": _forward(shapes.squeeze),
    "__getitem__": _forward(indexing.get_item),
    "T": property(_forward(shapes.transpose)),
    "__round__": lambda self, ndigits=None: arithmetic.round(self, ndigits or 0),
}


def attach() -> None:
    """Give SymbolicTensor its operators.

    >>> x = SymbolicTensor((None, 3)); (1 - x[:, :2]) @ SymbolicTensor((2, 4)) > 0
    SymbolicTensor(shape=(None, 4), dtype=bool)
    """
    for name, fn in (BINARY | COMPARISONS | UNARY).items():
        METHODS[f"__{name}__"] = _forward(fn)
    for name, fn in BINARY.items():
        METHODS[f"__r{name}__"] = _reflected(fn)
    for name, method in METHODS.items():
        setattr(SymbolicTensor, name, method)


attach()
