"""What a layer expects of its input, and the error where it gets something else."""

from collections.abc import Sequence
from typing import Any

from lurnet.core import tree
from lurnet.core.errors import BadValue

__all__ = ["InputSpec"]


class InputSpec:
    """Expected dtype, rank, shape and sizes of some axes of one input.

    Args:
        dtype: kept for compatibility, not checked.
        shape: full shape; None is any size.
        ndim: number of axes.
        max_ndim: largest number of axes.
        min_ndim: smallest number of axes.
        axes: size by axis, such as ``{-1: 784}``.
        allow_last_axis_squeeze: whether a last axis of size 1 may be missing or added.
        name: key of this input where inputs come in a dict.
        optional: whether None will do.

    >>> InputSpec(ndim=2, axes={-1: 3}).problem((None, 4))
    'size 3 on axis -1'
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Sequence[int | None] | None = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: dict[int, int | None] | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ) -> None:
        self.dtype, self.shape = dtype, None if shape is None else tuple(shape)
        self.ndim = ndim if shape is None else len(tuple(shape))
        self.max_ndim, self.min_ndim = max_ndim, min_ndim
        self.axes = {int(k): v for k, v in (axes or {}).items()}
        self.allow_last_axis_squeeze, self.name, self.optional = (
            allow_last_axis_squeeze,
            name,
            optional,
        )

    def problem(self, shape: tuple) -> str | None:
        """What is expected and not met by a shape, or None."""
        rank = len(shape)
        if self.ndim is not None and rank != self.ndim:
            squeezable = self.allow_last_axis_squeeze and self._squeezes(shape)
            return None if squeezable else f"{self.ndim} axes"
        if self.min_ndim is not None and rank < self.min_ndim:
            return f"at least {self.min_ndim} axes"
        if self.max_ndim is not None and rank > self.max_ndim:
            return f"at most {self.max_ndim} axes"
        return self._axis_problem(shape)

    def _axis_problem(self, shape: tuple) -> str | None:
        for axis, size in self.axes.items():
            if size is not None and shape[axis] not in (size, None):
                return f"size {size} on axis {axis}"
        for seen, wanted in zip(shape, self.shape or shape, strict=True):
            if wanted is not None and seen is not None and seen != wanted:
                return f"shape {self.shape}"
        return None

    def _squeezes(self, shape: tuple) -> bool:
        wanted: tuple = self.shape or ()
        longer, shorter = (shape, wanted) if len(shape) > len(wanted) else (wanted, shape)
        return len(longer) == len(shorter) + 1 and longer[-1] in (1, None)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        keys = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        return {k: getattr(self, k) for k in keys}

    def __repr__(self) -> str:
        shown = {k: v for k, v in self.get_config().items() if v}
        return f"InputSpec({', '.join(f'{k}={v}' for k, v in shown.items())})"


def check_inputs(spec: Any, inputs: Any, layer: Any) -> None:
    """Compare inputs with the spec (or list of specs) of a layer; the error names both."""
    if spec is None:
        return
    specs = tree.flatten(spec)
    given = [inputs[s.name] for s in specs] if _by_key(specs, inputs) else tree.flatten(inputs)
    if len(given) != len(specs):
        raise BadValue(
            f"{describe(layer)} expects {len(specs)} input(s), but it got {len(given)}: "
            f"{[shape_of(x) for x in given]}."
        )
    for one, x in zip(specs, given, strict=True):
        if x is None and one.optional:
            continue
        shape = shape_of(x)
        if shape is None:
            raise BadValue(f"{describe(layer)} expects a tensor, but it got {x!r}.")
        problem = one.problem(shape)
        if problem:
            raise BadValue(
                f"{describe(layer)} expects an input with {problem}, but it got one of shape "
                f"{shape}.{_advice(one, x, layer)}"
            )


def _advice(spec: InputSpec, x: Any, layer: Any) -> str:
    """What to write, by what made the input and by its shape."""
    shape = shape_of(x) or ()
    if spec.problem((*shape[:1], None, *shape[1:])) is None:
        maker = last_step_by(x)
        if maker is not None:
            return for_last_step(maker)
    if _is_start(x) and len(shape) > 2 and spec.problem((None, *shape[2:])) is None:
        return (
            f" An Input's shape is that of one sample: if {shape[1]} is the number of samples, "
            f"leave it out, keras.Input({shape[2:]})."
        )
    return layer.input_advice(shape) if hasattr(layer, "input_advice") else ""


def _is_start(x: Any) -> bool:
    """Whether a symbolic tensor is an Input."""
    node = getattr(x, "node", None)
    return node is not None and not node.inputs


def last_step_by(x: Any) -> Any:
    """The recurrent layer that made a symbolic tensor of its last step alone, None for others."""
    rank = len(shape_of(x) or ())
    while getattr(x, "node", None) is not None:
        maker = x.node.fn
        if getattr(maker, "return_sequences", None) is False:
            return maker
        if len(x.node.inputs) != 1 or len(x.node.inputs[0].shape) != rank:
            return None
        (x,) = x.node.inputs  # such as Dropout, which leaves the axes as they are
    return None


def for_last_step(maker: Any) -> str:
    """What to write where all steps of a recurrent layer are wanted, and it gives the last."""
    return (
        f" {describe(maker)} before it gives its last step alone: write return_sequences=True in "
        "it, for one output per step."
    )


def _by_key(specs: list, inputs: Any) -> bool:
    return isinstance(inputs, dict) and all(s.name is not None and s.name in inputs for s in specs)


def describe(layer: Any) -> str:
    """A layer as errors name it: ``Dense layer 'dense_1'``."""
    return f"{type(layer).__name__} layer {getattr(layer, 'name', '?')!r}"


def shape_of(x: Any) -> tuple | None:
    """A tensor's shape, or None for what is no tensor."""
    shape = getattr(x, "shape", None)
    return tuple(shape) if shape is not None else None
