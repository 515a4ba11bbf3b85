"""Symbolic tensors, and the one decorator that lets a function work on them."""

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar, cast

import jax
import jax.numpy as jnp
import numpy as np
from jax import export

from lurnet.core import tree
from lurnet.core.dtypes import narrow, standardize_dtype
from lurnet.core.errors import BadType, BadValue, LurnetError
from lurnet.core.masking import get_mask, set_mask
from lurnet.core.names import auto_name
from lurnet.core.probing import Undecided, probed
from lurnet.core.types import Operators
from lurnet.core.variable import Variable, abstract, values

#: What an op takes and gives: an array, a Variable, a SymbolicTensor, or numbers in nested lists.
#: An annotation with it marks the tensor arguments of an op, as against its settings.
Tensor = Annotated[Any, "tensor"]
Tensors = Annotated[Any, "list of tensors"]
F = TypeVar("F", bound=Callable[..., Any])


class Node:
    """One call recorded in a functional graph: who was called, with what, and what came out."""

    def __init__(self, fn: Any, args: tuple, kwargs: dict, outputs: Any) -> None:
        self.fn, self.args, self.kwargs, self.outputs = fn, args, kwargs, outputs

    def attach(self) -> "Node":
        """Make the call known to what was called and to what came out."""
        for i, leaf in enumerate(x for x in tree.leaves(self.outputs) if is_symbolic(x)):
            leaf.node, leaf.index = self, i
        self.fn._inbound_nodes.append(self)
        return self

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.attach()

    @property
    def inputs(self) -> list["SymbolicTensor"]:
        """The symbolic tensors that the call needs."""
        return [x for x in tree.leaves((self.args, self.kwargs)) if is_symbolic(x)]


def inbound_nodes(part: Any) -> list[Node]:
    """The calls of a layer or op that were recorded, in their order."""
    return getattr(part, "_inbound_nodes", [])


class OpCall:
    """An op's place in a functional graph: a function under a name of its own."""

    _not_in_program = ("name", "_inbound_nodes")

    def __init__(self, fn: Callable[..., Any], name: str | None = None) -> None:
        self.fn, self.name = fn, name or auto_name(fn.__name__)
        self._inbound_nodes: list[Node] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the op."""
        return self.fn(*args, **kwargs)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_inbound_nodes": []}  # a copy's calls attach themselves

    def __repr__(self) -> str:
        return f"<op {self.fn.__name__}, name={self.name}>"


class SymbolicTensor(Operators):
    """A shape, a dtype and the call that made it; ``None`` is an unknown size.

    ``a == b`` asks whether both are the same tensor, so that ``a in [b, a]`` has an answer; the
    comparison of values is ``ops.equal(a, b)``.

    >>> SymbolicTensor((None, 3))
    SymbolicTensor(shape=(None, 3), dtype=float32)
    """

    sparse = ragged = False
    _not_in_program = ("name", "node", "index")

    def __init__(
        self,
        shape: Sequence[int | None],
        dtype: Any = "float32",
        name: str | None = None,
        **_: Any,
    ) -> None:
        self._shape, self._dtype = tuple(shape), standardize_dtype(dtype)
        self.name = name or auto_name("keras_tensor")
        self.node: Node | None = None
        self.index = 0

    def __getstate__(self) -> dict[str, Any]:
        """What a copy is made of: its call makes itself known, when it is copied too.

        A model may be thousands of calls deep, so no copy follows them one from the other.
        """
        return self.__dict__ | {"node": None, "index": 0, "mask": get_mask(self)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        set_mask(self, state.pop("mask"))
        self.__dict__.update(state)

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Sizes of the axes; None is an unknown one."""
        return self._shape

    @property
    def dtype(self) -> str:
        """Name of the dtype."""
        return self._dtype

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    def __repr__(self) -> str:
        return f"SymbolicTensor(shape={self.shape}, dtype={self.dtype})"

    def __bool__(self) -> bool:
        raise BadType(
            "A symbolic tensor has no value yet, so it can stand in no `if`, `while` or `and`: use "
            "ops.where or ops.cond, or put the code into a Layer's call()."
        )

    def __float__(self) -> float:
        raise BadType("A symbolic tensor has no value yet, so it cannot become a number.")

    __int__ = __complex__ = __float__

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise BadType(
            "A symbolic tensor has no value yet, so NumPy cannot take it: use the function of the "
            "same name from lurnet.ops, or put the code into a Layer's call()."
        )

    def __iter__(self) -> Any:
        if not self.shape or self.shape[0] is None:
            raise BadType(f"Cannot go through {self!r} item by item: its first axis is unknown.")
        return (self[i] for i in range(self.shape[0]))  # type: ignore[index]


