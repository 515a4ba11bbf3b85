"""The S-shaped rectified linear unit of Keras 1."""

from typing import Any

from lurnet import ops
from lurnet.core.fields import fields
from lurnet.layers.base import Layer
from lurnet.layers.legacy.shared_axes import SharedAxes, parameter_shape
from lurnet.layers.options import Initializer


@fields
class SReLU(Layer):
    """The input between two learnt thresholds, lines of learnt slopes outside (Jin et al., 2015).

    https://arxiv.org/abs/1512.07030. The right threshold lies ``|t_right|`` right of the left one.

    >>> SReLU(t_right_initializer="ones")(ops.array([[-1.0, 0.5]])).shape
    (1, 2)
    """

    t_left_initializer: Initializer = "zeros"  #: first value of the left threshold
    a_left_initializer: Initializer = "glorot_uniform"  #: first value of the slope left of it
    t_right_initializer: Initializer = "glorot_uniform"  #: first value of the thresholds' distance
    a_right_initializer: Initializer = "ones"  #: first value of the slope right of both
    shared_axes: SharedAxes = None  #: axes, counted from 1, along which parameters are the same

    supports_masking = True
    per_sample = True

    def build(self, input_shape: tuple) -> None:
        """Make thresholds and slopes."""
        shape = parameter_shape(input_shape, self.shared_axes)
        for name in ("t_left", "a_left", "t_right", "a_right"):
            first = getattr(self, f"{name}_initializer")
            setattr(self, name, self.add_weight(shape, first, name=name))

    def call(self, inputs: Any) -> Any:
        """Three straight lines."""
        left = self.t_left + 0.0
        right = left + ops.abs(self.t_right)
        below = left + self.a_left * (ops.minimum(inputs, left) - left)
        above = self.a_right * ops.maximum(inputs - right, 0.0)
        return below + ops.clip(inputs - left, 0.0, right - left) + above
