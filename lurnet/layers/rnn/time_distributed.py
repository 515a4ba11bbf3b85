"""One layer applied to every step of a sequence."""

from typing import Any

from lurnet import ops
from lurnet.core.errors import BadValue
from lurnet.core.fields import fields
from lurnet.layers.arguments import call_parameters
from lurnet.layers.input_spec import InputSpec, describe
from lurnet.layers.per_sample import is_per_sample
from lurnet.layers.wrapper import Wrapper

__all__ = ["TimeDistributed"]


@fields
class TimeDistributed(Wrapper):
    """Apply a layer to each step of a sequence, with the same weights.

    Shapes: (batch, time, ...) to (batch, time, *what the layer makes of one step*). All steps go
    through the layer as one large batch, except where it may mix the samples of a batch, or holds
    weights that no gradient moves (moving averages): then one by one.

    >>> from lurnet.layers.dense import Dense
    >>> TimeDistributed(Dense(3))(ops.ones((2, 5, 4))).shape
    (2, 5, 3)
    """

    supports_masking = True

    def setup(self) -> None:
        """Expect steps."""
        super().setup()
        self.input_spec = InputSpec(min_ndim=3)

    def input_advice(self, shape: tuple) -> str:
        """What to write for an input without steps."""
        return " It takes (batch, time, ...)."

    def _step_shape(self, shape: Any) -> tuple:
        if not isinstance(shape, (tuple, list)) or len(shape) < 3:
            raise BadValue(
                f"{describe(self)} expects an input with at least 3 axes, (batch, time, ...), but "
                f"it got one of shape {shape}."
            )
        return (shape[0], *shape[2:])

    def build(self, input_shape: Any) -> None:
        """Build the inner layer for one step."""
        super().build(self._step_shape(input_shape))

    def per_sample(self, shape: tuple) -> bool:
        """As the layer inside."""
        return is_per_sample(self.layer, self._step_shape(shape))

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """The layer's outputs at all steps."""
        self._step_shape(inputs.shape)
        takes = call_parameters(self.layer)
        options = {"training": training} if "training" in takes else {}
        if mask is not None and tuple(mask.shape[:2]) != tuple(inputs.shape[:2]):
            raise BadValue(
                f"{describe(self)} got a mask of shape {tuple(mask.shape)} for an input of shape "
                f"{tuple(inputs.shape)}; the first two axes must be the same."
            )
        mask = mask if "mask" in takes else None
        if isinstance(inputs.shape[1], int) and not self._may_fold(inputs.shape):
            return self._one_by_one(inputs, mask, options)
        return self._at_once(inputs, mask, options)

    def _may_fold(self, shape: tuple) -> bool:
        """Whether the steps may stand beside each other in one batch."""
        step = (None, *shape[2:])
        return all(v.trains for v in self.layer.weights) and is_per_sample(self.layer, step)

    def _at_once(self, inputs: Any, mask: Any, options: dict) -> Any:
        batch, time = inputs.shape[:2]

        def fold(x: Any) -> Any:
            return ops.reshape(x, (batch * time, *x.shape[2:]))

        if mask is not None:
            options = options | {"mask": fold(mask)}
        out = self.layer(fold(inputs), **options)
        return ops.reshape(out, (batch, time, *out.shape[1:]))

    def _one_by_one(self, inputs: Any, mask: Any, options: dict) -> Any:
        outs = []
        for i in range(inputs.shape[1]):
            if mask is not None:
                options = options | {"mask": mask[:, i]}
            outs.append(self.layer(inputs[:, i], **options))
        return ops.stack(outs, axis=1)