def is_symbolic(x: Any) -> bool:
    """Whether a value is a SymbolicTensor."""
    return isinstance(x, SymbolicTensor)


def any_symbolic(values: Any) -> bool:
    """Whether a SymbolicTensor stands somewhere in nested lists, tuples and dicts."""
    return any(isinstance(x, SymbolicTensor) for x in tree.leaves(values))


@functools.cache
def _unknown_size() -> Any:
    """The size of an unknown axis while it is traced: no number, and shown as None."""
    return export.symbolic_shape("None", constraints=["None >= 2"])[0]


def without_names(shapes: Any) -> Any:
    """Shapes with None in place of the named size that an unknown axis has while it is traced."""
    return tree.map_structure(lambda d: None if export.is_symbolic_dim(d) else d, shapes)


def infer(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Outputs of ``fn`` as new symbolic tensors, found by tracing it: nobody writes shapes by hand.

    Unknown axes are traced as one named size. Nothing that the call assigns stays.
    """
    return infer_or(None, fn, args, kwargs)


def infer_or(
    declared: Callable[..., Any] | None, fn: Callable[..., Any], args: tuple, kwargs: dict
) -> Any:
    """``infer``, and what ``declared()`` says where the code takes no size but a number.

    Where nothing is declared either, such code (``float(x.shape[0])``, a Python loop) is traced
    with numbers that nobody sees: see ``probing``.
    """
    flat = tree.flatten((args, kwargs))
    symbols = [x for x in flat if is_symbolic(x)]
    if any(x.dtype == "string" for x in symbols):
        raise TypeError(
            "strings cannot be computed with on a device. Turn them into numbers first: by a "
            "TextVectorization, StringLookup or Hashing layer."
        )
    shapes = [x.shape for x in symbols]
    trace = functools.partial(_trace, fn, args, kwargs)
    n = _unknown_size()
    try:
        traces = [trace([tuple(n if d is None else d for d in s) for s in shapes])]
    except Exception as error:  # whatever a size without a number led to, among others
        if declared is not None:
            return declared()
        if all(None not in shape for shape in shapes):
            raise
        known = [np.shape(x) for x in flat if isinstance(x, (np.ndarray, jax.Array, Variable))]
        op = getattr(fn, "is_op", False)
        asked = {x for x in flat if type(x) is int} if op or len(shapes) + len(known) > 1 else None
        traces = _probed(trace, shapes, known, asked, error)
    structure = traces[0][1]
    merged = [_merged(specs) for specs in zip(*(flat for flat, _ in traces), strict=True)]
    return tree.pack_sequence_as(structure, merged)


def _probed(
    trace: Callable[..., Any], shapes: list, known: list, asked: Any, error: Exception
) -> list:
    """The traces with numbers, or an error that holds none."""

    def numbered(filled: list) -> tuple[list, Any]:
        found = trace(filled)
        sizes = {d for shape in (*shapes, *known) for d in shape} | (asked or set())
        if 0 not in sizes and any(0 in x.shape for x in found[0] if x is not None):
            raise BadValue("Nothing is left of an axis.")  # a window was larger, or no slice fitted
        return found

    try:
        return probed(numbered, shapes, known, asked)
    except Undecided as undecided:
        found = undecided.cause
    if isinstance(error, LurnetError):
        raise error
    if found is not None:
        raise found from None
    if isinstance(error, jax.errors.InconclusiveDimensionOperation) or "_DimExpr" in str(error):
        raise BadValue(
            "what comes out depends on a size that is not known yet, one shown as None. Give it in "
            "keras.Input(shape=..., batch_size=...), or write the layer's compute_output_shape."
        ) from error
    raise error


def _trace(
    fn: Callable[..., Any], args: tuple, kwargs: dict, shapes: Sequence[tuple]
) -> tuple[list, Any]:
    """Flat output specs of one abstract call, and the structure they came in."""
    flat = tree.flatten((args, kwargs))
    where = [i for i, leaf in enumerate(flat) if is_symbolic(leaf)]
    seen = {}

    def call(*tensors: Any) -> list:
        filled = list(flat)
        for i, tensor in zip(where, tensors, strict=True):
            filled[i] = tensor
        a, k = tree.pack_sequence_as((args, kwargs), filled)
        with values([], []), abstract():
            seen["out"] = fn(*a, **k)
        return [x if x is None else jnp.asarray(x) for x in tree.leaves(seen["out"])]

    specs = [
        jax.ShapeDtypeStruct(shape, narrow(flat[i].dtype))
        for i, shape in zip(where, shapes, strict=True)
    ]
    out = jax.eval_shape(call, *specs)
    return out, tree.map_structure(lambda _: 0, seen["out"])


def _merged(specs: tuple) -> SymbolicTensor | None:
    """The symbol of an output: a size that is no number, or not the same in each, is unknown."""
    if specs[0] is None:
        return None
    if len({spec.ndim for spec in specs}) > 1:
        raise BadValue("how many axes come out depends on a size that is not known yet.")
    sizes = zip(*(spec.shape for spec in specs), strict=True)
    shape = [d[0] if isinstance(d[0], int) and len(set(d)) == 1 else None for d in sizes]
    return SymbolicTensor(shape, specs[0].dtype.name)


def record(fn: Any, args: tuple, kwargs: dict, outputs: Any) -> Any:
    """Attach the call to its outputs; following the nodes back gives the graph."""
    Node(fn, args, kwargs, outputs).attach()
    return outputs


def op(fn: F) -> F:
    """Let ``fn`` take symbolic tensors, whose calls are recorded and not run, and Variables.

    Its tensor parameters are annotated ``Tensor`` (or ``Tensors``, a list of them); that is how a
    recorded call is split into inputs and settings.
    """

    @functools.wraps(fn)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        for x in (*args, *kwargs.values()):
            if type(x) in _SPECIAL or isinstance(x, Variable) or hasattr(x, "to_numpy"):
                break
        else:
            return fn(*args, **kwargs)
        if any_symbolic((args, kwargs)):
            return record(OpCall(wrapper), args, kwargs, infer(wrapper, *args, **kwargs))
        args, kwargs = tree.map_structure(read, (args, kwargs))
        wanted = _array_arguments(fn)
        args = tuple(_array(x) if i in wanted else x for i, x in enumerate(args))
        return fn(*args, **{k: _array(x) if k in wanted else x for k, x in kwargs.items()})

    wrapper.is_op = True  # type: ignore[attr-defined]
    return cast(F, wrapper)


_SPECIAL = {SymbolicTensor, Variable, list, tuple, dict}  # what an op looks at before it calls JAX


@functools.cache
def _array_arguments(fn: Callable[..., Any]) -> frozenset:
    """Positions and names of the parameters that are one tensor: a list for them is an array."""
    notes = inspect.get_annotations(fn, eval_str=True)
    names = enumerate(inspect.signature(fn).parameters)
    return frozenset(key for i, k in names if notes.get(k) is Tensor for key in (i, k))


def _array(x: Any) -> Any:
    return jnp.asarray(x) if isinstance(x, (list, tuple)) else x


def read(x: Any) -> Any:
    """A Variable's value, a table's numbers; anything else as it is."""
    if isinstance(x, Variable):
        return x.value
    return np.asarray(x.to_numpy()) if hasattr(x, "to_numpy") else x


@functools.cache
def tensor_parameters(fn: Callable[..., Any]) -> tuple[str, ...]:
    """Names of an op's tensor parameters, by their annotation."""
    notes = inspect.get_annotations(inspect.unwrap(fn), eval_str=True)
    return tuple(k for k, t in notes.items() if k != "return" and (t is Tensor or t is Tensors))
