"""The recurrent layers that make their cell themselves: their common arguments."""

from dataclasses import KW_ONLY
from typing import Any, ClassVar

from lurnet.core.fields import Rate, fields
from lurnet.core.names import to_snake_case
from lurnet.layers.input_spec import InputSpec
from lurnet.layers.options import Constraint, Initializer, Regularizer
from lurnet.layers.rnn.base import RNN
from lurnet.layers.rnn.cell import RecurrentCell


@fields
class BuiltIn(RNN):
    """A recurrent layer over the cell ``cell_class``, made of the layer's own arguments."""

    _: KW_ONLY
    kernel_initializer: Initializer = "glorot_uniform"  #: first value of the input's kernel
    recurrent_initializer: Initializer = "orthogonal"  #: first value of the state's kernel
    bias_initializer: Initializer = "zeros"  #: first value of the bias
    kernel_regularizer: Regularizer = None  #: penalty on the input's kernel
    recurrent_regularizer: Regularizer = None  #: penalty on the state's kernel
    bias_regularizer: Regularizer = None  #: penalty on the bias
    activity_regularizer: Regularizer = None  #: penalty on the output
    kernel_constraint: Constraint = None  #: projection of the input's kernel
    recurrent_constraint: Constraint = None  #: projection of the state's kernel
    bias_constraint: Constraint = None  #: projection of the bias
    dropout: Rate = 0.0  #: share of the inputs set to zero, the same ones at all steps
    recurrent_dropout: Rate = 0.0  #: share of the state set to zero, the same ones at all steps
    seed: int | None = None  #: seed of the dropout

    cell_class: ClassVar[type[RecurrentCell]]
    _after = {"activity_regularizer": "bias_regularizer"}
    _ndim, _channel_axis = 3, -1

    per_sample = RNN.per_sample

    def accept(self, extra: dict[str, Any]) -> None:
        """``implementation=1`` draws one dropout mask per gate."""
        self._implementation = extra.pop("implementation", 2)
        super().accept(extra)

    def setup(self) -> None:
        """Make the cell."""
        super().setup()
        self.cell = self.cell_class(**self.cell_options())
        self.input_spec = InputSpec(ndim=self._ndim)

    def cell_options(self) -> dict[str, Any]:
        """The cell's arguments: those that it shares with the layer."""
        own = set(self.cell_class.__fields__) & set(type(self).__fields__)
        own -= {"activity_regularizer", "autocast", "name", "dtype"}
        options = {k: getattr(self, k) for k in own}
        options["implementation"] = getattr(self, "_implementation", 2)
        options["name"] = to_snake_case(self.cell_class.__name__)
        return options | {"dtype": self.dtype_policy}

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Build the cell for one step, and make the states that are kept."""
        super().build(sequences_shape, initial_state_shape)
        axis = self._channel_axis
        self.input_spec = InputSpec(ndim=self._ndim, axes={axis: sequences_shape[axis]})

    def input_advice(self, shape: tuple) -> str:
        """What to write where the rank is wrong."""
        if len(shape) != 2:
            return ""
        wanted = self.input_spec.axes.get(self._channel_axis)
        said = (
            " It takes (batch, time, features). After a recurrent layer: write "
            "return_sequences=True in that one."
        )
        if wanted in (None, 1):
            said += " If the axis after the batch is time, add the features: x[..., None]."
        if wanted in (None, shape[-1]):
            said += " If it is one sequence, add the batch: x[None]."
        return said

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        config = {"activity_regularizer": None} | super().get_config()
        config.pop("use_cudnn", None)
        return config
