"""A recurrent layer run forwards and backwards."""

from collections.abc import Callable
from typing import Any

from lurnet import ops
from lurnet.core.errors import BadValue, did_you_mean
from lurnet.core.registry import serialize
from lurnet.layers.arguments import call_parameters
from lurnet.layers.base import Layer, give_first_weights
from lurnet.layers.per_sample import is_per_sample
from lurnet.layers.wrapper import as_layer, copy_of

__all__ = ["Bidirectional"]

MERGES: dict[str | None, Callable[..., Any]] = {
    "concat": lambda a, b: ops.concatenate([a, b], axis=-1),
    "sum": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "ave": lambda a, b: (a + b) / 2,
    None: lambda a, b: (a, b),
}
SHARED = ("stateful", "return_sequences", "return_state")


class Bidirectional(Layer):
    """A recurrent layer and its copy that reads backwards (Schuster and Paliwal, 1997).

    Args:
        layer: a recurrent layer; copies of it are used.
        merge_mode: "concat", "sum", "mul", "ave", or None for both outputs as they are.
        weights: first weights, of the forward layer and then of the backward one.
        backward_layer: the layer that reads backwards; None makes it from ``layer``.

    Shapes: (batch, time, d) to (batch, 2 units) with "concat", (batch, units) with the others, or
    with a time axis where ``layer`` returns sequences; the outputs of both are in the input's
    order.

    >>> from lurnet.layers.rnn.gru import GRU
    >>> Bidirectional(GRU(3))(ops.ones((2, 5, 4))).shape
    (2, 6)
    """

    supports_masking = True

    def __init__(
        self,
        layer: Any,
        merge_mode: str | None = "concat",
        weights: Any = None,
        backward_layer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        layer = self._layer("layer", layer)
        if merge_mode not in MERGES:
            raise BadValue(
                f"Bidirectional: `merge_mode` must be one of {', '.join(map(repr, MERGES))}, not "
                f"{merge_mode!r}.{did_you_mean(merge_mode, [m for m in MERGES if m])}"
            )
        self.merge_mode = merge_mode
        name = layer.name
        self.forward_layer = copy_of(layer, name=f"forward_{name.removeprefix('forward_')}")
        if backward_layer is None:
            name = f"backward_{name.removeprefix('backward_')}"
            self.backward_layer = copy_of(layer, name=name, go_backwards=True)
        else:
            self.backward_layer = self._layer("backward_layer", backward_layer)
        self._check_pair()
        for one in (self.forward_layer, self.backward_layer):
            if hasattr(one, "zero_output_for_mask"):  # a masked step adds nothing to the merge
                one.zero_output_for_mask = one.return_sequences
        if weights:
            half = len(weights) // 2
            give_first_weights(self.forward_layer, weights[:half])
            give_first_weights(self.backward_layer, weights[half:])
        self.input_spec = layer.input_spec

    def _layer(self, argument: str, value: Any) -> Layer:
        try:
            value = as_layer(self, value)
        except BadValue as error:
            raise BadValue(f"Bidirectional: `{argument}` {error}") from None
        for name in (*SHARED, "go_backwards"):
            if not hasattr(value, name):
                raise BadValue(
                    f"Bidirectional: `{argument}` must be a recurrent layer, such as "
                    f"keras.layers.LSTM(3), but {value!r} has no `{name}`."
                )
        return value

    def _check_pair(self) -> None:
        ahead, back = self.forward_layer, self.backward_layer
        if ahead.go_backwards == back.go_backwards:
            raise BadValue(
                f"Bidirectional: both layers have go_backwards={ahead.go_backwards}; give "
                f"`backward_layer` go_backwards={not ahead.go_backwards}."
            )
        for name in SHARED:
            if getattr(ahead, name) != getattr(back, name):
                raise BadValue(
                    f"Bidirectional: `{name}` is {getattr(ahead, name)} in `layer` and "
                    f"{getattr(back, name)} in `backward_layer`; it must be the same."
                )

    @property
    def return_sequences(self) -> bool:
        """Whether the outputs of all steps are given."""
        return self.forward_layer.return_sequences

    @property
    def return_state(self) -> bool:
        """Whether the last states are given too."""
        return self.forward_layer.return_state

    @property
    def stateful(self) -> bool:
        """Whether a batch starts from the last states of the batch before."""
        return self.forward_layer.stateful

    @property
    def states(self) -> Any:
        """The states kept between calls, or None."""
        ahead, back = self.forward_layer.states, self.backward_layer.states
        return None if ahead is None else (*ahead, *back)

    def reset_state(self) -> None:
        """Set the states kept between calls to zero."""
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    def reset_states(self) -> None:
        """Set the states kept between calls to zero."""
        self.reset_state()

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Build both layers for the same input."""
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                layer.build(sequences_shape)
        self.input_spec = self.forward_layer.input_spec

    def per_sample(self, *shapes: tuple) -> bool:
        """As both layers."""
        both = self.forward_layer, self.backward_layer
        return all(is_per_sample(layer, *shapes) for layer in both)

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: Any = None
    ) -> Any:
        """Both outputs merged, and with ``return_state`` the states of both after them."""
        first: tuple = (None, None)
        if initial_state is not None and len(initial_state) > 1:
            half = len(initial_state) // 2
            first = (initial_state[:half], initial_state[half:])
        layers = (self.forward_layer, self.backward_layer)
        outs = [
            layer(sequences, **_taken(layer, initial_state=s, mask=mask, training=training))
            for layer, s in zip(layers, first, strict=True)
        ]
        states: tuple = ()
        if self.return_state:
            states = (*outs[0][1:], *outs[1][1:])
            outs = [out[0] for out in outs]
        ahead, back = (ops.cast(out, self.compute_dtype) for out in outs)
        if self.return_sequences:
            back = ops.flip(back, axis=1)
        merged = MERGES[self.merge_mode](ahead, back)
        if not self.return_state:
            return merged
        return (*merged, *states) if self.merge_mode is None else (merged, *states)

    keeps_mask = True

    def compute_mask(self, _: Any, mask: Any = None) -> Any:
        """The mask goes on with the outputs of all steps; a last output has none."""
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        mask = mask if self.return_sequences else None
        merged = [mask, mask] if self.merge_mode is None else [mask]
        states = [None] * (2 * len(self.forward_layer.state_size)) if self.return_state else []
        return [*merged, *states] if len(merged) + len(states) > 1 else mask

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        return {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": serialize(self.dtype_policy),
            "merge_mode": self.merge_mode,
            "layer": serialize(self.forward_layer),
            "backward_layer": serialize(self.backward_layer),
        }


def _taken(layer: Layer, **options: Any) -> dict[str, Any]:
    """The options that a layer's call takes."""
    return {k: v for k, v in options.items() if k in call_parameters(layer)}
