"""The parametric softplus of Keras 1."""

from typing import Any

from lurnet import ops
from lurnet.core.fields import Number, fields
from lurnet.layers.base import Layer
from lurnet.layers.legacy.shared_axes import SharedAxes, parameter_shape


@fields
class ParametricSoftplus(Layer):
    """``alpha log(1 + exp(beta x))`` with learnt alpha and beta, one of each per feature.

    >>> f"{float(ParametricSoftplus(1.0, 1.0)(ops.zeros((1, 1)))[0, 0]):.3f}"
    '0.693'
    """

    alpha_init: Number = 0.2  #: first value of the factors
    beta_init: Number = 5.0  #: first value of the slopes
    shared_axes: SharedAxes = None  #: axes, counted from 1, along which parameters are the same

    supports_masking = True
    per_sample = True

    def build(self, input_shape: tuple) -> None:
        """Make alphas and betas."""
        shape = parameter_shape(input_shape, self.shared_axes)
        self.alphas = self.add_weight(shape, _filled(self.alpha_init), name="alphas")
        self.betas = self.add_weight(shape, _filled(self.beta_init), name="betas")

    def call(self, inputs: Any) -> Any:
        """The activation."""
        return self.alphas * ops.softplus(self.betas * inputs)


def _filled(value: float) -> dict[str, Any]:
    return {"class_name": "Constant", "config": {"value": value}}
