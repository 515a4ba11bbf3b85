"""Fully connected layers over any axes, written as an Einstein sum."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

from lurnet import ops
from lurnet.core.errors import BadValue
from lurnet.core.fields import Convert, fields
from lurnet.core.types import Int
from lurnet.layers.input_spec import describe
from lurnet.layers.options import Activation
from lurnet.layers.per_sample import activations_are
from lurnet.layers.weighted import Weighted

__all__ = ["EinsumDense"]

_FORM = re.compile(r"(\.{3})?([a-zA-Z]+)(\.{3})?,([a-zA-Z]+)->(\.{3})?([a-zA-Z]+)(\.{3})?")


class Letters(NamedTuple):
    """The letters of an equation, and on which side of them further axes may stand."""

    input: str
    kernel: str
    output: str
    more: str  # "", "before" or "after"


def read(equation: str) -> Letters:
    """The parts of an equation such as "abc,cd->abd" or "...x,xy->...y".

    >>> read("...x,xy->...y")
    Letters(input='x', kernel='xy', output='y', more='before')
    """
    found = _FORM.fullmatch(equation.replace(" ", ""))
    before, left, after, kernel, out_before, output, out_after = (
        found.groups() if found else ("",) * 7
    )
    if not found or before != out_before or after != out_after or (before and after):
        raise BadValue(
            f"EinsumDense: `equation` must have the form 'ab,bc->ac', '...b,bc->...c' or "
            f"'ab...,bc->ac...', not {equation!r}."
        )
    return Letters(left, kernel, output, "before" if before else "after" if after else "")


def _as_tuple(_: Any, value: Any) -> tuple:
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


@fields
class EinsumDense(Weighted):
    """Fully connected layer over any axes: ``activation(einsum(equation, x, kernel) + bias)``.

    >>> EinsumDense("abc,cd->abd", (None, 5), bias_axes="d")(ops.ones((2, 3, 4))).shape
    (2, 3, 5)
    """

    equation: str  #: letters of the input's axes, the kernel's and the output's, "ab,bc->ac"
    output_shape: Annotated[
        Any, Convert(_as_tuple, Int | Sequence[Int | None])
    ]  #: without the batch axis; None: as input
    activation: Activation = None  #: applied to the output; None leaves it as it is
    bias_axes: str | None = None  #: letters of the output's axes that have a bias; None: no bias

    _after = {"activity_regularizer": "bias_constraint"}

    def setup(self) -> None:
        """Check the equation's form."""
        super().setup()
        read(self.equation)

    def build(self, input_shape: tuple) -> None:
        """Make the kernel and the bias."""
        letters = read(self.equation)
        sizes = self._sizes(letters, tuple(input_shape))
        self.kernel = self.weight("kernel", [sizes[c] for c in letters.kernel])
        self.bias = None
        if self.bias_axes is not None:
            more = len(input_shape) - len(letters.input) if letters.more == "after" else 0
            self.bias = self.weight("bias", self._bias_shape(letters, sizes, more))

    def _sizes(self, letters: Letters, shape: tuple) -> dict[str, Any]:
        """The size of each letter, from the input's shape and ``output_shape``."""
        own = len(letters.input)
        if len(shape) < own or (not letters.more and len(shape) != own):
            raise BadValue(
                f"{describe(self)}: the equation {self.equation!r} does not fit an input of shape "
                f"{shape}: it names {own} axes."
            )
        sizes = dict(zip(letters.input, shape[-own:] if letters.more == "before" else shape[:own]))  # noqa: B905
        named = letters.output if letters.more == "before" else letters.output[1:]
        given = self.output_shape
        for letter, size in zip(named[::-1], given[::-1], strict=False):
            known = sizes.get(letter)
            if size is not None and known is not None and size != known:
                raise BadValue(
                    f"{describe(self)}: `output_shape` {given} gives axis {letter!r} the size "
                    f"{size}, but the input of shape {shape} has {known}."
                )
            sizes[letter] = known if size is None else size
        biased = set(self.bias_axes or "") & set(letters.output)
        unknown = [c for c in sorted({*letters.kernel, *biased}) if sizes.get(c) is None]
        if unknown:
            raise BadValue(
                f"{describe(self)}: the size of axis {unknown[0]!r} of {self.equation!r} is in "
                f"neither the input's shape {shape} nor `output_shape` {given}."
            )
        return {letter: size for letter, size in sizes.items() if size is not None}

    def _bias_shape(self, letters: Letters, sizes: dict, more: int) -> tuple:
        """Sizes of the biased axes and 1 for the others, from the first biased axis on."""
        axes = str(self.bias_axes)
        if not axes or not set(axes) <= set(letters.output):
            raise BadValue(
                f"{describe(self)}: `bias_axes` {axes!r} must be among the output's axes, "
                f"{letters.output!r}."
            )
        first = min(letters.output.index(c) for c in axes)
        kept = [sizes[c] if c in axes else 1 for c in letters.output[first:]]
        return (*kept, *(1,) * more)

    def per_sample(self, shape: tuple) -> bool:
        """Whether the batch axis comes out first, and is neither summed over nor anywhere else."""
        letters = read(self.equation)
        more = len(shape) - len(letters.input)
        if not activations_are(self, (None,) * (more + len(letters.output))):
            return False
        if letters.more == "before" and more:
            return True
        batch, others = letters.input[0], letters.input[1:] + letters.kernel
        others += letters.output[1:] + (self.bias_axes or "")
        return letters.output[0] == batch and batch not in others

    def call(self, inputs: Any, training: Any = None) -> Any:
        """``activation(einsum(equation, x, kernel) + bias)``."""
        y = ops.einsum(self.equation, inputs, self.kernel)
        return self.activation(y if self.bias is None else y + self.bias)
