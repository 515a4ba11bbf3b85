"""Long short-term memories whose products are convolutions."""

from typing import Any, ClassVar

from lurnet import ops
from lurnet.core.errors import BadValue
from lurnet.core.fields import PositiveInt, fields
from lurnet.core.variable import Variable
from lurnet.layers.input_spec import describe
from lurnet.layers.options import Activation, DataFormat, Padding, PerAxis
from lurnet.layers.rnn.builtin import BuiltIn
from lurnet.layers.rnn.cell import Masks, masked_product
from lurnet.layers.rnn.lstm import LongShort

__all__ = ["ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"]


@fields
class ConvLSTMCell(LongShort):
    """One step of a convolutional long short-term memory over ``rank`` spatial axes."""

    rank: PositiveInt  #: number of spatial axes
    filters: PositiveInt  #: number of channels of the states and of the output
    kernel_size: PerAxis  #: window, one int or one per axis
    strides: PerAxis = 1  #: step of the window over the input
    padding: Padding = "valid"  #: of the input; "same" pads so that stride 1 keeps the size
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
    dilation_rate: PerAxis = 1  #: distance between the samples of the input's window
    activation: Activation = "tanh"  #: applied to the candidate and to the output
    recurrent_activation: Activation = "sigmoid"  #: applied to the gates
    use_bias: bool = True  #: whether to add a bias
    unit_forget_bias: bool = True  #: whether the forget gate's bias starts at 1

    _after = {"unit_forget_bias": "bias_initializer"}
    implementation = 1

    per_sample = True

    @property
    def units(self) -> int:
        """Number of channels of the states."""
        return self.filters

    def setup(self) -> None:
        """It has two states, h and c; each gate has its own dropout mask."""
        super().setup()
        self.gate_axis = 1 if self.data_format == "channels_first" else -1
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise BadValue(
                f"{describe(self)}: `strides` and `dilation_rate` cannot both be more than 1, but "
                f"they are {self.strides} and {self.dilation_rate}."
            )

    def build(self, input_shape: tuple) -> None:
        """Make kernel (*window, c, 4 filters), recurrent_kernel (*window, filters, ...), bias."""
        sizes, channels = self._split(input_shape)
        if None in (*sizes, channels):
            raise BadValue(
                f"{describe(self)} needs all sizes but those of batch and time, but it got steps "
                f"of shape {input_shape}: give them in keras.Input."
            )
        self._step_shape = tuple(input_shape[1:])
        width = 4 * self.filters
        self.kernel = self._weight("kernel", (*self.kernel_size, channels, width))
        self.recurrent_kernel = self._weight("recurrent", (*self.kernel_size, self.filters, width))
        self.bias = self._weight("bias", self.bias_shape()) if self.use_bias else None

    def _split(self, shape: tuple) -> tuple[tuple, int | None]:
        """Spatial sizes and channels of a step (batch, ...)."""
        first = self.data_format == "channels_first"
        return (tuple(shape[2:]), shape[1]) if first else (tuple(shape[1:-1]), shape[-1])

    @property
    def _state_shape(self) -> tuple[int, ...]:
        """Sizes of a state: those of the input's convolution."""
        sizes, _ = self._split((None, *self._step_shape))
        spans = [(k - 1) * d for k, d in zip(self.kernel_size, self.dilation_rate, strict=True)]
        spans = spans if self.padding == "valid" else [0] * self.rank
        zipped = zip(sizes, spans, self.strides, strict=True)
        sizes = tuple((n - span - 1) // step + 1 for n, span, step in zipped)
        first = self.data_format == "channels_first"
        return (self.filters, *sizes) if first else (*sizes, self.filters)

    def get_initial_state(self, batch_size: Any = None) -> list:
        """Zeros of the output's shape, one array for each state."""
        shape = (batch_size, *self._state_shape)
        return [ops.zeros(shape, dtype=self.compute_dtype) for _ in range(2)]

    def masks(self, batch: Any, training: Any) -> tuple[Masks, Masks]:
        """Dropout masks for the inputs and for the state, one per gate; None without."""
        if not training:
            return None, None
        return (
            self._draw((batch, *self._step_shape), self.dropout),
            self._draw((batch, *self._state_shape), self.recurrent_dropout),
        )

    def project(self, x: Any, masks: Masks) -> Any:
        """The convolution of one step's input, with the bias."""
        x = masked_product(x, self.kernel, masks, self._input_product, self.gate_axis)
        if self.bias is None:
            return x
        first = self.data_format == "channels_first"
        return x + (ops.reshape(self.bias, (1, -1, *[1] * self.rank)) if first else self.bias)

    def _input_product(self, x: Any, kernel: Any) -> Any:
        return ops.conv(x, kernel, self.strides, self.padding, self.data_format, self.dilation_rate)

    def recur(self, state: Any, masks: Masks) -> Any:
        """The convolution of the state, which keeps its size."""

        def product(x: Any, kernel: Any) -> Any:
            return ops.conv(x, kernel, padding="same", data_format=self.data_format)

        return masked_product(state, self.recurrent_kernel, masks, product, self.gate_axis)


@fields
class ConvLSTM(BuiltIn):
    """A recurrent layer over a convolutional long short-term memory (Shi et al., 2015)."""

    rank: ClassVar[int]

    filters: PositiveInt  #: number of output channels
    kernel_size: PerAxis  #: window, one int or one per axis
    strides: PerAxis = 1  #: step of the window over the input
    padding: Padding = "valid"  #: of the input; "same" pads so that stride 1 keeps the size
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
    dilation_rate: PerAxis = 1  #: distance between the samples of the input's window
    activation: Activation = "tanh"  #: applied to the candidate and to the output
    recurrent_activation: Activation = "sigmoid"  #: applied to the gates
    use_bias: bool = True  #: whether to add a bias
    unit_forget_bias: bool = True  #: whether the forget gate's bias starts at 1

    _after = BuiltIn._after | {"unit_forget_bias": "bias_initializer"}
    cell_class = ConvLSTMCell

    per_sample = BuiltIn.per_sample

    @property
    def _ndim(self) -> int:
        return self.rank + 3

    @property
    def _channel_axis(self) -> int:
        return 2 if self.data_format == "channels_first" else -1

    def cell_options(self) -> dict[str, Any]:
        """The cell's arguments, with the number of spatial axes."""
        return super().cell_options() | {"rank": self.rank}

    def input_advice(self, shape: tuple) -> str:
        """What to write where the rank is wrong."""
        return f" It takes (batch, time, {'..., ' if self.rank > 1 else 'steps, '}channels)."

    @property
    def kernel(self) -> Variable:
        """The input's kernel."""
        return self.cell.kernel


@fields
class ConvLSTM1D(ConvLSTM):
    """Convolutional LSTM over sequences of sequences: (b, time, steps, c) to (b, steps, filters).

    >>> ConvLSTM1D(2, 3)(ops.ones((1, 4, 5, 3))).shape
    (1, 3, 2)
    """

    rank = 1


@fields
class ConvLSTM2D(ConvLSTM):
    """Convolutional LSTM over films: (b, time, h, w, c) to (b, new h, new w, filters).

    With ``return_sequences`` all steps are given: (b, time, new h, new w, filters).

    >>> ConvLSTM2D(2, 3, padding="same", return_sequences=True)(ops.ones((1, 4, 5, 5, 3))).shape
    (1, 4, 5, 5, 2)
    """

    rank = 2


@fields
class ConvLSTM3D(ConvLSTM):
    """Convolutional LSTM over moving volumes: (b, time, d, h, w, c) to (b, *sizes, filters).

    >>> ConvLSTM3D(2, 2)(ops.ones((1, 3, 3, 3, 3, 1))).shape
    (1, 2, 2, 2, 2)
    """

    rank = 3
