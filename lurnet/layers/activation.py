"""Activation functions as layers."""

from typing import Any

from lurnet import activations, ops
from lurnet.core.errors import BadValue
from lurnet.core.fields import Number, fields
from lurnet.kernels import fusion
from lurnet.layers import options
from lurnet.layers.base import Layer
from lurnet.layers.input_spec import InputSpec
from lurnet.layers.options import (
    Axes,
    Constraint,
    Initializer,
    MaybeNotNegative,
    NotNegative,
    Regularizer,
)
from lurnet.layers.per_sample import beside_axis
from lurnet.layers.weighted import Parametric

__all__ = ["Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax"]


@fields
class Activation(Layer):
    """Any activation function, by name or as a function.

    >>> Activation("relu")(ops.array([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """

    activation: options.Activation  #: name of the function, or the function

    supports_masking = True
    per_sample = True
    conv_pool = "activation"

    def call(self, inputs: Any) -> Any:
        """``activation(x)``, after a max-pooling if one follows and it makes no difference."""
        return fusion.epilogue(inputs, self._activate, self.activation in activations.RISING)

    def _activate(self, x: Any) -> Any:
        return activations.biased(x, None, self.activation)


@fields
class ReLU(Layer):
    """``max(x, 0)``, with options for the slope, the bound and the threshold.

    >>> ReLU(max_value=3.0)(ops.array([-1.0, 2.0, 9.0])).tolist()
    [0.0, 2.0, 3.0]
    """

    max_value: MaybeNotNegative = None  #: upper bound of the output; None is no bound
    negative_slope: NotNegative = 0.0  #: slope below the threshold
    threshold: NotNegative = 0.0  #: below it, the input is not passed on

    supports_masking = True
    per_sample = True
    conv_pool = "activation"

    def call(self, inputs: Any) -> Any:
        """``activations.relu`` with these options."""
        options = self.negative_slope, self.max_value, self.threshold
        return fusion.epilogue(inputs, lambda x: activations.relu(x, *options), rises=True)


@fields
class LeakyReLU(Layer):
    """``x`` where it is positive, ``negative_slope * x`` elsewhere (Maas et al., 2013).

    >>> LeakyReLU(0.5)(ops.array([-2.0, 2.0])).tolist()
    [-1.0, 2.0]
    """

    negative_slope: NotNegative = 0.3  #: slope for negative input

    supports_masking = True
    per_sample = True

    def accept(self, extra: dict[str, Any]) -> None:
        """Keras 1 and 2 called the slope ``alpha``."""
        self._alpha = extra.pop("alpha", None)
        super().accept(extra)

    def setup(self) -> None:
        """Take the slope under its old name too."""
        super().setup()
        if getattr(self, "_alpha", None) is not None:
            self.negative_slope = self._alpha

    def call(self, inputs: Any) -> Any:
        """``max(x, 0) + negative_slope * min(x, 0)``."""
        return activations.leaky_relu(inputs, negative_slope=self.negative_slope)


@fields
class PReLU(Parametric):
    """Leaky ReLU whose slopes ``alpha`` are learnt, one per feature (He et al., 2015).

    https://arxiv.org/abs/1502.01852

    >>> PReLU(alpha_initializer="ones")(ops.array([[-2.0, 2.0]])).tolist()
    [[-2.0, 2.0]]
    """

    alpha_initializer: Initializer = "Zeros"  #: first value of the slopes
    alpha_regularizer: Regularizer = None  #: penalty on the slopes
    alpha_constraint: Constraint = None  #: projection of the slopes after each update
    shared_axes: Axes = None  #: axes (counted from 1) along which the slope is the same

    supports_masking = True
    per_sample = True

    def setup(self) -> None:
        """A single shared axis may come without a list."""
        super().setup()
        if self.shared_axes is not None and not isinstance(self.shared_axes, list):
            self.shared_axes = [self.shared_axes]

    def build(self, input_shape: tuple) -> None:
        """Make the slopes, of size 1 along the shared axes."""
        shared = self.shared_axes or ()
        shape = [1 if i in shared else d for i, d in enumerate(input_shape)][1:]
        self.alpha = self.weight("alpha", shape)
        axes = {i: d for i, d in enumerate(input_shape) if i and i not in shared}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=axes)

    def call(self, inputs: Any) -> Any:
        """``max(x, 0) + alpha * min(x, 0)``."""
        return ops.relu(inputs) - self.alpha * ops.relu(-inputs)


@fields
class ELU(Layer):
    """``x`` where it is positive, ``alpha * (exp(x) - 1)`` elsewhere (Clevert et al., 2015).

    >>> ELU()(ops.array([0.0, 2.0])).tolist()
    [0.0, 2.0]
    """

    alpha: Number = 1.0  #: minus the limit for large negative input

    supports_masking = True
    per_sample = True

    def call(self, inputs: Any) -> Any:
        """``activations.elu`` with this ``alpha``."""
        return activations.elu(inputs, alpha=self.alpha)


@fields
class Softmax(Layer):
    """``exp(x) / sum(exp(x))`` along an axis or several; what a mask leaves out gets 0.

    >>> Softmax()(ops.array([[0.0, 0.0]])).tolist()
    [[0.5, 0.5]]
    """

    axis: Any = -1  #: the axis, or a list of axes, along which the output sums to 1

    supports_masking = True
    gives_probabilities = True
    per_sample = beside_axis

    def setup(self) -> None:
        """Refuse an axis that is none."""
        super().setup()
        if not isinstance(self.axis, (int, list, tuple)):
            raise BadValue(f"Softmax: `axis` must be an integer or a list, not {self.axis!r}.")

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """The softmax; ``mask`` has the shape of x, True where x counts."""
        if mask is not None:
            low = -3e4 if str(inputs.dtype) == "float16" else -1e9
            inputs = ops.where(mask, inputs, ops.cast(low, inputs.dtype) + inputs)
        axis = self.axis
        if isinstance(axis, (list, tuple)) and len(axis) == 1:
            axis = axis[0]
        if isinstance(axis, (list, tuple)):
            y = ops.exp(inputs - ops.logsumexp(inputs, axis=tuple(axis), keepdims=True))
        else:
            y = activations.softmax(inputs, axis=axis)
        return y if mask is None else ops.where(mask, y, ops.zeros_like(y))
