"""What recurrent cells have in common: weights, dropout, and a step in two parts."""

import contextlib
import contextvars
from collections.abc import Callable, Iterator
from dataclasses import KW_ONLY
from typing import Any, ClassVar, NamedTuple

from lurnet import ops, random
from lurnet.core import tree
from lurnet.core.fields import Rate, fields
from lurnet.core.seeds import SeedGenerator
from lurnet.core.variable import Variable
from lurnet.layers.base import Layer
from lurnet.layers.options import Constraint, Initializer, Regularizer
from lurnet.layers.state import flatten_layers

Masks = list | None


class Steps(NamedTuple):
    """A cell made ready for one sequence.

    ``project`` takes one step's input, or those of all; ``step(x, states)`` gives the output and
    the new states of one; ``shows_state`` tells that the output is the cell's first state;
    ``moving`` are the variables that a step assigns.
    """

    project: Callable[..., Any]
    step: Callable[..., Any]
    shows_state: bool
    moving: list[Variable]


#: Dropout masks of the cells of the sequence under way, by the cell's identity.
_masks: contextvars.ContextVar[dict[int, tuple[Masks, Masks]]] = contextvars.ContextVar("masks")


@contextlib.contextmanager
def drawn_once(cell: Any, batch: Any, training: Any) -> Iterator[None]:
    """Draw the dropout masks of a cell and those in it once, for all steps inside."""
    parts = flatten_layers(cell) if isinstance(cell, Layer) else []
    cells = [c for c in parts if isinstance(c, RecurrentCell) and c.built]
    token = _masks.set({id(c): c.masks(batch, training) for c in cells})
    try:
        yield
    finally:
        _masks.reset(token)


