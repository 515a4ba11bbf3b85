"""Several cells as one, and any cell made ready for a sequence."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from lurnet import ops
from lurnet.core import tree
from lurnet.core.errors import BadValue
from lurnet.core.fields import Convert, fields
from lurnet.core.registry import deserialize
from lurnet.layers.arguments import accepted
from lurnet.layers.base import Layer
from lurnet.layers.per_sample import is_per_sample
from lurnet.layers.rnn.cell import Steps, by_steps, runs_by_steps

__all__ = ["StackedRNNCells"]


def as_cell(_: Any, value: Any) -> Any:
    """A cell from itself, its config, or a list of cells to be stacked."""
    if isinstance(value, Mapping):
        value = deserialize(dict(value), module="keras.layers")
    if isinstance(value, (list, tuple)):
        return StackedRNNCells(value)
    for name in ("call", "state_size"):
        if not hasattr(value, name):
            raise BadValue(
                f"must be a cell, with call(inputs, states) and state_size, but {value!r} has no "
                f"`{name}`."
            )
    return value


def start(cell: Any, batch: Any, training: Any, **more: Any) -> Steps:
    """The functions of any cell for one sequence: of ours, of a stack, or of the user's."""
    if runs_by_steps(cell):
        return cell.start(batch, training, **more)
    flags = {}
    if isinstance(cell, Layer):
        flags = accepted(cell.call, {"training": training} | more)
    run: Callable[..., Any] = cell if callable(cell) else cell.call

    def step(x: Any, states: list) -> tuple[Any, list]:
        output, new = run(x, states, **flags)
        return output, list(new) if tree.is_nested(new) else [new]

    moving = cell.non_trainable_variables if isinstance(cell, Layer) else []
    return Steps(lambda x: x, step, False, moving)


def initial_state(cell: Any, batch: Any, dtype: str) -> list:
    """The states before the first step: the cell's own ``get_initial_state``, or zeros."""
    own = getattr(cell, "get_initial_state", None)
    if own is not None:
        states = own(batch_size=batch)
        return list(states) if tree.is_nested(states) else [states]
    sizes = cell.state_size if tree.is_nested(cell.state_size) else [cell.state_size]
    return [ops.zeros((batch, *size_of(s)), dtype=dtype) for s in sizes]


def size_of(size: Any) -> tuple:
    """A size of one or more axes as a tuple."""
    return tuple(size) if tree.is_nested(size) else (size,)


def output_size(cell: Any) -> Any:
    """Size of a cell's output: what it says, else that of its first state."""
    size = getattr(cell, "output_size", None)
    if size is None:
        size = cell.state_size[0] if tree.is_nested(cell.state_size) else cell.state_size
    return size


Cells = Annotated[
    Any, Convert(lambda owner, cells: [as_cell(owner, c) for c in cells], Sequence[Any])
]


@fields
class StackedRNNCells(Layer):
    """Cells applied one after the other at each step, as one cell.

    >>> from lurnet.layers.rnn.lstm import LSTMCell
    >>> StackedRNNCells([LSTMCell(3), LSTMCell(2)]).output_size
    2
    """

    cells: Cells  #: the cells, from the input to the output

    @property
    def state_size(self) -> list:
        """Sizes of the states, cell by cell."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> Any:
        """Size of the last cell's output."""
        return output_size(self.cells[-1])

    def build(self, input_shape: tuple) -> None:
        """Build each cell for the output of the one before."""
        for cell in self.cells:
            if isinstance(cell, Layer) and not cell.built:
                cell.build(input_shape)
            input_shape = (input_shape[0], *size_of(output_size(cell)))

    def get_initial_state(self, batch_size: Any = None) -> list:
        """The states before the first step, one list per cell."""
        return [initial_state(cell, batch_size, self.compute_dtype) for cell in self.cells]

    def start(self, batch: Any, training: Any, **more: Any) -> Steps:
        """The first cell projects the inputs, the others the output of the one before."""
        first, *rest = [start(cell, batch, training, **more) for cell in self.cells]

        def step(x: Any, states: list) -> tuple[Any, list]:
            held = [list(s) if tree.is_nested(s) else [s] for s in states]
            x, state = first.step(x, held[0])
            new = [state]
            for steps, old in zip(rest, held[1:], strict=True):
                x, state = steps.step(steps.project(x), old)
                new.append(state)
            return x, [n if tree.is_nested(s) else n[0] for s, n in zip(states, new, strict=True)]

        moving = [v for steps in (first, *rest) for v in steps.moving]
        return Steps(first.project, step, (rest or [first])[-1].shows_state, moving)

    def per_sample(self, shape: tuple, *states: tuple) -> bool:
        """As all cells, each for the output of the one before."""
        for cell in self.cells:
            if not is_per_sample(cell, shape):
                return False
            shape = (None, *size_of(output_size(cell)))
        return True

    @by_steps
    def call(
        self, inputs: Any, states: list, training: Any = False, **kwargs: Any
    ) -> tuple[Any, list]:
        """One step through all cells; each gets those of the other arguments that it takes."""
        steps = self.start(inputs.shape[0], training, **kwargs)
        return steps.step(steps.project(inputs), states)
