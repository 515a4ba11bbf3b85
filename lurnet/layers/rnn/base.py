"""The recurrent layer over any cell."""

from dataclasses import KW_ONLY
from typing import TYPE_CHECKING, Any

from lurnet import ops
from lurnet.core import tree
from lurnet.core.errors import BadValue
from lurnet.core.fields import fields
from lurnet.core.variable import Variable, pure
from lurnet.layers import added
from lurnet.layers.base import Layer
from lurnet.layers.input_spec import describe
from lurnet.layers.per_sample import is_per_sample
from lurnet.layers.rnn.cell import Steps, drawn_once
from lurnet.layers.rnn.stacked import as_cell, initial_state, start

__all__ = ["RNN"]


class Memory:
    """The states that a stateful layer keeps between calls; they are no weights."""

    def __init__(self, states: Any) -> None:
        self.states = states


@fields
class Recurrent(Layer):
    """The loop over time, and the options that every recurrent layer has."""

    _: KW_ONLY
    return_sequences: bool = False  #: whether to give the outputs of all steps, not the last
    return_state: bool = False  #: whether to give the last states too
    go_backwards: bool = False  #: whether to read the sequence from its end
    stateful: bool = False  #: whether a batch starts from the last states of the batch before
    unroll: bool = False  #: whether to write the loop out, step by step
    zero_output_for_mask: bool = False  #: whether masked steps give zeros, not the step before

    supports_masking = True
    draws = True
    is_loop = True
    if TYPE_CHECKING:
        cell: Any

    def setup(self) -> None:
        """No states are kept yet."""
        super().setup()
        self._memory = Memory(None)

    # --- state

    @property
    def state_size(self) -> list:
        """Sizes of the cell's states."""
        size = self.cell.state_size
        return list(size) if tree.is_nested(size) else [size]

    @property
    def states(self) -> Any:
        """The states kept between calls, or None."""
        return self._memory.states

    @property
    def variables(self) -> list[Variable]:
        """All state of the layer, with the states that it keeps between calls."""
        kept = [] if self.states is None else tree.flatten(self.states)
        return super().variables + kept

    def reset_state(self) -> None:
        """Set the states kept between calls to zero."""
        for variable in tree.flatten(self.states) if self.states is not None else []:
            variable.assign(ops.zeros(variable.shape))

    def reset_states(self) -> None:
        """Set the states kept between calls to zero."""
        self.reset_state()

    def get_initial_state(self, batch_size: Any) -> list:
        """The states before the first step."""
        return initial_state(self.cell, batch_size, self._state_dtype)

    @property
    def _state_dtype(self) -> str:
        return getattr(self.cell, "compute_dtype", self.compute_dtype)

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Build the cell for one step, and make the states that are kept."""
        batch, _, *rest = sequences_shape
        if isinstance(self.cell, Layer) and not self.cell.built:
            self.cell.build((batch, *rest))
        if self.stateful and self.states is None:
            self._keep(batch)

    def _keep(self, batch: int | None) -> None:
        if batch is None:
            raise BadValue(
                f"{describe(self)} has stateful=True, so it needs a fixed batch size: write "
                "keras.Input(batch_shape=(batch, time, features))."
            )

        def kept(i: int, x: Any) -> Variable:
            def first(shape: tuple, dtype: Any) -> Any:  # numbers, even while a call is traced
                return tree.flatten(self.get_initial_state(batch))[i]

            dtype = self.variable_dtype
            return Variable(first, x.shape, dtype, trainable=False, name="rnn_state")

        states = self.get_initial_state(batch)
        numbered = [kept(i, x) for i, x in enumerate(tree.flatten(states))]
        self._memory.states = tree.pack_sequence_as(states, numbered)

    # --- the loop

    def per_sample(self, shape: tuple, *states: tuple) -> bool:
        """As the cell, for one step; not where a batch goes on from the one before."""
        return not self.stateful and is_per_sample(self.cell, (None, *shape[2:]))

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: Any = False
    ) -> Any:
        """Shapes: (batch, time, ...) to the last output (batch, units), or all of them."""
        states = self._first_states(sequences, initial_state)
        with drawn_once(self.cell, sequences.shape[0], training):
            last, outputs, states = self.inner_loop(
                sequences=sequences, initial_state=states, mask=mask, training=training
            )
        if self.stateful:
            for variable, new in zip(tree.flatten(self.states), tree.flatten(states), strict=True):
                variable.assign(new)
        output = ops.cast(outputs if self.return_sequences else last, self.compute_dtype)
        return (output, *states) if self.return_state else output

    def inner_loop(
        self, sequences: Any, initial_state: Any, mask: Any, training: Any = False
    ) -> tuple[Any, Any, Any]:
        """Last output, outputs of all steps (batch, time, ...), last states.

        Without ``return_sequences`` the outputs are the last one alone, (batch, 1, ...).
        """
        steps = start(self.cell, sequences.shape[0], training)
        mask = _time_major(mask)
        states = list(initial_state) if tree.is_nested(initial_state) else [initial_state]
        zeros = self.zero_output_for_mask and mask is not None
        shown = not self.return_sequences and steps.shows_state and not zeros
        states, outputs = self._loop(steps, sequences, mask, states, not shown)
        if shown:
            return _shown(states), ops.expand_dims(_shown(states), 1), states
        if self.go_backwards:  # the scan puts each output at the place of its input
            outputs = ops.flip(outputs, 0)
        last, outputs = outputs[-1], ops.swapaxes(outputs, 0, 1)
        return last, outputs if self.return_sequences else outputs[:, -1:], states

    def _first_states(self, sequences: Any, given: Any) -> list:
        batch = sequences.shape[0]
        if self.stateful and self.states is not None:
            kept = tree.flatten(self.states)[0].shape[0]
            if batch != kept:
                raise BadValue(
                    f"{describe(self)} has stateful=True and keeps the states of {kept} sequences, "
                    f"but it got a batch of {batch}: give batches of {kept}."
                )
        if given is None:
            given = self.states if self.stateful else self.get_initial_state(batch_size=batch)
        given = list(given) if tree.is_nested(given) else [given]
        return tree.map_structure(lambda x: ops.cast(x, self._state_dtype), given)

    def _loop(self, steps: Steps, x: Any, mask: Any, states: list, stack: bool) -> tuple:
        """Last states and stacked outputs; what the cell itself assigns goes from step to step."""
        # Inside the loop the input's product costs half as much to train on a CPU as before it:
        # the gradient of a projected sequence would be written out step by step.
        penalized: list[Any] = []  # layers that add losses in a step

        def step(x: Any, states: Any) -> tuple:
            made = steps.step(steps.project(x), states)
            penalized[:], losses = added.gathered()
            return made, losses

        advance = pure(step, steps.moving)
        zeros = self.zero_output_for_mask

        def body(carry: tuple, now: tuple) -> tuple:
            (states, kept), (x, real) = carry, now
            ((output, new), losses), kept = advance(kept, x, states)
            if real is not None:
                output = _where(real, output, ops.zeros_like(output) if zeros else _shown(states))
                new = tree.map_structure(lambda n, s: _where(real, n, s), new, states)
            new = tree.map_structure(lambda n, s: ops.cast(n, s.dtype), new, states)
            return (new, kept), (output if stack else None, losses)

        (states, kept), (outputs, losses) = ops.scan(
            body,
            (states, [v.stored for v in steps.moving]),
            (ops.swapaxes(x, 0, 1), mask),
            reverse=self.go_backwards,
            unroll=True if self.unroll else 1,
        )
        for variable, new in zip(steps.moving, kept, strict=True):
            variable.assign(new)
        for layer, loss in zip(penalized, losses, strict=True):  # of all steps
            layer.add_loss(ops.sum(loss))
        return states, outputs

    # --- masks

    keeps_mask = True

    def compute_mask(self, _: Any, mask: Any = None) -> Any:
        """The mask goes on with the outputs of all steps; a last output has none."""
        mask = tree.flatten(mask)[0] if self.return_sequences else None
        return [mask] + [None] * len(self.state_size) if self.return_state else mask


def _time_major(mask: Any) -> Any:
    """A mask (batch, time) or (batch, time, 1) as booleans (time, batch)."""
    if mask is None:
        return None
    mask = tree.flatten(mask)[0]
    mask = ops.any(mask, axis=-1) if len(mask.shape) == 3 else mask
    return ops.cast(ops.swapaxes(mask, 0, 1), "bool")


def _where(mask: Any, yes: Any, no: Any) -> Any:
    return ops.where(ops.reshape(mask, (-1, *[1] * (len(yes.shape) - 1))), yes, no)


def _shown(states: Any) -> Any:
    """The state that is the output: the first, of the last cell where there are several."""
    return states[-1][0] if tree.is_nested(states[-1]) else states[0]


class RNN(Recurrent):
    """Recurrent layer over any cell: an object with ``call(inputs, states)`` and ``state_size``.

    ``call`` gives the output and the list of new states; ``state_size`` is an int or one per
    state; ``output_size`` and ``get_initial_state(batch_size)`` are optional. A list of cells is
    stacked.

    Args:
        cell: the cell, or a list of them.
        return_sequences: whether to give the outputs of all steps, not the last.
        return_state: whether to give the last states too.
        go_backwards: whether to read the sequence from its end.
        stateful: whether a batch starts from the last states of the batch before.
        unroll: whether to write the loop out, step by step.
        zero_output_for_mask: whether masked steps give zeros, not the output of the step before.

    Shapes: (batch, time, ...) to (batch, output) or, with all steps, (batch, time, output).

    >>> class Sum(Layer):
    ...     state_size = 2
    ...
    ...     def call(self, inputs, states):
    ...         total = states[0] + inputs
    ...         return total, [total]
    >>> RNN(Sum())(ops.ones((1, 5, 2))).tolist()
    [[5.0, 5.0]]
    """

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            zero_output_for_mask=zero_output_for_mask,
            **kwargs,
        )
        try:
            self.cell = as_cell(self, cell)
        except BadValue as error:
            raise BadValue(f"{type(self).__name__}: `cell` {error}") from None