def by_steps(call: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a cell's ``call`` as one that only runs its ``start``: a loop may use that directly."""
    call.by_steps = call  # type: ignore[attr-defined]  # a wrapper copies the mark, but is another
    return call


def runs_by_steps(cell: Any) -> bool:
    """Whether a cell's ``call`` is marked so, and not a user's own."""
    call = getattr(cell.call, "__func__", None)
    return call is not None and getattr(call, "by_steps", None) is call


@fields
class RecurrentCell(Layer):
    """Base of the built-in cells: one step of a recurrent layer.

    A subclass defines ``gates`` and ``advance(x, states, masks)``, where ``x`` is the projected
    input.
    """

    _: KW_ONLY
    kernel_initializer: Initializer = "glorot_uniform"  #: first value of the input's kernel
    recurrent_initializer: Initializer = "orthogonal"  #: first value of the state's kernel
    bias_initializer: Initializer = "zeros"  #: first value of the bias
    kernel_regularizer: Regularizer = None  #: penalty on the input's kernel
    recurrent_regularizer: Regularizer = None  #: penalty on the state's kernel
    bias_regularizer: Regularizer = None  #: penalty on the bias
    kernel_constraint: Constraint = None  #: projection of the input's kernel
    recurrent_constraint: Constraint = None  #: projection of the state's kernel
    bias_constraint: Constraint = None  #: projection of the bias
    dropout: Rate = 0.0  #: share of the inputs set to zero, the same ones at all steps
    recurrent_dropout: Rate = 0.0  #: share of the state set to zero, the same ones at all steps
    seed: int | None = None  #: seed of the dropout

    gates: ClassVar[int] = 1

    implementation = 2

    def accept(self, extra: dict[str, Any]) -> None:
        """``implementation=1`` draws one dropout mask per gate."""
        self.implementation = extra.pop("implementation", 2)
        super().accept(extra)

    def setup(self) -> None:
        """The sizes that a recurrent layer asks for."""
        super().setup()
        self.seed_generator = SeedGenerator(self.seed)
        self.state_size: Any = self.units
        self.output_size = self.units
        if self.recurrent_dropout:
            self.implementation = 1

    def build(self, input_shape: tuple) -> None:
        """Make kernel (d, gates units), recurrent_kernel (units, gates units) and bias."""
        width = self.gates * self.units
        self.kernel = self._weight("kernel", (input_shape[-1], width))
        self.recurrent_kernel = self._weight("recurrent", (self.units, width))
        self.bias = self._weight("bias", self.bias_shape()) if self.use_bias else None

    def _weight(self, kind: str, shape: tuple) -> Variable:
        return self.add_weight(
            shape,
            name="recurrent_kernel" if kind == "recurrent" else kind,
            initializer=self.first_bias if kind == "bias" else getattr(self, f"{kind}_initializer"),
            regularizer=getattr(self, f"{kind}_regularizer"),
            constraint=getattr(self, f"{kind}_constraint"),
        )

    def bias_shape(self) -> tuple[int, ...]:
        """Sizes of the bias."""
        return (self.gates * self.units,)

    def first_bias(self, shape: tuple, dtype: Any = None) -> Any:
        """First value of the bias."""
        return self.bias_initializer(shape, dtype=dtype)

    def get_initial_state(self, batch_size: Any = None) -> list:
        """Zeros (batch, units), one for each state."""
        sizes = self.state_size if tree.is_nested(self.state_size) else [self.state_size]
        return [ops.zeros((batch_size, size), dtype=self.compute_dtype) for size in sizes]

    def start(self, batch: Any, training: Any, **_: Any) -> Steps:
        """Draw the dropout masks of one sequence and give its two functions."""
        inner, outer = _masks.get({}).get(id(self)) or self.masks(batch, training)
        return Steps(
            lambda x: self.project(x, inner),
            lambda x, states: self.advance(x, states, outer),
            shows_state=True,
            moving=[],
        )

    def masks(self, batch: Any, training: Any) -> tuple[Masks, Masks]:
        """Dropout masks for the inputs and for the state, one or one per gate; None without."""
        if not training:
            return None, None
        return (
            self._draw((batch, self.kernel.shape[0]), self.dropout),
            self._draw((batch, self.units), self.recurrent_dropout),
        )

    def _draw(self, shape: tuple, rate: float) -> Masks:
        if not 0 < rate < 1:
            return None
        ones = ops.ones(shape, dtype=self.compute_dtype)
        count = self.gates if self.implementation == 1 else 1
        return [random.dropout(ones, rate, seed=self.seed_generator) for _ in range(count)]

    def project(self, x: Any, masks: Masks) -> Any:
        """``x @ kernel + bias``, for one step (batch, d) or all of them (time, batch, d)."""
        x = masked_product(x, self.kernel, masks)
        return x if self.bias is None else ops.add(x, self.input_bias())

    def input_bias(self) -> Any:
        """The part of the bias that belongs to the inputs."""
        return self.bias

    def recur(self, state: Any, masks: Masks) -> Any:
        """``state @ recurrent_kernel``."""
        return masked_product(state, self.recurrent_kernel, masks)

    def advance(self, x: Any, states: list, masks: Masks) -> tuple[Any, list]:
        """Output and new states, from the projected input and the old states."""
        raise NotImplementedError

    @by_steps
    def call(self, inputs: Any, states: Any, training: Any = False) -> tuple[Any, Any]:
        """One step: (batch, d) and the states to (batch, units) and the new states."""
        steps = self.start(inputs.shape[0], training)
        given = list(states) if tree.is_nested(states) else [states]
        output, new = steps.step(steps.project(inputs), given)
        return output, new if tree.is_nested(states) else new[0]


def masked_product(
    x: Any, kernel: Any, masks: Masks, product: Callable[..., Any] = ops.matmul, axis: int = -1
) -> Any:
    """``(x mask) @ kernel``, with a mask for each part of the kernel's columns.

    ``product`` stands in for ``@``, and its columns lie on ``axis``.
    """
    if masks is None:
        return product(x, kernel)
    if len(masks) == 1:
        return product(ops.multiply(x, masks[0]), kernel)
    parts = zip(masks, ops.split(kernel, len(masks), axis=-1), strict=True)
    return ops.concatenate([product(ops.multiply(x, m), k) for m, k in parts], axis=axis)
