"""The error of code that asks for a tensor's value where there is none yet: what to write."""

import linecache
import re
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

import jax
import numpy as np

from lurnet import ops
from lurnet.core.errors import BadAttribute, BadType

_UNKNOWN = (
    jax.errors.ConcretizationTypeError,
    jax.errors.TracerArrayConversionError,
    jax.errors.TracerIntegerConversionError,
)
#: Folders of code that nobody who reads the error wrote.
_NOT_THEIRS = (
    *(str(Path(module.__file__).parent) for module in (jax, np)),  # type: ignore[arg-type]
    str(Path(ops.__file__).parents[1]),
)
_NUMPY_CALL = re.compile(r"\b(?:np|numpy)\.(\w+)\(")
_AS_THEY_ARE = {"asarray", "array", "asanyarray", "ascontiguousarray"}


def explain(error: Exception, where: str, shape_known: bool = True) -> None:
    """Raise what says where a value was asked for and what to write; nothing for other errors.

    Args:
        error: what the code raised.
        where: whose code it is, such as "Dense layer 'dense'".
        shape_known: whether a model can be built without running the code.
    """
    if isinstance(error, _UNKNOWN):
        line = _line_of(error.__traceback__)
        raise BadType(
            f"{where} asks for the value of a tensor{line}, but tensors have no values while the "
            "model is built or compiled, only shapes and dtypes. "
            f"{_instead(error, line)} {_eagerly(shape_known)}"
        ) from error
    if isinstance(error, AttributeError) and isinstance(error.obj, jax.Array):
        line = _line_of(error.__traceback__)
        said = f"{where}: a tensor has no attribute {error.name!r}{line}. "
        raise BadAttribute(said + _for_attribute(error.name, shape_known)) from error


def _eagerly(shape_known: bool) -> str:
    more = (
        "; a layer of a Sequential or functional model then needs a method "
        "compute_output_shape(self, input_shape) too"
    )
    return (
        "To run it as plain Python, on real values, write model.compile(..., run_eagerly=True)"
        f"{'' if shape_known else more}."
    )


def _line_of(tb: TracebackType | None) -> str:
    """The line of the user's that led to the error, with its place; "" where there is none."""
    theirs = [f for f in traceback.extract_tb(tb) if not f.filename.startswith(_NOT_THEIRS)]
    if not theirs:
        return ""
    last = theirs[-1]
    text = linecache.getline(last.filename, last.lineno or 0).strip()
    shown = f" (line {last.lineno} of {Path(last.filename).name}"
    return f"{shown}: {text})" if text else f"{shown})"


def _instead(error: Exception, line: str) -> str:
    """What computes the same on tensors."""
    if isinstance(error, jax.errors.TracerBoolConversionError):
        return (
            "Instead of `if` and `while` write keras.ops.where(condition, a, b), or "
            "keras.ops.cond(condition, lambda: a, lambda: b) and keras.ops.while_loop."
        )
    if isinstance(error, jax.errors.TracerIntegerConversionError):
        return "Instead of range() write keras.ops.fori_loop, instead of items[i] keras.ops.take."
    if not isinstance(error, jax.errors.TracerArrayConversionError):
        return (
            "Leave it a tensor: without float(), int(), .item() or .tolist(); keras.ops.cast(x, "
            "'float32') changes its dtype."
        )
    names = [n for n in _NUMPY_CALL.findall(line) if n not in _AS_THEY_ARE and hasattr(ops, n)]
    same = ", such as " + ", ".join(f"keras.ops.{n}" for n in names) if names else ""
    return (
        "NumPy, and what is made with it, cannot take a tensor without values: write the "
        f"functions of the same name of keras.ops{same}."
    )


def _for_attribute(name: Any, shape_known: bool) -> str:
    """What to write instead of an attribute that other libraries' tensors have."""
    if name == "numpy":
        return (
            "Compute with keras.ops. Where a tensor has values, np.asarray(x) gives them. "
            f"{_eagerly(shape_known)}"
        )
    return "What can be done with tensors is in keras.ops."
